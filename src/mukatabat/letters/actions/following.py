# SPDX-License-Identifier: EUPL-1.2
"""What a sender's side does when something happened to a consignment, and a sender's withdrawal."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.exchange import carrier
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import clean_line
from mukatabat.letters.actions.correcting import ask_for_correction
from mukatabat.letters.errors import ReasonMissing
from mukatabat.letters.models import Letter
from mukatabat.letters.transitions import locked
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import end_service
from mukatabat.work.actions import record_step
from mukatabat.work.rules import Step

TOLD = {
    ConsignmentState.REGISTERED: Kind.REGISTERED,
    ConsignmentState.RETURNED: Kind.RETURNED,
    ConsignmentState.REDIRECTED: Kind.REDIRECTED,
    ConsignmentState.ANSWERED: Kind.ANSWERED,
    ConsignmentState.FAILED: Kind.FAILED,
    ConsignmentState.HELD: Kind.HELD,
}
"""The states of which the author hears; the registry hears of those that need a person."""

NEEDS_REGISTRY = {ConsignmentState.RETURNED, ConsignmentState.FAILED, ConsignmentState.HELD}


def follow_consignment(actor: Actor, consignment_id: UUID, state: ConsignmentState) -> None:
    """Measure the delivery and tell author and registry what they need to know of this state."""
    with scope(actor):
        consignment = exchange.consignment(actor, consignment_id)
        letter = Letter.objects.get(id=consignment.letter_id)
        if state is ConsignmentState.DELIVERED and consignment.dispatched_at:
            record_step(
                actor, letter.id, Step.DISPATCH_TO_RECEIPT, started=consignment.dispatched_at,
                ended=consignment.delivered_at,
            )  # fmt: skip
        if state in TOLD:
            _tell(actor, letter, consignment, state)
        if not exchange.may_be_carried(actor, letter.id):
            end_service(actor, letter.id)
        if state is ConsignmentState.RETURNED:
            ask_for_correction(actor, letter, consignment)


def withdraw(actor: Actor, letter_id: UUID, consignment_id: UUID, reason: str) -> Consignment:
    """Take the letter back from one recipient whose registry has not accepted it yet."""
    text = clean_line(reason, 500)
    if not text:
        raise ReasonMissing
    with scope(actor):
        return carrier.withdraw(actor, _answered_for(actor, letter_id, consignment_id), text)


def retry(actor: Actor, letter_id: UUID, consignment_id: UUID) -> Consignment:
    """Order the delivery to one recipient again, after it was held or has failed."""
    with scope(actor):
        return carrier.retry(actor, _answered_for(actor, letter_id, consignment_id))


def _answered_for(actor: Actor, letter_id: UUID, consignment_id: UUID) -> UUID:
    """One consignment of a letter, if its delivery is the actor's to decide on; the letter is locked."""
    letter = locked(actor, letter_id)
    if letter.author_id != actor.person_id:
        require_capability(actor, Capability.DISPATCH, Capability.SIGN)
    sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    if not any(one.id == consignment_id for one in sent):
        raise NotFoundOrForbidden
    return consignment_id


def _tell(actor: Actor, letter: Letter, consignment: Consignment, state: ConsignmentState) -> None:
    people = [letter.author_id] if letter.author_id else []
    if state in NEEDS_REGISTRY:
        registry = directory.registry_unit(actor.body_id, clock.today())
        people += [one.person_id for one in directory.people_of_unit(registry.id)]
    label = directory.body_names([consignment.recipient_id])[consignment.recipient_id]
    message = Message(
        kind=TOLD[state], object_kind="letter", object_id=letter.id, reference=letter.reference,
        counterpart_ar=label.ar, counterpart_en=label.en,
        **outside(letter.subject, letter.secrecy, letter.data_class),
    )  # fmt: skip
    tell(actor, people, message)
