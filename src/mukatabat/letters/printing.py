# SPDX-License-Identifier: EUPL-1.2
"""From a letter's manifest and content to the sheet that the press prints."""

from __future__ import annotations

import json
from typing import Any

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, Post
from mukatabat.directory.rules import address
from mukatabat.exchange.manifest import Manifest, Recipient
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm, Secrecy, Urgency
from mukatabat.letters.models import Letter
from mukatabat.press.content import validate
from mukatabat.press.digits import Digits
from mukatabat.press.rules import Letterhead, LetterKind, LetterSheet, Look

GREETING = "تحية طيبة وبعد،،،"
CLOSING = "وتفضلوا بقبول فائق الاحترام والتقدير،،،"


def letterhead_of(body: Body) -> Letterhead:
    """The lines at the head of a body's paper; without own lines, the State's and the body's names."""
    label = directory.body_names([body.id])[body.id]
    arabic = tuple(line for line in body.letterhead_ar.splitlines() if line.strip())
    english = tuple(line for line in body.letterhead_en.splitlines() if line.strip())
    return Letterhead(arabic=arabic or ("دولة الكويت", label.ar), english=english or ("State of Kuwait", label.en))


def look_of(body: Body) -> Look:
    """How a body writes: its digits and its realm."""
    return Look(digits=Digits(body.letter_digits), realm=Realm(body.realm))


def letter_sheet(body: Body, letter: Letter, manifest: Manifest) -> LetterSheet:
    """The sheet of a letter about to be issued; the same letter and manifest give the same sheet."""
    originals = [one for one in manifest.recipients if one.role == "original"]
    line, end = address_line(originals)
    return LetterSheet(
        letterhead=letterhead_of(body), reference=Reference.parse(manifest.reference), date=manifest.issued_on,
        hijri=HijriDate(*manifest.hijri), addressee=line, honorific_end=end, greeting=GREETING, closing=CLOSING,
        subject=letter.subject, content=validate(letter.content), signer_post=manifest.sender.office_ar,
        signer_name=manifest.signer_ar, source=source_of(letter, manifest),
        copies=tuple(name_on_letter(one) for one in manifest.recipients if one.role == "copy" and one.visible),
        attachments_count=sum(part.part == "attachment" for part in manifest.documents),
        kind=LetterKind(manifest.kind), secrecy=Secrecy(letter.secrecy), urgency=Urgency(letter.urgency),
        look=look_of(body),
    )  # fmt: skip


def source_of(letter: Letter, manifest: Manifest) -> bytes:
    """The letter as JSON for embedding: what the manifest says (without hidden copies) and the body's content."""
    shown: dict[str, Any] = manifest.seen_by(letter.body_id).model_dump(mode="json")
    shown["documents"] = [part for part in shown["documents"] if part["part"] == "attachment"]
    shown["content"] = letter.content
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def address_line(originals: list[Recipient]) -> tuple[str, str]:
    """The line of the addressee and the word at its far end; empty while a draft names nobody."""
    if not originals:
        return "", ""
    first = originals[0]
    if first.post_id is None:
        return name_on_letter(first), ""
    post = Post.objects.get(id=first.post_id)
    line, end = address(post.honorific, name_on_letter(first), "ar")
    return line, end


def name_on_letter(recipient: Recipient) -> str:
    """The office when it names its body already, else office and body."""
    if not recipient.office_ar:
        return recipient.ar
    if recipient.unit_id is not None or recipient.ar in recipient.office_ar:
        return recipient.office_ar
    return f"{recipient.office_ar} — {recipient.ar}"
