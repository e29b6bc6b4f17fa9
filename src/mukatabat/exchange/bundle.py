# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of one consignment («حزمة الإثبات»): what its sender keeps of a delivery, in one file."""

from __future__ import annotations

import hmac
import io
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from mukatabat.exchange import evidence, outbox
from mukatabat.exchange.models import Consignment, Evidence, EvidenceStamp, SealedParcel
from mukatabat.exchange.rules import Event
from mukatabat.kernel import clock
from mukatabat.signing.errors import TimeStampError
from mukatabat.signing.service import time_stamps, trust
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import evidence_seal
from mukatabat_verify.asic.building import Container, Pieces
from mukatabat_verify.bundle.building import Contents, Proof, build
from mukatabat_verify.bundle.form import Stated
from mukatabat_verify.errors import Refusal
from mukatabat_verify.evidence.signature import check
from mukatabat_verify.evidence.statement import Statement, reason_digest
from mukatabat_verify.parcel import cover as covers


@dataclass(frozen=True, slots=True)
class Kept:
    """One evidence as it is kept, what it states, and its time-stamp, None while it has none."""

    row: Evidence
    statement: Statement
    stamp: EvidenceStamp | None


def kept_about(actor: Actor, consignment: Consignment) -> list[Kept]:
    """All evidence about a consignment of a letter that the actor was found to see, in the order of the events."""
    with reading(actor):
        rows = [one for one in evidence.about(consignment.id) if one.parcel_id == consignment.sealed_id]
        stamps = {one.evidence_id: one for one in EvidenceStamp.objects.filter(evidence__in=rows)}
    return [Kept(one, check(bytes(one.xml)).statement, stamps.get(one.id)) for one in rows]


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


def bundle(actor: Actor, consignment: Consignment, kept: list[Kept], *, report: bytes, whole: bool) -> Container:
    """Put together everything that proves a delivery; ``whole`` with the letter, else with its digests alone.

    The letter is read while the bundle is written. Raises what the vault raises for a document that is not there.
    """
    with reading(actor):
        sealed = SealedParcel.objects.get(id=kept[0].row.parcel_id)
        letter = _letter(actor, sealed) if whole else None
        by = evidence_seal(actor)
    now = clock.now()
    cover, header = covers.read(io.BytesIO(bytes(sealed.cover)))
    contents = Contents(
        parcel=header.parcel, header=cover.digest.hex(), sender=header.sender,
        recipient=kept[0].statement.recipients[0],
        report=report, cover=cover.only_for([]).to_bytes(), letter=letter, salt=sealed.salt if whole else "",
        proofs=tuple(_proof(one, consignment.reason) for one in kept), roots=trust(now).roots,
    )  # fmt: skip
    try:
        return build(contents, by, at=now, time_stamp=time_stamps().stamp)
    except TimeStampError:  # a silent authority delays no proof that is there already
        return build(contents, by, at=now)


def _letter(actor: Actor, sealed: SealedParcel) -> Pieces:
    return outbox.container_of(actor, sealed).pieces


def _proof(one: Kept, reason: str) -> Proof:
    salt, row = one.row.reason_salt, one.row
    said = (one.statement.reason or ("", ""))[1]
    known = bool(salt and reason) and hmac.compare_digest(said, reason_digest(bytes.fromhex(salt), reason))
    stated = Stated(bytes(row.salt).hex(), reason if known else "", salt if known else "")
    return Proof(bytes(row.xml), stated, bytes(one.stamp.token) if one.stamp else None)
