# SPDX-License-Identifier: EUPL-1.2
"""The words of signing as frozen values, and the one decision about an answer that comes too late."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from mukatabat.kernel.errors import MukatabatError
from mukatabat_verify.pades import SignatureLevel

TIME_TO_SIGN = timedelta(minutes=30)
MAGIC = b"mukatabat-prepared-1\n"


NOTICE_DAYS = (30, 7, 1)
"""So many days before a certificate ends its holder is told, once each."""


class RefusalReason(StrEnum):
    """Why a request ended without a signature that may be used."""

    DECLINED = "declined"  # the person said no
    EXPIRED = "expired"  # nobody answered before the deadline
    LATE = "late"  # a signature came, after the deadline
    UNABLE = "unable"  # the person's key or device can no longer sign this


@dataclass(frozen=True, slots=True)
class SignatureField:
    """Where the signature shows.

    `page` counts from 0, a negative one from the end. `box` is left, bottom, right, top in whole points from the lower
    left corner of the page; None makes the signature invisible. `mark_pdf` is a one-page PDF drawn into the box.
    `label` is what a screen reader says.
    """

    page: int = -1
    box: tuple[int, int, int, int] | None = None
    mark_pdf: bytes | None = None
    name: str = "Signature"
    label: str = "توقيع"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signer states inside the signed bytes: the claimed time (aware), and why and where."""

    signed_at: datetime
    reason: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class SignerCertificate:
    """A person's certificate and what links it to a trusted root: DER, the person's own first."""

    chain: tuple[bytes, ...]

    @property
    def own(self) -> bytes:
        """Give the person's own certificate, DER."""
        return self.chain[0]

    @property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the person's own certificate in lower-case hexadecimal."""
        return hashlib.sha256(self.own).hexdigest()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that only lacks its signature, with everything that a later process needs to finish it.

    `placeholder` is where the signature goes: offsets of `<` and of the byte after `>`; all other bytes are final.
    `document_digest` is SHA-256 over these other bytes; `signed_attributes` is the DER that the person's key signs
    (RFC 5652 §5.4).
    """

    document: bytes
    placeholder: tuple[int, int]
    document_digest: bytes
    signed_attributes: bytes
    signer: SignerCertificate

    @property
    def covered(self) -> bytes:
        """Give the bytes that the signature covers, joined: the two parts of the PDF's /ByteRange."""
        start, end = self.placeholder
        return self.document[:start] + self.document[end:]

    def to_json(self) -> str:
        """Write everything but the document as JSON, for a caller that keeps the document elsewhere."""
        fields = {
            "document_sha256": hashlib.sha256(self.document).hexdigest(),
            "placeholder": list(self.placeholder),
            "document_digest": _text(self.document_digest),
            "signed_attributes": _text(self.signed_attributes),
            "chain": [_text(one) for one in self.signer.chain],
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, document: bytes) -> Prepared:
        """Read back what `to_json` wrote, beside its document.

        Raises ValueError when the text is not such a record or the document is another one.
        """
        try:
            fields = json.loads(text)
            if hashlib.sha256(document).hexdigest() != fields["document_sha256"]:
                raise ValueError("the document is not the one that was prepared")
            start, end = (int(offset) for offset in fields["placeholder"])
            return cls(
                document=document,
                placeholder=(start, end),
                document_digest=_bytes(fields["document_digest"]),
                signed_attributes=_bytes(fields["signed_attributes"]),
                signer=SignerCertificate(tuple(_bytes(one) for one in fields["chain"])),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is not a prepared document") from error

    def to_bytes(self) -> bytes:
        """Write everything as one byte string: a magic line, a line of JSON, the document."""
        return MAGIC + self.to_json().encode("ascii") + b"\n" + self.document

    @classmethod
    def from_bytes(cls, data: bytes) -> Prepared:
        """Read back what `to_bytes` wrote; ValueError when it is something else or damaged."""
        if not data.startswith(MAGIC):
            raise ValueError("this is not a prepared document")
        head, _, document = data[len(MAGIC) :].partition(b"\n")
        return cls.from_json(head.decode("ascii"), document)


@dataclass(frozen=True, slots=True)
class Completed:
    """A signed document; `time_stamp_error` tells why it has no time-stamp although one was asked for."""

    document: bytes
    level: SignatureLevel
    time_stamp_error: MukatabatError | None = None


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What a provider asks one person to sign.

    `certificate` is the fingerprint of the certificate that the bytes are bound to, so that a key changed meanwhile
    cannot answer. `display_text` is the short line that the person reads on the device before agreeing.
    """

    id: UUID
    person_id: UUID
    certificate: str
    to_be_signed: bytes
    display_text: str
    deadline: datetime

    @classmethod
    def of(
        cls, prepared: Prepared, request_id: UUID, *, person_id: UUID, display_text: str, deadline: datetime
    ) -> SigningRequest:
        """Make the request that belongs to a prepared document; the same id asks for the same bytes, always."""
        return cls(
            id=request_id,
            person_id=person_id,
            certificate=prepared.signer.fingerprint,
            to_be_signed=prepared.signed_attributes,
            display_text=display_text,
            deadline=deadline,
        )

    @property
    def digest(self) -> bytes:
        """Give SHA-256 of what is to be signed, for a device that signs a digest."""
        return hashlib.sha256(self.to_be_signed).digest()

    @property
    def identity(self) -> str:
        """Give a hexadecimal digest of who signs what; two requests under one id must agree in it."""
        return hashlib.sha256(f"{self.person_id}|{self.certificate}|{self.digest.hex()}".encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Ticket:
    """The receipt for a started request; plain text, so that it can be stored and used by another process."""

    request_id: UUID
    provider: str
    reference: str


@dataclass(frozen=True, slots=True)
class Pending:
    """The person has not answered yet."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The raw signature: DER ECDSA-Sig-Value (RFC 3279 §2.2.3) or RSASSA-PKCS1-v1_5, over SHA-256."""

    signature: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """The request ended without a signature; `text` is the provider's own wording, if it gave any."""

    reason: RefusalReason
    text: str = ""


Answer: TypeAlias = Pending | Signed | Refused


class Standing(StrEnum):
    """How far a request has come that a person answers on the telephone."""

    UNHEARD = "unheard"  # the service has not taken it yet
    ASKED = "asked"  # the telephone shows it
    RELEASED = "released"  # the person answered


@dataclass(frozen=True, slots=True)
class Telephone:
    """How a request stands, and how often the telephone may have rung for it."""

    standing: Standing
    rung: int


def settle(answer: Answer, *, deadline: datetime, at: datetime) -> Answer:
    """Decide what an answer received at a moment is worth.

    Before or at the deadline it stands as it is. After it a signature is refused as late and silence as expired,
    because the number may already stand as void; a refusal stays the refusal that it was.
    """
    if at <= deadline or isinstance(answer, Refused):
        return answer
    return Refused(RefusalReason.LATE if isinstance(answer, Signed) else RefusalReason.EXPIRED)


def due_notice(expires: datetime, at: datetime) -> int | None:
    """Which of `NOTICE_DAYS` stands at a moment, the nearest; None before the first and after the end."""
    left = expires - at
    if left <= timedelta(0):
        return None
    return next((days for days in sorted(NOTICE_DAYS) if left <= timedelta(days=days)), None)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
