# SPDX-License-Identifier: EUPL-1.2
"""A key at a trust service provider: somebody else's, forged, replayed, flooded, and the secret that must not be told."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import aiohttp
import pytest
from pyhanko.sign.signers.csc_signer import CSCServiceSessionInfo, fetch_certs_in_csc_credential

from mukatabat.kernel import clock
from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.errors import (
    AnotherSigner,
    CertificateNotUsable,
    ForeignSignature,
    NoKeyThere,
    ProviderMisbehaves,
    ProviderUnavailable,
    RequestConflict,
)
from mukatabat.signing.providers.csc import answers, keeping
from mukatabat.signing.providers.csc.client import LARGEST_ANSWER, TOKEN_LIFE, Account, Client, NotTaken
from mukatabat.signing.providers.csc.provider import ASK_AGAIN, CscProvider, Signer
from mukatabat.signing.providers.csc.telephone import Fault, StandIn
from mukatabat.signing.rules import (
    Prepared,
    RefusalReason,
    Refused,
    Signed,
    SigningRequest,
)
from mukatabat.tenancy.rules import system_actor
from tests.cast import MOH
from tests.signing.csc import NUMBER, PEOPLE, USER, look, release, signer, trust_service
from tests.signing.support import bound_to, request_for

pytestmark = pytest.mark.django_db


# ── whose key ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_persons_certificate_is_refused_before_anything_is_asked(
    csc: CscProvider, stand_in: StandIn, person: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.number = "IDCKW-299999999999"
    with pytest.raises(AnotherSigner):
        csc.certificate(person)
    assert [one.levelno for one in caplog.records if "another person" in one.message] == [logging.ERROR]


def test_a_key_changed_after_the_letter_was_made_ready_is_not_asked_for(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest
) -> None:
    stand_in.number = "IDCKW-299999999999"
    assert look(csc, wanted) == Refused(RefusalReason.UNABLE)
    assert stand_in.rung == 0


def test_a_certificate_of_an_authority_that_nobody_trusts_is_refused(
    csc: CscProvider, person: UUID, tmp_path: Path
) -> None:
    stranger = DevelopmentAuthority(tmp_path / "stranger")
    with trust_service(stranger, tmp_path) as (_, other):
        foreign = CscProvider(other.client, signer_of=signer, trust=csc.trust)
        with pytest.raises(CertificateNotUsable):
            foreign.certificate(person)


def test_a_key_that_was_removed_there_signs_no_more(csc: CscProvider, stand_in: StandIn, person: UUID) -> None:
    assert csc.certificate(person)
    stand_in.people = {}
    with pytest.raises(CertificateNotUsable):
        csc.certificate(person)


def test_a_release_that_is_not_bound_to_the_digest_is_refused(
    csc: CscProvider, stand_in: StandIn, person: UUID
) -> None:
    stand_in.scal = "1"
    with pytest.raises(CertificateNotUsable):
        csc.certificate(person)


def test_a_name_that_the_service_does_not_know_holds_no_key(csc: CscProvider) -> None:
    assert (csc.holder(USER).number, csc.holder(USER).name) == (NUMBER, "سالم عبدالله العتيبي")
    with pytest.raises(NoKeyThere):
        csc.holder("stranger")


def test_another_bodys_request_is_not_shown_by_its_id(csc: CscProvider, wanted: SigningRequest) -> None:
    look(csc, wanted)
    elsewhere = Signer(system_actor("signing.csc", body_id=MOH, realm="live"), USER, NUMBER)
    other = CscProvider(csc.client, signer_of=lambda _: elsewhere, trust=csc.trust)
    with pytest.raises(RequestConflict):
        other.start(wanted)


# ── what is forged ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", ["hash", "key"])
def test_a_signature_over_something_else_or_by_another_key_never_enters_a_letter(
    wrong: str, csc: CscProvider, stand_in: StandIn, bound: Prepared, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    stand_in.wrong, stand_in.manner = wrong, "approve"
    answer = look(csc, wanted)
    assert isinstance(answer, Signed)
    with pytest.raises(ForeignSignature):
        pades.complete(bound, answer.signature, timestamp=None)


def test_an_answer_that_is_replayed_never_enters_another_letter(
    csc: CscProvider, stand_in: StandIn, letter: bytes, person: UUID
) -> None:
    stand_in.wrong, stand_in.manner = "replay", "approve"
    first, second = (bound_to(csc, letter, person, reason=one) for one in ("first", "second"))
    genuine, replayed = (look(csc, request_for(one, person)) for one in (first, second))
    assert isinstance(genuine, Signed)
    assert isinstance(replayed, Signed)
    assert pades.complete(first, genuine.signature, timestamp=None).document
    with pytest.raises(ForeignSignature):
        pades.complete(second, replayed.signature, timestamp=None)


BROKEN = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "deep": b"[" * 100_000,
    "another shape": b"{}",
    "no handle": b'{"handle": 7}',
    "an empty handle": b'{"handle": ""}',
    "a zero": b'{"handle": "\\u0000"}',
    "half a character": b'{"handle": "\\ud800"}',
    "a flood": b" " * (LARGEST_ANSWER + 1),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "method", ["credentials/list", "credentials/info", "credentials/authorize", "credentials/authorizeCheck"]
)
def test_an_answer_of_another_shape_is_named_and_harms_nothing(
    method: str, body: bytes, csc: CscProvider, stand_in: StandIn, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    stand_in.faults[method] = Fault(status=202 if "authorize" in method else 200, body=body)
    with pytest.raises(ProviderUnavailable):
        look(csc, wanted)
    time.advance(ASK_AGAIN + timedelta(seconds=1))
    stand_in.manner = "approve"
    assert isinstance(look(csc, wanted), Signed)


SIGNATURES = {
    "none": {"signatures": []},
    "two": {"signatures": ["AAAA", "AAAA"]},
    "no base-64": {"signatures": ["%"]},
    "long": {"signatures": [base64.b64encode(bytes(2000)).decode()]},
    "odd": {"signatures": [base64.b64encode(bytes(63)).decode()]},
    "a text": {"signatures": "AAAA"},
    "nothing": {},
}


@pytest.mark.parametrize("said", SIGNATURES.values(), ids=SIGNATURES)
def test_signatures_of_another_shape_are_none(
    said: dict[str, object], csc: CscProvider, stand_in: StandIn, wanted: SigningRequest
) -> None:
    stand_in.manner = "approve"
    stand_in.faults["signatures/signHash"] = Fault(status=200, body=json.dumps(said).encode())
    with pytest.raises(ProviderMisbehaves):
        look(csc, wanted)


@pytest.mark.parametrize("status", [302, 404, 500, 502, 504])
def test_a_status_that_the_standard_does_not_know_is_no_answer(
    status: int, csc: CscProvider, stand_in: StandIn, wanted: SigningRequest
) -> None:
    stand_in.faults["credentials/authorize"] = Fault(status=status, body=b"")
    with pytest.raises(ProviderUnavailable):
        csc.start(wanted)
    assert release().ended_at is None


def test_a_wrong_secret_is_told_to_the_log_without_the_secret(
    csc: CscProvider, person: UUID, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "wrong").write_text("a secret nobody may read", encoding="utf-8")
    client = Client(replace(csc.client.account, secret_file=tmp_path / "wrong"), pause=0.0)
    with pytest.raises(NotTaken):
        CscProvider(client, signer_of=signer, trust=csc.trust).certificate(person)
    assert any(one.levelno == logging.ERROR for one in caplog.records)
    assert "a secret" not in caplog.text


def test_a_secret_that_cannot_be_read_is_a_service_that_cannot_be_asked(
    csc: CscProvider, person: UUID, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(replace(csc.client.account, secret_file=tmp_path / "none"), pause=0.0)
    with pytest.raises(NotTaken):
        CscProvider(client, signer_of=signer, trust=csc.trust).certificate(person)
    assert "cannot be read" in caplog.text


def test_the_secret_never_travels_in_the_open(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="https"):
        Account(url="http://signing.example/csc/v2", client_id="mukatabat", secret_file=tmp_path / "secret")


def test_tokens_are_not_fetched_where_they_would_travel_in_the_open(
    csc: CscProvider, stand_in: StandIn, person: UUID
) -> None:
    stand_in.origin = "http://elsewhere.example"
    with pytest.raises(ProviderMisbehaves):
        csc.certificate(person)


@pytest.mark.parametrize("place", ["http://127.0.0.1:9", "https://[", "https:///nowhere"])
def test_a_service_elsewhere_leads_our_secret_to_nothing_on_this_machine(
    place: str, csc: CscProvider, stand_in: StandIn, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Client(replace(csc.client.account, url="https://signing.example/csc/v2"), pause=0.0)
    monkeypatch.setattr(elsewhere, "describe", lambda: answers.Description(place, "", signs_later=False))
    with pytest.raises(ProviderMisbehaves):
        CscProvider(elsewhere, signer_of=signer, trust=csc.trust).certificate(person)


@pytest.mark.parametrize("life", ["1" + "0" * 400, "-1" + "0" * 400, "NaN", "Infinity"])
def test_a_token_that_lives_for_ever_is_asked_for_again(
    life: str, csc: CscProvider, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads(f'{{"access_token": "one", "expires_in": {life}}}')
    monkeypatch.setattr(csc.client, "_said", lambda _: said)
    monkeypatch.setattr(csc.client, "_ask", lambda _: None)
    monkeypatch.setattr(csc.client, "_token_url", lambda: "http://127.0.0.1:9/")
    assert 0.0 <= csc.client._new_token()[1] <= TOKEN_LIFE


def test_what_a_refusal_says_is_kept_without_what_nobody_sees(
    csc: CscProvider, stand_in: StandIn, wanted: SigningRequest
) -> None:
    said = {"error": "access_denied", "error_description": "لا\0 \u202eأوافق\ud800"}
    stand_in.faults["credentials/authorize"] = Fault(status=400, body=json.dumps(said).encode())
    assert look(csc, wanted) == Refused(RefusalReason.DECLINED, "لا أوافق")


def test_whoever_was_too_slow_changes_no_answer(
    csc: CscProvider, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    csc.start(wanted)
    actor, slow = signer(wanted.person_id).actor, release()
    keeping.end(actor, release(), Refused(RefusalReason.DECLINED))
    keeping.end(actor, slow, [b"signature"])
    assert look(csc, wanted) == Refused(RefusalReason.DECLINED)


def test_a_key_that_is_taken_away_while_its_telephone_rings_signs_no_more(
    csc: CscProvider, wanted: SigningRequest, time: clock.FixedClock
) -> None:
    csc.start(wanted)
    keeping.end_all_of(signer(wanted.person_id).actor, wanted.person_id)
    answer = look(csc, wanted)
    assert isinstance(answer, Refused)
    assert answer.reason is RefusalReason.UNABLE


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

KEY = {"status": "enabled", "algo": [answers.RSA], "len": 2048}
INFO = {
    "key": KEY,
    "cert": {"certificates": []},
    "auth": {"mode": "explicit", "objects": []},
    "SCAL": "2",
    "multisign": 1,
}
PIN = {"type": "Password", "id": "PIN"}
APP = {"type": "ChallengeResponseOOB", "id": "app"}


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({}, ""),
        ({"SCAL": 2}, ""),
        ({"key": KEY | {"status": "disabled"}}, "its key is disabled"),
        ({"key": KEY | {"algo": ["1.2.840.113549.1.1.10"]}}, "no algorithm of ours"),
        ({"cert": {"certificates": [], "status": "revoked"}}, "its certificate is not valid"),
        ({"auth": {"mode": "oauth2code"}}, "it is not released by telephone"),
        ({"auth": {"mode": "explicit", "objects": [PIN, APP]}}, "it wants something typed into our pages"),
        ({"auth": {"mode": "explicit", "objects": [PIN, APP], "expression": "PIN OR app"}}, ""),
        ({"auth": {"mode": "explicit", "objects": [PIN], "expression": "PIN OR OTP"}}, "it wants something typed into our pages"),
        ({"SCAL": "1"}, "its release is not bound to what is signed"),
    ],
)  # fmt: skip
def test_a_key_serves_or_the_reason_is_said(changes: dict[str, object], obstacle: str) -> None:
    assert answers.credential("key", INFO | changes).obstacle == obstacle


@pytest.mark.parametrize("most", [0, -1, "5", True, None])
def test_a_count_that_is_none_is_malformed(most: object) -> None:
    with pytest.raises(answers.Malformed):
        answers.credential("key", INFO | {"multisign": most})


def test_an_ecdsa_signature_of_two_joined_numbers_becomes_der() -> None:
    joined = base64.b64encode(bytes([0] * 31 + [5] + [0] * 31 + [7])).decode()
    made = answers.signing({"signatures": [joined]}, algorithm=answers.ECDSA_SHA256, count=1)
    assert made == answers.Made((bytes.fromhex("3006020105020107"),))


def test_a_stranger_client_reads_the_stand_in(csc: CscProvider, stand_in: StandIn) -> None:
    """pyHanko's own client, written by others after the same standard."""
    origin = csc.client.account.url.removesuffix("/csc/v2")

    async def read() -> tuple[str, bool, int]:
        session = CSCServiceSessionInfo(origin, f"key-of-{USER}", oauth_token=_token(csc), api_ver="v2")
        async with aiohttp.ClientSession() as http:
            found = await fetch_certs_in_csc_credential(http, session)
        return found.signing_cert.subject.native["serial_number"], found.hash_pinning_required, found.max_batch_size

    assert asyncio.run(read()) == (NUMBER, True, 50)


def _token(csc: CscProvider) -> str:
    csc.client.credentials(USER)
    return csc.client._known.token


def test_the_stand_in_is_a_program_that_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("only for trying", encoding="utf-8")
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE), encoding="utf-8")
    command = [
        sys.executable, "-m", "mukatabat.signing.providers.csc.development", "--client-id", "mukatabat",
        "--secret-file", "secret", "--people", "people.json", "--authority", "authority", "--manner", "approve",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stderr is not None
        url = program.stdout.readline().strip()
        client = Client(Account(url=url, client_id="mukatabat", secret_file=tmp_path / "secret"))
        assert [one.obstacle for one in client.credentials(USER)] == [""]
        page = urlopen(url.removesuffix("csc/v2")).read().decode()
        program.terminate()
        assert "INSECURE" in page
        assert "INSECURE" in program.stderr.read()
