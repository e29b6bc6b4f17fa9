# SPDX-License-Identifier: EUPL-1.2
"""Issue («إصدار») in three short steps, so that no lock waits for a human, a card or a time-stamp server.

1. :func:`begin_issue`, one transaction: takes the number, freezes and renders the bytes; state *issuing*.
2. :func:`collect_signature`, outside any transaction: the person signs exactly that digest.
3. :func:`_complete`, one transaction: stores the signed bytes, sets *issued*, orders the carriage.

A process may die between any two statements: the next call goes on from what is stored, with the same number and the
same bytes. A refusal, or no signature before the deadline, leaves a visible void with its reason.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import prefetch_related_objects

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability, is_fresh
from mukatabat.directory.models import Body
from mukatabat.directory.queries import mandate_for
from mukatabat.directory.rules import MandateChoice
from mukatabat.exchange.manifest import Manifest
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.approval import unready
from mukatabat.letters.actions.drafting import require_recipients
from mukatabat.letters.actions.issued import after_issue, after_void, document_part
from mukatabat.letters.actions.leaving import require_seals
from mukatabat.letters.actions.sealing import readers_of
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.manifests import highest_recipient, manifest_of, with_signed_letter
from mukatabat.letters.models import Issue, Letter, PrintCode
from mukatabat.letters.printing import letter_sheet
from mukatabat.letters.queries.pictures import drawn_signature_of
from mukatabat.letters.rules import (
    REGISTER_OF,
    Guard,
    IssueState,
    LetterEvent,
    LetterKind,
)
from mukatabat.letters.transitions import locked, move, require_version, step_guards
from mukatabat.press.actions import print_letter, render_signature_mark
from mukatabat.press.rules import SignatureMark
from mukatabat.registers.actions import confirm_number, take_number, void_number
from mukatabat.registers.models import Entry
from mukatabat.registers.rules import EntryState, Particulars, VoidReason
from mukatabat.signing import pades
from mukatabat.signing.certificates import require_in_date
from mukatabat.signing.development.authority import is_for_practice
from mukatabat.signing.errors import ForeignSignature, PreparationDamaged, ProviderUnavailable
from mukatabat.signing.ports import SignatureProvider, TimeStampAuthority
from mukatabat.signing.rules import (
    TIME_TO_SIGN,
    Answer,
    Completed,
    Pending,
    Prepared,
    RefusalReason,
    Refused,
    SignatureField,
    Signed,
    SignerCertificate,
    SigningRequest,
    Statement,
    settle,
)
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import enter, keep_generated, lend_to_service, store_generated
from mukatabat.vault.errors import BlobDamaged, BlobMissing, StoreUnavailable
from mukatabat.vault.queries import open_document

PDF = "application/pdf"
ISSUED_FIELDS = (
    "entry_id", "reference", "issued_at", "document_id", "document_digest", "signer_ar", "signer_en", "sort_time",
)  # fmt: skip
"""What a letter gets by its issue."""

REASON_LIMIT = 300
REFUSALS = {
    RefusalReason.DECLINED: VoidReason.DECLINED,
    RefusalReason.EXPIRED: VoidReason.EXPIRED,
    RefusalReason.LATE: VoidReason.LATE,
    RefusalReason.UNABLE: VoidReason.UNABLE,
}
LATE_REASONS = frozenset({VoidReason.EXPIRED, VoidReason.LATE})
"""The reasons of a void number that say that time ran out, not that somebody refused."""

logger = logging.getLogger(__name__)


class Progress(StrEnum):
    """What a look at a running issue found."""

    WAITING = "waiting"
    ISSUED = "issued"
    VOID = "void"


class Begun(NamedTuple):
    """A running issue, and what is to be signed where this very call froze it; else it lies in the vault."""

    issue: Issue
    frozen: Prepared | None


def begin_issue(actor: Actor, letter_id: UUID, *, provider: SignatureProvider, version: int | None = None) -> Issue:
    """Step 1, see :func:`begin`; gives the running issue."""
    return begin(actor, letter_id, provider=provider, version=version).issue


def begin(actor: Actor, letter_id: UUID, *, provider: SignatureProvider, version: int | None = None) -> Begun:
    """Step 1: check the mandate and the second factor, take the number, freeze and render the bytes.

    A second call while the letter is being issued returns the running issue: a double click takes one number.
    ``version`` is the one that was read: another one since is refused.
    Raises the guards' errors, the directory's mandate errors, and NotCertified for a body without a seal in force; then
    no number was taken.
    """
    require_capability(actor, Capability.SIGN)
    certificate = provider.certificate(actor.person)  # may take its time: before the transaction
    require_in_date(certificate, clock.now())
    with scope(actor):
        letter = locked(actor, letter_id)
        running = letter.issues.filter(state=IssueState.SIGNING).first()
        if running is not None and running.signer_id == actor.person_id:
            return Begun(running, None)
        require_version(letter, version)
        prefetch_related_objects([letter], "addressees", "attachments", "links", "route")
        mandate = _authority(actor, letter, actor.person)
        require_seals(actor, [one.recipient_id for one in letter.addressees.all()])
        assert actor.second_factor_at is not None  # the guard of its freshness has passed
        entry = _take_number(actor, letter)
        manifest = manifest_of(actor, letter, entry, mandate)
        prepared = _freeze(actor, letter, manifest=manifest, certificate=certificate)
        lend_to_service(actor, letter.id)  # from here on our own work signs and carries it
        frozen = store_generated(
            actor, prepared.to_bytes(), name=f"{entry.reference}.prepared", media_type=PDF,
            readers_of=readers_of(letter),
        )  # fmt: skip
        issue = Issue.objects.create(
            letter=letter, entry_id=entry.id, reference=entry.reference, signer_id=actor.person,
            signer_ar=actor.name_ar, signer_en=actor.name_en, mandate=mandate.as_evidence(),
            second_factor_at=actor.second_factor_at, provider=provider.name,
            for_practice=is_for_practice(certificate), prepared_id=frozen.id,
            manifest=manifest.model_dump(mode="json"), code=manifest.code,
            started_at=entry.at, deadline=entry.at + TIME_TO_SIGN,
        )  # fmt: skip
        PrintCode.objects.create(code=manifest.code, body=actor.body_id, issue=issue.id)
        return Begun(issue, prepared)


def collect_signature(
    actor: Actor, issue_id: UUID, *, provider: SignatureProvider, time_stamps: TimeStampAuthority | None
) -> Progress:
    """Step 2, and step 3 when the signature is there: ask the person (once), look for the answer, act on it.

    Safe to call any number of times by any process. No transaction is open while the provider or the time-stamp
    authority is asked.
    """
    with scope(actor):
        issue = Issue.objects.get(id=issue_id)
    if issue.state != IssueState.SIGNING:
        return Progress.ISSUED if issue.state == IssueState.SIGNED else Progress.VOID
    try:
        prepared = _prepared(actor, issue)
    except (BlobDamaged, PreparationDamaged):
        return _abandon(actor, issue, VoidReason.DAMAGED)
    answer = _ask(provider, issue, prepared) if prepared is not None else Pending()
    return _act(actor, issue, answer, prepared=prepared, time_stamps=time_stamps)


def bring_signature(
    actor: Actor, issue: Issue, signature: bytes, *, prepared: Prepared, time_stamps: TimeStampAuthority | None
) -> Progress:
    """As :func:`collect_signature`, where the signature over the frozen bytes was brought and nobody is asked."""
    return _act(actor, issue, Signed(signature), prepared=prepared, time_stamps=time_stamps)


def _act(
    actor: Actor, issue: Issue, answer: Answer, *, prepared: Prepared | None, time_stamps: TimeStampAuthority | None
) -> Progress:
    answer = settle(answer, deadline=issue.deadline, at=clock.now())
    if isinstance(answer, Refused):
        return _abandon(actor, issue, REFUSALS[answer.reason])
    if isinstance(answer, Signed) and prepared is not None:
        return _finish(actor, issue, prepared=prepared, signed=answer, time_stamps=time_stamps)
    return Progress.WAITING


def _prepared(actor: Actor, issue: Issue) -> Prepared | None:
    """The frozen bytes as they were stored, or None while the store cannot give them."""
    try:
        _, file = open_document(actor, issue.prepared_id)
        with file:
            return Prepared.from_bytes(file.read())
    except (BlobMissing, StoreUnavailable):
        logger.exception("the prepared bytes of %s cannot be read now", issue.reference)
        return None
    except ValueError as error:
        raise PreparationDamaged(detail=str(error)) from error


def _ask(provider: SignatureProvider, issue: Issue, prepared: Prepared) -> Answer:
    """What the provider says now. Trouble, of whatever kind, is no answer: the deadline ends the waiting."""
    try:
        return provider.collect(provider.start(_request(issue, prepared)))
    except ProviderUnavailable:
        return Pending()
    except Exception:
        logger.exception("the signature provider failed over %s", issue.reference)
        return Pending()


def request_of(actor: Actor, issue: Issue) -> SigningRequest | None:
    """What the signer of a running issue is asked to sign; None while its bytes cannot be read, or are damaged."""
    try:
        prepared = _prepared(actor, issue)
    except (BlobDamaged, PreparationDamaged):
        return None  # whoever looks at the issue makes its number void
    return _request(issue, prepared) if prepared is not None else None


def _finish(
    actor: Actor, issue: Issue, *, prepared: Prepared, signed: Signed, time_stamps: TimeStampAuthority | None
) -> Progress:
    try:
        completed = pades.complete(prepared, signed.signature, timestamp=time_stamps)
    except (ForeignSignature, PreparationDamaged):
        logger.exception("a signature for %s by the provider %s was refused", issue.reference, issue.provider)
        return _abandon(actor, issue, VoidReason.INVALID)
    return _complete(actor, issue, completed)


def _authority(actor: Actor, letter: Letter, person_id: UUID) -> MandateChoice:
    """Evaluate the guards of the move and make it; recipients and mandate come first because their errors say more.

    A recipient may have been closed since the draft was saved, and no number is spent on what cannot arrive.
    """
    met = step_guards(actor, letter)
    require_recipients(actor, [AddresseeCommand.of(one) for one in letter.addressees.all()])
    level = highest_recipient(letter)
    mandate = mandate_for(person_id, letter_type=letter.letter_type, recipient_level=level, on=clock.today())
    met.add(Guard.MANDATE)
    if not unready(letter):
        met.add(Guard.READY)
    if is_fresh(actor.second_factor_at, clock.now()):
        met.add(Guard.FRESH_SECOND_FACTOR)
    move(actor, letter, LetterEvent.BEGIN_ISSUE, met=met)
    return mandate


def _take_number(actor: Actor, letter: Letter) -> Entry:
    particulars = Particulars(
        object_id=letter.id, subject=letter.subject, counterpart_id=letter.counterpart_id or actor.body_id,
        counterpart_ar=letter.counterpart_ar, counterpart_en=letter.counterpart_en,
        secrecy=Secrecy(letter.secrecy), attachments=len(letter.attachments.all()),
    )  # fmt: skip
    return take_number(actor, REGISTER_OF[LetterKind(letter.kind)], particulars, state=EntryState.ISSUING)


def _freeze(actor: Actor, letter: Letter, *, manifest: Manifest, certificate: SignerCertificate) -> Prepared:
    drawn = drawn_signature_of(actor, actor.person)
    sheet = letter_sheet(Body.objects.get(id=actor.body_id), letter, manifest, drawn=drawn is not None)
    printed = print_letter(sheet)
    box = printed.signature_box
    mark = render_signature_mark(
        SignatureMark(box=box, signer_name=actor.name_ar, signed_at=manifest.issued_at, drawn=drawn, look=sheet.look)
    )
    field = SignatureField(
        page=box.page - 1, box=(round(box.x1), round(box.y1), round(box.x2), round(box.y2)), mark_pdf=mark
    )
    statement = Statement(signed_at=manifest.issued_at, reason=manifest.sender.office_ar, location="الكويت")
    return pades.prepare(printed.document, field=field, signer=certificate, statement=statement)


def _request(issue: Issue, prepared: Prepared) -> SigningRequest:
    return SigningRequest.of(
        prepared, issue.id, person_id=issue.signer_id, display_text=issue.reference, deadline=issue.deadline
    )


def _complete(actor: Actor, issue: Issue, completed: Completed) -> Progress:
    """Step 3. The signed bytes are durable before the transaction that points to them."""
    pages = pades.count_pages(completed.document)
    kept = keep_generated(completed.document, name=f"{issue.reference}.pdf", media_type=PDF, pages=pages)
    with scope(actor):
        letter = Letter.objects.select_for_update().get(id=issue.letter_id)
        issue = Issue.objects.select_for_update().get(id=issue.id)
        if issue.state != IssueState.SIGNING:  # another process was quicker, or the sweep made it void
            return Progress.ISSUED if issue.state == IssueState.SIGNED else Progress.VOID
        document = enter(actor, kept, readers_of=readers_of(letter), lent=True)
        confirm_number(actor, issue.entry_id, content_digest=document.digest)
        issue.state, issue.ended_at, issue.level = IssueState.SIGNED, clock.now(), str(completed.level)
        issue.save(update_fields=["state", "ended_at", "level"])
        letter.entry_id, letter.reference, letter.issued_at = issue.entry_id, issue.reference, issue.started_at
        letter.document_id, letter.document_digest = document.id, document.digest
        letter.signer_ar, letter.signer_en, letter.sort_time = issue.signer_ar, issue.signer_en, issue.started_at
        move(actor, letter, LetterEvent.SIGNED, met={Guard.VALID_SIGNATURE}, also=ISSUED_FIELDS)
        manifest = with_signed_letter(Manifest.model_validate(issue.manifest), document_part(document))
        after_issue(actor, letter, issue, manifest)
    return Progress.ISSUED


def _abandon(actor: Actor, issue: Issue, reason: str) -> Progress:
    """Strike the number through with its reason; the letter waits for its signer again."""
    with scope(actor):
        letter = Letter.objects.select_for_update().get(id=issue.letter_id)
        issue = Issue.objects.select_for_update().get(id=issue.id)
        if issue.state != IssueState.SIGNING:
            return Progress.ISSUED if issue.state == IssueState.SIGNED else Progress.VOID
        issue.state, issue.ended_at, issue.reason = IssueState.VOID, clock.now(), reason
        issue.save(update_fields=["state", "ended_at", "reason"])
        void_number(actor, issue.entry_id, reason=reason)
        move(actor, letter, LetterEvent.UNSIGNED, met={Guard.REASON})
        after_void(actor, letter, issue)
    return Progress.VOID


def give_up(actor: Actor, letter_id: UUID, reason: str) -> None:
    """The signer stops a running issue; its number becomes void with the reason."""
    text = clean_line(reason, REASON_LIMIT)
    with scope(actor):
        letter = locked(actor, letter_id)
        issue = letter.issues.filter(state=IssueState.SIGNING, signer_id=actor.person).first()
    if issue is not None:
        _abandon(actor, issue, text or REFUSALS[RefusalReason.DECLINED])
