# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of one delivery of a letter, with its report for people, for whoever sees its track."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.vocabulary import NodeCustody
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.bundle import Kept, Logged, Side, bundle, kept_about, logged_about, received, sent
from mukatabat.exchange.models import Arrival
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy, Vocabulary
from mukatabat.letters.custody import documents_of
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_arrival, access_letter
from mukatabat.letters.rules import Direction
from mukatabat.press.actions import render_proof
from mukatabat.press.rules import ProofFact, ProofRow, ProofSheet
from mukatabat.registers.printing import letterhead_of, look_of
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import custody_of
from mukatabat_verify.asic.building import Container
from mukatabat_verify.evidence.statement import Event, Statement

TOLD = {
    Event.SUBMITTED: ("تسلّمت المنصة الكتاب مختومًا", "Taken over, sealed, by the platform"),
    Event.DELIVERED: ("سُلّم إلى صندوق وارد الجهة", "Delivered into the recipient's registry tray"),
    Event.DELIVERY_FAILED: ("تعذّر التسليم", "Delivery failed"),
    Event.REGISTERED: ("قيّدته الجهة المستلمة", "Registered by the recipient"),
    Event.OPENED: ("فتحه من وُجّه إليه", "Opened by an addressee"),
    Event.RETURNED: ("أعادته الجهة المستلمة مع السبب", "Returned by the recipient with a reason"),
    Event.REDIRECTED: ("حوّلته الجهة المستلمة إلى الجهة المختصة", "Redirected by the recipient to the competent body"),
    Event.ANSWERED: ("ردّت عليه الجهة المستلمة", "Answered by the recipient"),
    Event.WITHDRAWN: ("سحبه المرسل", "Withdrawn by the sender"),
}
"""What each evidence says, in both languages of the report."""


NODE = {f"{one}-kept": one for one in NodeCustody}
"""Who held the node's key, by what its evidence says."""


@dataclass(frozen=True, slots=True)
class _About:
    """What the trail's entry of a taken bundle is about: a letter or an arrival, and its reference here."""

    kind: str
    id: UUID
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """One delivery as the side that asks sees it: the letter's own reference, from whom to whom, and its subject."""

    side: Side
    reference: str
    sender_id: UUID
    recipient_id: UUID
    subject: str
    documents: tuple[UUID, ...]


def proof_of(actor: Actor, letter_id: UUID, consignment_id: UUID) -> tuple[str, Container]:
    """Give the bundle of one delivery of a letter and the name of its file, and record that it was taken.

    Its sender and its recipient get what their own side keeps. From سري on it holds the letter's digests and not the
    letter, which leaves with its reader's name alone. Raises "not found" where nothing is proven yet.
    """
    letter = access_letter(actor, letter_id)
    found = _received(actor, letter) if letter.direction == Direction.IN else _sent(actor, letter, consignment_id)
    if found is None or found.side.consignment_id != consignment_id:
        raise NotFoundOrForbidden
    whole = not Secrecy(letter.secrecy).is_sealed
    return _taken(actor, found, _About("letter", letter.id, letter.reference), whole=whole)


def proof_of_arrival(actor: Actor, arrival_id: UUID) -> tuple[str, Container]:
    """Give the bundle of what lies in the registry's tray or was sent back from it; as :func:`proof_of`.

    What its sender took back leaves with the digests alone.
    """
    arrival = access_arrival(actor, arrival_id)
    about = _About("arrival", arrival.id, arrival.sender_reference)
    return _taken(actor, _arrived(actor, arrival), about, whole=not arrival.shows_envelope_alone)


def _sent(actor: Actor, letter: Letter, consignment_id: UUID) -> _Delivery | None:
    consignments = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    consignment = next((one for one in consignments if one.id == consignment_id), None)
    side = sent(actor, consignment) if consignment is not None else None
    if consignment is None or side is None:
        return None
    return _Delivery(
        side=side, reference=letter.reference, sender_id=actor.body_id, recipient_id=consignment.recipient_id,
        subject=letter.subject, documents=documents_of(actor, letter),
    )  # fmt: skip


def _received(actor: Actor, letter: Letter) -> _Delivery | None:
    arrival = exchange.arrival_of_letter(actor, letter.id)
    return _arrived(actor, arrival) if arrival is not None else None


def _arrived(actor: Actor, arrival: Arrival) -> _Delivery:
    return _Delivery(
        side=received(actor, arrival), reference=arrival.sender_reference, sender_id=arrival.sender_id,
        recipient_id=actor.body_id, subject=arrival.subject,
        documents=tuple(UUID(one) for _part, one in arrival.documents),
    )  # fmt: skip


def _taken(actor: Actor, found: _Delivery, about: _About, *, whole: bool) -> tuple[str, Container]:
    kept = kept_about(actor, found.side)
    if not kept:
        raise NotFoundOrForbidden
    logged = logged_about(found.side, kept)
    report = _report(actor, found, kept, logged, whole=whole)
    container = bundle(actor, found.side, kept, logged, report=report, whole=whole)
    record(
        actor, act="letters.proof-taken", object_kind=about.kind, object_id=about.id,
        detail={"reference": about.reference, "consignment": str(found.side.consignment_id), "whole": whole},
    )  # fmt: skip
    return f"{found.reference}-{kept[0].statement.recipients[0]}.proof.zip", container


def _report(actor: Actor, found: _Delivery, kept: list[Kept], logged: Logged, *, whole: bool) -> bytes:
    body = directory.body(actor.body_id)
    labels = directory.body_names([found.sender_id, found.recipient_id])
    sender, recipient = labels[found.sender_id], labels[found.recipient_id]
    first = kept[0].statement
    facts = [
        ProofFact("رقم الكتاب", "Letter", found.reference, token=True),
        ProofFact("من", "From", f"{sender.ar} ({first.sender})"),
        ProofFact("إلى", "To", f"{recipient.ar} ({recipient.code})"),
        ProofFact("الحزمة المختومة", "Sealed parcel", str(first.parcel), token=True),
        ProofFact("بصمة ترويستها", "Digest of its header", first.header.hex(), token=True),
    ]
    if whole:
        facts.insert(1, ProofFact("الموضوع", "Subject", found.subject))
    facts += _custody_facts(actor, found, first)
    if logged.pieces is not None:
        facts.append(ProofFact("سجل الشفافية", "Transparency log", str(logged.pieces.policy.log), token=True))
    rows = tuple(
        ProofRow(
            *TOLD[one.statement.event], at=one.statement.at, stamped_at=one.stamp.stamped_at if one.stamp else None,
            register=one.statement.register, logged=_place(one, logged),
        )
        for one in kept
    )  # fmt: skip
    return render_proof(ProofSheet(
        letterhead=letterhead_of(body), facts=tuple(facts), rows=rows, drawn_at=clock.now(), drawn_by=actor.name_ar,
        look=replace(look_of(body), language="ar"),
    ))  # fmt: skip


def _custody_facts(actor: Actor, found: _Delivery, first: Statement) -> list[ProofFact]:
    """Who held the keys: of the seal and the node, as the evidence says it, and of the letter on the side that asks."""
    seal = found.side.read[1].certificate
    told: list[tuple[str, str, Vocabulary | None]] = [
        ("مفاتيح الكتاب لدى مُصدِر التقرير", "The letter's keys, where this report was made",
         custody_of(actor, found.documents)),
        ("مفتاح ختم الجهة المرسلة", "Key of the sender's seal", directory.seal_custody(seal)),
        ("مفتاح المنصة للإثبات", "Key of the platform for evidence", NODE.get(first.custody)),
    ]  # fmt: skip
    return [ProofFact(ar, en, one.label_ar, english=one.label_en) for ar, en, one in told if one is not None]


def _place(one: Kept, logged: Logged) -> str:
    place = logged.places.get(one.row.evidence_id)
    return f"#{place.index}" if place is not None else ""
