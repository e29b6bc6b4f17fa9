# SPDX-License-Identifier: EUPL-1.2
"""A blob store in a local folder: `ab/cd/<64 hex digits>`, readable by the service's user alone."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mukatabat.vault.errors import BlobDamaged, BlobMissing, StoreUnavailable
from mukatabat.vault.rules import Blob, hexadecimal
from mukatabat.vault.streams import Source, address_of, pieces

_INCOMING = "incoming"
_STALE_SECONDS = 24 * 60 * 60
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking, so that a pipe planted under a blob's name cannot hold a reader.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class _Absent(StoreUnavailable):
    """A name below the root does not exist; for a reader this means that the blob is missing."""


class FolderStore:
    """Keeps blobs as files of mode 0400 below a folder of mode 0700.

    Every path is walked from the root's descriptor one name at a time, and no name may be a symbolic link: a link
    planted in the tree leads to StoreUnavailable, never out of it.
    """

    def __init__(self, root: Path) -> None:
        """Use a folder, made when absent; remove what unfinished writes left there more than a day ago."""
        self.root = root
        with _outside():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._folder() as folder, _outside():
            os.fchmod(folder, 0o700)
        with self._folder(_INCOMING, make=True) as incoming, _outside():
            _sweep(incoming)

    def put(self, source: Source, *, limit: int | None = None) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.put`.

        1. write to a new file in the incoming folder and fsync it; 2. rename it to its address, which is atomic on
        one file system; 3. fsync the folders, because a rename is durable only when its folder is.
        """
        temporary = secrets.token_hex(16)
        with self._folder(_INCOMING, make=True) as incoming:
            try:
                blob = _write(incoming, temporary, pieces(source, limit=limit))  # 1
                self._move(incoming, temporary, blob)  # 2, 3
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=incoming)
                raise
        return blob

    def open(self, digest: str) -> BinaryIO:
        """See :meth:`mukatabat.vault.ports.BlobStore.open`."""
        name = hexadecimal(digest)
        try:
            with self._folder(name[:2], name[2:4]) as folder, _outside():
                return _open_regular(name, folder)
        except _Absent:
            raise BlobMissing(digest=digest) from None

    def exists(self, digest: str) -> bool:
        """See :meth:`mukatabat.vault.ports.BlobStore.exists`."""
        try:
            self.open(digest).close()
        except BlobMissing:
            return False
        return True

    def remove(self, digest: str) -> None:
        """See :meth:`mukatabat.vault.ports.BlobStore.remove`."""
        name = hexadecimal(digest)
        with suppress(StoreUnavailable), self._folder(name[:2], name[2:4]) as folder, _outside():
            os.unlink(name, dir_fd=folder)

    def verify(self, digest: str) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.verify`."""
        with self.open(digest) as stream, _outside():
            blob = address_of(stream)
        if blob.digest != digest:
            raise BlobDamaged(digest=digest)
        return blob

    def _move(self, incoming: int, temporary: str, blob: Blob) -> None:
        name = hexadecimal(blob.digest)
        with self._folder(name[:2], name[2:4], make=True) as folder, _outside():
            if self._holds(blob):
                os.unlink(temporary, dir_fd=incoming)
            else:
                os.replace(temporary, name, src_dir_fd=incoming, dst_dir_fd=folder)
            # Also when another writer was first: its own fsync may not have happened yet.
            os.fsync(folder)
        for path in ((name[:2],), ()):
            with self._folder(*path) as folder, _outside():
                os.fsync(folder)

    def _holds(self, blob: Blob) -> bool:
        try:
            return self.verify(blob.digest) == blob
        except (BlobMissing, BlobDamaged):
            return False

    @contextmanager
    def _folder(self, *names: str, make: bool = False) -> Iterator[int]:
        """Yield the descriptor of a folder below the root, by its names, made when absent if so asked."""
        descriptor = self._walk(names, make=make)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _walk(self, names: tuple[str, ...], *, make: bool) -> int:
        with _outside():
            descriptor = os.open(self.root, _FOLDER)
            for name in names:
                outer = descriptor
                try:
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(name, 0o700, dir_fd=outer)
                    descriptor = os.open(name, _FOLDER, dir_fd=outer)
                finally:
                    os.close(outer)
        return descriptor


def _write(folder: int, name: str, source: Iterator[bytes]) -> Blob:
    digest, size = hashlib.sha256(), 0
    with _outside():
        descriptor = os.open(name, _CREATE, 0o400, dir_fd=folder)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        # Reading stands outside the guard: an error of the source is not one of the store.
        for piece in source:
            digest.update(piece)
            size += len(piece)
            with _outside():
                _write_all(file.fileno(), piece)
        with _outside():
            os.fsync(file.fileno())
    return Blob(f"sha256:{digest.hexdigest()}", size)


def _write_all(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _open_regular(name: str, folder: int) -> BinaryIO:
    descriptor = os.open(name, _READ, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return os.fdopen(descriptor, "rb")


def _sweep(incoming: int) -> None:
    before = time.time() - _STALE_SECONDS
    for entry in os.listdir(incoming):
        with suppress(FileNotFoundError):
            if os.stat(entry, dir_fd=incoming, follow_symlinks=False).st_mtime < before:
                os.unlink(entry, dir_fd=incoming)


@contextmanager
def _outside() -> Iterator[None]:
    """Turn the operating system's refusals into StoreUnavailable, what is merely absent into its kind _Absent."""
    try:
        yield
    except OSError as error:
        kind = _Absent if isinstance(error, FileNotFoundError) else StoreUnavailable
        raise kind(reason=errno.errorcode.get(error.errno or 0, "")) from error
