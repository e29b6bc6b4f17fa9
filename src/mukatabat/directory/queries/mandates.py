# SPDX-License-Identifier: EUPL-1.2
"""Mandates of a person, and the one that reaches a letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from mukatabat.directory.errors import mandate_error
from mukatabat.directory.models import Absence, Appointment, Mandate, away, effective
from mukatabat.directory.rules import Absent, MandateChoice, MandateFacts, MandateKind, Refusal, choose_mandate
from mukatabat.kernel import clock


def mandates_of(person_id: UUID, on: date | None = None) -> list[MandateFacts]:
    """List every mandate that a person ever had, as the rules read them, with the holders of each post on a day."""
    day = on or clock.today()
    rows = Mandate.objects.filter(person_id=person_id).select_related("post", "person")
    mandates = list(rows.order_by("-valid_from", "pk"))
    holders = _holders({mandate.post_id for mandate in mandates}, day)
    return [_facts(mandate, holders.get(mandate.post_id, frozenset())) for mandate in mandates]


def mandate_for(person_id: UUID, *, letter_type: str, recipient_level: int, on: date | None = None) -> MandateChoice:
    """Choose the instrument by which a person signs a letter on a day (today by default); three queries.

    A mandate by post needs the post still held on that day, and every mandate needs its post to exist then.
    Raises `SignerOnLeave`, `NoMandate` (`MandateRevoked`), `MandateExpired`, `MandateNotYetValid` or
    `MandateOutOfScope` with its narrower kinds.
    """
    day = on or clock.today()
    mandates = [mandate for mandate in mandates_of(person_id, day) if _stands(mandate)]
    concerned = {person_id, *(holder for mandate in mandates for holder in mandate.holder_ids)}
    choice = choose_mandate(
        mandates, letter_type=letter_type, recipient_level=recipient_level, on=day, absent=_absent(concerned, day)
    )
    if isinstance(choice, Refusal):
        raise mandate_error(choice)
    return choice


def _stands(mandate: MandateFacts) -> bool:
    return mandate.kind is not MandateKind.POST or mandate.person_id in mandate.holder_ids


def _holders(post_ids: Iterable[UUID], on: date) -> dict[UUID, frozenset[UUID]]:
    held: dict[UUID, set[UUID]] = {}
    rows = Appointment.objects.filter(effective(on), effective(on, "person__"), post_id__in=post_ids)
    for post_id, person_id in rows.values_list("post_id", "person_id"):
        held.setdefault(post_id, set()).add(person_id)
    return {post_id: frozenset(people) for post_id, people in held.items()}


def _absent(person_ids: Iterable[UUID], on: date) -> list[Absent]:
    leaves = Absence.objects.filter(away(on), person_id__in=person_ids).order_by("ends")
    return [Absent(person_id=person, until=ends) for person, ends in leaves.values_list("person_id", "ends")]


def _facts(mandate: Mandate, holder_ids: frozenset[UUID]) -> MandateFacts:
    revoked_at = mandate.revoked_at
    ends = [day for day in (mandate.valid_to, mandate.post.valid_to, mandate.person.valid_to) if day is not None]
    return MandateFacts(
        id=mandate.pk,
        person_id=mandate.person_id,
        body_id=mandate.body_id,
        post_id=mandate.post_id,
        post_ar=mandate.post.ar,
        post_en=mandate.post.en,
        kind=MandateKind(mandate.kind),
        instrument_number=mandate.instrument_number,
        instrument_date=mandate.instrument_date,
        valid_from=max(mandate.valid_from, mandate.post.valid_from),
        valid_to=min(ends, default=None),
        letter_types=frozenset(mandate.letter_types),
        highest_level=mandate.highest_level,
        may_sign=mandate.may_sign,
        may_refer=mandate.may_refer,
        may_see_confidential=mandate.may_see_confidential,
        revoked_on=revoked_at.astimezone(clock.KUWAIT).date() if revoked_at else None,
        holder_ids=holder_ids,
    )
