# SPDX-License-Identifier: EUPL-1.2
"""Letters that came on paper («القيد والمسح الضوئي»): scans are taken in, and each is registered or put away.

A scan is the registry's until it is registered. The letter made from it has no signature of ours to check: its document
is the image, and it says of itself that the original is paper.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.queries import require_granted
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState, Event, after
from mukatabat.exchange.transitions import move
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import clean_line
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.letters.actions.duplicates import require_no_twin
from mukatabat.letters.actions.sealing import follow_secrecy
from mukatabat.letters.commands import PaperCommand
from mukatabat.letters.errors import (
    LetterDateUnsuitable,
    ScanAlreadyDecided,
    ScanUnsuitable,
    SourceUnsuitable,
    SubjectMissing,
    UnknownChoice,
)
from mukatabat.letters.headings import heading_of, name_counterpart
from mukatabat.letters.models import Attachment, Letter, Link, Scan
from mukatabat.letters.printable import require_printable_subject
from mukatabat.letters.queries.intake import kept_as
from mukatabat.letters.rules import SUBJECT_LIMIT, Direction, LetterKind, LetterState, LinkKind
from mukatabat.letters.transitions import protected
from mukatabat.letters.types import CATALOGUE
from mukatabat.registers.actions import take_number
from mukatabat.registers.rules import EntryState, Particulars
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import enter, grant, keep, revoke
from mukatabat.vault.rules import Upload
from mukatabat.work.actions import finish, open_item, record_step, refer
from mukatabat.work.rules import Act, Step, Task

SCANNED = frozenset({"application/pdf", "image/tiff", "image/jpeg", "image/png"})


def take_in(actor: Actor, upload: Upload) -> Scan:
    """Examine an uploaded scan, keep it, and lay it before the registry; a refused file changes nothing."""
    require_capability(actor, Capability.REGISTER_INCOMING)
    kept = keep(upload)
    if kept.media_type not in SCANNED:
        raise ScanUnsuitable(name=kept.name)
    with scope(actor):
        document = enter(actor, kept)
        scan = Scan.objects.create(
            document_id=document.id, digest=document.digest, name=document.name, media_type=document.media_type,
            size=document.size, pages=document.pages, taken_by_ar=actor.name_ar, taken_by_en=actor.name_en,
            at=clock.now(),
        )  # fmt: skip
        place = Protected(kind="scan", id=scan.id, shelf=Shelf.WORK, sort_time=scan.at)
        registry = directory.registry_unit(actor.body_id).id
        grant(actor, place, [Grantee.unit(registry)], reason=Reason.REGISTRY)
        record(actor, act="letters.scan-taken-in", object_kind="scan", object_id=scan.id)
    return scan


def put_away(actor: Actor, scan_id: UUID) -> None:
    """Take a scan that is no letter (a blank page, a second shot) out of what waits; the trail keeps that it was."""
    require_capability(actor, Capability.REGISTER_INCOMING)
    with scope(actor):
        (scan,) = _lock_waiting(actor, [scan_id])
        scan.decided_at, scan.decided_by = clock.now(), actor.name_ar
        scan.save(update_fields=["decided_at", "decided_by"])
        record(actor, act="letters.scan-put-away", object_kind="scan", object_id=scan.id)


def register_paper(actor: Actor, scan_id: UUID, command: PaperCommand) -> Letter:
    """Register a letter that came on paper: the body's own number, its item, its links, and the first referral.

    Two clerks who take the same scan get one number between them. Raises `ScanAlreadyDecided`, `AlreadyRegistered`
    until the clerk registers despite the twin, and the errors of what is missing.
    """
    require_capability(actor, Capability.REGISTER_INCOMING)
    subject = clean_line(command.subject, SUBJECT_LIMIT)
    require_printable_subject(subject)
    command = replace(command, their_reference=kept_as(clean_line(command.their_reference, 40)))
    _require_whole(actor, command, subject)
    with scope(actor):
        scan, *more = _lock_waiting(actor, [scan_id, *command.more_scans])
        require_no_twin(actor, command.source_id, command.their_reference, despite=command.despite)
        letter = _letter_from(actor, scan, command, subject=subject)
        _register(actor, letter, attachments=len(more))
        letter.save(force_insert=True)
        _attach(letter, more)
        holder = _open_to_readers(actor, letter)
        open_item(actor, heading_of(letter), Task(holder=holder, act=Act.REFER))
        _answer(actor, letter, command.answers, source_id=command.source_id)
        if Secrecy(letter.secrecy).is_sealed:  # the registry knows what it scanned, and shows it to nobody from now on
            follow_secrecy(actor, letter)
            for one in (scan, *more):
                revoke(actor, one.id, reason=Reason.REGISTRY)
        for one in (scan, *more):
            one.letter_id, one.decided_at, one.decided_by = letter.id, clock.now(), actor.name_ar
            one.save(update_fields=["letter_id", "decided_at", "decided_by"])
        record(
            actor, act="letters.paper-registered", object_kind="letter", object_id=letter.id,
            detail={"scan": str(scan.id), "reference": letter.reference},
        )  # fmt: skip
        record_step(actor, letter.id, Step.RECEIPT_TO_REGISTRATION, started=scan.at)
        if command.referral is not None and not Secrecy(letter.secrecy).is_sealed:
            refer(actor, letter.id, command.referral)
    return letter


def _require_whole(actor: Actor, command: PaperCommand, subject: str) -> None:
    if not subject:
        raise SubjectMissing
    if command.letter_type not in CATALOGUE:
        raise UnknownChoice
    if command.their_date is None or command.their_date > clock.today():
        raise LetterDateUnsuitable
    if command.source_id == actor.body_id:
        raise SourceUnsuitable
    directory.require_addressable(command.source_id, realm=actor.realm, on=clock.today())


def _lock_waiting(actor: Actor, scan_ids: list[UUID]) -> list[Scan]:
    """Take scans for a decision, in one order for everybody; the answer stands in the order that was asked."""
    for one in scan_ids:
        require_granted(actor, one)
    found = {one.id: one for one in Scan.objects.select_for_update().filter(id__in=scan_ids).order_by("id")}
    if len(found) != len(set(scan_ids)):
        raise NotFoundOrForbidden
    if any(one.decided_at is not None for one in found.values()):
        raise ScanAlreadyDecided
    return [found[one] for one in dict.fromkeys(scan_ids)]


def _letter_from(actor: Actor, scan: Scan, command: PaperCommand, *, subject: str) -> Letter:
    now = clock.now()
    letter = Letter(
        kind=LetterKind.LETTER, direction=Direction.IN, state=LetterState.REGISTERED, letter_type=command.letter_type,
        subject=subject, subject_folded="" if command.secrecy.is_sealed else fold(subject), secrecy=command.secrecy,
        urgency=command.urgency, created_at=now, updated_at=now, sort_time=now, registered_at=now,
        document_id=scan.document_id, document_digest=scan.digest, their_date=command.their_date,
        their_reference=command.their_reference, on_paper=True,
        attachments_listed=clean_line(command.attachments_listed, 300),
    )  # fmt: skip
    name_counterpart(letter, command.source_id)
    return letter


def _register(actor: Actor, letter: Letter, *, attachments: int) -> None:
    entry = take_number(
        actor, RegisterKind.INCOMING,
        Particulars(
            object_id=letter.id, subject=letter.subject, counterpart_id=letter.counterpart_id or actor.body_id,
            counterpart_ar=letter.counterpart_ar, counterpart_en=letter.counterpart_en,
            secrecy=Secrecy(letter.secrecy), their_reference=letter.their_reference, their_date=letter.their_date,
            attachments=attachments,
        ),
        state=EntryState.ISSUED,
    )  # fmt: skip
    letter.entry_id, letter.reference = entry.id, entry.reference


def _attach(letter: Letter, scans: list[Scan]) -> None:
    Attachment.objects.bulk_create(
        Attachment(
            letter=letter, position=position, document_id=one.document_id, digest=one.digest, name=one.name,
            media_type=one.media_type, size=one.size, pages=one.pages,
        )
        for position, one in enumerate(scans, start=1)
    )  # fmt: skip


def _open_to_readers(actor: Actor, letter: Letter) -> Grantee:
    """The registry, or the highest office alone when the mark on the paper is above normal."""
    registry = Grantee.unit(directory.registry_unit(actor.body_id).id)
    highest = directory.addressable_posts(actor.body_id).values_list("id", flat=True).first()
    if not Secrecy(letter.secrecy).is_sealed or highest is None:
        grant(actor, protected(letter), [registry], reason=Reason.REGISTRY)
        return registry
    grant(actor, protected(letter), [Grantee.post(highest)], reason=Reason.ADDRESSEE)
    return Grantee.post(highest)


def _answer(actor: Actor, letter: Letter, question_id: UUID | None, *, source_id: UUID) -> None:
    """Link the letter to the own one that it answers; what was asked on paper is answered by what is keyed in."""
    if question_id is None:
        return
    require_granted(actor, question_id)
    question = Letter.objects.filter(id=question_id, direction=Direction.OUT, state=LetterState.ISSUED).first()
    if question is None:
        raise NotFoundOrForbidden
    Link.objects.create(letter=letter, to=question, kind=LinkKind.REPLY)
    if question.author_id and not Secrecy(letter.secrecy).is_sealed:
        author = Grantee.person(question.author_id)
        grant(actor, protected(letter), [author], reason=Reason.AUTHOR, source_id=question.id)
    asked = Consignment.objects.select_for_update(of=("self",)).select_related("parcel").filter(
        letter_id=question.id, recipient_id=source_id
    )  # fmt: skip
    for one in asked:
        if after(ConsignmentState(one.state), Event.ANSWER):
            move(actor, one, Event.ANSWER)
    if not exchange.awaits_answer(actor, question.id):
        finish(actor, question.id, outcome=letter.reference, only=Act.FOLLOW)
