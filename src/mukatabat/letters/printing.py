# SPDX-License-Identifier: EUPL-1.2
"""From a letter's manifest and content to the sheet that the press prints."""

from __future__ import annotations

import json
from typing import Any

from mukatabat.directory.models import Body, Post
from mukatabat.directory.rules import address
from mukatabat.exchange.manifest import Manifest, Recipient
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters.models import Letter
from mukatabat.press.content import validate
from mukatabat.press.rules import LetterKind, LetterSheet
from mukatabat.registers.printing import letterhead_of, look_of

GREETING = "تحية طيبة وبعد،،،"
CLOSING = "وتفضلوا بقبول فائق الاحترام والتقدير،،،"


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
