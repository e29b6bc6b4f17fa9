# SPDX-License-Identifier: EUPL-1.2
"""A letter that a person signed, for the tests of what holds it."""

from __future__ import annotations

import warnings

import pytest

from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.rules import SignatureField, Statement
from mukatabat_verify.certificates import Trust
from tests.signing.support import LETTER, NOW, subject_of, typeset
from tests.verify.support import root


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return DevelopmentAuthority(tmp_path_factory.mktemp("authority"), now=lambda: NOW)


@pytest.fixture(scope="session")
def time_stamps(authority: DevelopmentAuthority) -> LocalTimeStampAuthority:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LocalTimeStampAuthority(authority, now=lambda: NOW)


@pytest.fixture(scope="session")
def trust(authority: DevelopmentAuthority) -> Trust:
    return Trust((root().root, authority.root), NOW)


@pytest.fixture(scope="session")
def signed_pdf(
    authority: DevelopmentAuthority, time_stamps: LocalTimeStampAuthority, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    pdf = typeset(tmp_path_factory.mktemp("letter") / "letter.typ", LETTER)
    person = new_id()
    identity = authority.person(person, subject_of(person))
    prepared = pades.prepare(
        pdf, field=SignatureField(), signer=identity.certificate, statement=Statement(NOW, reason="توقيع كتاب رسمي")
    )
    return pades.complete(prepared, identity.sign(prepared.signed_attributes), timestamp=time_stamps).document
