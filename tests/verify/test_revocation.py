# SPDX-License-Identifier: EUPL-1.2
"""Withdrawn certificates: refused for what was done with them afterwards, valid for what was done before."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat_verify import errors, pades, revocation
from mukatabat_verify.certificates import Trust
from mukatabat_verify.lists import EXPIRED_CERTS_ON_CRL
from mukatabat_verify.report import Report, Step
from mukatabat_verify.revocation import Used
from mukatabat_verify.verifier import verify
from tests.signing.support import NOW
from tests.verify.letters import container_of
from tests.verify.letters import written as all_of
from tests.verify.support import CREATED, issue, issuing, make_parcel, revocation_list, root, seal
from tests.verify.test_bundle import bundled, contents, refusal

TRUST = Trust((root().root,), CREATED)
OWN = seal().chain[0]
DAY = timedelta(days=1)


def shown(*lists: bytes, at: datetime = CREATED) -> revocation.Shown:
    return revocation.check(lists, [Used(seal().chain, at)], TRUST)


def test_what_was_withdrawn_before_its_use_is_refused_and_afterwards_it_is_said() -> None:
    for moment in (CREATED - DAY, CREATED):
        with pytest.raises(errors.CertificateWithdrawn, match="Seal of MOF"):
            shown(revocation_list(issuing(), (OWN, moment), at=CREATED + DAY))
    later = shown(revocation_list(issuing(), (OWN, CREATED + DAY), at=CREATED + 2 * DAY), revocation_list(root()))
    assert later.later == {"Seal of MOF": CREATED + DAY}
    assert (later.covered, later.unknown, later.older) == (["Seal of MOF", "Issuing"], [], [])


def test_a_key_that_was_stolen_before_it_was_withdrawn_counts_from_the_theft() -> None:
    listed = revocation_list(issuing(), (OWN, CREATED + DAY), at=CREATED + 2 * DAY, invalid=CREATED - DAY)
    with pytest.raises(errors.CertificateWithdrawn):
        shown(listed)


def test_an_authority_that_was_withdrawn_vouches_for_nobody_any_more() -> None:
    with pytest.raises(errors.CertificateWithdrawn, match="Issuing"):
        shown(revocation_list(root(), (seal().chain[1], CREATED - DAY)), revocation_list(issuing()))


def test_each_authority_is_asked_for_its_own_and_a_list_tells_as_of_when() -> None:
    assert shown(revocation_list(root())).unknown == ["Seal of MOF"]
    earlier = shown(revocation_list(issuing(), at=CREATED - DAY), revocation_list(root(), at=CREATED + DAY))
    assert earlier.older == [f"Seal of MOF as of {(CREATED - DAY).isoformat()}"]
    run_out = shown(revocation_list(issuing(), at=CREATED - 8 * DAY), revocation_list(root()))
    assert run_out.unknown == ["Seal of MOF"]


def test_the_newest_list_counts_that_was_written_before_the_certificate_ran_out() -> None:
    withdrawn = revocation_list(issuing(), (OWN, CREATED - DAY), at=CREATED + DAY)
    after_its_end = revocation_list(issuing(), at=datetime(2028, 2, 1, tzinfo=UTC))
    for lists in ((withdrawn, after_its_end), (after_its_end, withdrawn), (revocation_list(issuing()), withdrawn)):
        with pytest.raises(errors.CertificateWithdrawn):
            shown(*lists)


LONG_AFTER = datetime(2028, 2, 1, tzinfo=UTC)
"""When the seal has run out."""


def expired_since(text: bytes) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(EXPIRED_CERTS_ON_CRL, b"\x18" + bytes([len(text)]) + text), False


def test_a_list_from_after_its_end_that_still_names_a_certificate_is_heard() -> None:
    silent = revocation_list(issuing(), at=CREATED + DAY)
    found_out = revocation_list(issuing(), (OWN, CREATED - DAY), at=LONG_AFTER)
    backdated = revocation_list(issuing(), (OWN, CREATED + DAY), at=LONG_AFTER, invalid=CREATED)
    for late in (found_out, backdated):
        with pytest.raises(errors.CertificateWithdrawn, match="Seal of MOF"):
            shown(silent, late)
    told = shown(silent, revocation_list(issuing(), (OWN, CREATED + DAY), at=LONG_AFTER), revocation_list(root()))
    assert told.later == {"Seal of MOF": CREATED + DAY}


def test_the_silence_of_a_list_from_after_its_end_counts_only_where_it_says_that_it_goes_on_naming() -> None:
    withdrawn = revocation_list(issuing(), (OWN, CREATED - DAY), at=CREATED + DAY)
    says_so = expired_since(b"20250101000000Z")
    for said in (expired_since(b"20280115000000Z"), expired_since(b"202501010000Z"), expired_since(b"20251301000000Z")):
        assert shown(revocation_list(issuing(), at=LONG_AFTER, extensions=(said,))).unknown == [
            "Seal of MOF",
            "Issuing",
        ]
        with pytest.raises(errors.CertificateWithdrawn):
            shown(withdrawn, revocation_list(issuing(), at=LONG_AFTER, extensions=(said,)))
    told = shown(withdrawn, revocation_list(issuing(), at=LONG_AFTER, extensions=(says_so,)), revocation_list(root()))
    assert (told.covered, told.later) == (["Seal of MOF", "Issuing"], {}), "the authority took its word back"


def test_what_a_list_named_for_good_stays_withdrawn_when_the_list_has_run_out() -> None:
    at = CREATED - 30 * DAY
    with pytest.raises(errors.CertificateWithdrawn):
        shown(revocation_list(issuing(), (OWN, at), at=at, days=7))
    held = revocation_list(issuing(), (OWN, at), at=at, days=7, reason=x509.ReasonFlags.certificate_hold)
    assert shown(held, revocation_list(root())).unknown == ["Seal of MOF"], "a hold may have been lifted"
    with pytest.raises(errors.CertificateWithdrawn):
        shown(revocation_list(issuing(), (OWN, at), at=CREATED, reason=x509.ReasonFlags.certificate_hold))


@pytest.mark.parametrize(
    "listed",
    [
        b"", b"list", revocation_list(issuing())[:-1], revocation_list(issuing()) + b" ",
        revocation_list(issuing(), extensions=((x509.DeltaCRLIndicator(1), True),)),
        revocation_list(issuing(), extensions=((x509.IssuingDistributionPoint(
            full_name=None, relative_name=None, only_contains_user_certs=True, only_contains_ca_certs=False,
            only_some_reasons=None, indirect_crl=False, only_contains_attribute_certs=False,
        ), True),)),
    ],
    ids=["nothing", "no list", "cut off", "more behind it", "a part of a list", "of some alone"],
)  # fmt: skip
def test_what_is_no_whole_list_is_refused_by_name(listed: bytes) -> None:
    with pytest.raises(errors.RevocationListUnreadable):
        shown(listed)


def test_nobody_else_writes_in_the_name_of_an_authority() -> None:
    namesake = issue("Issuing", issuer=root(), authority=True)
    whole = revocation_list(issuing(), (OWN, CREATED + DAY), at=CREATED + DAY)
    turned = whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]
    for forged in (revocation_list(namesake), turned):
        with pytest.raises(errors.RevocationListBroken):
            shown(forged)
    by_its_own_seal = issue("Issuing", issuer=root())
    with pytest.raises(errors.RevocationListBroken):
        shown(revocation_list(by_its_own_seal))
    assert shown(revocation_list(issue("Somebody", authority=True))).unknown == ["Seal of MOF", "Issuing"]


def test_a_withdrawn_stranger_beside_the_path_refuses_nothing() -> None:
    stranger = issue("Stranger", issuer=issuing())
    came_along = (*seal().chain, stranger.chain[0], b"\x30\x00")
    listed = revocation_list(issuing(), (stranger.chain[0], CREATED - DAY), at=CREATED + DAY)
    told = revocation.check((listed, revocation_list(root())), [Used(came_along, CREATED)], TRUST)
    assert (told.covered, told.unknown) == (["Seal of MOF", "Issuing"], [])


def test_the_list_of_an_authority_s_other_key_speaks_of_others_only() -> None:
    other_key = revocation_list(issue("Issuing", issuer=root(), authority=True), (OWN, CREATED - DAY), at=CREATED + DAY)
    told = shown(other_key, revocation_list(issuing(), at=CREATED + DAY), revocation_list(root()))
    assert (told.covered, told.unknown) == (["Seal of MOF", "Issuing"], [])


# ── in a check ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ends(report: Report) -> tuple[Step, type[errors.Refusal] | None]:
    return report.findings[-1].step, type(report.refusal) if report.refusal else None


def found(data: bytes, trust: Trust) -> Report:
    return verify(io.BytesIO(data), trust)


def test_without_a_list_the_check_says_that_it_knows_none(signed_pdf: bytes, trust: Trust) -> None:
    report = found(all_of(container_of(signed_pdf)), trust)
    assert ends(report) == (Step.NOT_WITHDRAWN, None)
    assert "no list" in report.findings[-1].left_out


def test_a_certificate_of_which_no_list_speaks_is_never_ticked(signed_pdf: bytes, trust: Trust) -> None:
    foreign = revocation_list(issue("Somebody", authority=True))
    last = found(all_of(container_of(signed_pdf)), replace(trust, lists=(foreign,))).findings[-1]
    assert last.step is Step.NOT_WITHDRAWN
    assert "no list speaks of" in last.left_out


def test_the_signer_s_certificate_is_judged_at_the_time_of_the_time_stamp(
    signed_pdf: bytes, trust: Trust, authority: DevelopmentAuthority
) -> None:
    data, person = all_of(container_of(signed_pdf)), pades.validate(signed_pdf, trust).chain[0]
    by, years_later = authority._issuing, replace(trust, at=NOW + timedelta(days=30))
    before = revocation_list(by, (person, NOW - DAY), at=NOW + DAY)
    assert ends(found(data, replace(years_later, lists=(before,)))) == (
        Step.NOT_WITHDRAWN, errors.CertificateWithdrawn,
    )  # fmt: skip
    after = revocation_list(by, (person, NOW + DAY), at=NOW + 2 * DAY)
    report = found(data, replace(years_later, lists=(after,)))
    assert report.refusal is None
    assert list(report.facts["withdrawn_since"].values()) == [(NOW + DAY).astimezone(UTC).isoformat()]
    assert "valid before" in report.findings[-1].left_out, "and no list speaks of its issuer"


def test_a_seal_is_judged_at_the_time_of_its_time_stamp_and_without_one_at_the_asked(
    signed_pdf: bytes, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    later = replace(trust, at=NOW + 10 * DAY)
    lists = (revocation_list(issuing(), (OWN, NOW + DAY), at=NOW + 9 * DAY),)
    stamped = all_of(container_of(signed_pdf, time_stamp=time_stamps.stamp))
    assert found(stamped, replace(later, lists=lists)).refusal is None
    bare = all_of(container_of(signed_pdf))
    assert ends(found(bare, replace(later, lists=lists))) == (Step.NOT_WITHDRAWN, errors.CertificateWithdrawn)


@pytest.fixture(scope="session")
def letter(signed_pdf: bytes) -> bytes:
    return all_of(container_of(signed_pdf))


def test_a_bundle_brings_its_lists_and_a_forged_one_in_it_is_refused(letter: bytes, trust: Trust) -> None:
    parcel = make_parcel(letter)

    def with_lists(*lists: bytes) -> bytes:
        return bundled(contents(parcel, letter, lists=lists))

    fine = with_lists(revocation_list(issuing(), at=NOW + DAY), revocation_list(root(), at=NOW + DAY))
    report = found(fine, trust)
    assert report.refusal is None
    assert "Evidence of the node" not in report.findings[-1].note
    withdrawn = with_lists(revocation_list(issuing(), (OWN, NOW - DAY), at=NOW + DAY))
    assert refusal(withdrawn, trust) == (Step.NOT_WITHDRAWN, errors.CertificateWithdrawn)
    forged = with_lists(revocation_list(issue("Issuing", issuer=root(), authority=True)))
    assert refusal(forged, trust) == (Step.NOT_WITHDRAWN, errors.RevocationListBroken)
    assert refusal(with_lists(b"list"), trust) == (Step.NOT_WITHDRAWN, errors.RevocationListUnreadable)
