# SPDX-License-Identifier: EUPL-1.2
"""Whose key at the trust service provider signs for a person: proposed by one, confirmed by another (ADR 0012, 0030).

Both see the name in the certificate. What is recorded is the number that it bears: from then on no certificate with
another number signs for this person, whatever the provider answers.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from mukatabat.access import second_factor
from mukatabat.audit.actions import record
from mukatabat.directory import actions as directory
from mukatabat.directory.actions.people import person_of
from mukatabat.directory.authority import require_administrator
from mukatabat.directory.models import Change, Person
from mukatabat.directory.queries import names_ever
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.signing.certificates import names_its_register
from mukatabat.signing.errors import KeyOfAnother, NoKeyThere, SignerNotEnrolled
from mukatabat.signing.models import SignerIdentity
from mukatabat.signing.providers.csc import keeping
from mukatabat.signing.providers.csc.answers import LONGEST_NAME, printed
from mukatabat.signing.providers.csc.provider import CscProvider, Signer
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor, system_actor

LONGEST_NUMBER = 64
LONGEST_COMMON_NAME = 200


def propose_signer(actor: Actor, person_id: UUID, *, user_id: str, reason: str, provider: CscProvider) -> Change:
    """Propose the key that the provider keeps under a name; the provider is asked whose it is before anything is kept.

    Raises NoKeyThere, KeyOfAnother, ProviderUnavailable, and as `directory.actions.propose`: nobody proposes
    themselves.
    """
    name = clean_line(user_id, LONGEST_NAME)
    with scope(actor):
        person_of(require_administrator(actor), person_id)
    if not name:
        raise NoKeyThere
    # May take its time: before the transaction.
    holder = provider.holder(name, organizations=names_ever(actor.body_id))
    shown = printed(holder.name).strip()[:LONGEST_COMMON_NAME]
    if not shown or not 0 < len(holder.number) <= LONGEST_NUMBER or not holder.number.isprintable():
        raise NoKeyThere
    content: dict[str, Any] = {
        "user_id": name, "number": holder.number, "name": shown,
        "ends": holder.ends.astimezone(clock.KUWAIT).date().isoformat(),
    }  # fmt: skip
    with scope(actor):
        _require_nobody_else(person_id, holder.number)
        return directory.propose(actor, ChangeKind.SIGNER, person_id=person_id, content=content, reason=reason)


def confirm_signer(actor: Actor, change_id: UUID) -> Change:
    """Confirm such a proposal as its second person, and record the key, in one transaction.

    Raises `SecondFactorStale`, KeyOfAnother, and as `directory.actions.confirm`.
    """
    second_factor.require_fresh(actor, clock.now())
    with scope(actor):
        change = directory.confirm(actor, change_id)
        if change.kind != ChangeKind.SIGNER or change.person_id is None:
            raise NoKeyThere
        said = change.content
        _require_nobody_else(change.person_id, said["number"])  # under the lock of the body's row
        SignerIdentity.objects.create(
            person_id=change.person_id, user_id=said["user_id"], number=said["number"], name=said["name"]
        )
        record(
            actor, act="signing.key-recorded", object_kind="person", object_id=change.person_id,
            detail={
                "change": str(change.pk), "proposed_by": str(change.proposed_by), "user": said["user_id"],
                "number": said["number"], "name": said["name"],
            },
        )  # fmt: skip
    return change


def end_signer(actor: Actor, person_id: UUID, reason: str) -> None:
    """Take a person's key away; one person suffices, because it only takes power. Raises SignerNotEnrolled.

    What the person was asked before and has not answered is signed no more.
    """
    with scope(actor):
        person_of(require_administrator(actor), person_id)
        held = _newest(person_id)
        if held is None:
            raise SignerNotEnrolled
        SignerIdentity.objects.create(person_id=person_id)
        keeping.end_all_of(actor, person_id)
        record(
            actor, act="signing.key-ended", object_kind="person", object_id=person_id,
            detail={"user": held.user_id, "number": held.number, "reason": clean_line(reason, LONGEST_COMMON_NAME)},
        )  # fmt: skip


def identity_of(actor: Actor, person_id: UUID) -> SignerIdentity | None:
    """The key that is recorded for a person of the actor's body, None where there is none."""
    with reading(actor):
        return _newest(person_id)


def _require_nobody_else(person_id: UUID, number: str) -> None:
    """A number is one person's: recorded for a second one as well, the first one's telephone would ring for both."""
    bearers = SignerIdentity.objects.filter(number=number).exclude(person_id=person_id)
    for one in bearers.values_list("person_id", flat=True).distinct():
        if (held := _newest(one)) is not None and held.number == number:
            raise KeyOfAnother


def _newest(person_id: UUID) -> SignerIdentity | None:
    found = SignerIdentity.objects.filter(person_id=person_id).order_by("-at", "-id").first()
    return found if found is not None and found.user_id else None


def signer_of(person_id: UUID) -> Signer:
    """Find a person at the provider, in whichever body; raises SignerNotEnrolled."""
    person = Person.objects.select_related("body").get(id=person_id)
    actor = system_actor("signing.csc", body_id=person.body_id, realm=person.body.realm)
    held = identity_of(actor, person_id)
    if held is None:
        raise SignerNotEnrolled
    organizations = () if names_its_register(held.number) else names_ever(person.body_id)
    return Signer(actor, held.user_id, held.number, organizations)
