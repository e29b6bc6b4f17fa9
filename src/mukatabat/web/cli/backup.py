# SPDX-License-Identifier: EUPL-1.2
"""Verbs of backups; docs/operations.md tells how they are used, docs/keys.md why no key is in one."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import click
from django.conf import settings

from mukatabat.web.backup import making, restoring
from mukatabat.web.backup.drill import Drill, drill
from mukatabat.web.backup.folder import BackupFolder, Point
from mukatabat.web.cli.answers import answer, as_json_option, progress
from mukatabat.web.watching.measures import BACKUP_NOTE

folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
at_option = click.option("--at", help="The point in time, such as 2026-11-25T210312Z; without it the newest.")


class Bars:
    """Progress bars on a terminal; nothing through a pipe."""

    def count(self, what: str, total: int) -> AbstractContextManager[making.Advance]:
        """See :meth:`mukatabat.web.backup.making.Watch.count`."""
        return progress(what, total)


@click.group()
def backup() -> None:
    """Backups: make, check, restore."""


@backup.command("create")
@folder_argument
@click.option("--keep", type=click.IntRange(1), help="Then remove all but so many of the newest points in time.")
@as_json_option
def create(folder: Path, *, keep: int | None, as_json: bool) -> None:
    """Make a point in time in FOLDER: the database and every document of it, no key. Exit code 1 if one was missing."""
    point = making.create(folder, watch=Bars())
    removed = BackupFolder(folder).forget(keep=keep) if keep else []
    _note(point)
    lines = [*_told(point), *(f"removed {name}" for name in removed)]
    answer({**_facts(point), "removed": removed}, lines, as_json=as_json)
    sys.exit(1 if point.manifest.missing else 0)


@backup.command("list")
@folder_argument
@as_json_option
def listed(folder: Path, *, as_json: bool) -> None:
    """Name the points in time in FOLDER, the oldest first."""
    names = BackupFolder(folder).names()
    answer(names, names, as_json=as_json)


@backup.command("verify")
@folder_argument
@at_option
@as_json_option
def verify(folder: Path, *, at: str | None, as_json: bool) -> None:
    """Read a point in time whole and compare it with its manifest. Exit code 1 if a document is missing or damaged."""
    found = making.verify(folder, at=at, watch=Bars())
    lines = [*_told(found.point), *(f"missing or damaged: {address}" for address in found.faulty)]
    answer({**_facts(found.point), "faulty": found.faulty}, lines, as_json=as_json)
    sys.exit(0 if found.whole else 1)


@backup.command("restore")
@folder_argument
@at_option
@click.option("--accept-missing", is_flag=True, help="Restore although documents are missing from the backup.")
@click.option("--drill", "letters", type=click.IntRange(1), help="Then open so many random letters and prove the rest.")
@as_json_option
def restore(folder: Path, *, at: str | None, accept_missing: bool, letters: int | None, as_json: bool) -> None:
    """Restore from FOLDER into this installation's EMPTY database and store. Exit code 1 if the drill found a fault."""
    point = restoring.restore(folder, at=at, accept_missing=accept_missing, watch=Bars())
    found = drill(letters, watch=Bars()) if letters else None
    lines = [f"restored {point.folder.name}", *(_drilled(found) if found else ())]
    answer({**_facts(point), "drill": _drill_facts(found) if found else None}, lines, as_json=as_json)
    sys.exit(1 if found and not found.passed else 0)


@backup.command("drill")
@click.option("--letters", type=click.IntRange(1), default=100, show_default=True)
@as_json_option
def drill_now(letters: int, *, as_json: bool) -> None:
    """Open random LETTERS of this installation, prove the audit trail and the books. Exit code 1 on a fault."""
    found = drill(letters, watch=Bars())
    answer(_drill_facts(found), _drilled(found), as_json=as_json)
    sys.exit(0 if found.passed else 1)


def _note(point: Point) -> None:
    """Tell the metrics when the last backup was made that lacks nothing."""
    if not point.manifest.missing:
        note = settings.MUKATABAT_VAR / BACKUP_NOTE
        note.write_text(json.dumps({"made_at": point.manifest.made_at.isoformat()}), encoding="utf-8")


def _told(point: Point) -> list[str]:
    manifest = point.manifest
    return [
        f"{point.folder.name}: {sum(manifest.tables.values())} rows, {manifest.blobs} documents",
        f"to read it: root keys {', '.join(manifest.roots) or '(none)'}; they are not in the backup (docs/keys.md)",
        *(f"missing in the store: {address}" for address in manifest.missing),
    ]


def _facts(point: Point) -> dict[str, object]:
    manifest = point.manifest
    return {
        "point": point.folder.name,
        "release": manifest.release,
        "rows": sum(manifest.tables.values()),
        "documents": manifest.blobs,
        "roots": manifest.roots,
        "missing": manifest.missing,
    }


def _drilled(found: Drill) -> list[str]:
    opened = f"opened {found.documents} documents of {found.letters} letters"
    opened += f", read {found.locked} as they lie, which only their named readers open" if found.locked else ""
    proven = f"proved {found.chained} links of the audit trail and {found.books} books"
    return [opened, proven, f"{len(found.faults)} faults", *found.faults]


def _drill_facts(found: Drill) -> dict[str, object]:
    return {
        "letters": found.letters,
        "documents": found.documents,
        "locked": found.locked,
        "chained": found.chained,
        "books": found.books,
        "faults": found.faults,
    }
