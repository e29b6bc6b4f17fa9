# SPDX-License-Identifier: EUPL-1.2
"""A letter on its letterhead, as text for the screen (``letters/_paper.html``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import mark_safe

from mukatabat.directory.models import Body
from mukatabat.exchange.manifest import Manifest, Recipient
from mukatabat.exchange.rules import Role
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.vocabulary import Realm
from mukatabat.letters.manifests import recipients_of
from mukatabat.letters.models import Letter
from mukatabat.letters.printing import (
    CLOSING,
    GREETING,
    addressed,
    name_on_letter,
)
from mukatabat.letters.queries import content_of
from mukatabat.letters.sheets import signer_of
from mukatabat.press.content import Content, to_html
from mukatabat.press.dates import gregorian_text, hijri_text
from mukatabat.registers.printing import letterhead_of, look_of

LANGUAGE = "ar"
Paper = dict[str, Any]


def blank_paper(body: Body) -> Paper:
    """The body's paper with nothing on it but greeting and closing, for a draft that is not saved yet."""
    head = letterhead_of(body)
    return {
        "language": LANGUAGE, "letterhead_ar": head.arabic, "letterhead_en": head.english, "greeting": GREETING,
        "closing": CLOSING, "training": body.realm == Realm.TRAINING, "subject": "", "body_html": "",
    }  # fmt: skip


def draft_paper(body: Body, letter: Letter) -> Paper:
    """A draft as it stands: reference and dates come with its issue."""
    post, name = signer_of(letter)
    files = letter.attachments.count()
    shown = {
        "subject": letter.subject, "secrecy": letter.secrecy, "signer_post": post, "signer_name": name,
        "attachments": look_of(body).digits.write(files) if files else "",
    }  # fmt: skip
    return blank_paper(body) | shown | _addressed(recipients_of(letter, clock.now())) | _text(body, content_of(letter))


def sent_paper(sender: Body, manifest: Manifest, content: Content | None) -> Paper:
    """An issued letter as its manifest and content say it, in the sender's look."""
    digits = look_of(sender).digits
    files = sum(part.part == "attachment" for part in manifest.documents)
    shown = {
        "reference": manifest.reference, "subject": manifest.subject, "secrecy": manifest.secrecy,
        "gregorian": gregorian_text(manifest.issued_on, LANGUAGE, digits),
        "hijri": hijri_text(HijriDate(*manifest.hijri), LANGUAGE, digits),
        "attachments": digits.write(files) if files else "", "signer_post": manifest.sender.office_ar,
        "signer_name": manifest.signer_ar,
    }  # fmt: skip
    return blank_paper(sender) | shown | _addressed(manifest.recipients) | _text(sender, content or Content(()))


def _addressed(recipients: Sequence[Recipient]) -> Paper:
    to = addressed([one for one in recipients if one.role == Role.ORIGINAL])
    copies = [name_on_letter(one) for one in recipients if one.role == Role.COPY and one.visible]
    return {
        "to": to.line, "to_end": to.end, "also_to": to.also, "copies": copies, "distribution": to.distribution,
    }  # fmt: skip


def _text(body: Body, content: Content) -> Paper:
    html = to_html(content, LANGUAGE, digits=look_of(body).digits)
    return {"body_html": mark_safe(html)}  # noqa: S308 - the press escapes every character that was typed
