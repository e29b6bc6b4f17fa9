# SPDX-License-Identifier: EUPL-1.2
"""Whose seal a certificate is, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mukatabat_verify import errors
from mukatabat_verify.certificates import Trust, check_node, check_seal, check_time_stamping, holder
from tests.verify.support import CREATED, issue, root, seal

TRUST = Trust((root().root,), CREATED)
STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
MIXED = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])


def test_a_seal_is_accepted_for_its_own_body_at_its_time() -> None:
    check_seal(seal().chain, TRUST, body="MOF")
    assert holder(seal().chain[0]) == "Seal of MOF"


def test_every_other_certificate_is_refused_by_its_own_name() -> None:
    own, issuing = seal().chain
    cases: list[tuple[list[bytes], Trust, type[errors.Refusal]]] = [
        ([], TRUST, errors.CertificateUnreadable),
        ([b"", issuing], TRUST, errors.CertificateUnreadable),
        ([own[:200], issuing], TRUST, errors.CertificateUnreadable),
        ([own], TRUST, errors.CertificateUntrusted),
        ([own, issuing], replace(TRUST, roots=()), errors.CertificateUntrusted),
        ([own, issuing], replace(TRUST, roots=(root("Stranger").root,)), errors.CertificateUntrusted),
        ([own, issuing], replace(TRUST, at=datetime(2025, 12, 31, tzinfo=UTC)), errors.CertificateOutOfDate),
        ([own, issuing], replace(TRUST, at=datetime(2028, 1, 2, tzinfo=UTC)), errors.CertificateOutOfDate),
        ([issuing], TRUST, errors.CertificateOfAnotherUse),
        (list(seal("MOH").chain), TRUST, errors.CertificateOfAnotherBody),
        (list(issue("Nobody", issuer=root()).chain), TRUST, errors.CertificateOfAnotherBody),
    ]
    for chain, trust, reason in cases:
        with pytest.raises(reason):
            check_seal(chain, trust, body="MOF")


def test_a_seal_cannot_issue_seals() -> None:
    forged = issue("Seal of MOI", issuer=seal(), body="MOI")
    with pytest.raises(errors.CertificateUntrusted):
        check_seal(forged.chain, TRUST, body="MOI")


def test_only_a_time_stamp_authority_stamps_time_and_it_seals_nothing() -> None:
    authority = issue("TSA", issuer=root(), body="MOF", extensions=((STAMPING, True),))
    check_time_stamping(authority.chain, TRUST)
    with pytest.raises(errors.CertificateOfAnotherUse):
        check_seal(authority.chain, TRUST, body="MOF")
    for other in (
        seal(),
        issue("TSA", issuer=root(), extensions=((STAMPING, False),)),
        issue("TSA", issuer=root(), extensions=((MIXED, True),)),
    ):
        with pytest.raises(errors.CertificateOfAnotherUse):
            check_time_stamping(other.chain, TRUST)


@pytest.mark.parametrize("kind", [NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM, NameOID.SERIAL_NUMBER])
def test_a_person_under_the_same_root_states_nothing_in_the_node_s_place(kind: x509.ObjectIdentifier) -> None:
    person = issue("Ahmad", issuer=root(), named=((kind, "7001"),))
    with pytest.raises(errors.CertificateOfAnotherUse):
        check_node(person.chain, TRUST)


@pytest.mark.parametrize(
    "use",
    [
        ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SMARTCARD_LOGON,
    ],
)  # fmt: skip
def test_a_server_or_program_under_the_same_root_states_nothing_in_the_node_s_place(use: x509.ObjectIdentifier) -> None:
    check_node(issue("Node", issuer=root()).chain, TRUST)
    other = issue("portal.example", issuer=root(), extensions=((x509.ExtendedKeyUsage([use]), False),))
    with pytest.raises(errors.CertificateOfAnotherUse):
        check_node(other.chain, TRUST)
