# SPDX-License-Identifier: EUPL-1.2
"""Signed statements of what happened to a parcel (EN 319 522-3), written in the transaction of the event.

A statement is made once, on the side on which the event happened, and handed to the other side before that side moves.
It holds nothing confidential: of the letter the salted digest that its parcel's header shows, of a reason in words a
digest keyed with a salt that is kept sealed.
"""

from __future__ import annotations

import hashlib
import io
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.directory.models import Body
from mukatabat.exchange.models import Arrival, Consignment, Evidence, SealedParcel
from mukatabat.exchange.rules import DECISIVE, EVIDENCE, REPEATED, Event, Side
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions as ledger
from mukatabat.ledger.rules import Held, commitment
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import NodeSeal, evidence_seal
from mukatabat_verify.errors import Refusal
from mukatabat_verify.evidence.signature import sign
from mukatabat_verify.evidence.statement import Part, Statement, reason_digest
from mukatabat_verify.parcel import cover as covers

logger = logging.getLogger(__name__)
POLICY = "urn:mukatabat:practice:1"
REASON = "urn:mukatabat:reason:"
NODE = "mukatabat"
CONTENT = "letter.asice", "application/vnd.etsi.asic-e+zip"
"""How the signed container is named, which is the content of the parcel."""
SALT_BYTES = 32
_RANK = {event: rank for rank, event in enumerate(EVIDENCE)}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the cover of a parcel says that is stated of every event: digest and parts of its header."""

    digest: bytes
    parcel: UUID
    realm: str
    sender: str
    created: datetime
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What an event happened to: the facts of the parcel, its recipient here, and what was said or numbered."""

    facts: _Facts
    recipient_id: UUID
    reason: str
    register: str


MOST_READ = 2_000
_read: dict[str, _Facts] = {}
"""The facts of so many parcels at most, by the digest of the header: the cover of a circular is large, and each of its
recipients has several events."""


def state(actor: Actor, event: Event, side: Side, *, consignment_id: UUID, parcel_id: UUID, at: datetime) -> None:
    """State in the open transaction what happened, if such an event is stated; once, unless it happened again.

    What the other side stated and handed over before is not stated a second time. Raises KeyUnavailable.
    """
    known = Evidence.objects.filter(consignment_id=consignment_id, parcel_id=parcel_id, event=event)
    if event not in EVIDENCE or (event not in REPEATED and known.exists()):
        return
    try:
        subject = _sent(consignment_id, parcel_id) if side is Side.SENDER else _received(actor, consignment_id)
    except Refusal:
        # A damaged parcel is held with its alarm; taking it back must not fail because nothing can be stated of it.
        logger.exception("nothing can be stated of %s: its cover cannot be read", event)
        return
    by, reason_salt = evidence_seal(actor), secrets.token_bytes(SALT_BYTES) if subject.reason else b""
    statement = _statement(event, subject, at=at, by=by, reason_salt=reason_salt)
    xml = sign(statement, by, at=clock.now())
    _keep(actor, Evidence(
        evidence_id=statement.id, consignment_id=consignment_id, parcel_id=parcel_id, event=event, at=at,
        made_here=True, xml=xml, digest=hashlib.sha256(xml).hexdigest(), salt=secrets.token_bytes(SALT_BYTES),
        reason_salt=reason_salt.hex(), kept_at=clock.now(),
    ))  # fmt: skip


def about(consignment_id: UUID) -> list[Evidence]:
    """All that is stated of one consignment, in the open scope of either side, in the order of the events.

    Both sides see the same order, also of two events that a coarse or stepped clock gave one instant: then the one that
    must come first in a letter's life does.
    """
    return sorted(
        Evidence.objects.filter(consignment_id=consignment_id),
        key=lambda one: (one.at, _RANK[Event(one.event)], one.evidence_id),
    )


def take_over(actor: Actor, stated: Sequence[Evidence]) -> None:
    """Keep in the open scope what the other side of a consignment holds, each once."""
    known = set(Evidence.objects.filter(evidence_id__in=[one.evidence_id for one in stated]).values_list(
        "evidence_id", flat=True
    ))  # fmt: skip
    for one in stated:
        if one.evidence_id not in known:
            _keep(actor, Evidence(
                evidence_id=one.evidence_id, consignment_id=one.consignment_id, parcel_id=one.parcel_id,
                event=one.event, at=one.at, made_here=False, xml=bytes(one.xml), digest=one.digest,
                salt=bytes(one.salt), reason_salt=one.reason_salt, kept_at=clock.now(),
            ))  # fmt: skip


def held(actor: Actor) -> Iterator[Held]:
    """Give all that the actor's body holds, each with what the transparency log must show of its bytes."""
    with scope(actor):
        for one in Evidence.objects.order_by("id").iterator(chunk_size=500):
            yield Held(one.evidence_id, commitment(bytes(one.salt), bytes(one.xml)), one.kept_at)


def _keep(actor: Actor, evidence: Evidence) -> None:
    evidence.save(force_insert=True)
    if evidence.made_here:
        ledger.commit(evidence.evidence_id, commitment(bytes(evidence.salt), bytes(evidence.xml)))
    if evidence.event in DECISIVE:
        enqueue("exchange.stamp", body=actor.body_id, evidence=evidence.id)


def _sent(consignment_id: UUID, parcel_id: UUID) -> _Subject:
    consignment = Consignment.objects.get(id=consignment_id)
    return _Subject(
        facts=_facts(SealedParcel.objects.filter(id=parcel_id)), recipient_id=consignment.recipient_id,
        reason=consignment.reason, register=consignment.their_reference,
    )  # fmt: skip


def _received(actor: Actor, consignment_id: UUID) -> _Subject:
    found = Arrival.objects.filter(consignment_id=consignment_id)
    arrival = found.only("id", "reason", "our_reference").get()
    return _Subject(
        facts=_facts(found), recipient_id=actor.body_id, reason=arrival.reason, register=arrival.our_reference
    )  # fmt: skip


def _facts(row: QuerySet[SealedParcel] | QuerySet[Arrival]) -> _Facts:
    """Read the cover in a row, unless this process read it before. Raises a Refusal for one that cannot be read."""
    digest = str(row.values_list("header_digest", flat=True).get())
    if (known := _read.get(digest)) is not None:
        return known
    cover, header = covers.read(io.BytesIO(bytes(row.values_list("cover", flat=True).get())))
    facts = _Facts(
        cover.digest, header.parcel, header.realm, header.sender, header.created, bytes.fromhex(header.content.digest)
    )  # fmt: skip
    if len(_read) >= MOST_READ:
        _read.clear()
    _read[digest] = facts
    return facts


def _statement(event: Event, subject: _Subject, *, at: datetime, by: NodeSeal, reason_salt: bytes) -> Statement:
    recipient, facts = Body.objects.values_list("code", flat=True).get(id=subject.recipient_id), subject.facts
    said = reason_digest(reason_salt, subject.reason) if subject.reason else ""
    return Statement(
        id=new_id(), event=EVIDENCE[event], at=at.astimezone(UTC), policy=POLICY, issuer=NODE, issuer_name=by.name,
        sender=facts.sender, recipients=(recipient,), about=recipient, submitted_at=facts.created,
        parcel=facts.parcel, header=facts.digest, realm=facts.realm, custody=f"{by.custody}-kept",
        parts=(Part(*CONTENT, facts.content),),
        reason=(REASON + event, said) if said else None, register=subject.register,
    )  # fmt: skip
