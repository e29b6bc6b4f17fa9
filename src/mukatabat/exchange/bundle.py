# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of one delivery («حزمة الإثبات»): what either side keeps of it, in one file."""

from __future__ import annotations

import hmac
import io
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from mukatabat.exchange import evidence, inbox, outbox
from mukatabat.exchange.models import Arrival, Consignment, Evidence, EvidenceStamp, SealedParcel
from mukatabat.exchange.rules import Event
from mukatabat.kernel import clock
from mukatabat.ledger import queries as ledger
from mukatabat.ledger.errors import LedgerError
from mukatabat.ledger.policy import witness_policy
from mukatabat.signing.errors import TimeStampError
from mukatabat.signing.queries import revocation_lists
from mukatabat.signing.service import time_stamps, trust
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import evidence_seal, proven_directory, signed_directory
from mukatabat_verify.asic.building import Container, Pieces
from mukatabat_verify.bundle.building import Contents, LogPieces, Proof, build
from mukatabat_verify.bundle.form import Stated
from mukatabat_verify.certificates import not_after
from mukatabat_verify.directory import Extract
from mukatabat_verify.errors import Refusal
from mukatabat_verify.evidence.signature import check
from mukatabat_verify.evidence.statement import Statement, reason_digest
from mukatabat_verify.log.proofs import LogProof
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """One evidence as it is kept, what it states, by which certificates, and its time-stamp, None while it has none."""

    row: Evidence
    statement: Statement
    chain: tuple[bytes, ...]
    stamp: EvidenceStamp | None


@dataclass(frozen=True, kw_only=True)
class Side:
    """A delivery as one of its two sides keeps it: which, the parcel's cover, and the reason given in words, if any.

    ``letter`` gives the signed container and the salt that shows it to be the content of the header, None where this
    side does not keep the whole.
    """

    consignment_id: UUID
    parcel_id: UUID
    cover: bytes
    reason: str
    letter: Callable[[], tuple[Pieces, str] | None]

    @cached_property
    def read(self) -> tuple[Cover, Header]:
        """The cover and its header, read once: that of a circular is large."""
        return covers.read(io.BytesIO(self.cover))


def sent(actor: Actor, consignment: Consignment) -> Side | None:
    """The sender's side of a consignment of a letter that the actor was found to see; None while nothing was sealed."""
    if consignment.sealed_id is None:
        return None
    with reading(actor):
        sealed = SealedParcel.objects.get(id=consignment.sealed_id)

    def letter() -> tuple[Pieces, str]:
        return outbox.container_of(actor, sealed).pieces, sealed.salt

    return Side(
        consignment_id=consignment.id, parcel_id=sealed.id, cover=bytes(sealed.cover), reason=consignment.reason,
        letter=letter,
    )  # fmt: skip


def received(actor: Actor, arrival: Arrival) -> Side:
    """The recipient's side of a delivery that the actor was found to see: what its own body opened."""
    return Side(
        consignment_id=arrival.consignment_id, parcel_id=arrival.parcel_id, cover=bytes(arrival.cover),
        reason=arrival.reason, letter=lambda: inbox.content_of(actor, arrival),
    )  # fmt: skip


def kept_about(actor: Actor, side: Side) -> list[Kept]:
    """All evidence about a delivery, in the order of the events."""
    with reading(actor):
        rows = [one for one in evidence.about(side.consignment_id) if one.parcel_id == side.parcel_id]
        stamps = {one.evidence_id: one for one in EvidenceStamp.objects.filter(evidence__in=rows)}
    found = [(one, check(bytes(one.xml))) for one in rows]
    return [Kept(one, signed.statement, signed.chain, stamps.get(one.id)) for one, signed in found]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves that a recipient has a letter: the newest evidence of it, whether it holds, and its time-stamp."""

    row: Evidence
    holds: bool
    stamp: EvidenceStamp | None


def receipts_of(actor: Actor, consignments: Iterable[Consignment]) -> dict[UUID, Receipt]:
    """The receipt of each consignment of a letter that the actor was found to see; one that has none yet is absent."""
    sent = {one.id: one.sealed_id for one in consignments if one.sealed_id}
    with reading(actor):
        rows = Evidence.objects.filter(consignment_id__in=list(sent), event__in=[Event.DELIVER, Event.REGISTER])
        newest = {one.consignment_id: one for one in rows.order_by("at", "kept_at", "id")}
        stamps = {one.evidence_id: one for one in EvidenceStamp.objects.filter(evidence__in=newest.values())}
    return {
        key: Receipt(row, row.parcel_id == sent[key] and _holds(row), stamps.get(row.id)) for key, row in newest.items()
    }


def _holds(row: Evidence) -> bool:
    try:
        stated = check(bytes(row.xml)).statement
    except Refusal:
        return False
    return (stated.parcel, stated.id) == (row.parcel_id, row.evidence_id)


@dataclass(frozen=True, slots=True)
class Logged:
    """What the transparency log shows of a delivery: its pieces, and the place of each evidence that is in it.

    ``size`` is that of the checkpoint by which these are proven, 0 where none is.
    """

    pieces: LogPieces | None = None
    places: Mapping[UUID, LogProof] = field(default_factory=dict)
    size: int = 0


def logged_about(side: Side, kept: Iterable[Kept]) -> Logged:
    """What the published log proves of this evidence now. A log that is not well leaves its pieces out."""
    header = side.read[1]
    try:
        known = witness_policy()
        policy = ledger.policy_for_readers(known)
        if policy is None:
            return Logged()
        proven = ledger.prove([one.row.evidence_id for one in kept], known)
        named = header.not_before
        before = ledger.named(named.digest) if named is not None else None
        path = ledger.consistency(named.size, proven.checkpoint.size) if named and before and proven else None
    except LedgerError:
        logger.exception("a bundle is made without the transparency log")
        return Logged()
    stamp = proven.stamp if proven is not None else b""
    pieces = LogPieces(policy=policy, stamp=stamp or None, before=before, consistency=path)
    return Logged(pieces, proven.proofs, proven.checkpoint.size) if proven is not None else Logged(pieces)


def bundle(actor: Actor, side: Side, kept: list[Kept], logged: Logged, *, report: bytes, whole: bool) -> Container:
    """Put together everything that proves a delivery; ``whole`` with the letter, else with its digests alone.

    Without the letter the reason of a return stays out as well, which may speak of it.

    The letter is read while the bundle is written. Raises what the vault raises for a document that is not there.
    """
    letter, salt = (side.letter() if whole else None) or (None, "")
    with reading(actor):
        by = evidence_seal(actor)
    now = clock.now()
    cover, header = side.read
    listed, pieces = _directory(actor, header.sender, logged)
    contents = Contents(
        parcel=header.parcel, header=cover.digest.hex(), sender=header.sender,
        recipient=kept[0].statement.recipients[0],
        report=report, cover=cover.only_for([]).to_bytes(), letter=letter, salt=salt,
        proofs=tuple(_proof(one, side.reason if whole else "", logged) for one in kept),
        roots=trust(now).roots, log=pieces, directory=listed.to_bytes() if listed is not None else None,
        lists=revocation_lists(_moments(kept, cover, header, now)),
    )  # fmt: skip
    try:
        return build(contents, by, at=now, time_stamp=time_stamps().stamp)
    except TimeStampError:  # a silent authority delays no proof that is there already
        return build(contents, by, at=now)


def _directory(actor: Actor, sender: str, logged: Logged) -> tuple[Extract | None, LogPieces | None]:
    """The sender's entry in the signed directory, and the log's pieces with the proof of that very statement.

    Where the log proves the evidence and no statement yet, as in the seconds after a key was replaced, the directory
    stays out: shown without its proof it would be refused. Without the log it is shown as it is.
    """
    pieces = logged.pieces
    try:
        found = proven_directory(actor, witness_policy(), least=logged.size) if pieces is not None else None
        onward = ledger.consistency(logged.size, found.size) if found is not None and logged.size else None
    except LedgerError:
        logger.exception("a bundle is made without the directory's place in the log")
        found, onward = None, None
    if found is not None and pieces is not None:
        return found.directory.extract(sender), replace(pieces, directory=found.proof, onward=onward)
    return (None if logged.places else signed_directory(actor).extract(sender)), pieces


def _moments(kept: Iterable[Kept], cover: Cover, header: Header, now: datetime) -> list[datetime]:
    """The moments after which a list of revoked certificates is asked for: each event, and the end of what ran out.

    The first list from after its end still names what was withdrawn of it (RFC 5280 §3.3), and none later has to.
    """
    chains = [cover.certificates, *(one.chain for one in kept)]
    ends = sorted({not_after(one) for chain in chains for one in chain})
    return [header.created, *(one.statement.at for one in kept), *(one for one in ends if one < now)]


def _proof(one: Kept, reason: str, logged: Logged) -> Proof:
    salt, row = one.row.reason_salt, one.row
    said = (one.statement.reason or ("", ""))[1]
    known = bool(salt and reason) and hmac.compare_digest(said, reason_digest(bytes.fromhex(salt), reason))
    stated = Stated(bytes(row.salt).hex(), reason if known else "", salt if known else "")
    stamp = bytes(one.stamp.token) if one.stamp else None
    return Proof(bytes(row.xml), stated, stamp, logged.places.get(row.evidence_id))
