# SPDX-License-Identifier: EUPL-1.2
"""A fact of a record, as the pages list it below one another (`letters/_data.html`)."""

from __future__ import annotations

from typing import Any


def fact(label: object, value: object, kind: str = "text") -> dict[str, Any]:
    """One line: its label, its value, and of what kind that is ("text", "name", "date", "ref", "number", "hash" …)."""
    return {"label": label, "value": value, "kind": kind, "hijri": None}
