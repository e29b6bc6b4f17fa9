# SPDX-License-Identifier: EUPL-1.2
"""Sheets as the data that the templates read: dates in words, numbers in the sheet's digits, labels of the lists."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import segno

from mukatabat.kernel.clock import KUWAIT
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy, Urgency
from mukatabat.press.content import to_typst_data
from mukatabat.press.content.typeset import breakable
from mukatabat.press.dates import gregorian_text, hijri_text, moment_text, time_text
from mukatabat.press.rules import (
    CODE_SIDE,
    DRAWN_HEIGHT,
    MARGIN_HEIGHT,
    NOTE_HEIGHT,
    SIGNATURE_WIDTH,
    STAMP_CODE_SIDE,
    DeliverySlip,
    IncomingStamp,
    Letterhead,
    LetterSheet,
    Look,
    Minute,
    MinuteSheet,
    ProofSheet,
    RegisterExtract,
    RegisterRow,
    SignatureMark,
    Standing,
    TrailSheet,
    Verification,
)

SHORT_SUBJECT = 80
DEEPEST_INDENT = 6
QUIET_ZONE = 4  # modules (ISO/IEC 18004 §9.1)
DRAFT = {"ar": "مسودة", "en": "Draft"}

Data = dict[str, Any]


def letter_data(sheet: LetterSheet) -> Data:
    """Write a letter as the data of letter.typ."""
    look = sheet.look
    number = str(sheet.reference) if sheet.reference else DRAFT[look.language]
    data = _common(look, sheet.letterhead, title=f"{number} {sheet.subject}", day=sheet.date) | {
        "reference": number,
        "date": gregorian_text(sheet.date, look.language, look.digits),
        "hijri": hijri_text(sheet.hijri, look.language, look.digits),
        "attachments": _count(sheet.attachments_count, look),
        "kind": sheet.kind.value,
        "secrecy": _secrecy(sheet.secrecy, look),
        "urgency": _urgency(sheet.urgency, look),
        "addressee": breakable(sheet.addressee),
        "honorific_end": sheet.honorific_end,
        "also_to": [[breakable(line), end] for line, end in sheet.also_to],
        "greeting": sheet.greeting,
        "subject": breakable(sheet.subject),
        "short_subject": shortened(sheet.subject),
        "content": to_typst_data(sheet.content, look.language),
        "closing": sheet.closing,
        "signer_post": breakable(sheet.signer_post),
        "signer_name": breakable(sheet.signer_name),
        "signed_note": sheet.signed_note,
        "signature": {
            "width": SIGNATURE_WIDTH,
            "picture": DRAWN_HEIGHT if sheet.drawn_signature else 0,
            "note": NOTE_HEIGHT,
        },
        "copies": [breakable(copy) for copy in sheet.copies],
        "distribution": [breakable(name) for name in sheet.distribution],
        "fingerprint": _spaced(hashlib.sha256(sheet.source).hexdigest()),
    }
    if sheet.verification:
        data["verification"] = _verification(sheet.verification)
    return data


def mark_data(mark: SignatureMark) -> Data:
    """Write a signature's mark as the data of mark.typ."""
    look = mark.look
    nobody = Letterhead(arabic=(), english=())
    data = _common(look, nobody, title=mark.signer_name, day=mark.signed_at.astimezone(KUWAIT).date()) | {
        "secrecy": None,
        "signed_at": moment_text(mark.signed_at, look.language, look.digits),
        "signature": {"width": SIGNATURE_WIDTH, "height": mark.box.height, "picture": DRAWN_HEIGHT},
    }
    if mark.drawn:
        data["picture"] = {"bytes": list(mark.drawn.data), "format": mark.drawn.form}
    return data


def extract_data(extract: RegisterExtract) -> Data:
    """Write a day of a register as the data of register.typ; what is sealed is left out here."""
    look = extract.look
    name = extract.register.label_in(look.language)
    standings = Counter(row.standing for row in extract.rows)
    return _common(look, extract.letterhead, title=f"{name} {extract.day.isoformat()}", day=extract.day) | {
        "secrecy": None,
        "register": extract.register.value,
        "listed": breakable(extract.listed),
        "seal": "sealed_paper" if extract.sealed else "unsealed_paper",
        "incoming": extract.register is RegisterKind.INCOMING,
        "date": gregorian_text(extract.day, look.language, look.digits),
        "hijri": hijri_text(extract.hijri, look.language, look.digits),
        "drawn_at": moment_text(extract.drawn_at, look.language, look.digits),
        "rows": [_row(row, look) for row in extract.rows],
        "totals": {standing.value: look.digits.write(standings[standing]) for standing in Standing},
        "sealed_total": look.digits.write(sum(row.secrecy.is_sealed for row in extract.rows)),
        "span": [look.digits.write(row.serial) for row in (extract.rows[:1] + extract.rows[-1:])],
        "fingerprint": _spaced(hashlib.sha256(extract.source).hexdigest()),
    }


def minutes_data(sheet: MinuteSheet) -> Data:
    """Write a minute sheet as the data of minutes.typ: the tree in reading order, each minute with its depth."""
    look = sheet.look
    day = sheet.drawn_at.astimezone(KUWAIT).date()
    return _common(look, sheet.letterhead, title=f"{sheet.reference} {sheet.subject}", day=day) | {
        "reference": str(sheet.reference),
        "their_reference": sheet.their_reference,
        "counterpart": breakable(sheet.counterpart),
        "subject": breakable(sheet.subject),
        "secrecy": _secrecy(sheet.secrecy, look),
        "holder": breakable(sheet.holder),
        "drawn_at": moment_text(sheet.drawn_at, look.language, look.digits),
        "drawn_by": breakable(sheet.drawn_by),
        "minutes": list(_minutes(sheet.minutes, look, 0)),
    }


def trail_data(sheet: TrailSheet) -> Data:
    """Write a part of the audit trail as the data of trail.typ."""
    look = sheet.look
    day = sheet.drawn_at.astimezone(KUWAIT).date()
    title = {"ar": "سجل التدقيق", "en": "Audit log"}[look.language]
    return _common(look, sheet.letterhead, title=f"{title} {day.isoformat()}", day=day) | {
        "secrecy": None,
        "drawn_at": moment_text(sheet.drawn_at, look.language, look.digits),
        "drawn_by": breakable(sheet.drawn_by),
        "filter": sheet.filter_text,
        "rows": [
            {
                "at": moment_text(at, look.language, look.digits),
                "sentence": breakable(said),
                "what": breakable(what),
                "who": breakable(who),
                "place": place,
            }
            for at, said, what, who, place in sheet.rows
        ],
        "notes": list(sheet.notes),
    }


PROOF_COLUMNS = (
    ("ما وقع", "What happened"),
    ("وقته", "When"),
    ("ختم الوقت", "Time-stamp"),
    ("رقم القيد لديهم", "Their register number"),
    ("سجل الشفافية", "In the log"),
)
PROOF_NOTES = (
    (
        "كل سطر إثبات موقّع في هذه الحزمة، ولا تُغني هذه الصفحة عنه. ويتحقق منها أي أحد دون اتصال بالشبكة.",
        "Each line is a signed evidence in this bundle; this page takes the place of none. Anybody checks it offline.",
    ),
)


def proof_data(sheet: ProofSheet) -> Data:
    """Write the report of a bundle of evidence as the data of proof.typ."""
    look = sheet.look
    day = sheet.drawn_at.astimezone(KUWAIT).date()

    def moment(at: datetime | None) -> str:
        return moment_text(at, look.language, look.digits) if at else "—"

    return _common(look, sheet.letterhead, title=f"حزمة الإثبات {day.isoformat()}", day=day) | {
        "secrecy": None,
        "drawn_at": moment(sheet.drawn_at),
        "drawn_by": breakable(sheet.drawn_by),
        "heading": {"ar": "حزمة الإثبات", "en": "Evidence bundle"},
        "facts": [
            {"ar": one.ar, "en": one.en, "value": breakable(one.value), "token": one.token, "english": one.english}
            for one in sheet.facts
        ],
        "columns": [{"ar": ar, "en": en} for ar, en in PROOF_COLUMNS],
        "rows": [
            {
                "ar": one.ar,
                "en": one.en,
                "at": moment(one.at),
                "stamped": moment(one.stamped_at),
                "register": one.register or "—",
                "logged": one.logged or "—",
            }
            for one in sheet.rows
        ],
        "notes": [{"ar": ar, "en": en} for ar, en in PROOF_NOTES],
    }


def stamp_data(stamp: IncomingStamp) -> Data:
    """Write a stamp of receipt as the data of stamp.typ and incoming.typ."""
    look = stamp.look
    day = stamp.registered_at.astimezone(KUWAIT).date()
    return _common(look, stamp.letterhead, title=str(stamp.reference), day=day) | {
        "reference": str(stamp.reference),
        "scan": _scan(str(stamp.reference), STAMP_CODE_SIDE),
        "date": gregorian_text(day, look.language, look.digits),
        "time": time_text(stamp.registered_at, look.digits),
        "hijri": hijri_text(stamp.hijri, look.language, look.digits),
        "attachments": _count(stamp.attachments_count, look),
        "sender": breakable(stamp.sender),
        "subject": breakable(stamp.subject),
        "their_reference": stamp.their_reference,
        "their_date": gregorian_text(stamp.their_date, look.language, look.digits) if stamp.their_date else "",
        "secrecy": _secrecy(stamp.secrecy, look),
        "urgency": _urgency(stamp.urgency, look),
    }


def slip_data(slip: DeliverySlip) -> Data:
    """Write a delivery slip as the data of slip.typ; the subject of what is sealed is left out here."""
    look = slip.look
    day = slip.drawn_at.astimezone(KUWAIT).date()
    title = {"ar": "سركي التسليم", "en": "Delivery slip"}[look.language]
    return _common(look, slip.letterhead, title=f"{title} {day.isoformat()}", day=day) | {
        "secrecy": None,
        "date": gregorian_text(day, look.language, look.digits),
        "drawn_at": moment_text(slip.drawn_at, look.language, look.digits),
        "drawn_by": breakable(slip.drawn_by),
        "rows": [
            {
                "number": look.digits.write(number),
                "recipient": breakable(row.recipient),
                "reference": row.reference,
                "date": _short_day(row.issued_on, look),
                "subject": "" if row.secrecy.is_sealed else breakable(row.subject),
                "sealed": _secrecy(row.secrecy, look),
                "urgency": _urgency(row.urgency, look),
                "attachments": _count(row.attachments_count, look),
            }
            for number, row in enumerate(slip.rows, start=1)
        ],
    }


def margin_data(stamp: IncomingStamp) -> Data:
    """Write the marking of a stamped copy as the data of margin.typ."""
    day = stamp.registered_at.astimezone(KUWAIT).date()
    common = _common(stamp.look, stamp.letterhead, title=str(stamp.reference), day=day)
    return common | {"secrecy": None, "reference": str(stamp.reference), "height": MARGIN_HEIGHT}


def shortened(subject: str, limit: int = SHORT_SUBJECT) -> str:
    """Cut a subject at a word for a one-line head; `limit` counts characters."""
    if len(subject) <= limit:
        return subject
    head, space, _rest = subject[:limit].rpartition(" ")
    return f"{head if space else subject[:limit]} …"


def texts(value: Any) -> Iterator[str]:
    """Walk every text inside a sheet's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from texts(inner)


def _common(look: Look, letterhead: Letterhead, *, title: str, day: date) -> Data:
    return {
        "language": look.language,
        "digits": look.digits.value,
        "training": look.realm.value == "training",
        "letterhead": {"ar": letterhead.arabic, "en": letterhead.english},
        "title": title,
        "day": [day.year, day.month, day.day],
    }


def _count(count: int, look: Look) -> str | None:
    # A lone Arabic-Indic zero is a dot; the template writes a word in its place.
    return look.digits.write(count) if count else None


def _secrecy(secrecy: Secrecy, look: Look) -> str | None:
    return secrecy.label_in(look.language) if secrecy.is_sealed else None


def _urgency(urgency: Urgency, look: Look) -> str | None:
    return None if urgency is Urgency.NORMAL else urgency.label_in(look.language)


def _verification(verification: Verification) -> Data:
    return {"code": verification.code, "page": verification.page, "scan": _scan(verification.address, CODE_SIDE)}


def _scan(text: str, side: float) -> Data:
    """Draw a QR code (ISO/IEC 18004, level M) whose dark part is `side` millimetres wide."""
    picture = BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(picture, kind="svg", border=QUIET_ZONE, light="#ffffff", xmldecl=False)
    modules = code.symbol_size(border=0)[0]
    return {"picture": picture.getvalue().decode(), "side": side, "quiet": QUIET_ZONE * side / modules}


def _spaced(digest: str) -> str:
    """Write a digest in groups of four, its middle left out, as people compare it."""
    groups = [digest[index : index + 4] for index in range(0, len(digest), 4)]
    return " ".join([*groups[:4], "…", *groups[-4:]])


def _row(row: RegisterRow, look: Look) -> Data:
    sealed = row.secrecy.is_sealed
    return {
        "serial": look.digits.write(row.serial),
        "time": time_text(row.at, look.digits),
        "counterpart": "" if sealed else breakable(row.counterpart),
        "their_reference": "" if sealed else row.their_reference,
        "their_date": "" if sealed or not row.their_date else _short_day(row.their_date, look),
        "subject": "" if sealed else breakable(row.subject),
        "sealed": row.secrecy.label_in(look.language) if sealed else None,
        "standing": row.standing.value,
        "void_reason": breakable(row.void_reason),
        "digest": [row.digest[:32], row.digest[32:]] if row.digest else [],
    }


def _short_day(day: date, look: Look) -> str:
    return gregorian_text(day, look.language, look.digits, era=False)


def _minutes(minutes: tuple[Minute, ...], look: Look, depth: int) -> Iterator[Data]:
    for minute in minutes:
        yield {
            "depth": min(depth, DEEPEST_INDENT),
            "at": moment_text(minute.at, look.language, look.digits),
            "author": breakable(minute.author),
            "author_post": breakable(minute.author_post),
            "addressee": breakable(minute.addressee),
            "instruction": breakable(minute.instruction),
            "lines": [breakable(line) for line in minute.text.splitlines()],
            "responsible": minute.responsible,
            "state": minute.state,
        }
        yield from _minutes(minute.replies, look, depth + 1)
