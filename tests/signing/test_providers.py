# SPDX-License-Identifier: EUPL-1.2
"""One contract for every road to a person's key, whether it works or fails on purpose."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.errors import ForeignSignature, ProviderUnavailable, RequestConflict, UnknownTicket
from mukatabat.signing.ports import SignatureProvider
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import (
    Answer,
    Pending,
    Prepared,
    RefusalReason,
    Refused,
    Signed,
    SigningRequest,
    Ticket,
    settle,
)
from mukatabat_verify import cms
from tests.signing.csc import trust_service
from tests.signing.support import bound_to, request_for, subject_of

DECLINED = Refused(RefusalReason.DECLINED, "ليس الآن")
SCRIPTS = {
    "well": Script(),
    "slow": Script(pending=3),
    "refuses": Script(refusal=DECLINED),
    "dies": Script(dead_starts=2, dead_collects=2, pending=1),
    "late": Script(late=True),
    "wrong": Script(wrong=True),
}


TRUST_SERVICES: dict[str, dict[str, object]] = {
    "csc": {"manner": "approve"},
    "csc-later": {"manner": "approve", "signs_later": True},
    "csc-refuses": {"manner": "refuse"},
    "csc-silent": {"manner": "ignore"},
}


@pytest.fixture(params=["software", *SCRIPTS, *TRUST_SERVICES])
def any_provider(
    request: pytest.FixtureRequest, provider: SoftwareProvider, authority: DevelopmentAuthority, tmp_path: Path
) -> Iterator[SignatureProvider]:
    if request.param in TRUST_SERVICES:
        request.getfixturevalue("db")
        with trust_service(authority, tmp_path, **TRUST_SERVICES[request.param]) as (_, csc):
            yield csc
    elif request.param == "software":
        yield provider
    else:
        yield ScriptedProvider(provider, SCRIPTS[request.param])


@pytest.fixture
def bound(letter: bytes, any_provider: SignatureProvider, person: UUID) -> Prepared:
    return bound_to(any_provider, letter, person)


def persist(act: Callable[[], Ticket]) -> Ticket:
    """Repeat a start as a job would, through a service that is dead at first."""
    for _ in range(5):
        try:
            return act()
        except ProviderUnavailable:
            continue
    raise AssertionError("the provider never came back")


def finish(provider: SignatureProvider, ticket: Ticket, time: clock.FixedClock) -> Answer:
    for _ in range(20):
        try:
            answer = provider.collect(ticket)
        except ProviderUnavailable:
            continue
        if not isinstance(answer, Pending):
            return answer
        time.advance(timedelta(minutes=3))
    raise AssertionError("the provider never answered")


def test_a_provider_says_who_it_is_and_whether_it_is_safe(any_provider: SignatureProvider) -> None:
    assert any_provider.name.isascii()
    assert any_provider.insecure
    assert any_provider.announcement is not None


def test_starting_twice_asks_once(any_provider: SignatureProvider, bound: Prepared, person: UUID) -> None:
    request = request_for(bound, person)
    ticket = persist(lambda: any_provider.start(request))
    again = dataclasses.replace(request, display_text="غيره", deadline=request.deadline + timedelta(hours=1))
    assert persist(lambda: any_provider.start(again)) == ticket
    assert ticket.request_id == request.id
    assert ticket.provider == any_provider.name


def test_one_id_cannot_stand_for_two_things(any_provider: SignatureProvider, bound: Prepared, person: UUID) -> None:
    request = request_for(bound, person)
    persist(lambda: any_provider.start(request))
    others = [
        dataclasses.replace(request, to_be_signed=b"another letter"),
        dataclasses.replace(request, person_id=new_id()),
        dataclasses.replace(request, certificate="00"),
    ]
    for other in others:
        with pytest.raises(RequestConflict):
            any_provider.start(other)


def test_the_answer_once_given_stays(
    any_provider: SignatureProvider, bound: Prepared, person: UUID, time: clock.FixedClock
) -> None:
    request = request_for(bound, person)
    ticket = persist(lambda: any_provider.start(request))
    answer = finish(any_provider, ticket, time)
    time.advance(timedelta(days=400))
    assert any_provider.collect(ticket) == answer
    persist(lambda: any_provider.start(request))
    assert any_provider.collect(ticket) == answer


def test_a_ticket_of_nobody_is_unknown(any_provider: SignatureProvider) -> None:
    with pytest.raises(UnknownTicket):
        any_provider.collect(Ticket(new_id(), any_provider.name, "x"))


def test_a_signature_fits_the_certificate_that_was_named(
    provider: SoftwareProvider, prepared: Prepared, person: UUID
) -> None:
    answer = provider.collect(provider.start(request_for(prepared, person)))
    assert isinstance(answer, Signed)
    assert cms.verifies(answer.signature, prepared.signed_attributes, provider.certificate(person).own)


@pytest.mark.parametrize(
    ("script", "worth"),
    [
        ("well", Signed),
        ("slow", Signed),
        ("dies", Signed),
        ("refuses", DECLINED),
        ("late", Refused(RefusalReason.LATE)),
    ],
)
def test_each_script_ends_as_written(
    script: str,
    worth: type[Signed] | Refused,
    provider: SoftwareProvider,
    prepared: Prepared,
    person: UUID,
    time: clock.FixedClock,
) -> None:
    scripted = ScriptedProvider(provider, SCRIPTS[script])
    request = request_for(prepared, person)
    answer = finish(scripted, persist(lambda: scripted.start(request)), time)
    settled = settle(answer, deadline=request.deadline, at=clock.now())
    if isinstance(worth, Refused):
        assert settled == worth
    else:
        assert isinstance(settled, Signed)
        assert pades.complete(prepared, settled.signature, timestamp=None).document


def test_a_wrong_signature_is_thrown_away(provider: SoftwareProvider, prepared: Prepared, person: UUID) -> None:
    scripted = ScriptedProvider(provider, SCRIPTS["wrong"])
    answer = scripted.collect(scripted.start(request_for(prepared, person)))
    assert isinstance(answer, Signed)
    with pytest.raises(ForeignSignature):
        pades.complete(prepared, answer.signature, timestamp=None)


def test_a_request_collected_too_late_expires_for_good(
    provider: SoftwareProvider, prepared: Prepared, person: UUID, time: clock.FixedClock
) -> None:
    request = request_for(prepared, person)
    ticket = provider.start(request)
    time.advance(timedelta(minutes=31))
    assert provider.collect(ticket) == Refused(RefusalReason.EXPIRED)
    time.advance(timedelta(minutes=-31))
    assert provider.collect(ticket) == Refused(RefusalReason.EXPIRED)


def test_another_process_collects_what_this_one_started(
    authority: DevelopmentAuthority, provider: SoftwareProvider, prepared: Prepared, person: UUID
) -> None:
    request = request_for(prepared, person)
    ticket = provider.start(request)
    other = SoftwareProvider(authority, subject_of=subject_of)
    assert other.collect(ticket) == provider.collect(ticket)
    assert other.start(request) == ticket


def test_a_key_changed_meanwhile_cannot_answer(provider: SoftwareProvider, prepared: Prepared, person: UUID) -> None:
    request: SigningRequest = dataclasses.replace(request_for(prepared, person), certificate="f" * 64)
    assert provider.collect(provider.start(request)) == Refused(RefusalReason.UNABLE)


def test_a_request_of_december_is_signed_by_decembers_key_in_january(
    letter: bytes, provider: SoftwareProvider, prepared: Prepared, person: UUID, time: clock.FixedClock
) -> None:
    time.at = clock.now().replace(month=12, day=31, hour=20, minute=50)
    request = request_for(prepared, person)
    ticket = provider.start(request)
    time.advance(timedelta(minutes=20))
    assert provider.certificate(person) != prepared.signer
    answer = provider.collect(ticket)
    assert isinstance(answer, Signed)
    assert pades.complete(prepared, answer.signature, timestamp=None).document
