# SPDX-License-Identifier: EUPL-1.2
"""A linked system writes a letter, begins its issue, and brings the signature that its signer made."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory.errors import UnknownBody
from mukatabat.directory.queries import body_by_code, names_ever
from mukatabat.kernel import clock
from mukatabat.letters.actions import approval, drafting, issuing
from mukatabat.letters.commands import AddresseeCommand, DraftCommand
from mukatabat.letters.errors import NoSuchMove
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.queries import access_letter
from mukatabat.letters.rules import IssueState, LetterState
from mukatabat.letters.transitions import locked
from mukatabat.portal.errors import KeyReused, NotUnderSignature, UnknownRecipient
from mukatabat.portal.queries import Caller, signer_of
from mukatabat.signing import pades, service
from mukatabat.signing.certificates import accept_certificate
from mukatabat.signing.errors import CertificateNotUsable, ForeignSignature
from mukatabat.signing.providers.remote import RemoteProvider
from mukatabat.signing.rules import Prepared
from mukatabat.tenancy.context import reading, scope
from mukatabat.vault.queries import open_document
from mukatabat_verify import cms


def addressee(caller: Caller, code: str, command: AddresseeCommand) -> AddresseeCommand:
    """A recipient by its code in the caller's realm; raises UnknownRecipient."""
    try:
        return replace(command, body_id=body_by_code(code, caller.actor.realm).id)
    except UnknownBody:
        raise UnknownRecipient(body=code) from None


def write_letter(
    caller: Caller, letter_id: UUID, command: DraftCommand, *, answers: UUID | None
) -> tuple[Letter, bool]:
    """Write a letter under an identifier that its Idempotency-Key stands for; says whether this call wrote it.

    The same content again gives the same letter, whatever became of it meanwhile; another content is KeyReused.
    """
    letter, fresh = drafting.begin_once(caller.actor, command, answers=answers, draft_id=letter_id)
    if not fresh and not drafting.was_begun_so(caller.actor, letter, command, answers=answers):
        raise KeyReused
    return letter, fresh


def begin_issue(
    caller: Caller, letter_id: UUID, *, staff_number: str, certificates: Sequence[str]
) -> tuple[Issue, Prepared]:
    """Take the number, freeze the bytes and give what the signer's key is to sign.

    The body's own system has approved the letter: a draft goes to its signer first. A repetition gives the running
    issue. Raises the guards' errors, NoSuchMove for a letter that people here have to approve, CertificateNotUsable,
    the directory's mandate errors; then no number was taken.
    """
    require_capability(caller.actor, Capability.DISPATCH)
    signer, number = signer_of(caller, staff_number)
    chain = [_bytes(one, staff_number) for one in certificates]
    certificate = accept_certificate(
        chain, staff_number=number, trust=service.informed_trust(clock.now()),
        organizations=names_ever(caller.actor.body_id),
    )  # fmt: skip
    with scope(caller.actor):
        letter = locked(caller.actor, letter_id)
        if letter.state == LetterState.DRAFT:
            approval.submit_locked(caller.actor, letter)
            if letter.state != LetterState.APPROVED:  # its route names approvers here, and they have not approved it
                raise NoSuchMove(state=LetterState(letter.state).label)
            record(
                caller.actor, act="portal.approved-elsewhere", object_kind="letter", object_id=letter_id,
                detail={"token": caller.handle},
            )  # fmt: skip
    issue, frozen = issuing.begin(signer, letter_id, provider=RemoteProvider(certificate))
    return issue, frozen or _prepared(caller, issue)


def bring_signature(caller: Caller, letter_id: UUID, signature: str) -> None:
    """Issue the letter with the signature that its signer made; a wrong one changes nothing.

    A repetition after the letter was issued changes nothing either. Raises NotUnderSignature, ForeignSignature.
    """
    require_capability(caller.actor, Capability.DISPATCH)
    with reading(caller.actor):
        letter = access_letter(caller.actor, letter_id)
        running = Issue.objects.filter(letter_id=letter.id, state=IssueState.SIGNING).first()
        prepared = _prepared(caller, running) if running is not None else None
    if running is None or prepared is None:
        if letter.state == LetterState.ISSUED:
            return
        raise NotUnderSignature
    raw = _bytes(signature, "")
    if not cms.verifies(raw, prepared.signed_attributes, prepared.signer.own):
        raise ForeignSignature
    issuing.bring_signature(caller.actor, running, raw, prepared=prepared, time_stamps=service.time_stamps())


def _prepared(caller: Caller, issue: Issue) -> Prepared:
    """The frozen bytes of a running issue as they were stored; raises PreparationDamaged and the store's errors."""
    _, stream = open_document(caller.actor, issue.prepared_id)
    with stream:
        prepared = Prepared.from_bytes(stream.read())
    pades.check(prepared)
    return prepared


def _bytes(text: str, staff_number: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise (CertificateNotUsable(signer=staff_number) if staff_number else ForeignSignature()) from None
