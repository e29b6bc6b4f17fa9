# SPDX-License-Identifier: EUPL-1.2
"""The development authority: loud, private, and the same for every process that opens it."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.files import first_wins
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.errors import KeysUnreadable
from mukatabat.signing.profiles import one_direction
from tests.signing.support import NOW, subject_of


def test_every_stand_in_announces_itself(tmp_path: Path) -> None:
    with pytest.warns(InsecureDevelopmentWarning, match="certification authority"):
        authority = DevelopmentAuthority(tmp_path)
    with pytest.warns(InsecureDevelopmentWarning, match="time-stamp"):
        LocalTimeStampAuthority(authority)
    with pytest.warns(InsecureDevelopmentWarning, match="provider"):
        SoftwareProvider(authority, subject_of=subject_of)


def test_keys_are_private_and_encrypted(tmp_path: Path, person: UUID) -> None:
    authority = DevelopmentAuthority(tmp_path / "authority")
    authority.person(person, subject_of(person))
    for path in (tmp_path / "authority").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        if path.suffix == ".pem":
            with pytest.raises(TypeError):
                serialization.load_pem_private_key(path.read_bytes(), password=None)


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    root = DevelopmentAuthority(tmp_path / "authority").root
    (tmp_path / "other").write_text("wrong")
    with pytest.raises(KeysUnreadable):
        assert DevelopmentAuthority(tmp_path / "authority", passphrase_file=tmp_path / "other").root
    assert DevelopmentAuthority(tmp_path / "authority").root == root


def test_a_certificate_names_the_person_and_holds_for_the_year(authority: DevelopmentAuthority, person: UUID) -> None:
    own, issuing, root = authority.person(person, subject_of(person)).certificates
    own.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    names = {attribute.oid: attribute.value for attribute in own.subject}
    assert names == {
        NameOID.COUNTRY_NAME: "KW",
        NameOID.ORGANIZATION_NAME: "إدارة الفتوى والتشريع",
        NameOID.COMMON_NAME: "سالم عبدالله العتيبي",
        NameOID.SERIAL_NUMBER: "10482",
    }
    assert (own.not_valid_after_utc - own.not_valid_before_utc).days == 365
    assert own.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment


def test_the_time_stamp_certificate_is_for_nothing_else(authority: DevelopmentAuthority) -> None:
    usage = authority.time_stamping.certificates[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_a_new_name_or_year_is_a_new_certificate_and_the_old_one_is_still_found(
    authority: DevelopmentAuthority, time: clock.FixedClock
) -> None:
    someone = new_id()
    first = authority.person(someone, subject_of(someone)).certificate
    assert authority.person(someone, subject_of(someone)).certificate == first
    moved = authority.person(someone, CertificateSubject("سالم عبدالله العتيبي", "10482", "وزارة المالية"))
    time.at = NOW.replace(year=2027)
    later = authority.person(someone, subject_of(someone))
    assert len({first.fingerprint, moved.certificate.fingerprint, later.certificate.fingerprint}) == 3
    found = authority.person_by_fingerprint(someone, first.fingerprint)
    assert found is not None
    assert found.certificate == first
    assert authority.person_by_fingerprint(new_id(), first.fingerprint) is None


def test_processes_that_start_together_agree(tmp_path: Path, person: UUID) -> None:
    program = (
        "import sys, uuid, warnings; from pathlib import Path; warnings.simplefilter('ignore')\n"
        "from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority\n"
        "authority = DevelopmentAuthority(Path(sys.argv[1]))\n"
        "one = authority.person(uuid.UUID(sys.argv[2]), CertificateSubject('أ', '1', 'ب'))\n"
        "print(authority.root.hex(), one.certificate.fingerprint, authority.time_stamping.certificate.fingerprint)"
    )

    def run(_: int) -> str:
        command = [sys.executable, "-c", program, str(tmp_path / "authority"), str(person)]
        paths = {"PYTHONPATH": ":".join(sys.path)}
        return subprocess.run(command, env=paths, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1
    assert not list((tmp_path / "authority").rglob(".*"))


def test_the_first_to_make_a_file_wins_and_a_crash_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def crash() -> bytes:
        raise ZeroDivisionError

    def overtaken() -> bytes:
        path.write_bytes(b"the other's")
        return b"ours"

    with pytest.raises(ZeroDivisionError):
        first_wins(path, crash)
    assert list(tmp_path.iterdir()) == []
    assert first_wins(path, overtaken) == b"the other's"
    assert first_wins(path, crash) == b"the other's"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("Salem Al-Otaibi", "Salem Al-Otaibi"),
        ("سالم العتيبي", "سالم العتيبي"),
        ("سالم العتيبي (2)", "سالم العتيبي"),
        ("«شركة» Kuwait Oil للنفط", "شركة» للنفط"),
    ],
)
def test_a_name_in_a_certificate_runs_in_one_direction(name: str, fit: str) -> None:
    assert one_direction(name) == fit


@given(st.text(alphabet="ابجد هو ABC 12()«»ـً", min_size=1, max_size=90).filter(str.strip))
def test_any_name_can_be_compared_by_validators(name: str) -> None:
    from asn1crypto import x509 as asn1

    from mukatabat.signing.profiles import subject_of as certified

    assert asn1.Name.load(certified(name, body=name).public_bytes()).hashable
