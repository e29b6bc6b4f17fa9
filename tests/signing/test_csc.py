# SPDX-License-Identifier: EUPL-1.2
"""A key at a trust service provider: the person's act on the telephone, and what is lost on the way and repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import pytest

from mukatabat.kernel import clock
from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.errors import (
    ProviderUnavailable,
)
from mukatabat.signing.providers.csc import keeping
from mukatabat.signing.providers.csc.client import Client, NotTaken
from mukatabat.signing.providers.csc.development import serving
from mukatabat.signing.providers.csc.provider import ASK_AGAIN, LONGEST_TEXT, MOST_ASKED, CscProvider
from mukatabat.signing.providers.csc.telephone import Fault, StandIn
from mukatabat.signing.rules import (
    Pending,
    Prepared,
    RefusalReason,
    Refused,
    Signed,
    SigningRequest,
)
from mukatabat_verify import revocation
from mukatabat_verify.lists import read
from tests.signing.csc import ANYBODY, again, look, release, signer, trust_service
from tests.signing.support import bound_to, request_for
from tests.together import together

pytestmark = pytest.mark.django_db
LOST = Fault(is_lost=True)
A_MONTH = timedelta(days=30)
"""Threads of a test have the real clock."""


# ── the way ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_person_agrees_and_any_process_gets_the_signature(
    csc: CscProvider, stand_in: StandIn, bound: Prepared, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    assert look(csc, wanted) == Pending()
    assert [one.text for one in stand_in.lines()] == [wanted.display_text]
    stand_in.press_all(agrees=True)
    time.advance(timedelta(seconds=3))
    answer = look(again(csc), wanted)
    assert isinstance(answer, Signed)
    assert pades.complete(bound, answer.signature, timestamp=None).document
    assert stand_in.rung == 1
    kept = release()
    assert (kept.handle, kept.activation, kept.response) == ("", "", "")  # nothing is left that releases anything


def test_several_letters_are_released_by_one_act(
    csc: CscProvider, stand_in: StandIn, letter: bytes, person: UUID, time: clock.FixedClock
) -> None:
    letters = [bound_to(csc, letter, person) for _ in range(3)]
    requests = [request_for(one, person) for one in letters]
    tickets = csc.start_together(requests)
    assert csc.start_together(requests) == tickets
    stand_in.press_all(agrees=True)
    time.advance(timedelta(seconds=3))
    for one, ticket in zip(letters, tickets, strict=True):
        answer = csc.collect(ticket)
        assert isinstance(answer, Signed)
        assert pades.complete(one, answer.signature, timestamp=None).document
    assert stand_in.rung == 1


def test_the_telephone_is_not_asked_for_more_at_once_than_the_key_allows(
    csc: CscProvider, stand_in: StandIn, bound: Prepared, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mukatabat.signing.providers.csc.telephone.MOST", 1)
    first, second = (request_for(bound, person) for _ in range(2))
    csc.start_together([first, second])
    assert [one.count for one in stand_in.lines()] == [1, 1]


def test_no_act_releases_what_the_telephone_cannot_show(
    csc: CscProvider, stand_in: StandIn, bound: Prepared, person: UUID
) -> None:
    requests = [replace(request_for(bound, person), display_text=f"FL-O-2026-{serial:05}") for serial in range(40)]
    csc.start_together(requests)
    shown = [line.text for line in stand_in.lines()]
    assert [line.count for line in stand_in.lines()] == [29, 11]
    assert all(len(text) <= LONGEST_TEXT for text in shown)
    assert "، ".join(shown) == "، ".join(one.display_text for one in requests)


def test_a_signature_that_is_promised_is_looked_for(
    authority: DevelopmentAuthority, tmp_path: Path, letter: bytes, person: UUID, time: clock.FixedClock
) -> None:
    with trust_service(authority, tmp_path, manner="approve", signs_later=True) as (stand_in, csc):
        request = request_for(bound_to(csc, letter, person), person)
        assert look(csc, request) == Pending()
        assert release().response
        for _ in range(3):
            time.advance(timedelta(seconds=3))
            answer = look(again(csc), request)
        assert isinstance(answer, Signed)
        assert stand_in.calls.count("signatures/signHash") == 1


@pytest.mark.parametrize(("act", "reason"), [(False, RefusalReason.DECLINED), (None, RefusalReason.EXPIRED)])
def test_a_refusal_and_an_end_of_the_services_patience_are_final(
    act: bool | None, reason: RefusalReason, csc: CscProvider, stand_in: StandIn, wanted: SigningRequest,
    time: clock.FixedClock,
) -> None:  # fmt: skip
    look(csc, wanted)
    if act is None:
        stand_in.lapse(stand_in.lines()[0].handle)
    else:
        stand_in.press_all(agrees=act)
    time.advance(timedelta(seconds=3))
    first = look(csc, wanted)
    assert isinstance(first, Refused)
    assert first.reason is reason
    stand_in.press_all(agrees=True)
    time.advance(timedelta(minutes=3))
    assert look(csc, wanted) == first
    assert stand_in.rung == 1


def test_nothing_is_signed_after_the_deadline_although_the_person_agrees(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    look(csc, wanted)
    stand_in.press_all(agrees=True)
    time.advance(timedelta(minutes=31))
    assert look(csc, wanted) == Refused(RefusalReason.EXPIRED)
    assert "signatures/signHash" not in stand_in.calls


# ── what is lost ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_that_is_lost_rings_again_late_a_few_times_and_never_unnoticed(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    for times in range(1, MOST_ASKED + 1):
        stand_in.faults["credentials/authorize"] = LOST
        with pytest.raises(ProviderUnavailable):
            csc.start(wanted)
        assert (stand_in.rung, release().asked) == (times, times)
        assert look(again(csc), wanted) == Pending()
        assert stand_in.rung == times
        time.advance(ASK_AGAIN + timedelta(seconds=1))
    assert look(csc, wanted) == Pending()
    assert stand_in.rung == MOST_ASKED


def test_a_process_that_died_while_it_asked_holds_the_others_up_for_a_while(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    (identifier,) = keeping.enter(signer(ANYBODY).actor, [wanted])
    assert keeping.claim(signer(ANYBODY).actor, identifier) is not None
    assert look(csc, wanted) == Pending()
    assert stand_in.rung == 0
    time.advance(keeping.CLAIM)
    assert look(csc, wanted) == Pending()
    assert stand_in.rung == 1


def test_a_question_that_reached_nobody_counts_as_none(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    stand_in.faults["credentials/authorize"] = Fault(status=503, body=b"{}")
    with pytest.raises(NotTaken):
        csc.start(wanted)
    account = replace(csc.client.account, url="http://127.0.0.1:9/csc/v2")
    nowhere = CscProvider(Client(account, pause=0.0), signer_of=signer, trust=csc.trust)
    time.advance(timedelta(seconds=3))
    with pytest.raises(NotTaken):
        nowhere.start(wanted)
    assert release().asked == 0
    time.advance(timedelta(seconds=3))
    look(csc, wanted)
    assert (stand_in.rung, release().asked) == (1, 1)


def test_an_answer_lost_after_the_person_agreed_signs_nothing_twice(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    look(csc, wanted)
    stand_in.press_all(agrees=True)
    stand_in.faults |= {"credentials/authorizeCheck": LOST, "signatures/signHash": LOST}
    for _ in range(2):
        time.advance(timedelta(seconds=3))
        with pytest.raises(ProviderUnavailable):
            look(csc, wanted)
    assert release().activation
    time.advance(timedelta(seconds=3))
    ended = look(csc, wanted)  # the release was used up by the answer that was lost
    assert isinstance(ended, Refused)
    assert ended.reason is RefusalReason.UNABLE
    assert stand_in.rung == 1


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_ring_once(csc: CscProvider, stand_in: StandIn, wanted: SigningRequest) -> None:
    patient = replace(wanted, deadline=wanted.deadline + A_MONTH)
    found = together(*[lambda: look(again(csc), patient)] * 4)
    assert set(found) == {Pending()}
    assert stand_in.rung == 1


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_have_it_signed_once(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest
) -> None:
    patient = replace(wanted, deadline=wanted.deadline + A_MONTH)
    look(csc, patient)
    stand_in.press_all(agrees=True)
    together(*[lambda: look(again(csc), patient)] * 4)
    assert isinstance(look(csc, patient), Signed)
    assert stand_in.calls.count("signatures/signHash") == 1


def test_a_token_that_ended_is_renewed_once(csc: CscProvider, stand_in: StandIn, person: UUID) -> None:
    csc.certificate(person)
    stand_in.forget()
    assert csc.certificate(person)


def test_a_service_that_is_silent_is_left_alone_for_a_while(csc: CscProvider, stand_in: StandIn, person: UUID) -> None:
    client = Client(csc.client.account, pause=60.0)
    provider = CscProvider(client, signer_of=signer, trust=csc.trust)
    stand_in.faults["credentials/list"] = LOST
    with pytest.raises(ProviderUnavailable):
        provider.certificate(person)
    asked = len(stand_in.calls)
    with pytest.raises(NotTaken):
        provider.certificate(person)
    assert len(stand_in.calls) == asked


def test_the_stand_in_publishes_what_its_authorities_withdrew_and_says_the_address_that_it_was_told(
    authority: DevelopmentAuthority,
) -> None:
    stand_in = StandIn(authority, {}, origin="https://signing.example")
    with serving(stand_in) as url:
        place = url.removesuffix("/csc/v2")
        lists = [urlopen(f"{place}/{name}.crl").read() for name in ("root", "issuing")]
        assert [revocation.signed_by(read(one), authority.authorities) for one in lists] == [*authority.authorities]
        assert stand_in.answer("info", {}, "")[1]["oauth2"] == "https://signing.example/"
