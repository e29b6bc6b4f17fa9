# SPDX-License-Identifier: EUPL-1.2
"""The document beside the panel: which of the documents at this place is shown, how, and what proves it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mukatabat.access.rules import Capability
from mukatabat.directory.models import Person
from mukatabat.directory.queries import body_name
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.reading import note_broken
from mukatabat.letters.forms import uuid_or_none
from mukatabat.letters.queries import Place, PlaceKind
from mukatabat.letters.queries.proof import Proof, Standing, prove
from mukatabat.letters.queries.texts import DocumentText, document_text
from mukatabat.press.watermark import ReaderMark, minute_text, paint_reader_mark
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.vault.pages import drawing
from mukatabat.vault.pages.errors import DrawingBusy, PageUnshowable
from mukatabat.vault.pages.rules import SCALES, THUMBNAIL, Outline
from mukatabat.vault.queries import access_document, open_document
from mukatabat.vault.rules import ACCEPTED
from mukatabat.vault.vocabulary import FileKind

FIRST_PAGES = 20
"""Pages that stand in the page itself; a script adds the others, and without one a link leads to them."""

STRIP_FROM = 3
STEPS = [one for one in SCALES if one != THUMBNAIL]
MOST_TEXT = 200_000
KINDS = {media_type: kind for kind, media_type in ACCEPTED.items()}
SENTENCES = {
    Standing.SIGNED: _("The stored bytes were read just now and have the recorded hash. Their signature holds."),
    Standing.DOUBTED: _("The stored bytes have the recorded hash, but no trusted authority vouches for the signature."),
    Standing.KEPT: _("The stored bytes were read just now and have the recorded hash. They carry no signature."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document at a letter, an arrival or a scan, with the digest that the record keeps."""

    document_id: UUID
    digest: str
    name: str
    is_letter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where documents are read: the place, the address of its page, their secrecy, and which documents there are."""

    place: Place
    url: str
    secrecy: Secrecy
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The part that is shown, how it was asked for, and what was found of its bytes."""

    part: Part
    view: str
    proof: Proof

    @property
    def as_paper(self) -> bool:
        """Whether the letter itself is wanted as text and may be shown."""
        return self.part.is_letter and self.view == "text" and self.proof.is_sound


def chosen(actor: Actor, stand: Stand, asked: QueryDict) -> Shown:
    """The part that ``?file=`` names, else the first, proven; a broken one sounds the alarm."""
    wanted = uuid_or_none(asked.get("file"))
    part = next((one for one in stand.parts if one.document_id == wanted), stand.parts[0])
    proof = prove(actor, part.document_id, part.digest, signed=part.is_letter)
    if not proof.is_sound:
        note_broken(actor, stand.place, part.document_id)
    return Shown(part=part, view="text" if asked.get("view") == "text" else "original", proof=proof)


def document_pane(actor: Actor, stand: Stand, shown: Shown, asked: QueryDict) -> dict[str, Any]:
    """The context of ``letters/_document.html``, but for the paper of a letter that is shown as text."""
    part = shown.part
    query = "" if part.is_letter else f"&file={part.document_id}"
    page = {
        "view": shown.view, "text_url": f"{stand.url}?view=text{query}",
        "original_url": f"{stand.url}?view=original{query}", "paper": None, "integrity": str(shown.proof.standing),
        "is_letter": part.is_letter, "switch": _switch(stand, part), "proof": _proof_lines(shown.proof),
        "report_url": "", "viewer": None,
    }  # fmt: skip
    if not shown.proof.is_sound:
        return page | {"report_url": address("report", stand.place, part.document_id)}
    document = access_document(actor, part.document_id)
    return page | {"viewer": _viewer(actor, stand, shown, document, asked)}


def address(name: str, place: Place, *where: object) -> str:
    """The address of something at a document: ``name`` as in ``letters.urls``."""
    return reverse(f"letters:{place.kind}_{name}", args=[place.id, *where])


def document_address(place: Place, document_id: UUID) -> str:
    """The address of the document's own bytes; a scan has one document alone."""
    if place.kind is PlaceKind.SCAN:
        return reverse("letters:scan_document", args=[place.id])
    route = "letters:document" if place.kind is PlaceKind.LETTER else "letters:arrival_document"
    return reverse(route, args=[place.id, document_id])


def is_marked(actor: Actor, secrecy: Secrecy) -> bool:
    """Whether this reader's mark is burned into what is shown: always from سري on, and always for an auditor."""
    return secrecy.is_sealed or actor.may(Capability.READ_AUDIT)


def mark_of(actor: Actor, secrecy: Secrecy) -> bytes:
    """The reader's mark as a picture, or nothing where none is burned in."""
    if not is_marked(actor, secrecy):
        return b""
    with reading(actor):
        known = Person.objects.filter(id=actor.person).values_list("staff_number", flat=True).first()
        body = body_name(actor.body_id)
    return paint_reader_mark(
        ReaderMark(name=actor.name_ar, identity=known or "", body=body, at=minute_text(clock.now()))
    )


def _switch(stand: Stand, part: Part) -> list[dict[str, Any]]:
    if len(stand.parts) < 2:
        return []
    return [
        {
            "label": gettext("The letter") if one.is_letter else one.name, "is_letter": one.is_letter,
            "url": f"{stand.url}?view=original" + ("" if one.is_letter else f"&file={one.document_id}"),
            "current": one is part,
        }
        for one in stand.parts
    ]  # fmt: skip


def _proof_lines(proof: Proof) -> dict[str, Any]:
    report = proof.report
    facts: list[dict[str, Any]] = []
    if report is not None:
        facts = [
            {"label": gettext("Signed by"), "value": report.signer, "kind": "name"},
            {"label": gettext("Signed at (stated)"), "value": report.signed_at, "kind": "moment"},
            {"label": gettext("Time-stamp"), "value": report.time_stamped_at, "kind": "moment"},
            {"label": gettext("Form of the signature"), "value": str(report.level), "kind": "ref"},
            {"label": gettext("Certificate"), "value": report.certificate, "kind": "hash"},
        ]
    facts.append({"label": gettext("Document hash"), "value": proof.digest.removeprefix("sha256:"), "kind": "hash"})
    facts.append({"label": gettext("Checked at"), "value": clock.now(), "kind": "moment"})
    return {"sentence": SENTENCES.get(proof.standing, ""), "facts": [one for one in facts if one["value"]]}


# ── what is in the pane ─────────────────────────────────────────────────────────────────────────────────────────────


def _viewer(actor: Actor, stand: Stand, shown: Shown, document: Document, asked: QueryDict) -> dict[str, Any]:
    place, url = stand.place, document_address(stand.place, document.id)
    kind = KINDS.get(document.media_type)
    viewer = {
        "kind": "card", "name": document.name, "size": document.size, "type": kind.label if kind else "",
        "download_url": f"{url}?download", "print_url": address("print", place, document.id), "pages": [],
        "marked": is_marked(actor, stand.secrecy), "taken_url": address("original", place, document.id),
    }  # fmt: skip
    if shown.view == "text" and not shown.part.is_letter:
        return viewer | _as_text(document_text(actor, document))
    if kind is FileKind.TEXT:
        return viewer | {"kind": "text", **_plain(actor, document)}
    if not drawing.can_be_drawn(document) or shown.as_paper:
        return viewer
    try:
        outline = drawing.outline(actor, document)
    except (PageUnshowable, DrawingBusy) as problem:
        return viewer | {"kind": "unshowable", "problem": problem}
    return viewer | {"kind": "pages", **_pages(place, document, outline, asked)}


def _pages(place: Place, document: Document, outline: Outline, asked: QueryDict) -> dict[str, Any]:
    start = asked.get("from", "1")
    first = int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 1
    first = min(max(first, 1), outline.pages)
    last = min(outline.pages, first + FIRST_PAGES - 1)
    sizes = enumerate(outline.sizes(first, last), first)
    return {
        "count": outline.pages, "first": first, "last": last, "runs": json.dumps(outline.runs),
        "page_url": address("page", place, document.id, 0, 0), "words_url": address("words", place, document.id, 0),
        "find_url": address("find", place, document.id), "scales": json.dumps(STEPS),
        "pages": [_page(place, document, number, *size) for number, size in sizes],
        "has_strip": outline.pages >= STRIP_FROM, "more": last + 1 if last < outline.pages else None,
        "before": max(1, first - FIRST_PAGES) if first > 1 else None,
    }  # fmt: skip


def _page(place: Place, document: Document, number: int, width: float, height: float) -> dict[str, Any]:
    def at(percent: int) -> str:
        return address("page", place, document.id, number, percent)

    return {
        "number": number, "width": round(width), "height": round(height), "url": at(125), "large_url": at(200),
        "srcset": ", ".join(f"{at(one)} {max(1, round(width * one / 100))}w" for one in STEPS),
    }  # fmt: skip


def _as_text(text: DocumentText) -> dict[str, Any]:
    return {"kind": "text", "text": text.text, "told": text.told, "cut": text.is_cut}


def _plain(actor: Actor, document: Document) -> dict[str, Any]:
    _, stream = open_document(actor, document.id)
    with stream:
        data = stream.read(MOST_TEXT + 1)
    return {"text": data[:MOST_TEXT].decode("utf-8", "replace"), "told": "", "cut": len(data) > MOST_TEXT}
