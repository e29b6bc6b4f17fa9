# SPDX-License-Identifier: EUPL-1.2
"""The backup folder on disk: points in time that are there only when they are whole."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from mukatabat.kernel.files import sync
from mukatabat.vault.rules import CHUNK, hexadecimal
from mukatabat.vault.stores.folder import FolderStore
from mukatabat.web.backup.errors import BackupDamaged, BackupFolderUnusable, BackupUnderWay, NoBackup
from mukatabat.web.backup.rules import FilePart, Manifest, point_name

MANIFEST, DUMP, BLOB_LIST = "manifest.json", "database.dump", "blobs.txt"


@dataclass(frozen=True, slots=True)
class Point:
    """One point in time: its folder and its manifest, which was read and is of a known form."""

    folder: Path
    manifest: Manifest

    @property
    def dump(self) -> Path:
        """The database's file."""
        return self.folder / DUMP

    def addresses(self) -> Iterator[str]:
        """The addresses of the documents that its database speaks of, but for those that were missing already then."""
        with (self.folder / BLOB_LIST).open(encoding="ascii") as lines:
            for line in lines:
                address = line.strip()
                try:
                    hexadecimal(address)
                except ValueError:
                    raise BackupDamaged(part=BLOB_LIST) from None
                if address not in self.manifest.missing:
                    yield address

    def check(self) -> None:
        """Compare the files with the manifest; raises BackupDamaged."""
        for name, stated in ((DUMP, self.manifest.dump), (BLOB_LIST, self.manifest.blob_list)):
            try:
                found = part_of(self.folder / name)
            except OSError:
                raise BackupDamaged(part=name) from None
            if found != stated:
                raise BackupDamaged(part=name)


class BackupFolder:
    """A folder that holds backups; see the package's text for what lies in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._points = root / "points"
        self._unfinished = root / "unfinished"

    @property
    def blobs(self) -> FolderStore:
        """The documents of all its points in time."""
        return FolderStore(self.root / "blobs")

    @contextmanager
    def alone(self) -> Iterator[Path]:
        """Keep other backups out for the block; gives an empty folder for what is unfinished.

        Raises BackupUnderWay, or BackupFolderUnusable for whatever the file system refuses inside the block.
        """
        try:
            for folder in (self.root, self._points):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
            with (self.root / "lock").open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise BackupUnderWay from None
                shutil.rmtree(self._unfinished, ignore_errors=True)  # of a killed backup: nobody else is here
                self._unfinished.mkdir(mode=0o700)
                yield self._unfinished
                shutil.rmtree(self._unfinished, ignore_errors=True)
        except OSError as error:
            raise BackupFolderUnusable(reason=error.strerror or type(error).__name__) from error

    def publish(self, manifest: Manifest) -> Point:
        """Make what is unfinished a point in time: the manifest last, then one rename, each durable before the next."""
        fresh = self._unfinished / f"{MANIFEST}.new"
        with fresh.open("w", encoding="utf-8") as file:
            file.write(manifest.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._unfinished / MANIFEST)
        sync(self._unfinished)
        place = self._free_place(manifest.made_at)
        self._unfinished.rename(place)
        sync(self._points)
        return Point(place, manifest)

    def _free_place(self, at: datetime) -> Path:
        """Where a point in time goes: under its second, or the next that is free; the manifest has the truth."""
        while (place := self._points / point_name(at)).exists():
            at += timedelta(seconds=1)
        return place

    def names(self) -> list[str]:
        """The names of its points in time, the oldest first."""
        return sorted(place.name for place in self._points.glob("*Z") if (place / MANIFEST).is_file())

    def point(self, name: str | None = None) -> Point:
        """Give a point in time, without a name the newest; raises NoBackup or BackupDamaged."""
        names = self.names()
        if not names or (name is not None and name not in names):
            raise NoBackup(folder=str(self.root))
        place = self._points / (name or names[-1])
        try:
            return Point(place, Manifest.model_validate_json((place / MANIFEST).read_bytes()))
        except (OSError, ValidationError):
            raise BackupDamaged(part=f"{place.name}/{MANIFEST}") from None

    def forget(self, *, keep: int) -> list[str]:
        """Remove all but the newest ``keep`` points in time, and the documents that no other one speaks of."""
        gone, kept = self.names()[:-keep], self.names()[-keep:]
        if not gone:
            return []
        needed = {hexadecimal(address) for name in kept for address in self.point(name).addresses()}
        for name in gone:
            # First it stops being a point in time, then it goes.
            (self._points / name / MANIFEST).unlink()
            shutil.rmtree(self._points / name)
        for blob in (self.root / "blobs").glob("??/??/*"):
            if blob.name not in needed:
                blob.unlink()
        return gone


def write_list(place: Path, addresses: Iterable[str]) -> int:
    """Write addresses one a line, durably; returns how many."""
    count = 0
    with place.open("w", encoding="ascii") as file:
        for address in addresses:
            file.write(f"{address}\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def part_of(file: Path) -> FilePart:
    """Digest a file."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while piece := stream.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return FilePart(sha256=digest.hexdigest(), size=size)
