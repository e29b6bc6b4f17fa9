# SPDX-License-Identifier: EUPL-1.2
"""People from a spreadsheet: a preview that changes nothing, then all rows or none."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mukatabat.audit.actions import record
from mukatabat.directory.actions.people import NAME_LIMIT, STAFF_NUMBER_LIMIT, email_of
from mukatabat.directory.authority import locked_body, require_administrator
from mukatabat.directory.errors import (
    ImportColumnsMissing,
    ImportEmpty,
    ImportHasErrors,
    ImportNotPreviewed,
    ImportNotText,
    ImportTooLong,
    ImportWindowsArabic,
    bilingual,
)
from mukatabat.directory.models import Appointment, Person, Post, Unit, effective
from mukatabat.directory.rules import POWER_ROLES
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold, latin_digits
from mukatabat.kernel.errors import MukatabatError, Text
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

Value = TypeVar("Value")

MOST_ROWS = 2_000
MOST_BYTES = 2 * 1024 * 1024
REQUIRED = ("staff_number", "name_ar", "name_en", "unit", "post")
# Header words in their folded form; the first of each language is the one that a message names.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "staff_number": ("staff_number", "الرقم الوظيفي", "staff number", "employee number", "رقم الموظف"),
    "name_ar": ("name_ar", "الاسم بالعربية", "arabic name", "name (arabic)", "الاسم"),
    "name_en": ("name_en", "الاسم بالإنجليزية", "english name", "name (english)"),
    "email": ("email", "البريد الإلكتروني", "e-mail"),
    "unit": ("unit", "الوحدة", "unit code", "رمز الوحدة", "الإدارة"),
    "post": ("post", "المنصب", "title", "المسمى الوظيفي"),
    "valid_from": ("valid_from", "تاريخ المباشرة", "from", "start date", "من تاريخ"),
}
_DATE_FORMS = (
    re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[-/](?P<month>\d{1,2})[-/](?P<year>\d{4})"),
)
# A cell that a spreadsheet would run as a formula when the list is exported again.
_FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in one row: the column, a stable code, and the sentence for the reader."""

    column: str
    code: str
    text: Text


@dataclass(slots=True)
class ImportRow:
    """One line of the file: its number there (the header is 1), what was read, and what is wrong with it."""

    line: int
    staff_number: str = ""
    ar: str = ""
    en: str = ""
    email: str = ""
    unit: str = ""
    post: str = ""
    valid_from: date | None = None
    post_id: UUID | None = None
    problems: list[RowProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import would do. `digest` (SHA-256 of the file, hexadecimal) is what the confirmation must name."""

    rows: tuple[ImportRow, ...]
    digest: str

    @property
    def faulty(self) -> int:
        """How many rows have at least one problem."""
        return sum(1 for row in self.rows if row.problems)

    @property
    def ready(self) -> int:
        """How many rows could be taken as they are."""
        return len(self.rows) - self.faulty


def preview(actor: Actor, data: bytes) -> ImportPreview:
    """Read a file of people for the actor's body and say, row by row, what is wrong; changes nothing.

    `data` is CSV in UTF-8 with or without BOM, parted by commas or semicolons, with Arabic or English headers.
    Raises `NotInDirectory` (no right) or an `ImportRefused` for a file that cannot be read as a whole.
    """
    body_id = require_administrator(actor)
    rows = [_read(line, cells) for line, cells in _table(data)]
    _find_posts(rows, body_id)
    _find_repeats(rows, body_id)
    return ImportPreview(rows=tuple(rows), digest=_digest(data))


def apply(actor: Actor, data: bytes, digest: str, *, good_rows_alone: bool = False) -> int:
    """Add every person of a previewed file with their appointment, or nobody; returns how many were added.

    The rows are checked again, because the directory may have changed since the preview. One transaction. With
    ``good_rows_alone`` the faulty rows are left out instead of stopping the rest. Raises `ImportNotPreviewed` (another
    file than the one whose digest was confirmed), `ImportHasErrors`, or as `preview`.
    """
    if _digest(data) != digest:
        raise ImportNotPreviewed
    with scope(actor):
        body_id = require_administrator(actor)
        # Two imports into one body follow each other, so that a staff number is never taken between check and insert.
        locked_body(body_id)
        checked = preview(actor, data)
        rows = [row for row in checked.rows if not row.problems]
        if checked.faulty and not (good_rows_alone and rows):
            raise ImportHasErrors(count=checked.faulty)
        people = [_person(row, body_id) for row in rows]
        posts = [row.post_id for row in rows if row.post_id is not None]
        Person.objects.bulk_create(people)
        Appointment.objects.bulk_create(
            Appointment(person=person, post_id=post_id, valid_from=person.valid_from, is_primary=True)
            for person, post_id in zip(people, posts, strict=True)
        )
        record(
            actor,
            act="directory.people-imported",
            object_kind="body",
            object_id=body_id,
            detail={"count": len(people), "file": digest, "staff_numbers": [person.staff_number for person in people]},
        )
    return len(people)


def _person(row: ImportRow, body_id: UUID) -> Person:
    return Person(
        body_id=body_id,
        ar=row.ar,
        en=row.en,
        staff_number=row.staff_number,
        email=row.email,
        valid_from=row.valid_from or clock.today(),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -- the file --------------------------------------------------------------------------------------------------------


def _table(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, cells by column) for every row that is not blank."""
    if len(data) > MOST_BYTES:
        raise ImportTooLong(limit=MOST_ROWS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise (ImportWindowsArabic if _is_windows_arabic(data) else ImportNotText) from error
    if "\0" in text:
        raise ImportNotText
    header, _newline, _rest = text.lstrip("\r\n").partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise ImportNotText from error
    if not lines:
        raise ImportEmpty
    columns = _columns(lines[0][1])
    if len(lines) == 1:
        raise ImportEmpty
    if len(lines) - 1 > MOST_ROWS:
        raise ImportTooLong(limit=MOST_ROWS)
    for line, cells in lines[1:]:
        yield line, {column: cells[place] if place < len(cells) else "" for column, place in columns.items()}


def _is_windows_arabic(data: bytes) -> bool:
    """Tell whether a file that is not UTF-8 names our columns once it is read as Windows-1256."""
    known = {fold(word) for words in HEADERS.values() for word in words if not word.isascii()}
    header = data.decode("cp1256", errors="replace").lstrip("\r\n").partition("\n")[0]
    return any(fold(cell.strip()) in known for cell in re.split("[,;\t]", header))


def _columns(header: list[str]) -> dict[str, int]:
    known = {fold(word): column for column, words in HEADERS.items() for word in words}
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = known.get(fold(cell.strip()))
        if column is not None:
            found.setdefault(column, place)
    missing = [HEADERS[column] for column in REQUIRED if column not in found]
    if missing:
        arabic = "، ".join(words[1] for words in missing)
        english = ", ".join(words[0] for words in missing)
        raise ImportColumnsMissing(columns=bilingual(arabic, english))
    return found


# -- one row ---------------------------------------------------------------------------------------------------------


def _read(line: int, cells: Mapping[str, str]) -> ImportRow:
    row = ImportRow(line=line)
    row.staff_number = latin_digits(_text(row, "staff_number", cells, limit=STAFF_NUMBER_LIMIT))
    row.ar = _text(row, "name_ar", cells, limit=NAME_LIMIT)
    row.en = _text(row, "name_en", cells, limit=NAME_LIMIT)
    row.unit = _text(row, "unit", cells, limit=200)
    row.post = _text(row, "post", cells, limit=200)
    row.email = _checked(row, "email", lambda: email_of(cells.get("email", "")), "")
    row.valid_from = _day(row, cells.get("valid_from", ""))
    return row


def _text(row: ImportRow, column: str, cells: Mapping[str, str], *, limit: int) -> str:
    value = _checked(row, column, lambda: clean_line(cells.get(column, ""), limit), None)
    if value == "":
        row.problems.append(RowProblem(column, "import.missing", _("This cell is empty.")))
    elif value and value.startswith(_FORMULA_STARTS):
        row.problems.append(RowProblem(column, "import.formula", _("This cell begins like a formula.")))
    return value or ""


def _checked(row: ImportRow, column: str, read: Callable[[], Value], otherwise: Value) -> Value:
    try:
        return read()
    except MukatabatError as error:
        row.problems.append(RowProblem(column, error.code, error.happened))
        return otherwise


def _day(row: ImportRow, cell: str) -> date | None:
    typed = latin_digits(cell.strip())
    if not typed:
        return clock.today()
    for form in _DATE_FORMS:
        match = form.fullmatch(typed)
        if match:
            with suppress(ValueError):
                return date(**{part: int(digits) for part, digits in match.groupdict().items()})
    text = _("This is not a date. Write it as 2026-11-22 or 22/11/2026.")
    row.problems.append(RowProblem("valid_from", "import.bad-date", text))
    return None


# -- rows against the directory and each other -----------------------------------------------------------------------


def _find_posts(rows: Iterable[ImportRow], body_id: UUID) -> None:
    """Give each row the post it names: the unit by code or name, the post by its title in that unit."""
    today = clock.today()
    units = list(Unit.objects.filter(effective(today), body_id=body_id))
    by_word: dict[str, set[UUID]] = {}
    for unit in units:
        for word in (unit.code, unit.ar, unit.en):
            by_word.setdefault(fold(word), set()).add(unit.pk)
    posts: dict[tuple[UUID, str], list[Post]] = {}
    for post in Post.objects.filter(effective(today), body_id=body_id):
        for title in {fold(post.ar), fold(post.en)}:
            posts.setdefault((post.unit_id, title), []).append(post)
    for row in rows:
        if row.unit and row.post:
            _find_post(row, by_word.get(fold(row.unit), set()), posts)


def _find_post(row: ImportRow, units: set[UUID], posts: Mapping[tuple[UUID, str], list[Post]]) -> None:
    if not units:
        row.problems.append(RowProblem("unit", "import.unknown-unit", _("There is no such unit in your body.")))
        return
    if len(units) > 1:
        text = _("Several units have this name. Write the unit's code.")
        row.problems.append(RowProblem("unit", "import.ambiguous-unit", text))
        return
    found = posts.get((next(iter(units)), fold(row.post)), [])
    if len(found) != 1:
        row.problems.append(RowProblem("post", "import.unknown-post", _("There is no such post in this unit.")))
    elif found[0].role in POWER_ROLES:
        text = _("This post gives power, and an import does not fill it. Propose the appointment on the person's page.")
        row.problems.append(RowProblem("post", "import.power-post", text))
    else:
        row.post_id = found[0].pk


def _find_repeats(rows: Iterable[ImportRow], body_id: UUID) -> None:
    taken = set(Person.objects.filter(body_id=body_id).values_list("staff_number", flat=True))
    seen: set[str] = set()
    for row in rows:
        if not row.staff_number:
            continue
        if row.staff_number in taken:
            text = _("A person with this staff number is already in the directory.")
            row.problems.append(RowProblem("staff_number", "import.already-there", text))
        elif row.staff_number in seen:
            text = _("This staff number stands in an earlier row of the file.")
            row.problems.append(RowProblem("staff_number", "import.repeated", text))
        seen.add(row.staff_number)
