# SPDX-License-Identifier: EUPL-1.2
"""Check a signed document: are the bytes those that were signed, by whom, when, and does anybody vouch for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import SignatureUnreadable
from mukatabat_verify.timestamps import time_claimed
from mukatabat_verify.waiting import run

PADES_SUBFILTER = "/ETSI.CAdES.detached"


class SignatureLevel(StrEnum):
    """How much a signature carries with it (ETSI EN 319 142-1 §6)."""

    BASIC = "PAdES-B-B"
    TIME_STAMPED = "PAdES-B-T"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What a check of a signed document found. Nothing in it is claimed by the document alone except `signed_at`.

    `intact`: the covered bytes and the signature agree. `trusted`: the certificate leads to a root and was valid at
    the time-stamp's time, or at the asked moment without a time-stamp. `covers_whole_file`: no byte was added after
    signing. `changes_allowed`: what was added, if anything, is validation data or a time-stamp. `chain`
    holds the certificates that came along (DER), the signer's own first.
    """

    intact: bool
    trusted: bool
    covers_whole_file: bool
    changes_allowed: bool
    signer: str
    certificate: str
    signed_at: datetime | None
    time_stamped_at: datetime | None
    level: SignatureLevel
    problem: str = ""
    chain: tuple[bytes, ...] = ()

    @property
    def valid(self) -> bool:
        """Tell whether the document may be relied on as signed."""
        return self.intact and self.trusted and self.changes_allowed and not self.problem


def validate(pdf: bytes, trust: Trust) -> SignatureReport:
    """Check the last person's signature of a PDF against trusted roots, without any network.

    1. Find the signature. 2. If it has a time-stamp, judge the signer's certificate at that time, the authority's at
    `trust.at`; otherwise both at `trust.at`. 3. A time-stamp that does not hold makes the report untrusted.
    4. The hole must hold the CMS and zeros only, because no digest covers it.
    What was withdrawn is judged by :mod:`revocation`. Raises SignatureUnreadable when there is nothing to judge.
    """
    embedded = _find(pdf)  # 1
    try:
        token = _token(embedded)
        status = run(_judge(embedded, trust, claimed=time_claimed(token) if token is not None else None))  # 2
        problem = _problem(embedded, status, stamped=token is not None)  # 3, 4
    except SignatureValidationError as error:
        return _broken(embedded, str(error))
    except Exception as error:
        # A damaged file can break a parser anywhere; every way of breaking means the same to the reader.
        raise SignatureUnreadable(f"{type(error).__name__}: {error}") from error
    stamp = status.timestamp_validity
    return SignatureReport(
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted) and (stamp is None or bool(stamp.trusted)),
        covers_whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        changes_allowed=bool(status.docmdp_ok),
        signer=_name(embedded.signer_cert),
        certificate=embedded.signer_cert.sha256.hex(),
        signed_at=embedded.self_reported_timestamp,
        time_stamped_at=stamp.timestamp if stamp is not None and stamp.trusted else None,
        level=SignatureLevel.BASIC if stamp is None else SignatureLevel.TIME_STAMPED,
        problem=problem,
        chain=tuple(one.dump() for one in (embedded.signer_cert, *embedded.other_embedded_certs)),
    )


def _find(pdf: bytes) -> EmbeddedPdfSignature:
    try:
        embedded: EmbeddedPdfSignature = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[-1]
        embedded.signer_cert.subject  # noqa: B018 - the parser is lazy; what it cannot read shall fail here
    except Exception as error:
        raise SignatureUnreadable(f"{type(error).__name__}: {error}") from error
    return embedded


async def _judge(embedded: EmbeddedPdfSignature, trust: Trust, *, claimed: datetime | None) -> PdfSignatureStatus:
    return await async_validate_pdf_signature(
        embedded,
        signer_validation_context=_context(embedded, trust, claimed or trust.at),
        ts_validation_context=_context(embedded, trust, trust.at),
    )


def _context(embedded: EmbeddedPdfSignature, trust: Trust, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in trust.roots],
        other_certs=embedded.other_embedded_certs,
        moment=moment,
        allow_fetching=False,
    )


def _token(embedded: EmbeddedPdfSignature) -> bytes | None:
    unsigned = embedded.signer_info["unsigned_attrs"]
    for attribute in unsigned or ():
        if attribute["type"].native == "signature_time_stamp_token":
            return bytes(attribute["values"][0].dump())
    return None


def _problem(embedded: EmbeddedPdfSignature, status: PdfSignatureStatus, *, stamped: bool) -> str:
    if embedded.sig_object.get("/SubFilter") != PADES_SUBFILTER:
        return "not a PAdES signature"
    contents = embedded.pkcs7_content
    if any(contents[_der_length(contents) :]):
        return "something lies behind the signature"
    attributes = {one["type"].native for one in embedded.signer_info["signed_attrs"]}
    if "signing_certificate_v2" not in attributes:
        return "the signature does not name its certificate"
    stamp = status.timestamp_validity
    if stamped and (stamp is None or not (stamp.intact and stamp.valid and stamp.trusted)):
        return "the time-stamp does not hold"
    return ""


def _der_length(data: bytes) -> int:
    # The definite length of the outermost DER value (X.690 §8.1.3), its head included.
    first = data[1]
    if first < 0x80:
        return 2 + first
    size = first & 0x7F
    return 2 + size + int.from_bytes(data[2 : 2 + size])


def _broken(embedded: EmbeddedPdfSignature, problem: str) -> SignatureReport:
    return SignatureReport(
        intact=False,
        trusted=False,
        covers_whole_file=False,
        changes_allowed=False,
        signer=_name(embedded.signer_cert),
        certificate=embedded.signer_cert.sha256.hex(),
        signed_at=None,
        time_stamped_at=None,
        level=SignatureLevel.BASIC,
        problem=problem,
    )


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))
