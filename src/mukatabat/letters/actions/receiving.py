# SPDX-License-Identifier: EUPL-1.2
"""A registry's decisions on an arrival: accept and register, return with a reason, redirect to the competent body."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.rules import Grantee, Reason
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.actions import Decision, decide, lock_waiting_arrival, order_notice
from mukatabat.exchange.errors import SealedStaysWithItsReader
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import ArrivalState, Event, ParcelKind
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.text import clean_line
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.letters.actions.duplicates import require_no_twin
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.headings import heading_of
from mukatabat.letters.models import Attachment, Letter, Link
from mukatabat.letters.rules import Direction, LetterKind, LetterState, LinkKind
from mukatabat.letters.transitions import protected
from mukatabat.letters.types import CATALOGUE
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.registers.actions import take_number
from mukatabat.registers.rules import EntryState, Particulars
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import end_service, grant, hand_on
from mukatabat.work.actions import finish, open_item, record_step, refer
from mukatabat.work.parties import party
from mukatabat.work.rules import Act, Step, Task

REASON_LIMIT = 500


def accept_arrival(actor: Actor, arrival_id: UUID, command: AcceptCommand) -> Letter:
    """Register an arrival under the body's own number, open its item, and refer it when the clerk says to whom.

    Two clerks who take the same arrival get one number between them: the second learns that it is decided.
    """
    with _deciding(actor, arrival_id):
        arrival = lock_waiting_arrival(actor, arrival_id)
        manifest = arrival.read()
        if manifest.kind is not ParcelKind.MEMO:
            require_no_twin(actor, arrival.sender_id, manifest.reference, despite=command.despite)
        letter = _letter_from(actor, arrival, manifest, command)
        if letter.kind != LetterKind.MEMO:  # a memo keeps the number that its own body gave it
            _register(actor, letter)
        letter.save(force_insert=True)
        _attach(letter, arrival, manifest)
        holder = _open_to_readers(actor, letter, arrival, manifest)
        hand_on(actor, arrival.id, letter.id)
        open_item(actor, heading_of(letter), Task(holder=holder, act=Act.REFER))
        _link_to_question(actor, letter, manifest)
        decide(actor, arrival, Decision(
            state=ArrivalState.ACCEPTED, event=Event.REGISTER, our_reference=letter.reference, letter_id=letter.id,
        ))  # fmt: skip
        record_step(actor, letter.id, Step.RECEIPT_TO_REGISTRATION, started=arrival.arrived_at)
        if command.referral is not None:
            refer(actor, letter.id, command.referral)
    return letter


def return_arrival(actor: Actor, arrival_id: UUID, reason: str) -> None:
    """Send an arrival back to its sender with a reason; it takes no number."""
    with _deciding(actor, arrival_id):
        decision = Decision(state=ArrivalState.RETURNED, event=Event.RETURN, reason=clean_line(reason, REASON_LIMIT))
        decide(actor, lock_waiting_arrival(actor, arrival_id), decision)
        end_service(actor, arrival_id)


def redirect_arrival(actor: Actor, arrival_id: UUID, *, to: UUID, reason: str) -> None:
    """Pass an arrival to the competent body (تحويل لعدم الاختصاص); the sender sees both stations.

    Whether a letter is for this body cannot be told from an envelope: a sealed one is redirected by its named reader.
    """
    directory.require_addressable(to, realm=actor.realm, on=clock.today())
    with _redirecting(actor, arrival_id):
        decision = Decision(
            state=ArrivalState.REDIRECTED, event=Event.REDIRECT, reason=clean_line(reason, REASON_LIMIT),
            redirected_to=to,
        )  # fmt: skip
        decide(actor, lock_waiting_arrival(actor, arrival_id), decision)
        end_service(actor, arrival_id)


def note_opened(actor: Actor, letter: Letter) -> None:
    """Tell the sender, once, that somebody of the addressed body opened the letter."""
    if letter.direction != Direction.IN:
        return
    with scope(actor):
        arrival = exchange.arrival_of_letter(actor, letter.id)
        if arrival is not None and order_notice(actor, arrival, event=Event.OPEN, detail={}):
            record(actor, act="letters.opened", object_kind="letter", object_id=letter.id)


@contextmanager
def _deciding(actor: Actor, arrival_id: UUID) -> Iterator[None]:
    """The scope of a registry's decision: the transaction, the grant, then the capability.

    A memo lies in the tray of the unit that it addresses, where there is no registry: whoever works there takes it.
    """
    with scope(actor):
        arrival = exchange.access_arrival(actor, arrival_id)
        require_capability(actor, Capability.WORK_ITEMS if arrival.unit_id else Capability.REGISTER_INCOMING)
        yield


@contextmanager
def _redirecting(actor: Actor, arrival_id: UUID) -> Iterator[None]:
    with scope(actor):
        arrival = exchange.access_arrival(actor, arrival_id)
        if not Secrecy(arrival.secrecy).is_sealed:
            with _deciding(actor, arrival_id):
                yield
            return
        if not names_reader(actor, arrival):
            raise SealedStaysWithItsReader
        yield


def names_reader(actor: Actor, arrival: Arrival) -> bool:
    """Whether the actor is the reader whom a sealed arrival names."""
    return exchange.named_reader(actor.body_id, arrival.read(), arrival.unit_id) in actor.post_ids


def _letter_from(actor: Actor, arrival: Arrival, manifest: Manifest, command: AcceptCommand) -> Letter:
    now = clock.now()
    document = next(document for part, document in arrival.documents if part == "letter")
    signed = next(part for part in manifest.documents if part.part == "letter")
    kind = LetterKind(manifest.kind)
    memo = kind is LetterKind.MEMO  # between two units the body's own name would say nothing
    return Letter(
        kind=kind, direction=Direction.IN, state=LetterState.REGISTERED,
        letter_type=manifest.letter_type if manifest.letter_type in CATALOGUE else command.letter_type,
        subject=manifest.subject, subject_folded="" if Secrecy(manifest.secrecy).is_sealed else fold(manifest.subject),
        secrecy=manifest.secrecy, data_class=manifest.data_class, urgency=manifest.urgency,
        general_number=clean_line(command.general_number, 40), answer_wanted_by=manifest.answer_wanted_by,
        created_at=now, updated_at=now, sort_time=now, registered_at=now, issued_at=manifest.issued_at,
        document_id=document, document_digest=signed.digest, counterpart_id=arrival.sender_id,
        counterpart_ar=manifest.sender.office_ar if memo else arrival.sender_ar,
        counterpart_en=manifest.sender.office_en if memo else arrival.sender_en,
        their_reference=manifest.reference, their_date=manifest.issued_on,
        signer_ar=manifest.signer_ar, signer_en=manifest.signer_en,
        reference=manifest.reference if memo else "",
    )  # fmt: skip


def _register(actor: Actor, letter: Letter) -> None:
    entry = take_number(
        actor, RegisterKind.INCOMING,
        Particulars(
            object_id=letter.id, subject=letter.subject, counterpart_id=letter.counterpart_id or actor.body_id,
            counterpart_ar=letter.counterpart_ar, counterpart_en=letter.counterpart_en,
            secrecy=Secrecy(letter.secrecy), their_reference=letter.their_reference, their_date=letter.their_date,
        ),
        state=EntryState.ISSUED,
    )  # fmt: skip
    letter.entry_id, letter.reference = entry.id, entry.reference


def _attach(letter: Letter, arrival: Arrival, manifest: Manifest) -> None:
    pairs = zip(manifest.documents, arrival.documents, strict=True)
    files = [(part, document) for part, (kind, document) in pairs if kind == "attachment"]
    Attachment.objects.bulk_create(
        Attachment(
            letter=letter, position=position, document_id=document, digest=part.digest, name=part.name,
            media_type=part.media_type, size=part.size, pages=part.pages,
        )
        for position, (part, document) in enumerate(files, start=1)
    )  # fmt: skip


def _open_to_readers(actor: Actor, letter: Letter, arrival: Arrival, manifest: Manifest) -> Grantee:
    """Open the letter to the registry, or, when it is sealed, to its named addressee alone; return the first holder."""
    tray = Grantee.unit(arrival.unit_id or directory.registry_unit(actor.body_id).id)
    if not Secrecy(letter.secrecy).is_sealed:
        grant(actor, protected(letter), [tray], reason=Reason.REGISTRY)
        return tray
    post_id = exchange.named_reader(actor.body_id, manifest, arrival.unit_id)
    named = Grantee.post(post_id) if post_id else tray
    grant(actor, protected(letter), [named], reason=Reason.ADDRESSEE)
    message = Message(
        kind=Kind.ARRIVED, object_kind="letter", object_id=letter.id, reference=letter.their_reference,
        counterpart_ar=letter.counterpart_ar, counterpart_en=letter.counterpart_en,
        **outside(letter.subject, letter.secrecy, letter.data_class),
    )  # fmt: skip
    tell(actor, party(actor.body_id, named).people, message)
    return named


def _link_to_question(actor: Actor, letter: Letter, manifest: Manifest) -> None:
    """An answer is linked to the body's own question, whose author sees both; the last answer ends its follow-up.

    A sealed answer is for whom it names: its addressee shows it to the author, or does not.
    """
    if manifest.answers is None:
        return
    question = Letter.objects.filter(
        direction=Direction.OUT, id__in=exchange.letters_of_parcel(actor, manifest.answers.parcel_id)
    ).first()
    if question is None:
        return
    Link.objects.create(letter=letter, to=question, kind=LinkKind.REPLY)
    if question.author_id and not Secrecy(letter.secrecy).is_sealed:
        author = Grantee.person(question.author_id)
        grant(actor, protected(letter), [author], reason=Reason.AUTHOR, source_id=question.id)
    if not exchange.awaits_answer(actor, question.id):
        finish(actor, question.id, outcome=letter.reference, only=Act.FOLLOW)
