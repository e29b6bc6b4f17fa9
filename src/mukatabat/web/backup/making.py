# SPDX-License-Identifier: EUPL-1.2
"""Making and checking a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from mukatabat.kernel import clock
from mukatabat.vault import store
from mukatabat.web.backup.documents import check_all, copy_all
from mukatabat.web.backup.folder import BLOB_LIST, DUMP, BackupFolder, Point, part_of, write_list
from mukatabat.web.backup.rules import NOT_KEPT, Manifest
from mukatabat.web.backup.server import BACKUP, connected, run_program

Advance = Callable[[int], None]

_SPOKEN_OF = """
    SELECT address FROM vault_document_key WHERE destroyed_at IS NULL
    UNION
    SELECT sealed.address FROM exchange_sealedparcel sealed JOIN exchange_consignment sent ON sent.sealed_id = sealed.id
    WHERE sent.state IN ('ordered', 'dispatched', 'failed')
"""
# What was delivered is spoken of by its recipient's documents; what is on its way lies in the sender's outbox alone.
_ROOTS = """
    SELECT root FROM vault_body_key UNION SELECT root FROM vault_reader_key
    UNION SELECT root FROM vault_private_key WHERE token IS NOT NULL ORDER BY 1
"""


class Watch(Protocol):
    """Whoever wants to see how far long work is."""

    def count(self, what: str, total: int) -> AbstractContextManager[Advance]:
        """Begin a part of the work with ``total`` things; the function given is told how many more are done."""
        ...


class Unwatched:
    """Nobody looks."""

    def count(self, what: str, total: int) -> AbstractContextManager[Advance]:
        """See :meth:`Watch.count`."""
        return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a point in time found: addresses of documents that are missing or damaged."""

    point: Point
    faulty: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything that its database speaks of is there."""
        return not self.faulty


def create(root: Path, *, watch: Watch | None = None) -> Point:
    """Make a point in time in the backup folder ``root``, and return it.

    1. One transaction sees the database of one moment, and pg_dump sees the same by its exported snapshot. 2. After it,
    the documents that it speaks of are copied, because they never change: what is there already is not copied again.
    3. The manifest is written last. A document that the store lost does not stop a backup; the manifest names it.
    Raises the kinds of BackupNotMade, DatabaseRefused, ProgramsMissing, RoleWithoutPassword, StoreUnavailable.
    """
    shown, folder = watch or Unwatched(), BackupFolder(root)
    with folder.alone() as unfinished:
        made_at = clock.now()
        with connected(BACKUP) as connection:
            seen = _dump(connection, unfinished)  # 1
        listed = unfinished / BLOB_LIST
        with listed.open(encoding="ascii") as lines, shown.count("documents", seen["blobs"]) as done:
            missing = copy_all(store(), folder.blobs, map(str.strip, lines), done=done)  # 2
        manifest = Manifest(
            made_at=made_at, release=release(), dump=part_of(unfinished / DUMP), blob_list=part_of(listed),
            missing=tuple(missing), **seen,
        )  # fmt: skip
        return folder.publish(manifest)  # 3


def verify(root: Path, *, at: str | None = None, watch: Watch | None = None) -> Checked:
    """Read a point in time whole and compare all of it with its manifest; raises NoBackup or BackupDamaged."""
    folder = BackupFolder(root)
    point = folder.point(at)
    point.check()
    with (watch or Unwatched()).count("documents", point.manifest.blobs) as done:
        faulty = check_all(folder.blobs, point.addresses(), done=done)
    return Checked(point, (*point.manifest.missing, *faulty))


def release() -> str:
    """The release of this product, "0" in a source tree that was not installed."""
    try:
        return version("mukatabat")
    except PackageNotFoundError:
        return "0"


def counted(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Count the rows of every table that a backup keeps."""
    return {
        table: _number(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        if table not in NOT_KEPT
    }


def _dump(connection: psycopg.Connection[Any], folder: Path) -> dict[str, Any]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        major = connection.info.server_version // 10_000
        left_empty = [f"--exclude-table-data=public.{table}" for table in NOT_KEPT]
        arguments = ["--format=custom", f"--snapshot={snapshot[0]}", *left_empty, "--file", folder / DUMP]
        run_program("pg_dump", arguments, role=BACKUP, major=major)
        migrations = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        roots = connection.execute(_ROOTS)
        return {
            "postgres": major,
            "migrations": tuple(name for (name,) in migrations),
            "roots": tuple(name for (name,) in roots),
            "tables": counted(connection),
            "blobs": write_list(folder / BLOB_LIST, _addresses(connection)),
        }


def _addresses(connection: psycopg.Connection[Any]) -> Iterator[str]:
    with connection.cursor("addresses") as cursor:
        cursor.itersize = 10_000
        for (address,) in cursor.execute(_SPOKEN_OF):
            yield address


def _number(connection: psycopg.Connection[Any], query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
