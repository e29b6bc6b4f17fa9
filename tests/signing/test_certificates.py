# SPDX-License-Identifier: EUPL-1.2
"""Whose a certificate from outside is: a number alone says it only where no second person can have the number."""

from __future__ import annotations

import pytest
from cryptography.x509.oid import NameOID

from mukatabat.kernel.ids import new_id
from mukatabat.signing.certificates import accept_certificate
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.errors import CertificateNotUsable
from mukatabat.signing.profiles import written
from mukatabat_verify.certificates import Trust
from tests.signing.support import NOW
from tests.verify.support import issue, issuing, root

OWN = ("وزارة المالية", "Ministry of Finance", "وزارة المالية والنفط")
"""As a body goes and went: a certificate keeps the name of its day."""


@pytest.mark.parametrize(
    ("number", "body", "accepted"),
    [
        ("104", "وزارة المالية", True), ("104", "MINISTRY  of Finance", True), ("104", "وزارة المالية والنفط", True),
        ("104", "وزارة الصحة", False), ("104", "", False), ("104", "وزارة", False),
        ("IDCKW-285010112345", "وزارة الصحة", True), ("KW:KW-104", "وزارة الصحة", True),
        ("idckw-285010112345", "وزارة الصحة", False), ("IDC-104", "وزارة الصحة", False), ("IDCKW-", "", False),
    ],
)  # fmt: skip
def test_a_body_s_own_number_stands_beside_the_body_s_name(
    number: str, body: str, accepted: bool, authority: DevelopmentAuthority, trust: Trust
) -> None:
    chain = authority.person(new_id(), CertificateSubject("سالم العتيبي", number, body)).certificate.chain
    assert accept_certificate(chain, staff_number=number, trust=trust).chain == chain  # two persons compared it
    if accepted:
        assert accept_certificate(chain, staff_number=number, trust=trust, organizations=OWN).chain == chain
    else:
        with pytest.raises(CertificateNotUsable):
            accept_certificate(chain, staff_number=number, trust=trust, organizations=OWN)


def test_a_body_s_name_is_compared_as_certificates_hold_it(authority: DevelopmentAuthority, trust: Trust) -> None:
    long = "الهيئة العامة لمكافحة الفساد وحماية المال العام والإفصاح عن الذمة المالية (Nazaha) في دولة الكويت"
    assert written(long) != long
    chain = authority.person(new_id(), CertificateSubject("سالم", "104", long)).certificate.chain
    assert accept_certificate(chain, staff_number="104", trust=trust, organizations=(long,)).chain == chain


@pytest.mark.parametrize(
    "named",
    [
        (
            (NameOID.SERIAL_NUMBER, "104"),
            (NameOID.ORGANIZATION_NAME, "وزارة الصحة"),
            (NameOID.ORGANIZATION_NAME, OWN[0]),
        ),
        ((NameOID.SERIAL_NUMBER, "105"), (NameOID.SERIAL_NUMBER, "104"), (NameOID.ORGANIZATION_NAME, OWN[0])),
    ],
)
def test_what_stands_twice_says_nothing(named: tuple[tuple[object, str], ...]) -> None:
    twice = issue("Salem", issuer=issuing(), named=named)  # type: ignore[arg-type]
    with pytest.raises(CertificateNotUsable):
        accept_certificate(twice.chain, staff_number="104", trust=Trust((root().root,), NOW), organizations=OWN)


def test_a_person_who_could_seal_as_a_body_signs_nothing() -> None:
    trust, number = Trust((root().root,), NOW), ((NameOID.SERIAL_NUMBER, "IDCKW-285010112345"),)
    usual = issue("Salem", issuer=issuing(), named=number)
    assert accept_certificate(usual.chain, staff_number=number[0][1], trust=trust).chain == usual.chain
    both = issue("Salem", issuer=issuing(), body="MOF", named=number)
    with pytest.raises(CertificateNotUsable):
        accept_certificate(both.chain, staff_number=number[0][1], trust=trust)
