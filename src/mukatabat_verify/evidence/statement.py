# SPDX-License-Identifier: EUPL-1.2
"""What an evidence states, and its XML (ETSI EN 319 522-3 V1.2.1 §5.2), in one form only.

It is written by template in exclusive canonical form (XML-EXC-C14N), so that what is signed is what is written. It is
read by parsing and writing it again: bytes that do not come out the same are refused, whatever a parser made of them.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from lxml import etree

from mukatabat_verify.canonical import moment, read_moment
from mukatabat_verify.errors import EvidenceMalformed

LARGEST: Final = 2**20
MOST_RECIPIENTS: Final = 2_000
BODY_SCHEME: Final = "urn:kw:gov:body"
"""The scheme of the identifiers of bodies: their codes."""
ERDS: Final = "http://uri.etsi.org/19522/v1#"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
OURS: Final = "urn:mukatabat:evidence:1"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_EVENTS = "http://uri.etsi.org/19522/Event/"
# XML 1.0 has no other control characters, and a line end would be read as another.
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*")


class Event(StrEnum):
    """The events of the state table, by their URI; the last three are our own."""

    SUBMITTED = _EVENTS + "SubmissionAcceptance"
    SUBMISSION_REFUSED = _EVENTS + "SubmissionRejection"
    RELAYED = _EVENTS + "RelayAcceptance"
    RELAY_REFUSED = _EVENTS + "RelayRejection"
    RELAY_FAILED = _EVENTS + "RelayFailure"
    DELIVERED = _EVENTS + "ContentConsignment"
    DELIVERY_FAILED = _EVENTS + "ContentConsignmentFailure"
    NOTIFIED = _EVENTS + "ConsignmentNotification"
    REGISTERED = _EVENTS + "ContentHandover"
    OPENED = _EVENTS + "ContentAccessTracking"
    RETURNED = _EVENTS + "ConsignmentRejection"
    TO_PAPER = _EVENTS + "RelayToNonERDS"
    ANSWERED = "urn:mukatabat:event:answered"
    REDIRECTED = "urn:mukatabat:event:redirected"
    WITHDRAWN = "urn:mukatabat:event:withdrawn"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the letter: its name in the container, its media type, its SHA-256."""

    name: str
    media_type: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """One event of one parcel.

    ``issuer`` is the code of whoever states it, ``issuer_name`` its name; ``sender`` and ``recipients`` are codes of
    bodies; ``about`` is the recipient that it concerns, None for all. ``reason`` is the code URI and the words of a
    refusal. ``header`` is the SHA-256 of the parcel's header, ``custody`` what is said of who holds the keys,
    ``register`` the number under which the recipient registered it, if it did.
    """

    id: UUID
    event: Event
    at: datetime
    policy: str
    issuer: str
    issuer_name: str
    sender: str
    recipients: tuple[str, ...]
    about: str | None
    submitted_at: datetime
    parcel: UUID
    header: bytes
    realm: str
    custody: str
    parts: tuple[Part, ...]
    reason: tuple[str, str] | None = None
    register: str = ""

    def to_bytes(self) -> bytes:
        """Write it, without a signature; ValueError for what XML cannot carry or could not be read back."""
        if not self.parts or not self.recipients or (self.about is not None and self.about not in self.recipients):
            raise ValueError("an evidence has parts, recipients, and is about one of them")
        data = _written(self).encode("utf-8")
        if len(data) > LARGEST or len(self.recipients) > MOST_RECIPIENTS:
            raise ValueError("an evidence that nobody would read")
        return data


def read(data: bytes) -> Statement:
    """Read what :meth:`Statement.to_bytes` writes, and nothing else; raises EvidenceMalformed."""
    if len(data) > LARGEST or b"<!" in data or b"<?" in data:
        raise EvidenceMalformed("size, or a part of XML that has no place here")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        statement = _statement(etree.fromstring(data, parser))
        if statement.to_bytes() != data:
            raise EvidenceMalformed("another way of writing the same")
    except (etree.XMLSyntaxError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EvidenceMalformed(type(error).__name__) from error
    return statement


def reason_digest(salt: bytes, reason: str) -> str:
    """What an evidence says of a reason given in words: whoever has both can check it, nobody else learns it."""
    return f"hmac-sha256:{hmac.digest(salt, reason.encode('utf-8'), 'sha256').hex()}"


def escaped(text: str) -> str:
    """Write text for content and attributes alike, as canonical XML does; ValueError for what XML cannot carry."""
    if not _PLAIN.fullmatch(text):
        raise ValueError("a character that XML cannot carry")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _written(one: Statement) -> str:
    code, words = one.reason or ("", "")
    details = f"<Details>{_content(words)}</Details>" if words else ""
    reasons = f"<Code>{_content(code)}</Code>{details}"
    place = one.recipients.index(one.about) + 1 if one.about is not None else 0
    return (
        f'<erds:Evidence xmlns:erds="{ERDS}" Id="evidence" version="EN319522v1.1.1">'
        f"<erds:EvidenceIdentifier>urn:uuid:{one.id}</erds:EvidenceIdentifier>"
        f"<erds:ERDSEventId>{one.event}</erds:ERDSEventId>"
        + (f"<erds:EventReasons><erds:EventReason>{reasons}</erds:EventReason></erds:EventReasons>" if code else "")
        + f"<EventTime>{moment(one.at)}</EventTime>"
        f"<erds:EvidenceIssuerPolicyID><PolicyID>{_content(one.policy)}</PolicyID></erds:EvidenceIssuerPolicyID>"
        f"<erds:EvidenceIssuerDetails><erds:Identity>{_attribute('code', one.issuer)}"
        f"{_attribute('name', one.issuer_name)}</erds:Identity></erds:EvidenceIssuerDetails>"
        f"<erds:SenderDetails>{_body(one.sender)}</erds:SenderDetails>"
        + "".join(f"<erds:RecipientDetails>{_body(body)}</erds:RecipientDetails>" for body in one.recipients)
        + f"<erds:SubmissionTime>{moment(one.submitted_at)}</erds:SubmissionTime>"
        + (f"<EvidenceRefersToRecipient>{place}</EvidenceRefersToRecipient>" if place else "")
        + f"<erds:MessageIdentifier>urn:uuid:{one.parcel}</erds:MessageIdentifier>"
        f"<erds:UserContentInfo><ComposingParts>{len(one.parts)}</ComposingParts><erds:PartsInfo>"
        + "".join(_part(part) for part in one.parts)
        + '</erds:PartsInfo></erds:UserContentInfo><erds:Extensions><erds:Extension isCritical="false">'
        f'<m:Parcel xmlns:m="{OURS}" custody="{escaped(one.custody)}" header="{one.header.hex()}"'
        f' realm="{escaped(one.realm)}" register="{escaped(one.register)}"></m:Parcel>'
        "</erds:Extension></erds:Extensions></erds:Evidence>"
    )


def _content(text: str) -> str:
    # Canonical XML escapes > in content and leaves the quotation mark, in attributes the other way round.
    return escaped(text).replace("&quot;", '"').replace(">", "&gt;")


def _attribute(name: str, value: str) -> str:
    inner = f"<saml:AttributeValue>{_content(value)}</saml:AttributeValue>"
    return f'<saml:Attribute xmlns:saml="{SAML}" Name="{OURS}:{name}">{inner}</saml:Attribute>'


def _body(code: str) -> str:
    return f'<Identifier IdentifierSchemeName="{BODY_SCHEME}">{_content(code)}</Identifier>'


def _part(part: Part) -> str:
    return (
        f"<erds:PartInfo><Identifier>{_content(part.name)}</Identifier>"
        f"<ContentType>{_content(part.media_type)}</ContentType>"
        f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{_SHA256}"></ds:DigestMethod>'
        f'<ds:DigestValue xmlns:ds="{DS}">{base64.b64encode(part.digest).decode("ascii")}</ds:DigestValue>'
        "</erds:PartInfo>"
    )


def _statement(root: etree._Element) -> Statement:
    names = {"e": ERDS, "s": SAML, "d": DS, "m": OURS}

    def texts(path: str) -> list[str]:
        return [one.text or "" for one in root.iterfind(path, names)]

    def text(path: str) -> str:
        (found,) = texts(path)
        return found

    ours = root.find("e:Extensions/e:Extension/m:Parcel", names)
    recipients = tuple(texts("e:RecipientDetails/Identifier"))
    place = texts("EvidenceRefersToRecipient")
    code, words = texts("e:EventReasons/e:EventReason/Code"), texts("e:EventReasons/e:EventReason/Details")
    parts = "e:UserContentInfo/e:PartsInfo/e:PartInfo"
    listed = zip(
        texts(f"{parts}/Identifier"), texts(f"{parts}/ContentType"), texts(f"{parts}/d:DigestValue"), strict=True
    )
    issuer, issuer_name = texts("e:EvidenceIssuerDetails/e:Identity/s:Attribute/s:AttributeValue")
    return Statement(
        id=_uuid(text("e:EvidenceIdentifier")),
        event=Event(text("e:ERDSEventId")),
        at=read_moment(text("EventTime")),
        policy=text("e:EvidenceIssuerPolicyID/PolicyID"),
        issuer=issuer,
        issuer_name=issuer_name,
        sender=text("e:SenderDetails/Identifier"),
        recipients=recipients,
        about=recipients[int(place[0]) - 1] if place else None,
        submitted_at=read_moment(text("e:SubmissionTime")),
        parcel=_uuid(text("e:MessageIdentifier")),
        header=bytes.fromhex(ours.get("header")),
        realm=ours.get("realm"),
        custody=ours.get("custody"),
        parts=tuple(Part(name, kind, base64.b64decode(digest)) for name, kind, digest in listed),
        reason=(code[0], words[0] if words else "") if code else None,
        register=ours.get("register"),
    )


def _uuid(text: str) -> UUID:
    return UUID(text.removeprefix("urn:uuid:"))
