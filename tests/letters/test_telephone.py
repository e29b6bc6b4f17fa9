# SPDX-License-Identifier: EUPL-1.2
"""A letter signed by telephone, from the button to the register: agreed, refused, silent, away, and forged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from mukatabat.directory.vocabulary import SignerCustody
from mukatabat.kernel import clock
from mukatabat.letters import jobs
from mukatabat.letters.actions.batch import Chosen, ask_together, confirm_batch, sign_in_batch
from mukatabat.letters.actions.issuing import Progress, begin_issue, collect_signature
from mukatabat.letters.custody import held
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.queries import access_letter
from mukatabat.registers.models import Entry
from mukatabat.registers.rules import VoidReason
from mukatabat.signing import service
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.errors import AnotherSigner, ProviderUnavailable, SignerNotEnrolled
from mukatabat.signing.models import SignerIdentity
from mukatabat.signing.providers.csc.development import serving
from mukatabat.signing.providers.csc.provider import CscProvider
from mukatabat.signing.providers.csc.telephone import Fault, StandIn
from mukatabat.tenancy.context import scope
from tests.cast import MOF, Cast
from tests.letters.pages import browser, code
from tests.signing.csc import NUMBER, PEOPLE, USER
from tests.story import approved_letter

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A signer whose key is recorded, the stand-in, and how the installation reaches it."""

    cast: Cast
    stand_in: StandIn
    provider: CscProvider

    def begin(self, letter: Letter) -> Issue:
        return begin_issue(self.cast("signer.mof"), letter.id, provider=self.provider)

    def look(self, issue: Issue) -> Progress:
        signer = self.cast("signer.mof")
        return collect_signature(signer, issue.id, provider=self.provider, time_stamps=service.time_stamps())

    def book(self) -> list[tuple[str, str]]:
        with scope(self.cast("clerk.mof")):
            return list(Entry.objects.order_by("serial").values_list("state", "void_reason"))


@pytest.fixture
def now() -> Iterator[clock.FixedClock]:
    with clock.fixed(clock.now()) as held:
        yield held


@pytest.fixture
def desk(cast: Cast, settings: Any, tmp_path: Path, now: clock.FixedClock) -> Iterator[Desk]:
    stand_in = StandIn(DevelopmentAuthority(configured.MUKATABAT_SIGNING_DIR), PEOPLE)
    (tmp_path / "secret").write_text(stand_in.secret, encoding="utf-8")
    with serving(stand_in) as url:
        settings.MUKATABAT_CSC_URL, settings.MUKATABAT_CSC_CLIENT_ID = url, stand_in.client_id
        settings.MUKATABAT_CSC_SECRET_FILE = tmp_path / "secret"
        provider = service.provider()
        assert isinstance(provider, CscProvider)
        provider.client.pause = 0.0
        with scope(cast("signer.mof")):
            SignerIdentity.objects.create(person_id=cast("signer.mof").person, user_id=USER, number=NUMBER, name="سالم")
        yield Desk(cast, stand_in, provider)


def test_the_letter_is_issued_once_its_signer_agreed_on_the_telephone(desk: Desk, now: clock.FixedClock) -> None:
    issue = desk.begin(approved_letter(desk.cast))
    assert desk.look(issue) is Progress.WAITING
    assert [one.text for one in desk.stand_in.lines()] == [issue.reference]
    desk.stand_in.press_all(agrees=True)
    now.advance(timedelta(seconds=3))
    assert desk.look(issue) is Progress.ISSUED
    assert desk.book() == [("issued", "")]
    letter = access_letter(desk.cast("signer.mof"), issue.letter_id)
    assert held(desk.cast("signer.mof"), letter).signer is SignerCustody.STAND_IN  # not a word of sole control


def test_a_refusal_on_the_telephone_makes_the_number_void_with_its_reason(desk: Desk, now: clock.FixedClock) -> None:
    issue = desk.begin(approved_letter(desk.cast))
    desk.look(issue)
    desk.stand_in.press_all(agrees=False)
    now.advance(timedelta(seconds=3))
    assert desk.look(issue) is Progress.VOID
    assert desk.book() == [("void", VoidReason.DECLINED)]


def test_a_signer_without_a_recorded_key_takes_no_number(desk: Desk) -> None:
    with scope(desk.cast("signer.mof")):
        SignerIdentity.objects.create(person_id=desk.cast("signer.mof").person)
    with pytest.raises(SignerNotEnrolled):
        desk.begin(approved_letter(desk.cast))
    assert desk.book() == []


def test_another_persons_key_takes_no_number(desk: Desk) -> None:
    desk.stand_in.number = "IDCKW-299999999999"
    with pytest.raises(AnotherSigner):
        desk.begin(approved_letter(desk.cast))
    assert desk.book() == []


def test_a_service_that_is_away_before_the_number_takes_none_and_afterwards_loses_none(
    desk: Desk, now: clock.FixedClock
) -> None:
    letter = approved_letter(desk.cast)
    desk.stand_in.faults["credentials/list"] = Fault(status=503)
    with pytest.raises(ProviderUnavailable):
        desk.begin(letter)
    assert desk.book() == []
    issue = desk.begin(letter)
    desk.stand_in.faults["credentials/authorize"] = Fault(status=503)
    assert desk.look(issue) is Progress.WAITING
    assert desk.book() == [("issuing", "")]
    now.advance(timedelta(minutes=3))
    jobs.sweep(MOF)  # the page was left: the sweep goes on asking
    desk.stand_in.press_all(agrees=True)
    now.advance(timedelta(seconds=3))
    assert jobs.sweep(MOF) == {issue.id: Progress.ISSUED}
    assert desk.stand_in.rung == 1


@pytest.mark.parametrize("wrong", ["hash", "key"])
def test_a_foreign_signature_is_thrown_away_and_alarmed_of(
    wrong: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.stand_in.wrong, desk.stand_in.manner = wrong, "approve"
    issue = desk.begin(approved_letter(desk.cast))
    assert desk.look(issue) is Progress.VOID
    assert desk.book() == [("void", VoidReason.INVALID)]
    assert [one.levelno for one in caplog.records if "was refused" in one.getMessage()] == [logging.ERROR]


def test_nobody_agrees_and_the_number_is_void_after_its_time(desk: Desk, now: clock.FixedClock) -> None:
    issue = desk.begin(approved_letter(desk.cast))
    desk.look(issue)
    now.advance(timedelta(minutes=31))
    assert jobs.sweep(MOF) == {issue.id: Progress.VOID}
    desk.stand_in.press_all(agrees=True)
    assert desk.book() == [("void", VoidReason.EXPIRED)]


def test_an_issue_whose_provider_is_gone_only_runs_out_of_time(
    desk: Desk, now: clock.FixedClock, settings: Any
) -> None:
    issue = desk.begin(approved_letter(desk.cast))
    settings.MUKATABAT_CSC_URL = ""
    now.advance(timedelta(minutes=3))
    assert jobs.sweep(MOF) == {issue.id: Progress.WAITING}
    now.advance(timedelta(minutes=30))
    assert jobs.sweep(MOF) == {issue.id: Progress.VOID}


# ── several at once ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_released_by_one_act(desk: Desk, now: clock.FixedClock) -> None:
    signer = desk.cast("signer.mof")
    chosen = [Chosen(one.id, one.version) for one in (approved_letter(desk.cast) for _ in range(3))]
    confirm_batch(signer, chosen)

    def sign(one: Chosen) -> Progress:
        return sign_in_batch(signer, one, provider=desk.provider, time_stamps=service.time_stamps())

    assert {sign(one) for one in chosen} == {Progress.WAITING}
    assert jobs.sweep(MOF) == {}  # asks for none of them alone
    assert desk.stand_in.rung == 0
    for _ in range(2):
        ask_together(signer, chosen, provider=desk.provider)
    assert [one.count for one in desk.stand_in.lines()] == [3]
    desk.stand_in.press_all(agrees=True)
    now.advance(timedelta(seconds=3))
    assert {sign(one) for one in chosen} == {Progress.ISSUED}
    assert desk.book() == [("issued", "")] * 3
    assert desk.stand_in.rung == 1


def test_the_page_of_a_batch_asks_once_and_looks_without_a_new_code(desk: Desk, now: clock.FixedClock) -> None:
    chosen = [f"{one.id}.{one.version}" for one in (approved_letter(desk.cast) for _ in range(2))]
    page = browser("signer.mof")
    page.post(reverse("letters:batch_begin"), {"letter": chosen, "code": code("signer.mof")})
    for _ in range(3):
        page.post(reverse("letters:batch_next"))
    shown = page.get(reverse("letters:batch_run"))
    assert "بانتظار موافقتك في الهاتف" in shown.content.decode()
    assert all(row["reference"] in desk.stand_in.lines()[0].text for row in shown.context["rows"])
    assert (desk.stand_in.rung, [one.count for one in desk.stand_in.lines()]) == (1, [2])
    desk.stand_in.press_all(agrees=True)
    now.advance(timedelta(minutes=6))  # the proof of the second factor is no longer fresh
    assert not page.get(reverse("letters:batch_run")).context["stale"]
    for _ in range(2):
        page.post(reverse("letters:batch_next"))
    assert page.get(reverse("letters:batch_run")).context["signed"] == 2


def test_a_batch_begun_while_the_service_is_away_is_asked_for_at_once_when_it_is_back(
    desk: Desk, now: clock.FixedClock
) -> None:
    signer = desk.cast("signer.mof")
    chosen = [Chosen(one.id, one.version) for one in (approved_letter(desk.cast) for _ in range(3))]
    for one in chosen:
        sign_in_batch(signer, one, provider=desk.provider, time_stamps=None)
    desk.stand_in.faults["credentials/list"] = Fault(status=503)
    with pytest.raises(ProviderUnavailable):
        ask_together(signer, chosen, provider=desk.provider)
    now.advance(timedelta(minutes=3))
    jobs.sweep(MOF)
    assert [one.count for one in desk.stand_in.lines()] == [3]


# ── what the signer reads ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_the_telephone_shows_and_what_went_wrong(desk: Desk, now: clock.FixedClock) -> None:
    letter, page = approved_letter(desk.cast), browser("signer.mof")
    before = page.get(reverse("letters:sign", args=[letter.id])).content.decode()
    assert "يصلك بعد ذلك طلب في هاتفك" in before
    assert "خدمة التوقيع بديلة للتجربة ولا تُلزم أحدًا" in before
    desk.stand_in.faults["credentials/authorize"] = Fault(is_lost=True)
    fields = {"read": "yes", "version": letter.version, "code": code("signer.mof")}
    page.post(reverse("letters:sign", args=[letter.id]), fields)
    at = reverse("letters:signing", args=[letter.id])
    assert "خدمة التوقيع لا تستجيب بعد" in page.get(at).content.decode()
    now.advance(timedelta(seconds=61))
    asked = page.get(at).content.decode()
    assert "وافق على الطلب في هاتفك" in asked
    assert "قد يظهر هذا الرقم في هاتفك أكثر من مرة" in asked
    desk.stand_in.press_all(agrees=True)
    now.advance(timedelta(seconds=3))
    assert page.get(at).context["state"] == "issued"


@pytest.mark.parametrize(("give_up", "said"), [("/give-up", "جارٍ إنشاء توقيعك"), ("", "جارٍ إنشاء التوقيع")])
def test_only_the_signer_reads_that_the_signature_is_their_own(give_up: str, said: str) -> None:
    page = {"state": "issuing", "letter": {"reference": "MOF-1"}, "give_up_url": give_up, "telephone": None}
    with translation.override("ar"):
        assert said in render_to_string("letters/_signing.html", page)


def test_the_page_of_a_person_shows_the_key_and_its_administrator_replaces_it(desk: Desk) -> None:
    person, admin = desk.cast("signer.mof").person, browser("admin.mof")
    assert NUMBER in admin.get(reverse("directory:person", args=[person])).content.decode()
    proposed = admin.post(
        reverse("directory:signer", args=[person]), {"user_id": USER, "reason": "شهادة جديدة"}, follow=True
    )
    assert proposed.status_code == 200
    assert "مفتاح توقيع لدى مزود خدمات التصديق" in proposed.content.decode()
    admin.post(reverse("directory:end_signer", args=[person]), {"reason": "فُقد الهاتف"})
    assert NUMBER not in admin.get(reverse("directory:person", args=[person])).content.decode()


# ── configuration ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changes",
    [
        {"MUKATABAT_CSC_CLIENT_ID": ""},
        {"MUKATABAT_CSC_SECRET_FILE": None},
        {"MUKATABAT_DEVELOPMENT": False},
    ],
)
def test_an_incomplete_setting_or_an_open_address_outside_development_stops_at_once(
    changes: dict[str, object], desk: Desk, settings: Any
) -> None:
    service._csc.cache_clear()
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        service.provider()
