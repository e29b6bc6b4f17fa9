# SPDX-License-Identifier: EUPL-1.2
"""Whether a document is what was signed: its bytes against the record's digest, then the signature over these bytes."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import BinaryIO
from uuid import UUID

from mukatabat.kernel import clock
from mukatabat.letters.queries.documents import open_checked
from mukatabat.signing import service
from mukatabat.signing.errors import AuthorityFileRefused, NoAuthority, UnreadableSignature
from mukatabat.signing.pades import validate
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.certificates import Trust
from mukatabat_verify.pades import SignatureReport

logger = logging.getLogger(__name__)

FRESH = timedelta(minutes=10)
"""How long a judgement on a certificate is kept; the bytes themselves are compared every time."""

_KEPT = 512


class Standing(StrEnum):
    """What may be said of a document's bytes."""

    SIGNED = "signed"  # as recorded, and the signature over them holds
    DOUBTED = "doubted"  # as recorded, but nobody we trust vouches for the signature
    KEPT = "kept"  # as recorded; nothing in them is signed
    BROKEN = "broken"  # missing, unreadable, or other bytes than the recorded or signed ones


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found, and the signature's report where there is one."""

    standing: Standing
    digest: str
    report: SignatureReport | None = None

    @property
    def is_sound(self) -> bool:
        """Whether the document may be shown."""
        return self.standing is not Standing.BROKEN


def prove(actor: Actor, document_id: UUID, digest: str, *, signed: bool) -> Proof:
    """Check a document of the actor's body against the digest that its record keeps.

    1. All stored bytes are read and compared. 2. Where a signature is expected, it is validated over exactly these
    bytes; a judgement is kept for ten minutes under their digest, so it cannot outlive a change of the bytes.
    """
    stream = open_checked(actor, document_id, digest)  # 1
    if stream is None:
        return Proof(Standing.BROKEN, digest)
    with stream:
        if not signed:
            return Proof(Standing.KEPT, digest)
        report = _JUDGEMENTS.of(digest, stream)  # 2
    if report is None:
        return Proof(Standing.KEPT, digest)
    if not (report.intact and report.changes_allowed):
        return Proof(Standing.BROKEN, digest, report)
    return Proof(Standing.SIGNED if report.valid else Standing.DOUBTED, digest, report)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A report, or None where the bytes carry no signature that could be read, and when it was made."""

    report: SignatureReport | None
    at: datetime


def _judged(data: bytes) -> SignatureReport | None:
    try:
        return validate(data, _trust())
    except UnreadableSignature:
        return None


def _trust() -> Trust:
    """Whom this installation trusts: nobody where it was told of no authority, or of none that can be read."""
    now = clock.now()
    try:
        return service.trust(now)
    except (NoAuthority, AuthorityFileRefused):
        logger.exception("no signature can be judged: there is no authority to trust")
        return Trust(roots=(), at=now)


class _Judgements:
    """The last judgements by digest, in memory alone and bounded."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, _Judgement] = OrderedDict()

    def of(self, digest: str, stream: BinaryIO) -> SignatureReport | None:
        """The kept judgement on bytes of this digest, or a new one from the bytes themselves."""
        now = clock.now()
        with self._lock:
            known = self._kept.get(digest)
        if known is not None and timedelta(0) <= now - known.at < FRESH:
            return known.report
        made = _Judgement(_judged(stream.read()), now)
        with self._lock:
            self._kept[digest] = made
            self._kept.move_to_end(digest)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made.report


_JUDGEMENTS = _Judgements()
