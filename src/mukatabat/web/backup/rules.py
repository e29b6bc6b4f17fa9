# SPDX-License-Identifier: EUPL-1.2
"""What a backup is: its manifest, and what it keeps of no table. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

FORM: Literal[1] = 1

NOT_KEPT: Mapping[str, str] = {
    "django_session": "whoever holds an old cookie must sign in anew after a restore",
    "usersessions_usersession": "as the sessions",
    "web_cache": "counts of the last minutes",
    "vault_upload_part": "files on their way, whose bytes may be removed while the backup is made",
    "vault_upload_session": "as their parts; whoever was uploading chooses the file again",
}
"""Tables that are restored empty, and why."""


class FilePart(BaseModel):
    """A file of a point in time: its SHA-256 in hexadecimal and its size in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size: int


class Manifest(BaseModel):
    """What belongs to one point in time. ``missing`` are addresses that the store did not hold, or not whole.

    ``roots`` are the names of the root keys without which nothing of it can be read; the keys themselves are never in
    a backup (docs/keys.md). ``tables`` counts rows, ``migrations`` names what was applied, as "app.name".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal[1] = FORM
    made_at: datetime
    release: str
    postgres: int
    migrations: tuple[str, ...]
    tables: Mapping[str, int]
    roots: tuple[str, ...]
    dump: FilePart
    blob_list: FilePart
    blobs: int
    missing: tuple[str, ...] = ()


def point_name(at: datetime) -> str:
    """Name a point in time by its instant in UTC, so that names sort by age."""
    return at.strftime("%Y-%m-%dT%H%M%SZ")


def unknown_migration(applied: Iterable[str], known: Iterable[str]) -> str | None:
    """Name the first migration of a backup that this release does not know, None when it knows all."""
    return next(iter(sorted(set(applied) - set(known))), None)


def differing_table(counted: Mapping[str, int], found: Mapping[str, int]) -> str | None:
    """Name the first table whose rows are not as many as were counted, None when all are."""
    return next((table for table in sorted(counted) if found.get(table) != counted[table]), None)
