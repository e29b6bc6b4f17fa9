# SPDX-License-Identifier: EUPL-1.2
"""The checks that several writers share."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Model
from psycopg.errors import UniqueViolation

from mukatabat.directory.errors import AlreadyThere, CodeNotShaped, NameMissing, PeriodBackwards
from mukatabat.directory.rules import kept_code
from mukatabat.kernel.text import clean_line

ONE_DAY = timedelta(days=1)


def named(ar: str, en: str, limit: int = 200) -> tuple[str, str]:
    """Return a pair of names cleaned for storage; raises `NameMissing` and the refusals of `kernel.text`."""
    pair = clean_line(ar, limit), clean_line(en, limit)
    if not all(pair):
        raise NameMissing
    return pair


def shaped(code: str, pattern: str) -> str:
    """Return a code in capitals if it has the pattern's shape; raises `CodeNotShaped`."""
    capital = kept_code(code)
    if not re.fullmatch(pattern, capital):
        raise CodeNotShaped(value=code)
    return capital


def ordered(begins: date, ends: date | None) -> None:
    """Refuse a period that ends before it begins; raises `PeriodBackwards`."""
    if ends is not None and ends < begins:
        raise PeriodBackwards(begins=begins, ends=ends)


def insert(row: Model, taken: str) -> None:
    """Insert a row whose uniqueness the database guards; raises `AlreadyThere` naming `taken`.

    Asking first and inserting afterwards would let two clerks through at once.
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise AlreadyThere(value=taken) from error
        raise
