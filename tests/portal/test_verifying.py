# SPDX-License-Identifier: EUPL-1.2
"""What a stranger with a printed letter is told, and what nobody learns from the page."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from mukatabat.access import limits
from mukatabat.kernel.codes import ShortCode
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import following, issuing
from mukatabat.letters.models import Issue, Letter, PrintCode
from mukatabat.portal.checking import CHECK
from mukatabat.portal.verifying import Verdict, look_up
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from tests.cast import Cast
from tests.exchange.support import consignments
from tests.story import approved_letter, issued_letter, run_jobs

pytestmark = pytest.mark.django_db
SUBJECT = "موضوع لا يظهر لغريب"


def code_of(cast: Cast, letter: Letter) -> str:
    with scope(cast("signer.mof")):
        return str(Issue.objects.get(letter=letter).code)


def fresh(cast: Cast, letter: Letter) -> Letter:
    with scope(cast("signer.mof")):
        return Letter.objects.get(id=letter.id)


def test_a_stranger_learns_number_date_sender_and_recipient_and_no_subject(cast: Cast, client: Client) -> None:
    letter = issued_letter(cast, subject=SUBJECT)
    page = client.get(f"/v/{code_of(cast, letter)}")
    told = page.content.decode()
    assert page.status_code == HTTPStatus.OK
    for shown in (fresh(cast, letter).reference, "وزارة المالية", "إدارة الفتوى والتشريع", "صحيح", "Valid"):
        assert shown in told
    assert SUBJECT not in told
    assert page.context["result"].pages == 1
    for words, number in (("الصفحات", "١"), ("Pages", "1")):
        assert re.search(rf"<dt>{words}</dt><dd><span[^>]*>(?:{number}|1)</span></dd>", told), told
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]


def test_of_a_secret_letter_the_number_and_the_date_alone(cast: Cast, client: Client) -> None:
    letter = issued_letter(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    told = client.get(f"/v/{code_of(cast, letter)}").content.decode()
    assert fresh(cast, letter).reference in told
    for hidden in (SUBJECT, "الصفحات", "Pages", "وزارة المالية", "Ministry of Finance", "إدارة الفتوى"):
        assert hidden not in told


def test_a_letter_withdrawn_from_all_its_recipients_is_said_to_be(cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    following.withdraw(cast("signer.mof"), letter.id, consignments(cast, letter)[0].id, "صدر بالخطأ")
    found = look_up(ShortCode.parse(code_of(cast, letter)))
    assert (found.verdict, found.ended_at is not None) == (Verdict.WITHDRAWN, True)


def test_what_nobody_signed_is_as_unknown_as_what_never_was(cast: Cast, client: Client) -> None:
    letter = approved_letter(cast)
    issuing.begin_issue(cast("signer.mof"), letter.id, provider=service.provider())
    with scope(cast("signer.mof")):
        issue = Issue.objects.get(letter=letter)
    for code in (issue.code, ShortCode.derived(b"other", subject="1")):
        page = client.get(f"/v/{code}")
        assert page.status_code == HTTPStatus.NOT_FOUND
        assert "Unknown" in page.content.decode()
        assert issue.reference not in page.content.decode()


@pytest.mark.parametrize("typed", ["", "x", "7KQ4-M2XD-0000", "<script>", "%00", "١" * 39, "a" * 500])
def test_an_unreadable_code_searches_nothing_and_is_no_error_page(typed: str, client: Client) -> None:
    page = client.get("/v/", {"code": typed})
    assert page.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
    assert b"<script>alert" not in page.content and b'name="code"' in page.content


def test_a_code_typed_by_hand_leads_to_its_own_address(cast: Cast, client: Client) -> None:
    code = code_of(cast, issued_letter(cast))
    answer = client.get("/v/", {"code": code.replace("-", " ").lower()})
    assert (answer.status_code, answer.headers["Location"]) == (HTTPStatus.FOUND, f"/v/{code}")


def test_the_page_is_counted_for_each_address(client: Client, settings: object) -> None:
    settings.MUKATABAT_RATE_FACTOR = 1  # type: ignore[attr-defined]
    limits._counts.askers.clear()
    answers = [client.get("/v/").status_code for _ in range(CHECK.per_minute + 1)]
    assert set(answers[:-1]) == {HTTPStatus.OK}
    assert answers[-1] == HTTPStatus.TOO_MANY_REQUESTS
    limits._counts.askers.clear()


def test_a_code_is_neither_moved_nor_removed(cast: Cast) -> None:
    code = code_of(cast, issued_letter(cast))
    for act in (
        lambda: PrintCode.objects.filter(code=code).update(body=cast("clerk.fl").body_id),
        lambda: PrintCode.objects.filter(code=code).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
