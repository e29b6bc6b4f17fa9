# SPDX-License-Identifier: EUPL-1.2
"""A passkey in a real browser, with a device that the browser itself plays: made, signed in with, proved with, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mukatabat.web.demo.people import fresh_code
from tests.browser.people import RUN

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Locator

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.mark.parametrize("login", ["signer.mpw", "signer.fl"])
def test_a_passkey_is_made_opens_the_door_and_stands_for_the_code(office: Office, login: str) -> None:
    person = office.person(login)
    session, device = _device(person)
    _make(person)

    person.page.context.clear_cookies()
    person.go("/sign-in/").look("sign-in-passkey")
    person.page.locator("form.passkey button").click()  # before sign-in the page is in Arabic
    expect(person.page.locator("nav.rail")).to_be_visible()

    person.go("/account/passkeys/")
    with person.page.expect_navigation():  # the sign-in by passkey counts as a proof for five minutes
        _made(person).locator("button[name=remove]").click()
    expect(_made(person)).to_have_count(0)
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})


def test_a_device_that_knows_no_owner_opens_nothing(office: Office) -> None:
    person = office.person("signer.moh")
    session, device = _device(person)
    _make(person)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    person.page.context.clear_cookies()
    person.go("/sign-in/")
    person.page.locator("form.passkey button").click()  # before sign-in the page is in Arabic
    expect(person.page.locator("[data-passkey-told]").first).not_to_be_empty()
    expect(person.page.locator("nav.rail")).to_have_count(0)


def _device(person: Person) -> tuple[CDPSession, str]:
    session = person.page.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, str(made["authenticatorId"])


def _make(person: Person) -> None:
    person.go("/account/passkeys/").look("passkeys")
    form = person.page.locator("form.sect")
    form.locator("input[name=name]").fill(f"جهاز {RUN}")
    if form.locator("input[name=code]").count():
        form.locator("input[name=code]").fill(fresh_code(person.login))
    with person.page.expect_navigation():
        person.button("Add a passkey", within=form).click()
    expect(_made(person)).to_have_count(1)
    person.look("passkeys-one")


def _made(person: Person) -> Locator:
    """The passkey of this run in the list of one's own."""
    return person.page.locator(".facts-list li", has_text=RUN)
