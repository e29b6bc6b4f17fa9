# SPDX-License-Identifier: EUPL-1.2
"""Files too large for one request come in parts, resumable after any interruption, in bounded memory.

A part is sealed under a key of its own before it is stored, and counts only once it is whole: its digest came with it.
What of an upload nobody takes is removed after a day.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from django.db.models import Sum

from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import store
from mukatabat.vault.actions.documents import keep
from mukatabat.vault.actions.keys import newest_key
from mukatabat.vault.custody import unwrap, wrap
from mukatabat.vault.envelope import DataKey, Sealer, seal, unsealed
from mukatabat.vault.errors import (
    DigestMismatch,
    EmptyFile,
    TooLarge,
    TooManyUploads,
    UploadIncomplete,
    UploadNotFound,
    WrongOffset,
)
from mukatabat.vault.models import UploadPart, UploadSession
from mukatabat.vault.naming import clean_name
from mukatabat.vault.rules import MIB, PART_LIMIT, UPLOAD_LIMIT, Kept, Upload, upload_part_context

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LIFETIME = timedelta(hours=24)
MOST_SESSIONS = 10
MOST_BYTES = 2 * UPLOAD_LIMIT


def begin_upload(actor: Actor, *, name: str, size: int) -> UploadSession:
    """Open an upload of the acting person; raises UnsafeName, EmptyFile, TooLarge, or TooManyUploads by the quota."""
    clean = clean_name(name)
    if size < 1:
        raise EmptyFile(name=clean)
    if size > UPLOAD_LIMIT:
        raise TooLarge(name=clean, limit=UPLOAD_LIMIT // MIB)
    with scope(actor):
        newest_key(actor)
        running = UploadSession.objects.filter(person_id=actor.person)
        expected = running.aggregate(bytes=Sum("size"))["bytes"] or 0
        if running.count() >= MOST_SESSIONS or expected + size > MOST_BYTES:
            raise TooManyUploads
        return UploadSession.objects.create(
            person_id=actor.person, name=clean, size=size, expires_at=clock.now() + LIFETIME
        )  # fmt: skip


def access_upload(actor: Actor, upload_id: UUID) -> UploadSession:
    """Give an upload of the acting person; another's, another body's, an ended and a missing one look the same."""
    with scope(actor):
        found = UploadSession.objects.filter(
            id=upload_id, person_id=actor.person, expires_at__gt=clock.now()
        ).first()  # fmt: skip
    if found is None:
        raise UploadNotFound
    return found


def append_part(actor: Actor, upload_id: UUID, *, offset: int, stream: BinaryIO, digest: bytes) -> int:
    """Take the part that begins at ``offset`` and whose SHA-256 is ``digest``; returns the offset of the next one.

    1. nothing is read at a wrong offset; 2. the part is read within its bounds, compared, sealed and stored, with no
    transaction open; 3. it is entered under the session's lock, where of two writers at once one comes too late.
    Raises WrongOffset, DigestMismatch, TooLarge, StoreUnavailable; then the upload is as it was.
    """
    session = access_upload(actor, upload_id)
    if offset != session.received:  # 1
        raise WrongOffset(offset=session.received)
    data = _read(session, stream, limit=min(PART_LIMIT, session.size - offset))  # 2
    if not data or sha256(data).digest() != digest:
        raise DigestMismatch(offset=session.received)
    key = DataKey.fresh()
    address = store().put(seal(data, Sealer(key))).digest
    try:
        with scope(actor):  # 3
            locked = UploadSession.objects.select_for_update().filter(id=session.id).first()
            if locked is None:
                raise UploadNotFound
            if locked.received != offset:
                raise WrongOffset(offset=locked.received)
            _enter(actor, locked, offset=offset, size=len(data), address=address, key=key)
            return locked.received
    except BaseException:
        store().remove(address)
        raise


def _read(session: UploadSession, stream: BinaryIO, *, limit: int) -> bytes:
    """Read one part whole, never more than a byte beyond its bound."""
    parts, length = [], 0
    while piece := stream.read(min(MIB, limit + 1 - length)):
        parts.append(piece)
        length += len(piece)
        if length > limit:
            raise TooLarge(name=session.name, limit=max(1, limit // MIB))
    return b"".join(parts)


def _enter(
    actor: Actor, session: UploadSession, *, offset: int, size: int, address: str, key: DataKey
) -> None:  # fmt: skip
    part = UploadPart(session=session, offset=offset, size=size, address=address, body_key=newest_key(actor))
    part.wrapped = wrap(part.body_key, key.secret, context=_context(part))
    part.save(force_insert=True)
    session.received, session.expires_at = offset + size, clock.now() + LIFETIME
    session.save(update_fields=["received", "expires_at"])


def _context(part: UploadPart) -> bytes:
    return upload_part_context(part.body_id, part.session_id, part.offset)


def keep_upload(actor: Actor, upload_id: UUID) -> Kept:
    """Inspect and store what a finished upload holds, as :func:`keep` does any file.

    Raises UploadIncomplete and what :func:`keep` raises; the upload stays until :func:`end_upload`.
    """
    session = access_upload(actor, upload_id)
    if session.received != session.size:
        raise UploadIncomplete(name=session.name)
    with scope(actor):
        parts = list(UploadPart.objects.filter(session=session).select_related("body_key").order_by("offset"))
    stream = cast("BinaryIO", io.BufferedReader(_Parts(_opened(parts)), MIB))
    return keep(Upload(session.name, stream, limit=UPLOAD_LIMIT))


def _opened(parts: list[UploadPart]) -> Iterator[BinaryIO]:
    for part in parts:
        secret = unwrap(part.body_key, part.wrapped, context=_context(part))
        yield unsealed(store().open(part.address), DataKey(secret), address=part.address, size=part.size)


class _Parts(io.RawIOBase):
    """Parts one after the other as one stream, each open only while it is read."""

    def __init__(self, parts: Iterator[BinaryIO]) -> None:
        self._parts = parts
        self._current = next(parts, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        while self._current is not None:
            if piece := self._current.read(len(target)):
                target[: len(piece)] = piece
                return len(piece)
            self._current.close()
            self._current = next(self._parts, None)
        return 0


def end_upload(actor: Actor, upload_id: UUID) -> None:
    """Remove an upload of the acting person, taken or given up; ending it twice changes nothing."""
    with scope(actor):
        addresses = [
            address
            for found in UploadSession.objects.filter(id=upload_id, person_id=actor.person)
            for address in _remove(found)
        ]
    _clear(addresses)


def sweep_uploads(actor: Actor) -> int:
    """Remove the body's uploads that nobody went on with for a day; returns how many."""
    with scope(actor):
        expired = list(UploadSession.objects.filter(expires_at__lte=clock.now()).select_for_update(skip_locked=True))
        addresses = [address for session in expired for address in _remove(session)]
    _clear(addresses)
    return len(expired)


def _remove(session: UploadSession) -> list[str]:
    """Remove the rows with their keys; returns the addresses of the bytes, which are noise from now on."""
    addresses = list(session.parts.values_list("address", flat=True))
    session.delete()
    return addresses


def _clear(addresses: list[str]) -> None:
    for address in addresses:
        store().remove(address)
