# SPDX-License-Identifier: EUPL-1.2
"""A draft along its route over HTTP: review, return, approval, signature, and the wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mukatabat.directory.models import Body, Mandate
from mukatabat.directory.seed import person_id
from mukatabat.directory.vocabulary import Channel
from mukatabat.kernel import clock
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.models import Comment, Issue, Letter
from mukatabat.registers.models import Entry
from mukatabat.signing import service
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.tenancy.context import scope
from tests.cast import FL, MOH
from tests.letters.pages import at, browser, code
from tests.story import approved_letter, draft_command

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _submitted(cast: Cast) -> Letter:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    return approval.submit(cast("adviser.mof"), letter.id)


def _now(cast: Cast, letter_id: UUID) -> Letter:
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=letter_id)


# ── review ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
def test_whoever_has_a_step_is_sent_to_it(cast: Cast, language: str) -> None:
    letter = _submitted(cast)
    client = browser("head.mof", language=language)
    page = client.get(at("letter", letter.id), follow=True)
    assert page.redirect_chain == [(at("review", letter.id), 302)]
    assert letter.subject in page.content.decode()
    author = browser("adviser.mof", language=language).get(at("letter", letter.id))
    assert author.status_code == 200
    assert at("recall", letter.id) in author.content.decode()
    assert (
        "مدير إدارة الشؤون القانونية" if language == "ar" else "Director of Legal Affairs"
    ) in author.content.decode()


def test_a_remark_is_written_resolved_and_stays_inside(cast: Cast) -> None:
    letter = _submitted(cast)
    head = browser("head.mof")
    assert head.post(at("comment", letter.id), {"text": "يرجى ضبط الإشارة"}).status_code == 302
    with scope(cast("head.mof")):
        remark = Comment.objects.get(letter_id=letter.id)
    assert "يرجى ضبط الإشارة" in head.get(at("review", letter.id)).content.decode()
    browser("adviser.mof").post(at("resolve", letter.id, remark.id))
    with scope(cast("head.mof")):
        remark.refresh_from_db()
    assert remark.resolved_at is not None


def test_sending_back_needs_a_reason_and_brings_the_letter_to_its_author(cast: Cast) -> None:
    letter = _submitted(cast)
    head = browser("head.mof", language="en")
    empty = head.post(at("send_back", letter.id), {"reason": " "})
    assert empty.status_code == 400
    assert "only with a reason" in empty.content.decode()
    assert head.post(at("send_back", letter.id), {"reason": "تستكمل المرفقات"}).status_code == 302
    page = browser("adviser.mof").get(at("letter", letter.id), follow=True)
    assert page.redirect_chain == [(at("edit", letter.id), 302)]
    assert "تستكمل المرفقات" in page.content.decode()


def test_an_approval_is_of_what_was_read_and_of_nothing_later(cast: Cast) -> None:
    letter = _submitted(cast)
    head = browser("head.mof")
    author = cast("adviser.mof")
    approval.recall(author, letter.id)
    drafting.save_draft(author, letter.id, draft_command(cast, subject="موضوع آخر"), version=2)
    approval.submit(author, letter.id)
    stale = head.post(at("approve", letter.id), {"version": "1"})
    assert stale.status_code == 409
    assert "موضوع آخر" in stale.content.decode()
    assert head.post(at("approve", letter.id), {}).status_code == 409
    assert head.post(at("approve", letter.id), {"version": "3"}).status_code == 302
    assert _now(cast, letter.id).state == "approved"


def test_the_author_takes_a_letter_back(cast: Cast) -> None:
    letter = _submitted(cast)
    assert browser("adviser.mof").post(at("recall", letter.id)).status_code == 302
    assert _now(cast, letter.id).state == "draft"


# ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sign(client: Any, letter: Letter, **changes: str) -> Any:
    fields = {"version": "1", "read": "yes", "code": code("signer.mof"), **changes}
    return client.post(at("sign", letter.id), fields)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_letter_is_signed_with_a_fresh_code_and_stands_in_the_register(cast: Cast, language: str) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof", language=language)
    page = client.get(at("letter", letter.id), follow=True)
    assert page.redirect_chain == [(at("sign", letter.id), 302)]
    assert 'name="code"' in page.content.decode()
    assert "مرسوم رقم 119 لسنة 2024" in page.content.decode()
    answer = _sign(client, letter)
    assert (answer.status_code, answer.headers["Location"]) == (302, at("signing", letter.id))
    done = client.get(at("signing", letter.id)).content.decode()
    assert f"MOF-O-{clock.today().year}-00001" in done
    assert "hx-get" not in done.split('id="signing"')[1].split(">")[0]
    assert _now(cast, letter.id).state == "issued"


def test_a_doubled_click_signs_once(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof")
    spent = code("signer.mof")
    assert [_sign(client, letter, code=spent).status_code for _ in range(2)] == [302, 302]
    with scope(cast("signer.mof")):
        assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"code": "000000"}, 403), ({"code": ""}, 403), ({"read": ""}, 400), ({"version": "7"}, 409)],
)
def test_nothing_is_signed_without_code_reading_and_the_read_version(
    cast: Cast, changes: dict[str, str], status: int
) -> None:
    letter = approved_letter(cast)
    answer = _sign(browser("signer.mof", language="en"), letter, **changes)
    assert answer.status_code == status
    assert "oops" in answer.content.decode()
    assert _now(cast, letter.id).state == "approved"
    with scope(cast("signer.mof")):
        assert not Entry.objects.exists()


def test_an_expired_mandate_is_said_before_anything_is_typed_and_refused_after(cast: Cast) -> None:
    letter = approved_letter(cast)
    yesterday = clock.today() - timedelta(days=1)
    Mandate.objects.filter(person_id=person_id("signer.mof")).update(valid_from=yesterday, valid_to=yesterday)
    client = browser("signer.mof", language="en")
    assert "ended on" in client.get(at("sign", letter.id)).content.decode()
    assert _sign(client, letter).status_code == 403
    assert _now(cast, letter.id).state == "approved"


def test_the_signer_returns_a_letter_instead(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof")
    assert client.post(at("refuse", letter.id), {"reason": ""}).status_code == 400
    assert client.post(at("refuse", letter.id), {"reason": "يعاد لاستكمال الرأي"}).status_code == 302
    assert _now(cast, letter.id).state == "draft"


def test_a_slow_signer_waits_on_the_page_and_may_give_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = ScriptedProvider(service.provider(), Script(pending=1000))
    monkeypatch.setattr(service, "provider", lambda: slow)
    monkeypatch.setattr(service, "provider_named", lambda _: slow)
    letter = approved_letter(cast)
    client = browser("signer.mof", language="en")
    assert _sign(client, letter).status_code == 302
    page = client.get(at("signing", letter.id))
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert at("give_up", letter.id) in page.content.decode()
    fragment = client.get(at("signing", letter.id), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    asked = {"path": at("signing", letter.id), "headers": {"HX-Request": "true"}}
    seen = {"seen": page.context["seen"]}
    assert client.get(**asked, data=seen).status_code == 204, "nothing new is nothing said to who listens"
    assert client.get(at("give_up", letter.id)).status_code == 200
    assert client.post(at("give_up", letter.id), {"reason": "تعذر الجهاز"}).status_code == 302
    assert "تعذر الجهاز" in client.get(**asked, data=seen).content.decode()
    ended = client.get(at("signing", letter.id)).content.decode()
    assert "تعذر الجهاز" in ended and "every 2s" not in ended
    with scope(cast("signer.mof")):
        assert Issue.objects.get(letter_id=letter.id).state == "void"


def test_a_signer_without_a_step_is_not_shown_the_signing_page(cast: Cast) -> None:
    letter = _submitted(cast)
    assert browser("signer.mof").get(at("sign", letter.id)).status_code == 404
    assert browser("signer.mof").get(at("sign", uuid4())).status_code == 404


def test_the_signer_reads_who_gets_the_letter_on_paper(cast: Cast) -> None:
    letter = approved_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    Body.objects.filter(id=MOH).update(channel=Channel.PAPER)
    page = browser("signer.mof").get(at("sign", letter.id))
    assert [one["on_paper"] for one in page.context["recipients"]] == [False, True]
    assert page.content.decode().count('<span class="chip">تسليم ورقي</span>') == 1
