# SPDX-License-Identifier: EUPL-1.2
"""Bringing an installation back from a backup, into an empty database."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from mukatabat.vault import store
from mukatabat.web.backup.documents import copy_all
from mukatabat.web.backup.errors import DatabaseNotEmpty, DocumentsMissing, NewerBackup, RestoredOtherwise
from mukatabat.web.backup.folder import BackupFolder, Point
from mukatabat.web.backup.making import Unwatched, Watch, counted
from mukatabat.web.backup.rules import differing_table, unknown_migration
from mukatabat.web.backup.server import BACKUP, OWNER, connected, run_program


def restore(root: Path, *, at: str | None = None, accept_missing: bool = False, watch: Watch | None = None) -> Point:
    """Restore a point in time, the newest without ``at``, into this installation's empty database and its store.

    1. Everything that can be wrong with the backup is found first. 2. Documents go into the store; they harm nobody
    there. 3. The database is made in one transaction: all of it or nothing. 4. Its rows are counted again.
    Raises NoBackup, BackupDamaged, NewerBackup, DatabaseNotEmpty, DocumentsMissing (unless accepted), DatabaseRefused,
    StoreUnavailable, RestoredOtherwise.
    """
    shown, folder = watch or Unwatched(), BackupFolder(root)
    point = folder.point(at)
    if migration := unknown_migration(point.manifest.migrations, _known()):  # 1
        raise NewerBackup(migration=migration)
    with connected(OWNER) as connection:
        found = connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
        major = connection.info.server_version // 10_000
    if found is not None:
        raise DatabaseNotEmpty
    point.check()
    with shown.count("documents", point.manifest.blobs) as done:
        missing = [*point.manifest.missing, *copy_all(folder.blobs, store(), point.addresses(), done=done)]  # 2
    if missing and not accept_missing:
        raise DocumentsMissing(count=len(missing), digest=missing[0])
    run_program("pg_restore", ["--single-transaction", "--exit-on-error", point.dump], role=OWNER, major=major)  # 3
    with connected(OWNER) as connection:
        connection.execute("ANALYZE")
    with connected(BACKUP) as connection:
        if table := differing_table(point.manifest.tables, counted(connection)):  # 4
            raise RestoredOtherwise(table=table)
    return point


def _known() -> set[str]:
    """Every migration that this release has, by "app.name"."""
    loader = MigrationLoader(None)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}
