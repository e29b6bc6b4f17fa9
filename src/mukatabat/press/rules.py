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
from mukatabat.press.errors import InvalidPicture

# The place of the signature in millimetres: its width, the room for a drawn signature above the signer's name, and the
# line for the words of the electronic one below it. The mark of `render_signature_mark` is laid over all three.
SIGNATURE_WIDTH = 78
DRAWN_HEIGHT = 14
NOTE_HEIGHT = 6.4
POINTS_PER_MM = 72 / 25.4

# The dark side of a code without its quiet zone, in millimetres: for checking a letter, and on the stamp of receipt.
CODE_SIDE = 17.4
STAMP_CODE_SIDE = 15


# The strip at the head of a page of a stamped copy in which it is called one, in millimetres.
MARGIN_HEIGHT = 6

LARGEST_PICTURE = 256 * 1024
MOST_DOTS = 4000
PNG = b"\x89PNG\r\n\x1a\n"
MORE_THAN_DRAWING = ("<script", "<foreignobject", "<image", "<use", "<style", "<!", "<?", "href", "url(", "\ufffd")


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
    `distribution` lists the recipients after the letter, where they are too many to stand above it.
    `drawn_signature` leaves room above the signer's name for the one that the mark will bring. `signed_note` is printed
    below the name where no visible mark will stand (a preview, a paper copy); empty leaves the place free for the mark.
    A preview has no `reference`, because no number is taken. `source` is the letter's JSON, embedded as `source.json`;
    the fingerprint on the paper is the SHA-256 of exactly these bytes, never of the file that prints it.
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
    drawn_signature: bool = False
    signed_note: str = ""
    copies: tuple[str, ...] = ()
    distribution: tuple[str, ...] = ()
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

    @property
    def height(self) -> float:
        """The height in millimetres."""
        return (self.y2 - self.y1) / POINTS_PER_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLetter:
    """A printed letter: its bytes, its pages, and the place of its signature."""

    document: bytes
    pages: int
    signature_box: SignatureBox


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSignature:
    """A person's signature as a picture: PNG (with transparency, if it has any) or SVG.

    An SVG may only draw. What would load, run, or hold further markup raises InvalidPicture, and so does a picture that
    is larger than 256 KiB or 4000 dots.
    """

    data: bytes

    def __post_init__(self) -> None:
        """Look at what the bytes are, not at what somebody calls them."""
        if len(self.data) > LARGEST_PICTURE or not (self._is_png() or self._is_drawing()):
            raise InvalidPicture

    @property
    def form(self) -> str:
        """What the bytes are: "png" or "svg"."""
        return "png" if self.data.startswith(PNG) else "svg"

    def _is_png(self) -> bool:
        # Width and height stand in the first chunk, at a fixed place (ISO/IEC 15948 §11.2.2).
        if not self.data.startswith(PNG) or len(self.data) < 24:
            return False
        sides = int.from_bytes(self.data[16:20]), int.from_bytes(self.data[20:24])
        return all(0 < side <= MOST_DOTS for side in sides)

    def _is_drawing(self) -> bool:
        text = self.data.decode("utf-8", "replace").lower()
        return text.lstrip().startswith("<svg") and not any(word in text for word in MORE_THAN_DRAWING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureMark:
    """The visible mark of an electronic signature, for the place that the printed letter told."""

    box: SignatureBox
    signer_name: str
    signed_at: datetime
    drawn: DrawnSignature | None = None
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
    """The entries of one register on one day, in the order of their numbers; `source` is the same as JSON, embedded.

    With `listed` it is no day but a list that somebody asked for, in the words in which it was asked. `sealed` says on
    the paper that the body's seal is to be put under it.
    """

    letterhead: Letterhead
    register: RegisterKind
    day: date
    hijri: HijriDate
    rows: tuple[RegisterRow, ...]
    drawn_at: datetime
    source: bytes
    look: Look = Look()
    listed: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailSheet:
    """Entries of the audit trail, newest first; `notes` stand below, `filter_text` above.

    A row is the moment, the sentence of the act with its names left open, to what, by whom, from where.
    """

    letterhead: Letterhead
    rows: tuple[tuple[datetime, str, str, str, str], ...]
    drawn_at: datetime
    drawn_by: str
    filter_text: str = ""
    notes: tuple[str, ...] = ()
    look: Look = Look()


@dataclass(frozen=True, slots=True)
class ProofFact:
    """A line of the report: its label in both languages; ``token`` for what reads left to right.

    ``english`` repeats in English a value that is a sentence in Arabic.
    """

    ar: str
    en: str
    value: str
    token: bool = False
    english: str = ""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One evidence: what it says in both languages, when, when it was time-stamped, the recipient's number.

    ``logged`` is its place in the transparency log, "" while it has none.
    """

    ar: str
    en: str
    at: datetime
    stamped_at: datetime | None
    register: str
    logged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSheet:
    """The report in a bundle of evidence (حزمة الإثبات), in both languages."""

    letterhead: Letterhead
    facts: tuple[ProofFact, ...]
    rows: tuple[ProofRow, ...]
    drawn_at: datetime
    drawn_by: str
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
