# SPDX-License-Identifier: EUPL-1.2
"""What a check says of letters that were changed, extended, grown old, or signed by somebody unknown."""

from __future__ import annotations

import asyncio
import contextlib
import io
import warnings
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from mukatabat.signing import pades
from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.errors import UnreadableSignature
from mukatabat.signing.rules import Prepared, SignatureField, SignerCertificate, Statement
from mukatabat_verify.certificates import Trust
from tests.signing.support import NOW


@pytest.fixture
def signed(prepared: Prepared, signature: bytes, time_stamps: LocalTimeStampAuthority) -> bytes:
    return pades.complete(prepared, signature, timestamp=time_stamps).document


def places(signed: bytes, prepared: Prepared, signature: bytes) -> dict[str, int]:
    """Where each region of a signed file lies: offsets of a byte (or of a hexadecimal digit) inside it."""
    start, end = prepared.placeholder
    contents = bytes.fromhex(signed[start + 1 : end - 1].decode())

    def inside(part: bytes) -> int:
        return start + 1 + 2 * (contents.index(part) + len(part) // 2)

    return {
        "letter": len(signed) // 20,
        "byte range": signed.index(b"/ByteRange") + 13,
        "last byte": len(signed) - 3,
        "field": signed.index(b"/ETSI.CAdES") + 4,
        "certificate": inside(prepared.signer.own),
        "issuing certificate": inside(prepared.signer.chain[1]),
        "signed attributes": inside(prepared.signed_attributes[2:]),
        "signature value": inside(signature),
        "time-stamp": start + 1 + 2 * (contents.rindex(signature) + len(signature) + 700),
        "padding": end - 40,
    }


@pytest.mark.parametrize(
    "region",
    [
        "letter",
        "byte range",
        "last byte",
        "field",
        "certificate",
        "issuing certificate",
        "signed attributes",
        "signature value",
        "time-stamp",
        "padding",
    ],
)
def test_one_changed_bit_anywhere_is_noticed(
    region: str, signed: bytes, prepared: Prepared, signature: bytes, trust: Trust
) -> None:
    place = places(signed, prepared, signature)[region]
    changed = bytearray(signed)
    changed[place] ^= 1
    with contextlib.suppress(UnreadableSignature):
        assert not pades.validate(bytes(changed), trust).valid


def test_a_file_without_signature_is_unreadable(letter: bytes, prepared: Prepared, trust: Trust) -> None:
    for pdf in (b"", b"junk", letter, prepared.document):
        with pytest.raises(UnreadableSignature):
            pades.validate(pdf, trust)


def test_what_is_added_later_is_seen_and_judged(signed: bytes, trust: Trust) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = writer.root["/Lang"].__class__("en")
    writer.update_root()
    added = io.BytesIO()
    writer.write(added)
    report = pades.validate(added.getvalue(), trust)
    assert report.intact
    assert not report.covers_whole_file
    assert not report.changes_allowed
    assert not report.valid


def test_trust_comes_from_the_roots_that_are_given(signed: bytes, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        stranger = DevelopmentAuthority(tmp_path / "other")
    report = pades.validate(signed, Trust((stranger.root,), NOW))
    assert report.intact
    assert not report.trusted
    assert not report.valid


def test_a_time_stamp_keeps_the_signature_trusted_when_the_certificate_has_run_out(
    signed: bytes, prepared: Prepared, signature: bytes, trust: Trust
) -> None:
    later = Trust(trust.roots, NOW + timedelta(days=900))
    assert pades.validate(signed, later).valid
    basic = pades.complete(prepared, signature, timestamp=None).document
    report = pades.validate(basic, later)
    assert report.intact
    assert not report.trusted


def test_a_check_may_run_inside_an_event_loop(signed: bytes, trust: Trust) -> None:
    async def inside() -> bool:
        return pades.validate(signed, trust).valid

    assert asyncio.run(inside())


def test_a_card_with_an_rsa_key_signs_as_well(
    letter: bytes, time_stamps: LocalTimeStampAuthority, trust: Trust
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    der = _self_signed(key, NOW)
    prepared = pades.prepare(letter, field=SignatureField(), signer=SignerCertificate((der,)), statement=Statement(NOW))
    raw = key.sign(prepared.signed_attributes, padding.PKCS1v15(), hashes.SHA256())
    completed = pades.complete(prepared, raw, timestamp=time_stamps)
    assert pades.validate(completed.document, Trust((der, *trust.roots), NOW)).valid


def _self_signed(key: rsa.RSAPrivateKey, at: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Card Holder")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)
