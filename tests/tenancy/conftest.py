# SPDX-License-Identifier: EUPL-1.2
"""A story that leaves rows of both sides in every body's table."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pikepdf
import pytest

from mukatabat.access.grants.rules import Grantee
from mukatabat.directory import actions as directory
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.exchange.models import Consignment, PaperRecord
from mukatabat.exchange.rules import Event
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.ledger.actions import note_audit_head, reconcile
from mukatabat.ledger.holding import audit_heads
from mukatabat.ledger.rules import Head
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.actions.keeping import keep_text
from mukatabat.letters.actions.pictures import set_picture
from mukatabat.letters.actions.presence import beat
from mukatabat.letters.actions.receiving import note_opened
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Scan
from mukatabat.notify.actions import Chosen, choose
from mukatabat.notify.models import Dispatch, Notification
from mukatabat.notify.ports import ChannelName
from mukatabat.notify.preferences import Choice
from mukatabat.portal.actions.feed import open_feed, publish
from mukatabat.portal.actions.webhooks import NewWebhook, lay_out
from mukatabat.portal.actions.webhooks import propose as propose_webhook
from mukatabat.portal.events import EventType
from mukatabat.portal.models import Event as FeedEvent
from mukatabat.press.content import from_plain_text
from mukatabat.registers.models import BookView
from mukatabat.signing.models import SignerIdentity
from mukatabat.signing.providers.csc import keeping
from mukatabat.signing.rules import SigningRequest
from mukatabat.tenancy.context import scope
from mukatabat.vault.actions import request_seal
from mukatabat.vault.actions.uploads import append_part, begin_upload
from mukatabat.vault.rules import Upload
from mukatabat.work.models import PaperBaseline
from mukatabat.work.rules import Act, ReferralCommand, Step, Task
from tests.cast import FL, MOF, MOH, Cast
from tests.story import draft_command, issue, registered, run_jobs, signature_png


@pytest.fixture
def told(cast: Cast) -> Cast:
    """The cast after a question with an attachment and a remark was asked, registered, referred and answered."""
    for login in ("clerk.mof", "clerk.fl"):
        open_feed(cast(login))
    author = cast("adviser.mof")
    question = drafting.begin_draft(author, draft_command(cast))
    drafting.attach(author, question.id, _file("مرفق.pdf"))
    approval.submit(author, question.id)
    approval.comment(cast("head.mof"), question.id, "يراجع البند الثاني")
    approval.approve(cast("head.mof"), question.id)
    issue(cast("signer.mof"), question.id)
    study = ReferralCommand(task=Task(holder=Grantee.person(cast("clerk.fl").person_id), act=Act.REPLY))  # type: ignore[arg-type]
    incoming = registered(cast, AcceptCommand(referral=study))
    note_opened(cast("clerk.fl"), incoming)
    _answer(cast, incoming.id)
    for login in ("adviser.mof", "clerk.fl"):
        keep_text(cast(login), from_plain_text("فقرة"))
        beat(cast(login), drafting.begin_draft(cast(login), draft_command(cast, to=MOH, approvers=(), signer=None)).id)
    for login in ("signer.mof", "signer.fl"):
        set_picture(cast(login), signature_png())
    for person, login in (("head.mof", "admin.mof"), ("head.fl", "admin.fl")):
        _propose_and_take_back(cast, person, login)
    for body, login in ((MOF, "admin.mof"), (FL, "admin.fl")):
        with scope(cast(login)):
            PaperBaseline.objects.create(
                body_id=body, step=Step.RECEIPT_TO_REPLY, hours=Decimal(72), stated_by="المدير", basis="سجل ورقي",
                stated_on=date(2026, 1, 1),
            )  # fmt: skip
            _on_paper()
    for login in ("clerk.mof", "clerk.fl"):
        _half_an_upload(cast, login)
        _secret_draft(cast, login)
    publish()
    for login in ("admin.mof", "admin.fl"):
        _called(cast, login)
        request_seal(cast(login))
        _mailed(cast, login)
    for login in ("signer.mof", "signer.fl"):
        _asked_by_telephone(cast, login)
    for login in ("clerk.mof", "clerk.fl"):
        note_audit_head(cast(login))
        reconcile(cast(login), audit_heads(cast(login)), Head())
    return cast


def _mailed(cast: Cast, login: str) -> None:
    choose(cast(login), Chosen(choice=Choice()))
    with scope(cast(login)):
        one = Notification.objects.first()
        assert one is not None
        Dispatch.objects.create(notification=one, person_id=one.person_id, channel=ChannelName.SMS, due_at=clock.now())


def _called(cast: Cast, login: str) -> None:
    new = NewWebhook(
        url="https://hooks.example/", purpose="متابعة", types=frozenset(EventType), person_id=cast(login).person
    )
    webhook, _ = propose_webhook(cast(login), new)
    with scope(cast(login)):
        lay_out(webhook, list(FeedEvent.objects.all()))


def _asked_by_telephone(cast: Cast, login: str) -> None:
    signer = cast(login)
    request = SigningRequest(
        id=new_id(), person_id=signer.person, certificate="00", to_be_signed=b"letter", display_text="1",
        deadline=clock.now(),
    )  # fmt: skip
    keeping.enter(signer, [request])
    with scope(signer):
        SignerIdentity.objects.create(person_id=signer.person, user_id=login, number="1", name="الموقّع")


def _half_an_upload(cast: Cast, login: str) -> None:
    part = b"%PDF-"
    session = begin_upload(cast(login), name="ملحق.pdf", size=2 * len(part))
    append_part(cast(login), session.id, offset=0, stream=io.BytesIO(part), digest=sha256(part).digest())


def _secret_draft(cast: Cast, login: str) -> None:
    command = draft_command(cast, to=MOH, approvers=(), signer=None, secrecy=Secrecy.SECRET)
    drafting.attach(cast(login), drafting.begin_draft(cast(login), command).id, _file("سري.pdf"))


def _on_paper() -> None:
    """What a registry keys in and takes in from paper, in the open scope."""
    now, writer = clock.now(), {"typed_by_ar": "كاتب", "typed_by_en": "Clerk"}
    BookView.objects.create(person_id=new_id(), book="incoming", name="عرض")
    sent = Consignment.objects.first()
    assert sent is not None
    PaperRecord.objects.create(consignment=sent, event=Event.HAND_OVER, at=now, typed_at=now, **writer)
    Scan.objects.create(
        document_id=new_id(), digest="sha256:0", name="كتاب.pdf", media_type="application/pdf", size=1,
        taken_by_ar="كاتب", taken_by_en="Clerk", at=now,
    )  # fmt: skip


def _propose_and_take_back(cast: Cast, person: str, login: str) -> None:
    change = directory.propose(
        cast(login), ChangeKind.MANDATE, person_id=cast(person).person, content={}, reason="تفويض"
    )  # fmt: skip
    directory.decline(cast(login), change.pk, "")


def _answer(cast: Cast, incoming: object) -> None:
    clerk = cast("clerk.fl")
    command = draft_command(cast, to=MOF, letter_type="opinion", approvers=(), signer=cast.post("signer.fl"))
    reply = drafting.begin_draft(clerk, command, answers=incoming)  # type: ignore[arg-type]
    drafting.attach(clerk, reply.id, _file("ملحق.pdf"))
    approval.submit(clerk, reply.id)
    approval.comment(cast("signer.fl"), reply.id, "جاهز")
    issue(cast("signer.fl"), reply.id)
    inform = ReferralCommand(task=Task(holder=Grantee.person(cast("adviser.mof").person_id), act=Act.INFORM))  # type: ignore[arg-type]
    registered(cast, AcceptCommand(referral=inform), login="clerk.mof")
    run_jobs()


def _file(name: str) -> Upload:
    document, stream = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(stream)
    stream.seek(0)
    return Upload(name, stream)
