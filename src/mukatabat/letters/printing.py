# SPDX-License-Identifier: EUPL-1.2
"""From a letter's manifest and content to the sheet that the press prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from mukatabat.directory.models import Body, Post
from mukatabat.directory.rules import address
from mukatabat.exchange.manifest import Manifest, Recipient
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import content_of
from mukatabat.press.rules import LetterKind, LetterSheet, Verification
from mukatabat.registers.printing import letterhead_of, look_of

GREETING = "تحية طيبة وبعد،،،"
MOST_ABOVE = 8
"""So many addressees stand above a letter; more of them would push its text off the first page."""
TO_A_LIST = ("السادة/ الجهات المذكورة في قائمة التوزيع", "المحترمين")
CLOSING = "وتفضلوا بقبول فائق الاحترام والتقدير،،،"


def letter_sheet(body: Body, letter: Letter, manifest: Manifest, *, drawn: bool = False) -> LetterSheet:
    """The sheet of a letter about to be issued; the same letter and manifest give the same sheet.

    ``drawn`` leaves room for the picture of the signature, which the mark brings.
    """
    to = addressed([one for one in manifest.recipients if one.role == "original"])
    return LetterSheet(
        letterhead=letterhead_of(body), reference=Reference.parse(manifest.reference), date=manifest.issued_on,
        hijri=HijriDate(*manifest.hijri), addressee=to.line, honorific_end=to.end,
        also_to=to.also, distribution=to.distribution, greeting=GREETING, closing=CLOSING, subject=letter.subject,
        content=content_of(letter), signer_post=manifest.sender.office_ar,
        signer_name=manifest.signer_ar, source=source_of(letter, manifest),
        copies=tuple(name_on_letter(one) for one in manifest.recipients if one.role == "copy" and one.visible),
        attachments_count=sum(part.part == "attachment" for part in manifest.documents),
        kind=LetterKind(manifest.kind), secrecy=Secrecy(letter.secrecy), urgency=Urgency(letter.urgency),
        look=look_of(body), verification=verification_of(manifest.code), drawn_signature=drawn,
    )  # fmt: skip


def verification_of(code: str) -> Verification | None:
    """How a reader checks a print: the page of this installation and the code; None where it has no such page."""
    origin = settings.MUKATABAT_VERIFICATION_ORIGIN
    if not (origin and code):
        return None
    return Verification(code=code, page=urlsplit(origin).netloc, address=f"{origin}/v/{code}")


def source_of(letter: Letter, manifest: Manifest) -> bytes:
    """The letter as JSON for embedding: what the manifest says (without hidden copies) and the body's content."""
    shown: dict[str, Any] = manifest.seen_by(letter.body_id).model_dump(mode="json")
    shown["documents"] = [part for part in shown["documents"] if part["part"] == "attachment"]
    shown["content"] = letter.content
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who a letter goes to, as its paper says it: the first line with the word at its far end, the further ones.

    Of more than `MOST_ABOVE` the line names a list that stands after the letter, as on paper («قائمة التوزيع»).
    """

    line: str
    end: str
    also: tuple[tuple[str, str], ...] = ()
    distribution: tuple[str, ...] = ()


def addressed(originals: Sequence[Recipient]) -> Addressed:
    """How a letter's addressees stand on it; empty lines while a draft names nobody."""
    if len(originals) > MOST_ABOVE:
        return Addressed(*TO_A_LIST, distribution=tuple(name_on_letter(one) for one in originals))
    (line, end), *also = _address_lines(originals)
    return Addressed(line, end, tuple(also))


def _address_lines(originals: Sequence[Recipient]) -> list[tuple[str, str]]:
    honorifics = Post.objects.in_bulk([one.post_id for one in originals if one.post_id is not None])
    lines = []
    for one in originals:
        name = name_on_letter(one)
        post = honorifics.get(one.post_id) if one.post_id is not None else None
        lines.append(address(post.honorific, name, "ar") if post else (name, ""))
    return lines or [("", "")]


def name_on_letter(recipient: Recipient) -> str:
    """The office when it names its body already, else office and body."""
    if not recipient.office_ar:
        return recipient.ar
    if recipient.unit_id is not None or recipient.ar in recipient.office_ar:
        return recipient.office_ar
    return f"{recipient.office_ar} — {recipient.ar}"
