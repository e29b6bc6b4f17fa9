# SPDX-License-Identifier: EUPL-1.2
"""A signature is made in three steps, over bytes that never change, and holds before other people's tools."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from asn1crypto import cms as syntax

from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.errors import (
    CertificateNotUsable,
    ForeignSignature,
    PreparationDamaged,
    TimeStampInvalid,
    TimeStampUnavailable,
    UnsignableDocument,
)
from mukatabat.signing.ports import TimeStampAuthority
from mukatabat.signing.rules import Prepared, SignatureField, SignerCertificate, Statement
from mukatabat.signing.timestamps.scripted import (
    DeadTimeStampAuthority,
    ForeignTimeStampAuthority,
    SlowTimeStampAuthority,
)
from mukatabat_verify import cms
from mukatabat_verify.certificates import Trust
from mukatabat_verify.pades import SignatureLevel
from tests.signing.support import NOW, subject_of


def test_a_signed_letter_is_valid_and_says_who_signed_when(
    prepared: Prepared, signature: bytes, time_stamps: LocalTimeStampAuthority, trust: Trust
) -> None:
    completed = pades.complete(prepared, signature, timestamp=time_stamps)
    report = pades.validate(completed.document, trust)
    assert (completed.level, completed.time_stamp_error) == (SignatureLevel.TIME_STAMPED, None)
    assert report.valid
    assert report.covers_whole_file
    assert report.signer == "سالم عبدالله العتيبي"
    assert report.certificate == prepared.signer.fingerprint
    assert report.signed_at == report.time_stamped_at == NOW
    assert report.level == SignatureLevel.TIME_STAMPED


def test_the_printed_letter_is_a_prefix_and_only_the_hole_is_filled(
    letter: bytes, prepared: Prepared, signature: bytes, time_stamps: LocalTimeStampAuthority
) -> None:
    signed = pades.complete(prepared, signature, timestamp=time_stamps).document
    start, end = prepared.placeholder
    assert prepared.document.startswith(letter)
    assert signed[: start + 1] + signed[end - 1 :] == prepared.document[: start + 1] + prepared.document[end - 1 :]
    assert len(signed) == len(prepared.document)
    assert hashlib.sha256(prepared.covered).digest() == prepared.document_digest


def test_metadata_stays_as_printed_and_the_update_begins_on_a_new_line(letter: bytes, prepared: Prepared) -> None:
    with pikepdf.open(io.BytesIO(letter)) as before, pikepdf.open(io.BytesIO(prepared.document)) as after:
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert str(after.trailer.Info) == str(before.trailer.Info)
        assert not after.check_pdf_syntax()
        widget = after.pages[0].Annots[0]
        assert int(widget.F) & 4, "PDF/A wants signatures to print"
        assert set(widget.AP.keys()) == {"/N"}
        assert str(widget.V.SubFilter) == "/ETSI.CAdES.detached"
        assert str(widget.V.Reason) == "توقيع كتاب رسمي"
    assert not letter.endswith(b"\n")
    assert prepared.document[len(letter) : len(letter) + 1] == b"\n"


def test_the_signed_attributes_are_those_of_the_baseline(prepared: Prepared) -> None:
    kinds = {one["type"].native for one in syntax.CMSAttributes.load(prepared.signed_attributes)}
    assert kinds == {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}
    assert cms.attribute(prepared.signed_attributes, "message_digest").native == prepared.document_digest


def test_openssl_accepts_signature_and_time_stamp(
    prepared: Prepared,
    signature: bytes,
    time_stamps: LocalTimeStampAuthority,
    authority: DevelopmentAuthority,
    tmp_path: Path,
) -> None:
    signed = pades.complete(prepared, signature, timestamp=time_stamps).document
    start, end = prepared.placeholder
    contents = bytes.fromhex(signed[start + 1 : end - 1].decode())
    container = syntax.ContentInfo.load(contents)
    signer = container["content"]["signer_infos"][0]
    files = {
        "signature.der": container.dump(),
        "covered.bin": signed[:start] + signed[end:],
        "token.der": signer["unsigned_attrs"][0]["values"][0].dump(),
        "value.bin": signer["signature"].native,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    root = subprocess.run(["openssl", "x509", "-inform", "DER"], input=authority.root, capture_output=True, check=True)
    (tmp_path / "root.pem").write_bytes(root.stdout)
    _openssl(
        "cms -verify -cades -inform DER -in signature.der -content covered.bin -binary -purpose any -CAfile root.pem"
        " -out /dev/null",
        tmp_path,
    )
    _openssl("ts -verify -token_in -in token.der -data value.bin -CAfile root.pem", tmp_path)


def test_without_an_authority_the_signature_is_basic(prepared: Prepared, signature: bytes, trust: Trust) -> None:
    completed = pades.complete(prepared, signature, timestamp=None)
    report = pades.validate(completed.document, trust)
    assert report.valid
    assert report.time_stamped_at is None
    assert completed.level == report.level == SignatureLevel.BASIC


class BrokenAuthority:
    def stamp(self, digest: bytes) -> bytes:
        raise ZeroDivisionError


class JunkAuthority:
    def stamp(self, digest: bytes) -> bytes:
        return b"0\x03\x02\x01\x05"


class WordyAuthority:
    """Gives a token with a certificate so long that it does not fit into the hole."""

    def __init__(self, inner: TimeStampAuthority) -> None:
        self.inner = inner

    def stamp(self, digest: bytes) -> bytes:
        token = syntax.ContentInfo.load(self.inner.stamp(digest))
        padding = syntax.CMSAttribute({"type": "1.2.3.4", "values": [syntax.OctetString(b"x" * 20_000)]})
        token["content"]["signer_infos"][0]["unsigned_attrs"] = [padding]
        return bytes(token.dump(force=True))


@pytest.mark.parametrize(
    ("kind", "error", "detail"),
    [
        ("dead", TimeStampUnavailable, "dead by script"),
        ("slow", TimeStampUnavailable, "slow by script"),
        ("foreign", TimeStampInvalid, "stamps another digest"),
        ("broken", TimeStampUnavailable, "ZeroDivisionError"),
        ("junk", TimeStampInvalid, ""),
        ("wordy", TimeStampUnavailable, "do not fit"),
    ],
)
def test_an_authority_that_fails_never_costs_the_signature(
    kind: str,
    error: type[Exception],
    detail: str,
    prepared: Prepared,
    signature: bytes,
    time_stamps: LocalTimeStampAuthority,
    trust: Trust,
) -> None:
    authorities: dict[str, TimeStampAuthority] = {
        "dead": DeadTimeStampAuthority(),
        "slow": SlowTimeStampAuthority(time_stamps, delay=60, limit=0.01),
        "foreign": ForeignTimeStampAuthority(time_stamps),
        "broken": BrokenAuthority(),
        "junk": JunkAuthority(),
        "wordy": WordyAuthority(time_stamps),
    }
    completed = pades.complete(prepared, signature, timestamp=authorities[kind])
    assert completed.level == SignatureLevel.BASIC
    assert isinstance(completed.time_stamp_error, error)
    assert detail in str(completed.time_stamp_error.params["detail"])
    assert pades.validate(completed.document, trust).valid


def test_an_authority_that_is_merely_slow_is_waited_for(
    prepared: Prepared, signature: bytes, time_stamps: LocalTimeStampAuthority
) -> None:
    slow = SlowTimeStampAuthority(time_stamps, delay=0.01, limit=5)
    assert pades.complete(prepared, signature, timestamp=slow).level == SignatureLevel.TIME_STAMPED


def test_a_wrong_signature_produces_nothing(
    prepared: Prepared, signature: bytes, authority: DevelopmentAuthority
) -> None:
    stranger = authority.person(new_id(), CertificateSubject("غريب", "1", "جهة أخرى"))
    for wrong in (b"", b"junk", signature[:-1], signature + b"\0", stranger.sign(prepared.signed_attributes)):
        with pytest.raises(ForeignSignature):
            pades.complete(prepared, wrong, timestamp=None)


def test_a_signature_for_one_letter_does_not_fit_another(letter: bytes, prepared: Prepared, signature: bytes) -> None:
    other = pades.prepare(letter, field=SignatureField(), signer=prepared.signer, statement=Statement(NOW))
    with pytest.raises(ForeignSignature):
        pades.complete(other, signature, timestamp=None)


def test_parts_of_two_preparations_do_not_mix(letter: bytes, prepared: Prepared, signature: bytes) -> None:
    other = pades.prepare(letter, field=SignatureField(), signer=prepared.signer, statement=Statement(NOW))
    stranger = SignerCertificate(prepared.signer.chain[1:])
    start, end = prepared.placeholder
    mixed = [
        {"document": other.document},
        {"document": other.document, "placeholder": other.placeholder},
        {"document": other.document, "placeholder": other.placeholder, "document_digest": other.document_digest},
        {"signed_attributes": other.signed_attributes},
        {"signed_attributes": b""},
        {"signed_attributes": b"junk"},
        {"signer": stranger},
        {"placeholder": (start + 1, end)},
        {"placeholder": (end, start)},
        {"placeholder": (0, 0)},
        {"document": prepared.document[:start] + b"<FF" + prepared.document[start + 3 :]},
    ]
    for parts in mixed:
        with pytest.raises(PreparationDamaged):
            pades.complete(dataclasses.replace(prepared, **parts), signature, timestamp=None)  # type: ignore[arg-type]


def test_another_process_finishes_what_this_one_prepared(
    prepared: Prepared, signature: bytes, trust: Trust, tmp_path: Path
) -> None:
    stored = tmp_path / "prepared"
    stored.write_bytes(prepared.to_bytes())
    program = (
        "import sys; from pathlib import Path; from mukatabat.signing import pades, rules\n"
        "prepared = rules.Prepared.from_bytes(Path(sys.argv[1]).read_bytes())\n"
        "sys.stdout.buffer.write(pades.complete(prepared, bytes.fromhex(sys.argv[2]), timestamp=None).document)"
    )
    paths = {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", program, str(stored), signature.hex()]
    finished = subprocess.run(command, env=paths, capture_output=True, check=True).stdout
    assert finished == pades.complete(prepared, signature, timestamp=None).document
    assert pades.validate(finished, trust).valid


def test_the_certificate_must_be_valid_and_meant_for_signing(
    letter: bytes, prepared: Prepared, authority: DevelopmentAuthority
) -> None:
    late = Statement(NOW.replace(year=2028))
    with pytest.raises(CertificateNotUsable):
        pades.prepare(letter, field=SignatureField(), signer=prepared.signer, statement=late)
    for unfit in (authority.time_stamping.certificate, SignerCertificate(()), SignerCertificate((b"junk",))):
        with pytest.raises(CertificateNotUsable):
            pades.prepare(letter, field=SignatureField(), signer=unfit, statement=Statement(NOW))


def test_what_is_no_plain_pdf_cannot_be_signed(letter: bytes, prepared: Prepared) -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    for pdf_bytes in (b"", b"junk", letter[: len(letter) // 2], locked.getvalue()):
        with pytest.raises(UnsignableDocument):
            pades.prepare(pdf_bytes, field=SignatureField(), signer=prepared.signer, statement=Statement(NOW))
    for field in (SignatureField(page=7), SignatureField(box=(0, 0, 9, 9), mark_pdf=b"junk")):
        with pytest.raises(UnsignableDocument):
            pades.prepare(letter, field=field, signer=prepared.signer, statement=Statement(NOW))


def test_a_signed_letter_cannot_be_signed_over(prepared: Prepared, signature: bytes) -> None:
    signed = pades.complete(prepared, signature, timestamp=None).document
    with pytest.raises(UnsignableDocument):
        pades.prepare(signed, field=SignatureField(name="Two"), signer=prepared.signer, statement=Statement(NOW))


def test_an_invisible_signature_is_as_good(
    letter: bytes, provider: SoftwareProvider, authority: DevelopmentAuthority, trust: Trust
) -> None:
    someone: UUID = new_id()
    plain = pades.prepare(
        letter, field=SignatureField(), signer=provider.certificate(someone), statement=Statement(NOW)
    )
    raw = authority.person(someone, subject_of(someone)).sign(plain.signed_attributes)
    assert pades.validate(pades.complete(plain, raw, timestamp=None).document, trust).valid


def _openssl(arguments: str, folder: Path) -> None:
    done = subprocess.run(["openssl", *arguments.split()], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
