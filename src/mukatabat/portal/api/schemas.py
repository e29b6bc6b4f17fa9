# SPDX-License-Identifier: EUPL-1.2
"""The forms of requests and answers. Closed: an unknown key is refused, so that a typing error is never ignored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from mukatabat.exchange.rules import Role
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency
from mukatabat.letters.rules import LetterKind, ReturnGround
from mukatabat.portal.events import EventType
from mukatabat.portal.webhooks import DeliveryState, SubscriptionState

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,11}$")]
LINE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: the text of one line."""

StaffNumber = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=LINE)]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=24_000)]


class Closed(Schema):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid")


class PageIn(Closed):
    """Which page of a list, and how long it is."""

    cursor: str = Field("", max_length=200, pattern=LINE)
    limit: int = Field(50, ge=1, le=100)


class BoxIn(PageIn):
    """Which list of letters."""

    box: Literal["incoming", "outgoing", "drafts"] = "outgoing"


class FeedIn(Closed):
    """From where the feed is read, and how many seconds to wait where there is nothing new."""

    after: str = Field("", max_length=16, pattern=r"^[A-Za-z0-9_-]*$")
    wait: int = Field(0, ge=0, le=30)
    limit: int = Field(100, ge=1, le=100)


class SearchIn(Closed):
    """Words of a body's name, or its code."""

    q: str = Field("", max_length=200, pattern=LINE)


class KeyIn(Schema):
    """The header of draft-ietf-httpapi-idempotency-key-header; needed where a letter is made."""

    idempotency_key: str = Field("", max_length=128)


class ReasonIn(Closed):
    """Why, in a sentence."""

    reason: str = Field(min_length=1, max_length=300, pattern=LINE)


class TokenSelf(Schema):
    """What a token is."""

    handle: str
    body: str
    scopes: list[str]
    per_minute: int
    time: datetime


class BodyOut(Schema):
    """A body that may be addressed today, and how letters reach it."""

    code: str
    ar: str
    en: str


class BodyPage(Schema):
    """Bodies that answer a search."""

    items: list[BodyOut]


class RecipientIn(Closed):
    """A body by its code, addressed or informed (صورة إلى); a hidden copy does not stand on the original."""

    body: Code
    role: Role = Role.ORIGINAL
    visible: bool = True


class LetterIn(Closed):
    """A letter to write. Either ``text`` (plain, paragraphs between empty lines) or ``content`` (the closed schema)."""

    kind: LetterKind = LetterKind.LETTER
    letter_type: str = Field("general", max_length=40, pattern=LINE)
    subject: str = Field(min_length=1, max_length=300, pattern=LINE)
    text: str = Field("", max_length=200_000)
    content: dict[str, Any] | None = None
    secrecy: Secrecy = Secrecy.NORMAL
    data_class: DataClass = DataClass.RESTRICTED
    urgency: Urgency = Urgency.NORMAL
    general_number: str = Field("", max_length=40, pattern=LINE)
    answer_wanted_by: date | None = None
    recipients: list[RecipientIn] = Field(min_length=1, max_length=300)
    signer: StaffNumber
    answers: UUID | None = None


class DocumentOut(Schema):
    """A file of a letter or an arrival."""

    id: UUID
    part: str
    name: str
    media_type: str
    size: int
    digest: str
    pages: int | None = None


class ConsignmentOut(Schema):
    """What is known of one recipient: state and instants (UTC), the recipient's own number."""

    id: UUID
    body: str
    role: str
    state: str
    ordered_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None
    registered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    their_reference: str
    reason: str


class LetterOut(Schema):
    """A letter of the caller's body. ``subject`` is empty where it is sealed from the caller."""

    id: UUID
    direction: str
    kind: str
    state: str
    letter_type: str
    reference: str
    subject: str
    secrecy: str
    urgency: str
    counterpart: str
    their_reference: str
    their_date: date | None
    issued_at: datetime | None
    registered_at: datetime | None
    answers: UUID | None
    answered_by: list[UUID]
    documents: list[DocumentOut]
    consignments: list[ConsignmentOut]


class LetterLine(Schema):
    """A letter in a list."""

    id: UUID
    state: str
    reference: str
    subject: str
    secrecy: str
    counterpart: str
    at: datetime


class LetterPage(Schema):
    """One page, newest first; ``next`` is the cursor of the next page, or null."""

    items: list[LetterLine]
    next: str | None


class IssueIn(Closed):
    """Who signs, and the certificate chain (DER, base64; the signer's own first)."""

    signer: StaffNumber
    certificates: list[Base64] = Field(min_length=1, max_length=5)


class IssueOut(Schema):
    """A running issue. The signer signs ``to_be_signed`` (DER, base64) with SHA-256 before ``deadline``."""

    reference: str
    to_be_signed: str
    digest: str
    deadline: datetime


class SignatureIn(Closed):
    """The raw signature, base64: DER ECDSA-Sig-Value (RFC 3279 §2.2.3) or RSASSA-PKCS1-v1_5."""

    signature: Base64


class ArrivalOut(Schema):
    """What lies in the registry's tray. Of a sealed or withdrawn one the envelope alone is shown."""

    id: UUID
    state: str
    sender: str
    sender_ar: str
    sender_en: str
    sender_reference: str
    subject: str
    secrecy: str
    urgency: str
    role: str
    arrived_at: datetime
    our_reference: str
    letter: UUID | None
    documents: list[DocumentOut]


class ArrivalPage(Schema):
    """One page, the longest waiting first."""

    items: list[ArrivalOut]
    next: str | None


class RegisterIn(Closed):
    """What the registry adds when it takes an arrival in."""

    letter_type: str = Field("general", max_length=40, pattern=LINE)
    general_number: str = Field("", max_length=40, pattern=LINE)


class RegisteredOut(Schema):
    """The incoming number and the letter that was registered under it."""

    reference: str
    letter: UUID


class ReturnIn(Closed):
    """Why an arrival goes back."""

    ground: ReturnGround
    explanation: str = Field("", max_length=300, pattern=LINE)


class RedirectIn(Closed):
    """To which body an arrival belongs, and why."""

    to: Code
    reason: str = Field(min_length=1, max_length=300, pattern=LINE)


class EventOut(Schema):
    """Something that happened. ``cursor`` is its place in the feed; ``body`` the other side's code.

    It holds no subject and no text: read the letter or the arrival itself.
    """

    id: UUID
    cursor: str
    type: EventType
    at: datetime
    letter: UUID | None
    arrival: UUID | None
    consignment: UUID | None
    reference: str
    their_reference: str
    body: str


class EventPage(Schema):
    """Events, oldest first. ``next`` is the cursor for the next call, which may come after ``ask_again_in`` seconds."""

    items: list[EventOut]
    next: str
    ask_again_in: int


class WebhookIn(Closed):
    """An address to be called, what for, and of which kinds of events; none named means all that the token hears of."""

    url: str = Field(min_length=1, max_length=300, pattern=LINE)
    purpose: str = Field(min_length=1, max_length=120, pattern=LINE)
    types: list[EventType] = Field(default_factory=list, max_length=len(EventType))


class WebhookOut(Schema):
    """A webhook. ``state`` is proposed until a second person of the body confirmed it on screen."""

    id: UUID
    url: str
    purpose: str
    types: list[EventType]
    state: SubscriptionState
    proposed_at: datetime
    confirmed_at: datetime | None
    suspended_at: datetime | None
    ended_at: datetime | None


class WebhookMade(WebhookOut):
    """A webhook with its secret (Standard Webhooks, ``whsec_…``), told this once; empty in a repetition."""

    secret: str


class WebhookList(Schema):
    """The webhooks for which the token's person answers, newest first."""

    items: list[WebhookOut]


class SecretOut(Schema):
    """A new secret, told this once; calls are also signed with the former one until ``former_until``."""

    secret: str
    former_until: datetime


class DeliveryOut(Schema):
    """One event on its way. ``status`` is the receiver's answer, ``fault`` why it did not succeed."""

    event: UUID
    cursor: str
    type: str
    replay: int
    state: DeliveryState
    attempts: int
    status: int | None
    fault: str
    laid_out_at: datetime
    again_at: datetime | None
    ended_at: datetime | None


class DeliveryLog(Schema):
    """The newest deliveries of a webhook."""

    items: list[DeliveryOut]


class ReplayIn(Closed):
    """A range of the feed: what came after one cursor, up to another, or up to now."""

    after: str = Field("", max_length=16, pattern=r"^[A-Za-z0-9_-]*$")
    until: str = Field("", max_length=16, pattern=r"^[A-Za-z0-9_-]*$")


class ReplayOut(Schema):
    """How many events are sent again."""

    events: int
