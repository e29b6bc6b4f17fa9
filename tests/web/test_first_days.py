# SPDX-License-Identifier: EUPL-1.2
"""What people who are new to the system must be told by the screens themselves, because nobody else tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from mukatabat.access.devices import device_of
from mukatabat.access.models import Account
from mukatabat.directory.models import Absence, Appointment, Post
from mukatabat.directory.seed import seed_id
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm, Secrecy
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.portal.actions import webhooks
from mukatabat.portal.events import EventType
from mukatabat.tenancy.context import scope
from tests.cast import FL, Cast
from tests.letters.pages import at
from tests.story import arrived, issued_letter, registered, run_jobs
from tests.web.conftest import Browser
from tests.web.test_views import text_of

pytestmark = pytest.mark.django_db

SUBJECT = "طلب الرأي بشأن فروق أسعار المواد"


def _sealed(cast: Cast) -> None:
    reader = seed_id("post", Realm.LIVE, "FL", "vice-president")
    issued_letter(cast, secrecy=Secrecy.SECRET, addressees=(AddresseeCommand(FL, post_id=reader),))


def test_the_clerk_of_a_sealed_letter_reads_to_whom_it_goes_and_is_asked_for_no_referral(
    browser: Browser, cast: Cast
) -> None:
    _sealed(cast)
    page = browser("clerk.fl").get(at("arrival", arrived(cast).id)).content.decode()
    assert "بعد قيده يصل هذا الكتاب وحده إلى" in page
    assert Post.objects.get(pk=cast.post("signer.fl")).ar in page
    assert 'name="to"' not in page and SUBJECT not in page


def test_the_named_reader_knows_a_sealed_letter_by_its_subject_in_every_list_and_nobody_else_does(
    browser: Browser, cast: Cast
) -> None:
    _sealed(cast)
    incoming = registered(cast)
    places = (reverse("work:queue"), reverse("web:incoming"), f"{reverse('web:find')}?q={incoming.reference}")
    for place in places:
        assert SUBJECT in text_of(browser("signer.fl").get(place)), place
        for other in ("clerk.fl", "head.fl", "president.fl"):
            answer = browser(other).get(place)
            assert SUBJECT not in answer.content.decode(), (place, other)
    export = browser("signer.fl").get(reverse("web:incoming_csv")).content.decode()
    assert SUBJECT not in export, "what leaves the system names no subject of a sealed letter"


def test_a_number_of_another_book_says_of_which(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    issued_letter(cast, secrecy=Secrecy.SECRET)
    rows = browser("signer.mof").get(reverse("web:outgoing")).context["entries"]
    assert sorted((row["series"], row["serial"]) for row in rows) == [("", 1), ("X", 1)]


def test_a_proposed_webhook_waits_among_what_waits_for_a_second_person(browser: Browser, cast: Cast) -> None:
    new = webhooks.NewWebhook(
        url="https://mof.example/mukatabat", purpose="متابعة الكتب", types=frozenset(EventType),
        person_id=cast("clerk.mof").person,
    )  # fmt: skip
    made, _secret = webhooks.propose(cast("admin.mof"), new)
    page = browser("signer.mof").get(reverse("directory:changes")).content.decode()
    assert reverse("directory:webhook", args=[made.pk]) in page and "متابعة الكتب" in page
    assert "متابعة الكتب" not in browser("signer.fl").get(reverse("directory:changes")).content.decode()
    webhooks.confirm(cast("signer.mof"), made.pk)
    assert "متابعة الكتب" not in browser("signer.mof").get(reverse("directory:changes")).content.decode()


@pytest.mark.parametrize("lost", ["account", "post"])
def test_no_deputy_is_taken_who_could_not_see_the_tray(browser: Browser, cast: Cast, lost: str) -> None:
    deputy, own, day = cast("adviser.mof").person, cast("head.mof").person, clock.today()
    browser("adviser.mof"), browser("clerk.mof")
    if lost == "account":
        Account.objects.filter(person=deputy).update(is_active=False)
    else:
        Appointment.objects.filter(person=deputy).update(valid_to=day - timedelta(days=1))
    client, said = browser("head.mof"), {"starts": day, "ends": day + timedelta(days=5), "deputy": deputy}
    address = reverse("directory:absence", args=[own])
    assert str(deputy) not in client.get(address).content.decode()
    assert client.post(address, said).status_code == 400
    assert not Absence.objects.filter(person=own).exists()
    assert client.post(address, said | {"deputy": cast("clerk.mof").person}).status_code == 302


@pytest.mark.parametrize(
    ("subject", "opening"),
    [
        ("عقد توريد", " بشأن عقد توريد،"),
        ("طلب رأي قانوني بشأن عقد توريد", " والمتضمن طلب رأي قانوني بشأن عقد توريد،"),
        ("بشأن عقد توريد", "م بشأن عقد توريد،"),
        ("حولي: عقد توريد", " بشأن حولي: عقد توريد،"),
    ],
)
def test_a_reply_says_once_what_it_is_about(browser: Browser, cast: Cast, subject: str, opening: str) -> None:
    issued_letter(cast, subject=subject)
    incoming = registered(cast)
    page = browser("clerk.fl").get(at("reply", incoming.id))
    with scope(cast("clerk.fl")):
        assert Letter.objects.get(id=incoming.id).subject == subject
    assert opening in page.context["draft"]["body"]
    assert page.context["draft"]["body"].count("بشأن") == 1


def test_what_the_bell_said_of_a_letter_is_read_by_opening_the_letter(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    registered(cast)
    client = browser("adviser.mof")
    run_jobs()
    before = client.get(reverse("work:queue")).context["ui"].unread
    letter = client.get(reverse("web:outgoing")).context["entries"][0]["id"]
    client.get(at("letter", letter))
    assert (before, client.get(reverse("work:queue")).context["ui"].unread) == (2, 0)


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1",
         "Safari on iPad"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        ("curl/8.1", "Another program"), ("", "Another program"), ("<script>Windows", "Windows"),
    ],
)  # fmt: skip
def test_a_session_is_known_by_browser_and_system_in_words(agent: str, told: str) -> None:
    with translation.override("en"):
        assert device_of(agent) == told
    with translation.override("ar"):
        assert not any("a" <= letter <= "z" for letter in device_of(agent).lower())
