# SPDX-License-Identifier: EUPL-1.2
"""The page on which a person says how to be told, and the pages of the webhooks for administrators and signatories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from mukatabat.directory.models import Person
from mukatabat.directory.seed import person_id
from mukatabat.notify.preferences import Pace
from mukatabat.notify.queries import choice_of, preference_of
from mukatabat.notify.rules import Kind
from mukatabat.portal.actions import webhooks as actions
from mukatabat.portal.events import EventType
from mukatabat.portal.models import Subscription
from mukatabat.tenancy.context import scope
from mukatabat.web.views.notices import KINDS
from tests.cast import Cast

if TYPE_CHECKING:
    from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
HOURS = {"quiet_from": "22:00", "quiet_until": "06:00", "digest_at": "08:15", "mobile": ""}
NEW = {"url": "https://hooks.mof.example/in", "purpose": "نظام الأرشيف", "types": list(EventType)}


def test_every_kind_has_its_words() -> None:
    assert KINDS.keys() == set(Kind)


def test_a_person_chooses_and_finds_it_again(cast: Cast, browser: Browser) -> None:
    client, page = browser("signer.mof"), reverse("notify:preferences")
    assert "كتاب بانتظار توقيعي" in client.get(page).content.decode()
    sent = {**HOURS, f"email-{Kind.ARRIVED}": "never", f"sms-{Kind.FOR_SIGNATURE}": "on", "mobile": "+96599912345"}
    assert client.post(page, sent).status_code == 302
    choice = choice_of(cast("signer.mof"), person_id("signer.mof"))
    assert (choice.email[Kind.ARRIVED], choice.sms) == (Pace.NEVER, frozenset({Kind.FOR_SIGNATURE}))
    assert choice.email[Kind.REFERRED] is Pace.NOW
    shown = client.get(page).content.decode()
    assert "+96599912345" in shown
    assert 'value="22:00"' in shown


@pytest.mark.parametrize(
    "bad", [{"quiet_from": "25:00"}, {"digest_at": ""}, {"mobile": "اتصل بي"}, {"mobile": "9" * 99}]
)
def test_what_is_no_choice_comes_back_and_changes_nothing(cast: Cast, browser: Browser, bad: dict[str, str]) -> None:
    response = browser("signer.mof").post(reverse("notify:preferences"), {**HOURS, **bad})
    assert response.status_code == 400
    assert "aria-invalid" in response.content.decode()
    assert preference_of(cast("signer.mof")) is None


def test_a_pace_that_is_none_leaves_the_former(cast: Cast, browser: Browser) -> None:
    browser("signer.mof").post(reverse("notify:preferences"), {**HOURS, f"email-{Kind.ARRIVED}": "<script>"})
    assert choice_of(cast("signer.mof"), person_id("signer.mof")).email[Kind.ARRIVED] is Pace.NOW


def test_whoever_has_no_address_is_told_so(browser: Browser) -> None:
    Person.objects.filter(id=person_id("signer.mof")).update(email="")
    assert "لا يوجد عنوان بريدك" in browser("signer.mof").get(reverse("notify:preferences")).content.decode()


def _propose(browser: Browser, **changes: Any) -> Any:
    sent = {**NEW, "person_id": str(person_id("clerk.mof")), **changes}
    return browser("admin.mof").post(reverse("directory:propose_webhook"), sent)


def _webhook(cast: Cast) -> Subscription:
    with scope(cast("admin.mof")):
        return Subscription.objects.get()


def test_an_administrator_proposes_and_a_signatory_confirms(cast: Cast, browser: Browser) -> None:
    shown = _propose(browser).content.decode()
    assert "whsec_" in shown
    made = _webhook(cast)
    page = reverse("directory:webhook", args=[made.pk])
    own = browser("admin.mof").get(page).content.decode()
    assert "whsec_" not in own
    assert "أنت من اقترح هذا" in own
    assert browser("admin.mof").post(page).status_code == 403
    assert browser("signer.mof").post(page).status_code == 302
    assert _webhook(cast).state == "active"
    listed = browser("signer.mof").get(reverse("directory:webhooks")).content.decode()
    assert NEW["url"] in listed
    assert "اقتراح إشعار آلي" not in listed  # a signatory confirms and does not propose


def test_an_address_that_is_refused_comes_back_on_the_form(cast: Cast, browser: Browser) -> None:
    response = _propose(browser, url="https://user:secret@hooks.example/")
    assert response.status_code == 422
    assert "لا يُرسل شيء إلى هذا العنوان" in response.content.decode()


def test_its_secret_is_changed_a_range_sent_again_and_it_is_ended(cast: Cast, browser: Browser) -> None:
    _propose(browser)
    made = _webhook(cast)
    actions.confirm(cast("admin2.mof"), made.pk)
    client = browser("admin.mof")

    def care(act: str, **sent: str) -> Any:
        address = reverse("directory:care_for_webhook", args=[made.pk, act])
        assert client.get(address).status_code == 200
        return client.post(address, sent)

    assert "whsec_" in care("secret").content.decode()
    assert care("replay", first="2026-01-01", last="2026-12-31").status_code == 302
    assert care("resume").status_code == 409
    assert care("end").status_code == 302
    assert _webhook(cast).state == "ended"
    assert client.get(reverse("directory:care_for_webhook", args=[made.pk, "other"])).status_code == 404


def test_nobody_else_sees_webhooks_and_another_body_never(cast: Cast, browser: Browser) -> None:
    _propose(browser)
    page = reverse("directory:webhook", args=[_webhook(cast).pk])
    for login in ("clerk.mof", "auditor.mof", "admin.moh"):
        client = browser(login)
        assert client.get(page).status_code == client.post(page).status_code == 404
        if login != "admin.moh":
            assert client.get(reverse("directory:webhooks")).status_code == 404
