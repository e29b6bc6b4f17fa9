# SPDX-License-Identifier: EUPL-1.2
"""What the books, the data of a letter and the trail say of letters that did not take the straight road."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from mukatabat.access.models import Account
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.seed import body_id
from mukatabat.exchange.rules import Role
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import issuing
from mukatabat.letters.actions.receiving import redirect_arrival
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.rules import LetterKind
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from tests.cast import FL, MOH, MPW, Cast
from tests.story import approved_letter, arrived, issued_letter, registered, run_jobs
from tests.web.conftest import Browser
from tests.web.test_views import text_of

pytestmark = pytest.mark.django_db


def test_the_confidential_book_names_the_direction_of_each_number(browser: Browser, cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.SECRET)
    registered(cast)
    heads = {"Serial", "Reference", "Incoming or outgoing", "Numbered on", "Secrecy", "State of the entry"}
    for login, word in (("clerk.mof", "Outgoing"), ("clerk.fl", "Incoming")):
        book = browser(login, language="en").get(reverse("registers:confidential"))
        table = book.content.decode().partition("<table")[2].partition("</table>")[0]
        assert {one.partition("</th>")[0].rpartition(">")[2] for one in table.split("<th ")[1:]} == heads
        assert f"<td>{word}</td>" in table, login
        assert "Referred to" not in table
        page = book.content.decode()
        assert 'href="/registers/confidential/" aria-current="page"' in page, "it stands among the books"
        assert "data-serial-filter" not in page, "nothing of it can be filtered"


def test_a_void_number_says_why_in_the_reader_s_language(browser: Browser, cast: Cast) -> None:
    letter = approved_letter(cast)
    running = issuing.begin_issue(cast("signer.mof"), letter.id, provider=service.provider())
    issuing.give_up(cast("signer.mof"), letter.id, "")
    for language, words in (("ar", "رفض الموقّع التوقيع"), ("en", "The signer declined to sign")):
        client = browser("clerk.mof")
        account = Account.objects.get(login="clerk.mof")
        account.language = language
        account.save(update_fields=["language"])
        assert words in text_of(client.get(reverse("web:outgoing"))), running.reference


def test_a_redirected_letter_stands_in_the_book_with_the_body_that_has_it(browser: Browser, cast: Cast) -> None:
    letter = issued_letter(cast)
    redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=MOH, reason="لعدم الاختصاص")
    run_jobs()
    (row,) = browser("clerk.mof").get(reverse("web:outgoing")).context["entries"]
    assert (row["id"], row["counterpart"]) == (letter.id, "وزارة الصحة")


def test_a_received_letter_names_everyone_to_whom_it_went(browser: Browser, cast: Cast) -> None:
    to = (AddresseeCommand(FL), AddresseeCommand(MPW), AddresseeCommand(MOH, role=Role.COPY))
    letter = issued_letter(cast, addressees=(*to, AddresseeCommand(body_id("PAI"), role=Role.COPY, visible=False)))
    incoming = registered(cast)
    run_jobs()
    for login, found in (("clerk.fl", incoming), ("clerk.mof", letter)):
        page = text_of(browser(login).get(reverse("letters:letter", args=[found.id]), {"panel": "data"}))
        assert "وزارة الأشغال العامة" in page
        assert "وزارة الصحة" in page, login


def test_a_bulk_act_that_is_refused_leaves_its_line_in_the_trail(browser: Browser, cast: Cast) -> None:
    hidden = issued_letter(cast)
    browser("clerk.moh").post(reverse("work:act"), {"act": "done", "item": [str(hidden.id), str(uuid4())]})
    with scope(cast("clerk.moh")):
        refused = AuditEntry.objects.filter(act="web.act-refused").values_list("object_id", flat=True)
        assert hidden.id in set(refused)
        assert len(refused) == 2


def test_a_registry_with_waiting_letters_lands_on_its_tray(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    run_jobs()
    assert browser("clerk.fl").get("/").headers["Location"] == reverse("registers:tray")
    assert browser("clerk.moh").get("/").headers["Location"] == reverse("web:incoming")


def test_the_book_of_circulars_holds_every_number_and_its_void(browser: Browser, cast: Cast) -> None:
    changes = {"kind": LetterKind.CIRCULAR, "letter_type": "legal_circular"}
    issued_letter(cast, subject="تعميم أول", **changes)
    voided = approved_letter(cast, subject="تعميم ثان", **changes)
    begun = issuing.begin_issue(cast("signer.mof"), voided.id, provider=service.provider())
    issuing.give_up(cast("signer.mof"), voided.id, "تعذر التوقيع")
    page = browser("clerk.mof").get(reverse("registers:circulars"))
    assert [(row["serial"], row["state"]) for row in page.context["entries"]] == [(2, "void"), (1, "issued")]
    shown = page.content.decode()
    assert begun.reference in shown and "تعذر التوقيع" in shown
    assert 'href="/registers/circulars/" aria-current="page"' in shown, "it stands among the books"
    assert browser("clerk.moh").get(reverse("registers:circulars")).context["entries"] == []
    assert browser("adviser.mof").get(reverse("registers:circulars")).status_code == 404
