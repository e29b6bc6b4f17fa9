# SPDX-License-Identifier: EUPL-1.2
"""The sheets that the press prints: everything that stands on them, given by the caller, nothing looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm, RegisterKind, Secrecy, Urgency
from mukatabat.press.content import Content
from mukatabat.press.digits import Digits

# The reserved place of the signature, in millimetres; the mark of `render_signature_mark` has the same size.
SIGNATURE_WIDTH = 64
SIGNATURE_HEIGHT = 20


class LetterKind(StrEnum):
    """What kind of letter a sheet is; it decides the heading."""

    LETTER = "letter"
    MEMO = "memo"
    CIRCULAR = "circular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The name of the body as its lines, from the State down to the unit, in both languages."""

    arabic: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a sheet is written: its language ("ar" or "en"), its digits, and the realm it belongs to."""

    language: str = "ar"
    digits: Digits = Digits.ARAB
    realm: Realm = Realm.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a reader checks a print: the short code, the page to type it in, and the address behind the QR code."""

    code: str
    page: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSheet:
    """A letter ready for print.

    `addressee` is the whole line with its honorific (السيد الفاضل/ وكيل وزارة المالية) and `honorific_end` the word at
    its far end (المحترم). `greeting` and `closing` are whole lines. `copies` are the ones visible on the original.
    `signed_note` is printed in the signature's place where no visible mark will cover it (a preview, a paper copy);
    empty leaves the place free for the mark. A preview has no `reference`, because no number is taken. `source` is the
    letter's JSON, embedded as `source.json`.
    """

    letterhead: Letterhead
    reference: Reference | None
    date: date
    hijri: HijriDate
    addressee: str
    subject: str
    content: Content
    signer_post: str
    signer_name: str
    source: bytes
    honorific_end: str = ""
    also_to: tuple[tuple[str, str], ...] = ()
    greeting: str = ""
    closing: str = ""
    signed_note: str = ""
    copies: tuple[str, ...] = ()
    attachments_count: int = 0
    kind: LetterKind = LetterKind.LETTER
    secrecy: Secrecy = Secrecy.NORMAL
    urgency: Urgency = Urgency.NORMAL
    verification: Verification | None = None
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """Where the signature lies: page from 1, corners in PDF points from the page's lower left."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLetter:
    """A printed letter: its bytes, its pages, and the place of its signature."""

    document: bytes
    pages: int
    signature_box: SignatureBox


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureMark:
    """The visible mark of an electronic signature."""

    signer_name: str
    signed_at: datetime
    look: Look = Look()


class Standing(StrEnum):
    """How a number of a register stands."""

    ENTERED = "entered"
    ISSUING = "issuing"
    RESERVED = "reserved"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One number of a register; `digest` is in hex.

    Where the secrecy is above normal only number, time, mark and digest are printed: no subject, no counterpart.
    """

    serial: int
    at: datetime
    counterpart: str = ""
    their_reference: str = ""
    their_date: date | None = None
    subject: str = ""
    secrecy: Secrecy = Secrecy.NORMAL
    standing: Standing = Standing.ENTERED
    void_reason: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterExtract:
    """The entries of one register on one day, in the order of their numbers; `source` is the same as JSON, embedded."""

    letterhead: Letterhead
    register: RegisterKind
    day: date
    hijri: HijriDate
    rows: tuple[RegisterRow, ...]
    drawn_at: datetime
    source: bytes
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """A note or referral beside a letter, with what followed from it.

    `addressee` is empty for a note that goes to nobody. `responsible` marks the referral that handed the item over; the
    others are copies.
    """

    at: datetime
    author: str
    author_post: str
    addressee: str = ""
    instruction: str = ""
    text: str = ""
    responsible: bool = False
    state: str = ""
    replies: tuple[Minute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteSheet:
    """The referral tree of an item (ورقة شروح), printed beside the letter and never on it."""

    letterhead: Letterhead
    reference: Reference
    subject: str
    counterpart: str
    minutes: tuple[Minute, ...]
    drawn_at: datetime
    drawn_by: str
    their_reference: str = ""
    holder: str = ""
    secrecy: Secrecy = Secrecy.NORMAL
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """One letter on a delivery slip; of a sealed one the number and the recipient alone."""

    recipient: str
    reference: str
    issued_on: date
    subject: str = ""
    attachments_count: int = 0
    secrecy: Secrecy = Secrecy.NORMAL
    urgency: Urgency = Urgency.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySlip:
    """The delivery slip (سركي التسليم): what a messenger hands over, with room for who takes it."""

    letterhead: Letterhead
    rows: tuple[SlipRow, ...]
    drawn_at: datetime
    drawn_by: str
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStamp:
    """The stamp of receipt (ختم الوارد): a sheet of its own, because the signed letter is never written on."""

    letterhead: Letterhead
    reference: Reference
    registered_at: datetime
    hijri: HijriDate
    attachments_count: int
    sender: str
    subject: str
    their_reference: str = ""
    their_date: date | None = None
    secrecy: Secrecy = Secrecy.NORMAL
    urgency: Urgency = Urgency.NORMAL
    look: Look = Look()
