# SPDX-License-Identifier: EUPL-1.2
"""SQL that is not the ORM's lives in named files; this reads and runs them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection


@cache
def statement(room: str, name: str) -> str:
    """The text of ``mukatabat/<room>/sql/<name>.sql``."""
    return (files("mukatabat") / room / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def write(room: str, name: str, parameters: Mapping[str, Any]) -> None:
    """Run the named statement, which gives no rows, inside the open scope."""
    with connection.cursor() as cursor:
        cursor.execute(statement(room, name), parameters)


def rows(room: str, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run the named statement inside the open scope and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement(room, name), parameters)
        return [tuple(row) for row in cursor.fetchall()]
