# SPDX-License-Identifier: EUPL-1.2
"""Writing the manifest of a letter at the moment in which its number is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.conf import settings

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Post, Unit
from mukatabat.directory.rules import BodyLabel, Level, MandateChoice
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.manifest import AnswerTo, DocumentPart, Manifest, Party, Recipient
from mukatabat.exchange.rules import ParcelKind, Role
from mukatabat.kernel import clock
from mukatabat.kernel.codes import ShortCode
from mukatabat.kernel.ids import new_id
from mukatabat.letters.models import Addressee, Letter
from mukatabat.letters.rules import LinkKind
from mukatabat.registers.models import Entry
from mukatabat.tenancy.rules import Actor

Offices: TypeAlias = Mapping[UUID, Sequence[Post]]


def manifest_of(actor: Actor, letter: Letter, entry: Entry, mandate: MandateChoice) -> Manifest:
    """What the parcel will say of the letter; the signed document joins it when it is signed."""
    moon = entry.hijri_date
    parcel_id = new_id()
    concerned = [actor.body_id, *(one.recipient_id for one in letter.addressees.all())]
    names = directory.body_names(concerned, entry.on)
    return Manifest(
        parcel_id=parcel_id, code=str(code_of(parcel_id)), kind=ParcelKind(letter.kind),
        letter_type=letter.letter_type, reference=entry.reference,
        issued_at=entry.at, issued_on=entry.on, hijri=(moon.year, moon.month, moon.day), subject=letter.subject,
        secrecy=letter.secrecy, data_class=letter.data_class, urgency=letter.urgency,
        sender=_sender(names[actor.body_id], mandate), signer_ar=actor.name_ar, signer_en=actor.name_en,
        recipients=tuple(_recipients(letter, names)), documents=tuple(_attachments(letter)),
        answers=_answers(actor, letter), answer_wanted_by=letter.answer_wanted_by,
    )  # fmt: skip


def code_of(parcel_id: UUID) -> ShortCode:
    """The short code of an issue. A further issue of the same letter is a further parcel and has another code."""
    return ShortCode.derived(settings.SECRET_KEY.encode(), subject=str(parcel_id))


def with_signed_letter(manifest: Manifest, document: DocumentPart) -> Manifest:
    """The manifest with the signed letter as its first document."""
    return manifest.model_copy(update={"documents": (document, *manifest.documents)})


def highest_recipient(letter: Letter) -> int:
    """The most demanding recipient level of a letter (1 the highest); the signer's mandate must reach it."""
    addressees = letter.addressees.all()
    offices = offices_of(addressees)
    return min(level_of(one, offices) for one in addressees)


def offices_of(addressees: Iterable[Addressee]) -> Offices:
    """The posts that outsiders may write to today, of all bodies that are addressed from outside, in one query."""
    return directory.addressable_posts_of(one.recipient_id for one in addressees if one.unit_id is None)


def level_of(addressee: Addressee, offices: Offices) -> int:
    """The level that a signer must reach for one addressee (1 the highest)."""
    if addressee.unit_id is None:
        return directory.recipient_level(offices.get(addressee.recipient_id, ()), addressee.post_id)
    leading = directory.heads_of_unit(addressee.unit_id).values_list("level", flat=True).first()
    return leading or Level.STAFF.value


def _sender(label: BodyLabel, mandate: MandateChoice) -> Party:
    return Party(
        body_id=label.id, code=label.code, ar=label.ar, en=label.en, post_id=mandate.mandate.post_id,
        office_ar=mandate.mandate.capacity("ar"), office_en=mandate.mandate.capacity("en"),
    )  # fmt: skip


def recipients_of(letter: Letter, at: datetime) -> list[Recipient]:
    """Addressees and copy-holders in the form's order, named as at a moment; a body without a post gets its head."""
    to = [one.recipient_id for one in letter.addressees.all()]
    return _recipients(letter, directory.body_names(to, at.astimezone(clock.KUWAIT).date()))


def _recipients(letter: Letter, names: dict[UUID, BodyLabel]) -> list[Recipient]:
    ordered = sorted(letter.addressees.all(), key=lambda one: one.position)
    offices, units = offices_of(ordered), Unit.objects.in_bulk({one.unit_id for one in ordered if one.unit_id})
    recipients = []
    for one in ordered:
        post = directory.office_among(offices.get(one.recipient_id, ()), one.post_id)
        recipients.append(_recipient(one, names[one.recipient_id], units[one.unit_id] if one.unit_id else post))
    return recipients


def _recipient(one: Addressee, label: BodyLabel, office: Post | Unit | None) -> Recipient:
    post_id = office.id if isinstance(office, Post) else None
    return Recipient(
        body_id=label.id, code=label.code, ar=label.ar, en=label.en, post_id=post_id, unit_id=one.unit_id,
        office_ar=office.ar if office else "", office_en=office.en if office else "", role=Role(one.role),
        visible=one.visible,
    )  # fmt: skip


def _attachments(letter: Letter) -> list[DocumentPart]:
    return [
        DocumentPart(
            part="attachment", digest=one.digest, size=one.size, media_type=one.media_type, name=one.name,
            pages=one.pages,
        )
        for one in sorted(letter.attachments.all(), key=lambda one: one.position)
    ]  # fmt: skip


def _answers(actor: Actor, letter: Letter) -> AnswerTo | None:
    link = next((one for one in letter.links.all() if one.kind == LinkKind.REPLY), None)
    if link is None:
        return None
    arrival = exchange.arrival_of_letter(actor, link.to_id)
    if arrival is None:
        return None
    return AnswerTo(parcel_id=arrival.parcel_id, reference=arrival.sender_reference)
