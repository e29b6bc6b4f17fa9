# SPDX-License-Identifier: EUPL-1.2
"""A certificate that ends: its signer is told in time, signs nothing afterwards, and what was signed stays valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from mukatabat.kernel import clock
from mukatabat.kernel.days import written
from mukatabat.letters.actions import issuing
from mukatabat.letters.models import Letter
from mukatabat.letters.queries.proof import Standing, prove
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import Kind
from mukatabat.registers.models import Entry
from mukatabat.signing import jobs, service
from mukatabat.signing.actions import tell_of_expiry
from mukatabat.signing.certificates import expires_at
from mukatabat.signing.errors import CertificateExpired, ProviderUnavailable
from mukatabat.signing.ports import SignatureProvider
from mukatabat.signing.rules import SignerCertificate, due_notice
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from tests.cast import Cast
from tests.letters.pages import browser
from tests.story import approved_letter, issue

END = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (timedelta(days=31), None), (timedelta(days=30), 30), (timedelta(days=8), 30), (timedelta(days=7), 7),
        (timedelta(days=1, seconds=1), 7), (timedelta(days=1), 1), (timedelta(seconds=1), 1), (timedelta(0), None),
        (timedelta(days=-3), None),
    ],
)  # fmt: skip
def test_the_nearest_notice_stands_and_none_after_the_end(left: timedelta, due: int | None) -> None:
    assert due_notice(END, END - left) == due


class Held:
    """The installation's provider, whose certificates are held in hand."""

    def __init__(self, certificate: SignerCertificate | Exception) -> None:
        self.held = certificate

    def certificate(self, person_id: UUID) -> SignerCertificate:
        if isinstance(self.held, Exception):
            raise self.held
        return self.held

    def __getattr__(self, name: str) -> object:
        return getattr(service.provider(), name)


def keeper(cast: Cast) -> Actor:
    signer = cast("signer.mof")
    return system_actor("signing.keeper", body_id=signer.body_id, realm=signer.realm)


def told(cast: Cast) -> list[str]:
    signer = cast("signer.mof")
    with scope(signer):
        mine = Notification.objects.filter(person_id=signer.person, kind=Kind.CERTIFICATE_ENDS)
        return list(mine.order_by("at").values_list("reference", flat=True))


@pytest.fixture
def before_the_end(cast: Cast) -> Iterator[tuple[clock.FixedClock, SignatureProvider, datetime]]:
    """The clock 31 days before the certificate of the signer ends, and a provider that gives this certificate."""
    certificate = service.provider().certificate(cast("signer.mof").person)
    end = expires_at(certificate)
    with clock.fixed(end - timedelta(days=31)) as now:
        yield now, Held(certificate), end  # type: ignore[misc]


@pytest.mark.django_db
def test_a_signer_is_told_thirty_seven_and_one_days_before_and_once_each(
    cast: Cast, before_the_end: tuple[clock.FixedClock, SignatureProvider, datetime]
) -> None:
    now, provider, end = before_the_end
    day = end.astimezone(clock.KUWAIT).date().isoformat()
    counts = []
    for _ in range(32):
        tell_of_expiry(keeper(cast), provider)
        tell_of_expiry(keeper(cast), provider)
        counts.append(len(told(cast)))
        now.advance(timedelta(days=1))
    assert [counts.index(number) for number in (1, 2, 3)] == [1, 24, 30]
    assert told(cast) == [day] * 3


@pytest.mark.django_db
def test_a_signer_whose_certificate_cannot_be_had_stops_no_other(cast: Cast) -> None:
    assert tell_of_expiry(keeper(cast), Held(ProviderUnavailable())) == 0  # type: ignore[arg-type]


@pytest.mark.django_db
def test_where_no_signing_service_is_named_that_is_said_once_a_look_and_not_once_a_body(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MUKATABAT_DEVELOPMENT = False
    assert jobs.look_at_certificates() == 0
    assert [one.getMessage() for one in caplog.records if one.name == jobs.__name__] == [
        "no signing service is named: nobody's certificate is looked at"
    ]


def test_the_bell_says_it_to_its_signer_alone(
    cast: Cast, before_the_end: tuple[clock.FixedClock, SignatureProvider, datetime]
) -> None:
    now, provider, end = before_the_end
    now.advance(timedelta(days=25))
    tell_of_expiry(keeper(cast), provider)
    day = end.astimezone(clock.KUWAIT).date().isoformat()
    assert day in browser("signer.mof").get(reverse("notify:bell")).content.decode()
    assert day not in browser("clerk.mof").get(reverse("notify:bell")).content.decode()


@pytest.mark.django_db
def test_an_ended_certificate_is_refused_in_plain_words_and_takes_no_number(cast: Cast) -> None:
    letter = approved_letter(cast)
    signer = cast("signer.mof")
    certificate = service.provider().certificate(signer.person)
    end = expires_at(certificate)
    with clock.fixed(end + timedelta(seconds=1)), pytest.raises(CertificateExpired) as caught:
        issuing.begin_issue(signer, letter.id, provider=Held(certificate))  # type: ignore[arg-type]
    assert written(end.astimezone(clock.KUWAIT).date(), "ar") in str(caught.value.happened)
    with scope(signer):
        assert not Entry.objects.exists()
        assert not letter.issues.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("stamped", [True, False], ids=["time-stamped", "without a time-stamp"])
def test_what_was_signed_before_the_end_stays_valid_by_its_time_stamp(cast: Cast, stamped: bool) -> None:
    letter = approved_letter(cast)
    signer = cast("signer.mof")
    provider = service.provider()
    end = expires_at(provider.certificate(signer.person))
    if stamped:
        issue(signer, letter.id)
    else:
        running = issuing.begin_issue(signer, letter.id, provider=provider)
        issuing.collect_signature(signer, running.id, provider=provider, time_stamps=None)
    with scope(signer):
        kept = Letter.objects.get(id=letter.id)
    assert kept.document_id is not None
    with clock.fixed(end + timedelta(days=400)):
        found = prove(signer, kept.document_id, kept.document_digest, signed=True)
    assert found.standing is (Standing.SIGNED if stamped else Standing.DOUBTED)
