# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of one delivery of a letter, with its report for people, for whoever sees its track."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.bundle import Kept, bundle, kept_about
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter
from mukatabat.press.actions import render_proof
from mukatabat.press.rules import ProofFact, ProofRow, ProofSheet
from mukatabat.registers.printing import letterhead_of, look_of
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.asic.building import Container
from mukatabat_verify.evidence.statement import Event

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


def proof_of(actor: Actor, letter_id: UUID, consignment_id: UUID) -> tuple[str, Container]:
    """Give the bundle of one delivery and the name of its file, and record that it was taken.

    From سري on it holds the letter's digests and not the letter, which leaves with its reader's name alone. Raises "not
    found" where nothing is proven yet.
    """
    letter = access_letter(actor, letter_id)
    sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    consignment = next((one for one in sent if one.id == consignment_id), None)
    kept = kept_about(actor, consignment) if consignment is not None else []
    if consignment is None or not kept:
        raise NotFoundOrForbidden
    whole = not Secrecy(letter.secrecy).is_sealed
    container = bundle(actor, consignment, kept, report=_report(actor, letter, consignment, kept), whole=whole)
    record(
        actor, act="letters.proof-taken", object_kind="letter", object_id=letter.id,
        detail={"reference": letter.reference, "consignment": str(consignment.id), "whole": whole},
    )  # fmt: skip
    return f"{letter.reference}-{kept[0].statement.recipients[0]}.proof.zip", container


def _report(actor: Actor, letter: Letter, consignment: Consignment, kept: list[Kept]) -> bytes:
    body = directory.body(actor.body_id)
    labels = directory.body_names([actor.body_id, consignment.recipient_id])
    sender, recipient = labels[actor.body_id], labels[consignment.recipient_id]
    first = kept[0].statement
    facts = [
        ProofFact("رقم الكتاب", "Letter", letter.reference, token=True),
        ProofFact("من", "From", f"{sender.ar} ({first.sender})"),
        ProofFact("إلى", "To", f"{recipient.ar} ({recipient.code})"),
        ProofFact("الحزمة المختومة", "Sealed parcel", str(first.parcel), token=True),
        ProofFact("بصمة ترويستها", "Digest of its header", first.header.hex(), token=True),
    ]
    if not Secrecy(letter.secrecy).is_sealed:
        facts.insert(1, ProofFact("الموضوع", "Subject", letter.subject))
    rows = tuple(
        ProofRow(
            *TOLD[one.statement.event], at=one.statement.at, stamped_at=one.stamp.stamped_at if one.stamp else None,
            register=one.statement.register,
        )
        for one in kept
    )  # fmt: skip
    return render_proof(ProofSheet(
        letterhead=letterhead_of(body), facts=tuple(facts), rows=rows, drawn_at=clock.now(), drawn_by=actor.name_ar,
        look=replace(look_of(body), language="ar"),
    ))  # fmt: skip
