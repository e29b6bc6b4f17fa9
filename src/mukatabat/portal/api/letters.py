# SPDX-License-Identifier: EUPL-1.2
"""Letters of the caller's body: write, attach, issue with the signer's own key, follow, withdraw."""

from __future__ import annotations

import base64
from typing import BinaryIO, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseBase
from ninja import File, Header, Query, Router, Status
from ninja.files import UploadedFile

from mukatabat.access.grants.rules import Shelf
from mukatabat.directory.rules import kept_code
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters import queries
from mukatabat.letters.actions import drafting, following
from mukatabat.letters.commands import AddresseeCommand, DraftCommand
from mukatabat.letters.proofs import proof_of
from mukatabat.letters.queries import Place, PlaceKind
from mukatabat.letters.views.proofs import given
from mukatabat.portal.actions import letters as writing
from mukatabat.portal.api.schemas import (
    BoxIn,
    ConsignmentOut,
    DocumentOut,
    IssueIn,
    IssueOut,
    KeyIn,
    LetterIn,
    LetterOut,
    LetterPage,
    ReasonIn,
    SignatureIn,
)
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.api.shown import document_bytes, fresh_letter, letter_line, letter_out
from mukatabat.portal.errors import KeyInvalid, RequestInvalid
from mukatabat.portal.queries import Caller, signing_post
from mukatabat.portal.rules import Scope, identifier_for
from mukatabat.press.content import Content, from_plain_text, validate
from mukatabat.vault.rules import Upload

router = Router()
READ = NeedsToken(Scope.FOLLOW, Scope.SEND, Scope.ISSUE, Scope.RECEIVE)
WRITE = NeedsToken(Scope.SEND)
ISSUE = NeedsToken(Scope.ISSUE)
BOXES = {"incoming": Shelf.INCOMING, "outgoing": Shelf.OUTGOING, "drafts": Shelf.DRAFT}


@router.get("", response=LetterPage, auth=READ, url_name="letters", summary="Letters, newest first")
def letters(request: HttpRequest, page: Query[BoxIn]) -> dict[str, object]:
    """One page of the letters that the token's person may see."""
    actor = caller(request).actor
    found = queries.page_of(actor, BOXES[page.box], cursor=page.cursor or None, limit=page.limit)
    return {"items": [letter_line(row.letter) for row in found.rows], "next": found.after}


@router.post("", response={201: LetterOut}, auth=WRITE, url_name="write", summary="Write a letter")
def write(request: HttpRequest, letter: LetterIn, header: Header[KeyIn]) -> Status[LetterOut]:
    """Write a letter. It is a draft until it is issued. A repetition with the same key gives the same letter."""
    mine = caller(request)
    letter_id = identifier_for(mine.token_id, header.idempotency_key)
    if letter_id is None:
        raise KeyInvalid
    command = _command(mine, letter)
    written, fresh = writing.write_letter(mine, letter_id, command, answers=letter.answers)
    if not fresh:
        return Status(201, letter_out(mine.actor, written.id))
    named = zip(command.addressees, letter.recipients, strict=True)
    codes = {one.body_id: kept_code(asked.body) for one, asked in named}
    return Status(201, fresh_letter(written, codes, letter.answers))


@router.get("/{letter_id}", response=LetterOut, auth=READ, url_name="letter", summary="One letter")
def letter(request: HttpRequest, letter_id: UUID) -> LetterOut:
    """A letter with its documents and what is known of each recipient."""
    return letter_out(caller(request).actor, letter_id)


@router.delete("/{letter_id}", response={204: None}, auth=WRITE, url_name="discard", summary="Give a draft up")
def discard(request: HttpRequest, letter_id: UUID) -> Status[None]:
    """Give a draft up; an issued letter stays for ever."""
    drafting.discard(caller(request).actor, letter_id)
    return Status(204, None)


@router.post(
    "/{letter_id}/attachments", response={201: DocumentOut}, auth=WRITE, url_name="attach", summary="Attach a file"
)
def attach(request: HttpRequest, letter_id: UUID, file: File[UploadedFile]) -> Status[DocumentOut]:
    """Examine a file and add it to a draft; the order of the calls is the order of the attachments."""
    upload = Upload(name=file.name or "", stream=cast(BinaryIO, file.file))
    added = drafting.attach(caller(request).actor, letter_id, upload)
    shown = DocumentOut(
        id=added.document_id, part="attachment", name=added.name, media_type=added.media_type, size=added.size,
        digest=added.digest, pages=added.pages,
    )  # fmt: skip
    return Status(201, shown)


@router.post("/{letter_id}/issue", response={202: IssueOut}, auth=ISSUE, url_name="issue", summary="Begin the issue")
def issue(request: HttpRequest, letter_id: UUID, wanted: IssueIn) -> Status[IssueOut]:
    """Take the number and get the bytes that the signer signs. A repetition gives the running issue."""
    running, prepared = writing.begin_issue(
        caller(request), letter_id, staff_number=wanted.signer, certificates=wanted.certificates
    )
    shown = IssueOut(
        reference=running.reference, to_be_signed=base64.b64encode(prepared.signed_attributes).decode("ascii"),
        digest=f"sha256:{prepared.document_digest.hex()}", deadline=running.deadline,
    )  # fmt: skip
    return Status(202, shown)


@router.post("/{letter_id}/signature", response=LetterOut, auth=ISSUE, url_name="sign", summary="Bring the signature")
def sign(request: HttpRequest, letter_id: UUID, brought: SignatureIn) -> LetterOut:
    """Issue the letter; from here its carriage goes by itself. A signature that does not fit changes nothing."""
    writing.bring_signature(caller(request), letter_id, brought.signature)
    return letter_out(caller(request).actor, letter_id)


@router.get("/{letter_id}/documents/{document_id}", auth=READ, url_name="document", summary="Bytes of a document")
def document(request: HttpRequest, letter_id: UUID, document_id: UUID) -> FileResponse:
    """The signed letter or an attachment, exactly as it was signed."""
    actor = caller(request).actor
    return document_bytes(actor, Place(PlaceKind.LETTER, letter_id), document_id)


@router.get(
    "/{letter_id}/consignments/{consignment_id}/proof", auth=READ, url_name="proof",
    summary="Bundle of evidence of one delivery",
)  # fmt: skip
def proof(request: HttpRequest, letter_id: UUID, consignment_id: UUID) -> HttpResponseBase:
    """Everything that proves one delivery, in one file that anybody checks offline; that it was taken is recorded.

    Not found while nothing is stated yet, as in the seconds after the issue. Of a secret letter the digests alone.
    """
    return given(*proof_of(caller(request).actor, letter_id, consignment_id))


@router.post(
    "/{letter_id}/consignments/{consignment_id}/withdraw", response=ConsignmentOut, auth=ISSUE,
    url_name="withdraw", summary="Withdraw from one recipient",
)  # fmt: skip
def withdraw(request: HttpRequest, letter_id: UUID, consignment_id: UUID, why: ReasonIn) -> ConsignmentOut:
    """Take the letter back from a recipient whose registry has not accepted it yet."""
    actor = caller(request).actor
    following.withdraw(actor, letter_id, consignment_id, why.reason)
    shown = letter_out(actor, letter_id).consignments
    found = next((one for one in shown if one.id == consignment_id), None)
    if found is None:
        raise NotFoundOrForbidden
    return found


def _command(mine: Caller, asked: LetterIn) -> DraftCommand:
    return DraftCommand(
        kind=asked.kind, letter_type=asked.letter_type, subject=asked.subject, content=_content(asked),
        secrecy=asked.secrecy, data_class=asked.data_class, urgency=asked.urgency,
        general_number=asked.general_number, answer_wanted_by=asked.answer_wanted_by,
        addressees=tuple(
            writing.addressee(mine, one.body, AddresseeCommand(mine.actor.body_id, one.role, visible=one.visible))
            for one in asked.recipients
        ),
        signer=signing_post(mine, asked.signer),
    )  # fmt: skip


def _content(asked: LetterIn) -> Content:
    if (asked.content is None) is (not asked.text):
        raise RequestInvalid
    return from_plain_text(asked.text) if asked.content is None else validate(asked.content)
