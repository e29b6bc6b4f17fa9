# SPDX-License-Identifier: EUPL-1.2
"""What the directory shows of a body's seal: its real issuer, what is awaited, and that letters cannot leave."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.urls import reverse

from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.kernel import clock
from mukatabat.signing import service
from mukatabat.signing.actions import keep_list
from mukatabat.vault import jobs
from mukatabat.vault.actions import accept_seal, body_seal, request_seal
from tests.authority import Authority, der, outside_development
from tests.cast import FL, MOF, Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
NONE_IN_FORCE = "This body has no seal in force."
REQUESTED = "Certificate requested on"
WITHDRAWN = "The certification authority revoked this body's seal."
SUSPENDED = "The certification authority suspended this body's seal."
HOLD = x509.ReasonFlags.certificate_hold


def record(browser: Browser, login: str, body_id: object) -> str:
    return browser(login, language="en").get(reverse("directory:body", args=[body_id])).content.decode()


def test_a_seal_is_shown_missing_awaited_and_by_its_real_issuer(
    browser: Browser, cast: Cast, settings: Any, tmp_path: Path
) -> None:
    authority = Authority.founded(tmp_path / "authority", name="National")
    outside_development(settings, tmp_path / "installation", authority.root, authority.issuing)
    assert NONE_IN_FORCE in record(browser, "adviser.mof", MOF)
    assert NONE_IN_FORCE in record(browser, "clerk.fl", MOF), "whoever writes to it may know"
    file = tmp_path / "request.pem"
    asked = request_seal(cast("admin.mof"))
    file.write_bytes(x509.load_der_x509_csr(bytes(asked.request)).public_bytes(Encoding.PEM))
    assert REQUESTED in record(browser, "admin.mof", MOF)
    assert REQUESTED in record(browser, "signer.mof", MOF)
    assert REQUESTED not in record(browser, "adviser.mof", MOF)
    assert REQUESTED not in record(browser, "admin.fl", MOF), "what is awaited is the body's own"
    accept_seal(cast("admin.mof"), [der(authority.certify(file))])
    page = record(browser, "admin.mof", MOF)
    assert "National Issuing" in page
    assert "Mukatabat Development" not in page
    assert (NONE_IN_FORCE in page, REQUESTED in page) == (False, False)
    assert NONE_IN_FORCE in record(browser, "admin.mof", FL)


@pytest.mark.parametrize(
    ("reason", "said", "label"),
    [(None, WITHDRAWN, "Revoked by its authority on"), (HOLD, SUSPENDED, "Suspended by its authority on")],
    ids=["withdrawn", "suspended"],
)
def test_a_seal_that_its_authority_withdrew_is_shown_to_everybody_and_told_to_its_administrator(
    reason: x509.ReasonFlags | None, said: str, label: str, browser: Browser, cast: Cast, settings: Any, tmp_path: Path
) -> None:
    authority = Authority.founded(tmp_path / "authority")
    outside_development(settings, tmp_path / "installation", authority.root, authority.issuing)
    file = tmp_path / "request.pem"
    asked = request_seal(cast("admin.mof"))
    file.write_bytes(x509.load_der_x509_csr(bytes(asked.request)).public_bytes(Encoding.PEM))
    own = der(authority.certify(file))
    accept_seal(cast("admin.mof"), [own])
    now = clock.now().replace(microsecond=0)
    listed = authority.listing((own, now - timedelta(days=1)), at=now, reason=reason)
    keep_list(listed, authorities=service.authorities())
    jobs.look_at_lists()
    for login in ("admin.mof", "clerk.fl"):
        page = record(browser, login, MOF)
        assert said in page
        assert label in page
        assert NONE_IN_FORCE not in page
    bell = browser("admin.mof", language="en").get(reverse("notify:bell")).content.decode()
    assert "The authority no longer vouches for the seal of" in bell
    assert reverse("directory:body", args=[MOF]) in bell
    assert "no longer vouches" not in browser("clerk.mof", language="en").get(reverse("notify:bell")).content.decode()


def test_in_development_a_seal_is_made_when_it_is_needed_and_names_its_stand_in(browser: Browser, cast: Cast) -> None:
    assert "It is made when the first letter leaves." in record(browser, "adviser.mof", MOF)
    body_seal(cast("signer.mof"))
    assert "Mukatabat Development Issuing CA" in record(browser, "adviser.mof", MOF)


def test_of_a_body_on_paper_no_seal_is_spoken(browser: Browser, cast: Cast) -> None:
    Body.objects.filter(id=FL).update(channel=Channel.PAPER)
    assert "Seal of the body" not in record(browser, "adviser.mof", FL)
