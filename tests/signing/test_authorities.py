# SPDX-License-Identifier: EUPL-1.2
"""The folder of trusted authorities: taken as it lies there, and a file that does not belong there is named."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError

from mukatabat.kernel import clock
from mukatabat.signing import jobs, service
from mukatabat.signing.authorities import authorities_in
from mukatabat.signing.errors import (
    AuthorityFileHoldsKey,
    AuthorityFileNotOne,
    AuthorityFileRefused,
    AuthorityFileUnreadable,
    AuthorityFileWritable,
    NoAuthority,
    TimeStampUnavailable,
)
from mukatabat.signing.profiles import subject_of
from mukatabat.signing.queries import revocation_lists
from mukatabat.web.cli.keys import keys
from mukatabat.web.configuration import Configuration
from mukatabat_verify.certificates import Trust, check_signing, take_long_names
from mukatabat_verify.errors import CertificateUntrusted
from tests.authority import Authority, der, openssl, outside_development

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def time() -> None:
    """No clock stands still here: openssl knows the machine's alone."""


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.founded(tmp_path_factory.mktemp("authorities") / "national")


@pytest.fixture
def folder(national: Authority, settings: Any, tmp_path: Path) -> Path:
    return outside_development(settings, tmp_path / "installation", national.root, national.issuing)


def seal_of_the_authority(national: Authority, folder: Path) -> Path:
    """A certificate below the authority that certifies nobody itself."""
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "own.key",
            "-subj", "/C=KW/O=MOF/CN=MOF", "-out", "own.pem", folder=folder)  # fmt: skip
    return national.certify(folder / "own.pem")


def test_what_certifies_itself_is_a_root_and_the_rest_stands_between(folder: Path, national: Authority) -> None:
    (folder / ".hidden").write_text("not looked at")
    shutil.copy(national.root, folder / "the same once more.crt")
    (folder / "der.cer").write_bytes(der(national.issuing))
    found = {one.name: one.is_root for one in authorities_in(folder)}
    assert found == {"Example Root": True, "Example Issuing": False}
    assert service.trust(clock.now()).roots == (der(national.root),)
    assert set(service.authorities()) == {der(national.root), der(national.issuing)}


def test_in_development_the_own_authority_is_trusted_beside_the_folder(
    settings: Any, tmp_path: Path, national: Authority
) -> None:
    settings.MUKATABAT_AUTHORITIES = tmp_path
    alone = service.trust(clock.now()).roots
    shutil.copy(national.root, tmp_path)
    assert service.trust(clock.now()).roots == (*alone, der(national.root)), "a new file needs no new start"


def test_an_installation_that_was_told_of_no_authority_says_so(settings: Any, tmp_path: Path) -> None:
    empty = outside_development(settings, tmp_path / "installation")
    for folder in (empty, None):
        settings.MUKATABAT_AUTHORITIES = folder
        with pytest.raises(NoAuthority):
            service.trust(clock.now())
        assert service.trusted_roots() == service.authorities() == ()
        done = CliRunner().invoke(keys, ["authorities"])
        assert (done.exit_code, "no authority" in done.output) == (1, True)
    with pytest.raises(TimeStampUnavailable):
        service.time_stamps().stamp(bytes(32))


def test_a_setting_that_names_no_folder_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    for wrong in (file, tmp_path / "nowhere"):
        with pytest.raises(ValidationError, match="MUKATABAT_AUTHORITIES"):
            Configuration(authorities=wrong)


@pytest.mark.parametrize(
    ("lay", "refusal"),
    [
        (lambda file, _: file.write_text("-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n"),
         AuthorityFileUnreadable),
        (lambda file, _: file.write_bytes(b"\x30\x03\x02\x01\x01"), AuthorityFileUnreadable),
        (lambda file, _: file.write_text(""), AuthorityFileUnreadable),
        (lambda file, _: file.mkdir(), AuthorityFileUnreadable),
        (lambda file, _: file.symlink_to("nowhere"), AuthorityFileUnreadable),
        (lambda file, ca: shutil.copy(seal_of_the_authority(ca, file.parents[1]), file), AuthorityFileNotOne),
        (lambda file, ca: file.write_bytes(ca.root.read_bytes() + (ca.folder / "root" / "key.pem").read_bytes()),
         AuthorityFileHoldsKey),
        (lambda file, ca: (shutil.copy(ca.root, file), file.chmod(0o666)), AuthorityFileWritable),
        (lambda file, _: file.parent.chmod(0o777), AuthorityFileWritable),
    ],
)  # fmt: skip
def test_a_file_that_does_not_belong_there_is_named_and_nothing_is_believed_until_it_is_gone(
    lay: Callable[[Path, Authority], object], refusal: type[AuthorityFileRefused], folder: Path, national: Authority
) -> None:
    lay(folder / "wrong.pem", national)
    with pytest.raises(refusal) as refused:
        service.trust(clock.now())
    assert refused.value.params["file"] in {"wrong.pem", "authorities"}
    assert isinstance(CliRunner().invoke(keys, ["authorities"]).exception, refusal)


def test_a_root_that_ended_vouches_for_its_own_time_and_for_nothing_new(
    folder: Path, national: Authority, tmp_path: Path
) -> None:
    own = der(seal_of_the_authority(national, tmp_path))
    chain, now = (own, der(national.issuing)), clock.now()
    check_signing(chain, service.trust(now))
    later = now + timedelta(days=7400)
    with clock.fixed(later):
        assert service.trust(now).roots, "what it vouched for then is judged by it"
        done = CliRunner().invoke(keys, ["authorities", "--json"])
        assert (done.exit_code, {one["standing"] for one in json.loads(done.output)}) == (1, {"ended"})
    old = Authority.founded(tmp_path / "old", name="Old", root=("-days", "1"))
    (tmp_path / "below").mkdir()
    below = der(seal_of_the_authority(old, tmp_path / "below"))
    at = now + timedelta(days=2)
    with pytest.raises(CertificateUntrusted):
        check_signing((below, der(old.issuing)), Trust(roots=(der(old.root),), at=at))


def test_the_list_of_a_real_authority_is_kept_and_that_of_one_that_was_taken_out_is_not(
    folder: Path, national: Authority, tmp_path: Path, served: Callable[..., str], settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    national.revoke(seal_of_the_authority(national, tmp_path))
    listed = national.revoked()
    settings.MUKATABAT_REVOCATION_LISTS = (served(listed),)
    with caplog.at_level(logging.WARNING):
        jobs.fetch_revocation_lists()
    assert caplog.records == []
    assert revocation_lists([]) == (listed,)
    assert CliRunner().invoke(keys, ["fetch-lists"]).exit_code == 0, "asked for at once, and there is nothing newer"
    shown = json.loads(CliRunner().invoke(keys, ["authorities", "--json"]).output)
    assert {one["name"]: one["list"] is not None for one in shown} == {"Example Root": False, "Example Issuing": True}
    for file in folder.iterdir():
        file.unlink()
    with caplog.at_level(logging.WARNING):
        jobs.fetch_revocation_lists()
    assert "cannot be fetched" in caplog.text, "nobody who is known wrote it"
    done = CliRunner().invoke(keys, ["fetch-lists", "--json"])
    assert (done.exit_code, json.loads(done.output)) == (1, {"silent": 1})


def test_no_program_warns_of_an_arabic_name_that_is_as_long_as_a_name_may_be() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        take_long_names()
        name = subject_of("الجهاز المركزي لتكنولوجيا المعلومات", body="الجهاز المركزي لتكنولوجيا المعلومات")
        asked = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
        assert x509.load_der_x509_csr(asked.public_bytes(Encoding.DER)).subject == name
    assert seen == []
