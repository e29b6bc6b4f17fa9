# SPDX-License-Identifier: EUPL-1.2
"""What may be wrong after a process or a host died: in books and trail, about a letter, between its two sides."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from mukatabat.audit.actions import chain_pending
from mukatabat.audit.checking import verify
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Body
from mukatabat.exchange import evidence
from mukatabat.exchange.models import Arrival, Consignment, Evidence, Parcel, SealedParcel
from mukatabat.kernel import clock
from mukatabat.ledger import actions as ledger
from mukatabat.ledger.checking import check_log
from mukatabat.ledger.models import Leaf, Waiting
from mukatabat.ledger.rules import commitment
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import LetterState
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.signing import pades, service
from mukatabat.tenancy.context import scope
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat.vault.queries import open_document
from mukatabat.work.models import Item
from mukatabat_verify.evidence.signature import check
from mukatabat_verify.log.policies import WitnessPolicy
from tests.cast import MOF, Cast

CLERKS = ("clerk.mof", "clerk.fl")
"""Who looks at the books of the two bodies."""


def numbers_faults() -> list[str]:
    """Whatever is wrong in the books of both bodies; after the sweep no number is still being issued."""
    faults = []
    for login in CLERKS:
        actor = Cast()(login)
        faults += [f"{login} {book}: {fault}" for book, found in registers.check(actor).items() for fault in found]
        with scope(actor):
            hanging = Entry.objects.filter(state="issuing").values_list("reference", flat=True)
            faults += [f"{one} hangs" for one in hanging]
    return faults


def letter_faults(letter_id: UUID, done: list[str]) -> list[str]:
    """Whatever is wrong about one letter: number, parcel, arrival, document, holder, and what was reported as done."""
    actor = Cast()("signer.mof")
    with scope(actor):
        letter = Letter.objects.get(id=letter_id)
        entries = list(Entry.objects.filter(object_id=letter_id).values_list("state", "reference"))
        parcels = Parcel.objects.filter(letter_id=letter_id).count()
        consignments = list(Consignment.objects.filter(letter_id=letter_id))
        item = Item.objects.filter(object_id=letter_id).count()
        acts = Counter(AuditEntry.objects.filter(object_id=letter_id).values_list("act", flat=True))
    issued = letter.state == LetterState.ISSUED
    standing = [reference for state, reference in entries if state == "issued"]
    ended = acts["letters.signed"] + acts["letters.unsigned"]
    expected = {
        "one item": item == 1,
        "parcel for an issued letter alone": parcels == len(consignments) == int(issued),
        "one standing number": standing == ([letter.reference] if issued else []),
        "begun and audited once": acts["letters.draft-begun"] == 1,
        "signed and audited once": acts["letters.signed"] == int(issued),
        "each attempt audited": acts["letters.begin-issue"] == len(entries) == ended,
        "submitted stays submitted": "submitted" not in done or letter.state != LetterState.DRAFT,
        "approved stays approved": "approved" not in done or letter.state in {LetterState.APPROVED, LetterState.ISSUED},
        "no letter hangs": letter.state != LetterState.ISSUING,
    }
    faults = [f"{letter_id}: not {what}" for what, holds in expected.items() if not holds]
    if issued:
        faults += [f"{letter_id}: {fault}" for fault in delivery_faults(letter, consignments[0])]
    return faults


def delivery_faults(letter: Letter, consignment: Consignment) -> list[str]:
    """Whatever is wrong between the two sides about an issued letter: it arrived once, whole, and both say the same."""
    clerk = Cast()("clerk.fl")
    with scope(clerk):
        arrivals = list(Arrival.objects.filter(consignment_id=consignment.id))
        registered = [one for one in arrivals if one.state == "accepted"]
        numbers = Entry.objects.filter(object_id__in=[one.letter_id for one in registered if one.letter_id]).count()
        letters = Letter.objects.filter(their_reference=letter.reference, counterpart_id=MOF).count()
    if len(arrivals) != 1:
        return [f"arrived {len(arrivals)} times"]
    with scope(Cast()("signer.mof")):
        sealed = list(SealedParcel.objects.filter(parcel_id=consignment.parcel_id))
        ours = proofs(consignment)
    with scope(clerk):
        theirs = proofs(consignment)
    _, file = open_document(clerk, UUID(arrivals[0].documents[0][1]))
    with file:
        document = file.read()
    told = "registered" if registered else "delivered"
    expected = {
        "numbered once by its recipient": numbers == letters == len(registered),
        "known to its sender as it is": consignment.state == told,
        "sealed once": [one.id for one in sealed] == [consignment.sealed_id],
        "the parcel that its sender keeps": arrivals[0].header_digest == sealed[0].header_digest,
        "proven step by step": [one.event for one in ours] == ["dispatch", "deliver", *told_by(registered)],
        "proven to both sides alike": [bytes(one.xml) for one in ours] == [bytes(one.xml) for one in theirs],
        "committed to, each evidence once": committed([*ours, *theirs]),
        "validly signed": pades.validate(document, service.trust(clock.now())).valid,
    }
    return [f"not {what}" for what, holds in expected.items() if not holds]


def proofs(consignment: Consignment) -> list[Evidence]:
    """What is stated of a consignment in the open scope; each of it holds."""
    stated = evidence.about(consignment.id)
    for one in stated:
        check(bytes(one.xml))
    return stated


def committed(stated: list[Evidence]) -> bool:
    """Whether each evidence waits for its leaf or has one, once, with the commitment that follows from its bytes."""
    wanted = {one.evidence_id: commitment(bytes(one.salt), bytes(one.xml)) for one in stated}
    waiting = Waiting.objects.filter(source_id__in=wanted).values_list("source_id", "commitment")
    logged = Leaf.objects.filter(source_id__in=wanted).values_list("source_id", "commitment")
    found = [(source, bytes(value)) for source, value in (*waiting, *logged)]
    return len(found) == len(wanted) and dict(found) == wanted


def told_by(registered: list[Arrival]) -> list[str]:
    """The events that a registration adds."""
    return ["register"] if registered else []


def trail_and_books() -> tuple[list[str], Counter[str]]:
    """Chain the trail, prove it and every book as an auditor would; returns the faults, and the entries by state."""
    while chain_pending():
        pass
    proof = verify(Body.objects.values_list("id", "realm"))
    counted = Counter(chained=proof.last)
    for login in CLERKS:
        with scope(Cast()(login)):
            counted.update(Entry.objects.values_list("state", flat=True))
    return [*proof.faults, *numbers_faults()], counted


def log_faults() -> list[str]:
    """Let the log take what waits, check it from its first leaf, and look for all that both bodies hold."""
    keys = VaultLogKeys()
    ledger.begin(keys, "bench.example/log")
    while ledger.append(keys):
        pass
    held = set[UUID]()
    for login in CLERKS:
        with scope(Cast()(login)):
            held |= set(Evidence.objects.values_list("evidence_id", flat=True))
    missing = held - set(Leaf.objects.values_list("source_id", flat=True))
    return [*check_log(WitnessPolicy()).faults, *(f"the log never took the evidence {one}" for one in missing)]
