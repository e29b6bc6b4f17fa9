# SPDX-License-Identifier: EUPL-1.2
"""Somebody who knows an identifier that is not theirs, and puts it where another belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mukatabat.access.grants.queries import granted
from mukatabat.access.grants.rules import Grantee
from mukatabat.exchange import queries as exchange
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting, receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.errors import UnknownChoice
from mukatabat.letters.models import Attachment, Letter, Link
from mukatabat.tenancy.context import scope
from mukatabat.work.actions import refer
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.letters.pages import at, browser, draft_fields
from tests.story import approved_letter, arrived, draft_command, issued_letter, registered, run_jobs

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db
LETTER_ACTS = ("submit", "discard", "approve", "send_back", "recall", "comments", "sign", "refuse", "refer", "complete")


def _drafted_with_file(cast: Cast, name: str = "سر.txt") -> tuple[UUID, Attachment]:
    draft_id = uuid4()
    file = SimpleUploadedFile(name, "محتوى المرفق".encode())
    browser("adviser.mof").post(at("begin", draft_id), draft_fields(cast, files=file))
    with scope(cast("adviser.mof")):
        return draft_id, Attachment.objects.get(letter_id=draft_id)


# ── a draft under a chosen identifier ───────────────────────────────────────────────────────────────────────────────


def test_a_draft_under_an_arrival_s_identifier_opens_the_arrival_to_nobody(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    thief = cast("adviser2.fl")
    with pytest.raises(NotFoundOrForbidden):
        drafting.begin_draft(thief, draft_command(cast, approvers=(), signer=None, addressees=()), draft_id=arrival.id)
    client = browser("adviser2.fl")
    fields = {
        "version": "0",
        "subject": "س",
        "letter_type": "general",
        "urgency": "normal",
        "secrecy": "normal",
        "body": "ن",
    }
    for name in ("begin", "autosave_new"):
        assert client.post(at(name, arrival.id), fields).status_code == 404
    assert not granted(thief, [arrival.id])
    assert client.get(at("arrival", arrival.id)).status_code == 404


def test_a_draft_under_a_letter_s_identifier_gives_nothing_to_a_colleague_or_another_body(cast: Cast) -> None:
    draft_id, _file = _drafted_with_file(cast)
    for login in ("head.mof", "finance.mof", "adviser.moh"):
        with pytest.raises(NotFoundOrForbidden):
            drafting.begin_draft(
                cast(login), draft_command(cast, approvers=(), signer=None, addressees=()), draft_id=draft_id
            )
        assert not granted(cast(login), [draft_id])
        assert browser(login).post(at("begin", draft_id), draft_fields(cast)).status_code == 404
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=draft_id).author_id == cast("adviser.mof").person_id


# ── one kind of identifier in place of another ──────────────────────────────────────────────────────────────────────


def test_an_arrival_s_identifier_is_no_letter_on_any_act(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    clerk, client = cast("clerk.fl"), browser("clerk.fl")
    for act in (
        lambda: approval.comment(clerk, arrival.id, "ملاحظة"), lambda: approval.submit(clerk, arrival.id),
        lambda: drafting.discard(clerk, arrival.id), lambda: approval.recall(clerk, arrival.id),
        lambda: approval.resolve_comment(clerk, arrival.id, uuid4()),
    ):  # fmt: skip
        with pytest.raises(NotFoundOrForbidden):
            act()
    for act in LETTER_ACTS:
        response = client.post(f"/letters/{arrival.id}/{act}/", {"text": "ملاحظة", "reason": "سبب", "version": "1"})
        assert response.status_code in {404, 405}, (act, response.status_code)


def test_a_letter_s_identifier_is_no_arrival_on_any_act(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    clerk, client = cast("clerk.fl"), browser("clerk.fl")
    for act in (
        lambda: receiving.accept_arrival(clerk, incoming.id, AcceptCommand()),
        lambda: receiving.return_arrival(clerk, incoming.id, "سبب"),
    ):
        with pytest.raises(NotFoundOrForbidden):
            act()
    for act in ("register", "return", "redirect"):
        assert client.post(f"/letters/arrivals/{incoming.id}/{act}/", {"reason": "سبب"}).status_code == 404


# ── parts of another letter ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_opens_only_through_the_letter_that_it_belongs_to(cast: Cast) -> None:
    own = issued_letter(cast)
    draft_id, file = _drafted_with_file(cast)
    with scope(cast("signer.mof")):
        signed = Letter.objects.get(id=own.id).document_id
    assert signed is not None
    head, author = browser("head.mof"), browser("adviser.mof")
    assert head.get(at("document", own.id, file.document_id)).status_code == 404
    assert head.get(at("document", draft_id, file.document_id)).status_code == 404
    assert author.get(at("document", draft_id, signed)).status_code == 404
    for outsider in ("clerk.fl", "adviser.moh", "finance.mof"):
        for letter in (own.id, draft_id):
            for document in (signed, file.document_id):
                assert browser(outsider).get(at("document", letter, document)).status_code == 404


def test_an_attachment_or_remark_of_another_letter_is_not_touched_through_one_s_own(cast: Cast) -> None:
    draft_id, file = _drafted_with_file(cast)
    letter = approved_letter(cast)
    remark = approval.comment(cast("head.mof"), letter.id, "راجع المادة")
    assert remark is not None
    other = drafting.begin_draft(cast("finance.mof"), draft_command(cast, approvers=(), signer=None))
    client = browser("finance.mof")
    client.post(at("detach", other.id, file.id), draft_fields(cast, version="1"))
    client.post(at("resolve", other.id, remark.id))
    assert client.post(at("detach", draft_id, file.id), draft_fields(cast, version="1")).status_code == 404
    assert client.post(at("resolve", letter.id, remark.id)).status_code == 404
    with scope(cast("adviser.mof")):
        assert Attachment.objects.filter(id=file.id).exists()
        remark.refresh_from_db()
    assert remark.resolved_at is None


def test_nobody_withdraws_the_consignment_of_another_letter_or_body(cast: Cast) -> None:
    first, second = issued_letter(cast), issued_letter(cast)
    run_jobs()
    (theirs,) = exchange.consignments_of(cast("adviser.mof"), [second.id])[second.id]
    client = browser("adviser.mof")
    assert client.post(at("withdraw", first.id, theirs.id), {"reason": "سبب"}).status_code == 404
    for outsider in ("signer.fl", "signer.moh"):
        assert browser(outsider).post(at("withdraw", second.id, theirs.id), {"reason": "سبب"}).status_code == 404
    theirs = exchange.consignment(cast("adviser.mof"), theirs.id)
    assert theirs.state == "delivered"


# ── replies ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_replies_to_a_letter_that_they_may_not_see(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    stranger = cast("adviser2.fl")
    with pytest.raises(NotFoundOrForbidden):
        drafting.begin_draft(stranger, draft_command(cast, approvers=(), signer=None), answers=incoming.id)
    client = browser("adviser2.fl")
    assert client.get(at("reply", incoming.id)).status_code == 404
    for name in ("begin_reply", "autosave_reply"):
        assert client.post(at(name, incoming.id, uuid4()), draft_fields(cast)).status_code == 404
    with scope(cast("clerk.fl")):
        assert not Link.objects.exists()


def test_a_reply_answers_what_was_received_and_nothing_else(cast: Cast) -> None:
    sent = issued_letter(cast)
    draft = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    for letter in (sent, draft):
        with pytest.raises(UnknownChoice):
            drafting.begin_draft(cast("adviser.mof"), draft_command(cast), answers=letter.id)
    with scope(cast("adviser.mof")):
        assert not Link.objects.exists()


def test_an_item_is_handed_to_nobody_outside_the_body(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    before = _holder(cast, incoming.id)
    client = browser("clerk.fl")
    for to in (
        f"person:{cast('adviser.mof').person_id}", f"post:{cast.post('head.mof')}", f"unit:{cast('clerk.mof').unit_ids[0]}",
        f"body:{cast('adviser.mof').body_id}", "person:", f"person:{uuid4()}",
    ):  # fmt: skip
        assert client.post(at("refer", incoming.id), {"to": to, "act": "study", "due": ""}).status_code == 400, to
    stranger = ReferralCommand(task=Task(holder=Grantee.person(cast("adviser2.fl").person), act=Act.STUDY))
    with pytest.raises(NotFoundOrForbidden):
        refer(cast("adviser2.fl"), incoming.id, stranger)
    assert _holder(cast, incoming.id) == before


def _holder(cast: Cast, letter_id: UUID) -> object:
    from mukatabat.work.queries import item_of

    item = item_of(cast("clerk.fl"), letter_id)
    return item and item.holder_id
