# SPDX-License-Identifier: EUPL-1.2
"""Whose seal a certificate is, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mukatabat_verify import errors
from mukatabat_verify.certificates import Trust, check_node, check_seal, check_time_stamping, holder, is_node
from tests.verify.support import CREATED, issue, node, root, seal

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
    person = node("Ahmad", named=((kind, "7001"),))
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
    other = node("portal.example", extensions=((x509.ExtendedKeyUsage([use]), False),))
    with pytest.raises(errors.CertificateOfAnotherUse):
        check_node(other.chain, TRUST)


def test_only_a_marked_certificate_is_a_node_s() -> None:
    check_node(node().chain, TRUST)
    assert is_node(node().chain[0])
    foreign = (
        issue("A foreign organisation", issuer=root(), named=((NameOID.ORGANIZATION_IDENTIFIER, "VATBE-0876866142"),)),
        issue("Ahmad, without any identifier", issuer=root()),
        issue("urn:mukatabat:node", issuer=root()),
        node("Like a node", extensions=(), body="MOF"),
        issue("Another mark", issuer=root(), extensions=((_uri("urn:mukatabat:node:2"), False),)),
    )
    for one in foreign:
        with pytest.raises(errors.CertificateOfAnotherUse):
            check_node(one.chain, TRUST)


def test_one_from_before_the_mark_is_a_node_s_for_the_reader_who_names_it_and_for_nothing_else() -> None:
    before = issue("Node", issuer=root())
    named = replace(TRUST, nodes=frozenset({sha256(before.chain[0]).hexdigest()}))
    check_node(before.chain, named)
    with pytest.raises(errors.CertificateOutOfDate):
        check_node(before.chain, replace(named, at=datetime(2028, 1, 2, tzinfo=UTC)))
    with pytest.raises(errors.CertificateUntrusted):
        check_node(before.chain, replace(named, roots=()))
    with pytest.raises(errors.CertificateOfAnotherUse):
        check_node(issue("Node", issuer=root()).chain, named)


def _uri(name: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(name)])
