# SPDX-License-Identifier: EUPL-1.2
"""Whose key signs for whom: two persons record it, neither of them for themselves, and a wrong one is found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mukatabat.access.errors import SecondFactorStale
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.errors import NotInDirectory, OwnGain, OwnProposal
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.enrolment import confirm_signer, end_signer, identity_of, propose_signer, signer_of
from mukatabat.signing.errors import (
    AnotherSigner,
    CertificateNotUsable,
    KeyOfAnother,
    NoKeyThere,
    ProviderUnavailable,
    SignerNotEnrolled,
)
from mukatabat.signing.models import SignerIdentity
from mukatabat.signing.providers.csc.provider import CscProvider
from mukatabat.signing.providers.csc.telephone import Fault, StandIn
from mukatabat.tenancy.context import scope
from tests.cast import Cast
from tests.signing.csc import NUMBER, PEOPLE, USER, trust_service

pytestmark = pytest.mark.django_db
REASON = "أول توقيع بالمفتاح الشخصي"


@pytest.fixture
def both(authority: DevelopmentAuthority, tmp_path: Path) -> Iterator[tuple[StandIn, CscProvider]]:
    with trust_service(authority, tmp_path, signer_of=signer_of) as found:
        yield found


@pytest.fixture
def provider(both: tuple[StandIn, CscProvider]) -> CscProvider:
    return both[1]


def enrol(cast: Cast, provider: CscProvider, *, user_id: str = USER) -> None:
    change = propose_signer(
        cast("admin.mof"), cast("adviser.mof").person, user_id=user_id, reason=REASON, provider=provider
    )
    confirm_signer(cast("signer.mof"), change.pk)


def test_two_persons_record_a_key_and_both_see_whose_it_is(cast: Cast, provider: CscProvider) -> None:
    person = cast("adviser.mof").person
    with pytest.raises(SignerNotEnrolled):
        provider.certificate(person)
    change = propose_signer(cast("admin.mof"), person, user_id=f" {USER} ", reason=REASON, provider=provider)
    assert (change.content["name"], change.content["number"]) == (PEOPLE[USER]["name"], NUMBER)
    with pytest.raises(SignerNotEnrolled):
        provider.certificate(person)
    confirm_signer(cast("signer.mof"), change.pk)
    assert provider.certificate(person).own
    with scope(cast("admin.mof")):
        entry = AuditEntry.objects.get(act="signing.key-recorded")
    assert entry.detail["number"] == NUMBER
    assert entry.detail["change"] == str(change.pk)


def test_a_number_of_another_body_s_is_not_taken_for_this_one_s(
    cast: Cast, both: tuple[StandIn, CscProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people of two bodies have the same staff number under one authority, and the provider gives the wrong one."""
    stand_in, provider = both
    own = {**PEOPLE[USER], "body": "وزارة المالية", "number": "104"}
    monkeypatch.setattr(stand_in, "people", {USER: own})
    enrol(cast, provider)
    assert provider.certificate(cast("adviser.mof").person).own
    monkeypatch.setattr(stand_in, "people", {USER: {**own, "body": "وزارة الصحة"}})
    with pytest.raises(CertificateNotUsable):
        provider.certificate(cast("adviser.mof").person)
    with pytest.raises(NoKeyThere):
        enrol(cast, provider)


def test_nobody_records_a_key_alone_or_for_themselves(cast: Cast, provider: CscProvider) -> None:
    admin = cast("admin.mof")
    with pytest.raises(OwnGain):
        propose_signer(admin, admin.person, user_id=USER, reason=REASON, provider=provider)
    change = propose_signer(admin, cast("signer.mof").person, user_id=USER, reason=REASON, provider=provider)
    for actor, error in ((admin, OwnProposal), (cast("signer.mof"), OwnGain), (cast("signer.fl"), NotInDirectory)):
        with pytest.raises(error):
            confirm_signer(actor, change.pk)
    with pytest.raises(SecondFactorStale):
        confirm_signer(replace(cast("signer.mof"), second_factor_at=None), change.pk)
    assert identity_of(admin, cast("signer.mof").person) is None


def test_whoever_does_not_administer_the_body_proposes_nothing(cast: Cast, provider: CscProvider) -> None:
    for login in ("clerk.mof", "admin.fl"):
        with pytest.raises(NotInDirectory):
            propose_signer(cast(login), cast("adviser.mof").person, user_id=USER, reason=REASON, provider=provider)


def test_a_key_that_is_not_there_is_not_proposed(cast: Cast, both: tuple[StandIn, CscProvider]) -> None:
    stand_in, provider = both
    for name in ("stranger", " "):
        with pytest.raises(NoKeyThere):
            enrol(cast, provider, user_id=name)
    stand_in.faults["credentials/list"] = Fault(status=503)
    with pytest.raises(ProviderUnavailable):
        enrol(cast, provider)


def test_the_key_of_one_person_is_not_recorded_for_another(cast: Cast, provider: CscProvider) -> None:
    """Else the telephone of a signatory would ring for the letters of whoever was given their key."""
    admin, other = cast("admin.mof"), cast("clerk.mof").person
    waiting = propose_signer(admin, other, user_id=USER, reason=REASON, provider=provider)
    enrol(cast, provider)
    with pytest.raises(KeyOfAnother):
        propose_signer(admin, other, user_id=USER, reason=REASON, provider=provider)
    with pytest.raises(KeyOfAnother):
        confirm_signer(cast("signer.mof"), waiting.pk)
    assert identity_of(admin, other) is None
    end_signer(admin, cast("adviser.mof").person, "سُجل لشخص آخر")
    confirm_signer(cast("signer.mof"), waiting.pk)


@pytest.mark.parametrize(("name", "shown"), [("سالم\u202e العتيبي\0", "سالم العتيبي"), ("\u200f", None), ("", None)])
def test_both_persons_see_a_name_as_it_is_or_nothing_is_proposed(
    name: str, shown: str | None, cast: Cast, provider: CscProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = replace(provider.holder(USER), name=name)
    monkeypatch.setattr(provider, "holder", lambda _user_id, **_names: holder)
    wanted = {"user_id": USER, "reason": REASON, "provider": provider}
    if shown is None:
        with pytest.raises(NoKeyThere):
            propose_signer(cast("admin.mof"), cast("adviser.mof").person, **wanted)  # type: ignore[arg-type]
    else:
        change = propose_signer(cast("admin.mof"), cast("adviser.mof").person, **wanted)  # type: ignore[arg-type]
        assert change.content["name"] == shown


def test_a_name_given_to_somebody_else_afterwards_signs_no_more(cast: Cast, both: tuple[StandIn, CscProvider]) -> None:
    stand_in, provider = both
    enrol(cast, provider)
    stand_in.number = "IDCKW-299999999999"
    with pytest.raises(AnotherSigner):
        provider.certificate(cast("adviser.mof").person)


def test_one_person_takes_a_key_away_and_the_history_stays(cast: Cast, provider: CscProvider) -> None:
    enrol(cast, provider)
    person = cast("adviser.mof").person
    end_signer(cast("admin.mof"), person, "ترك العمل")
    with pytest.raises(SignerNotEnrolled):
        provider.certificate(person)
    with pytest.raises(SignerNotEnrolled):
        end_signer(cast("admin.mof"), person, "مرة ثانية")
    with scope(cast("admin.mof")):
        assert SignerIdentity.objects.filter(person_id=person).count() == 2
