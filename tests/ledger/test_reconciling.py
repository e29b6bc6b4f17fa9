# SPDX-License-Identifier: EUPL-1.2
"""Each body compares what it holds with the log; an end of the audit trail that was cut off shows."""

from __future__ import annotations

import hashlib

import psycopg
import pytest
from click.testing import CliRunner, Result

from mukatabat.audit.actions import chain_pending, record
from mukatabat.audit.models import AuditEntry
from mukatabat.exchange.models import Evidence
from mukatabat.ledger import actions
from mukatabat.ledger.holding import audit_heads
from mukatabat.ledger.models import AuditHead, Leaf, Waiting
from mukatabat.ledger.queries import last_reconciliation, prove
from mukatabat.ledger.rules import Held
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.web.cli import ledger as commands
from mukatabat.web.ledger import backfill_body, reconcile_body
from mukatabat_verify.log import checkpoints, policies, proofs
from mukatabat_verify.log.checkpoints import Policy
from mukatabat_verify.log.merkle import check_inclusion, leaf_hash
from mukatabat_verify.log.policies import WitnessPolicy
from tests.cast import FL, MOF, Cast
from tests.ledger.conftest import House
from tests.story import issued_letter, registered, run_jobs

OURS = system_actor("test.writer", body_id=MOF, realm="live")
THEIRS = system_actor("test.writer", body_id=FL, realm="live")


def written(actor: Actor = OURS) -> None:
    record(actor, act="test.act", object_kind="test")
    chain_pending()


@pytest.mark.django_db
def test_a_head_is_committed_to_when_the_body_s_trail_went_on_and_not_otherwise(house: House) -> None:
    assert not actions.note_audit_head(OURS)
    written()
    record(OURS, act="test.act", object_kind="test")  # not chained yet
    assert actions.note_audit_head(OURS)
    assert not actions.note_audit_head(OURS)
    written(THEIRS)
    assert actions.note_audit_head(OURS), "what waited was chained meanwhile"
    with scope(OURS):
        assert list(AuditHead.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
        assert set(AuditHead.objects.values_list("id", flat=True)) == set(
            Waiting.objects.values_list("source_id", flat=True)
        )
    with scope(THEIRS):
        assert not AuditHead.objects.exists()


@pytest.mark.django_db
def test_what_is_held_is_found_or_waits_and_the_trail_says_so(house: House) -> None:
    written()
    actions.note_audit_head(OURS)
    house.process().turn()
    written()
    actions.note_audit_head(OURS)
    found = reconcile_body(OURS)
    assert found is not None
    assert (found.held, found.waiting, found.missing, found.size) == (2, 1, [], 1)
    assert last_reconciliation(OURS) == found
    assert last_reconciliation(THEIRS) is None
    with scope(OURS):
        entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.act, entry.detail["held"], entry.detail["missing"]) == ("ledger.reconciled", 2, 0)


@pytest.mark.django_db
def test_before_anything_is_published_nothing_is_compared(cast: Cast) -> None:
    assert reconcile_body(OURS) is None


TAMPERINGS = {
    "the leaf was taken out": "DELETE FROM ledger_leaf",
    "the leaf is another": "UPDATE ledger_leaf SET commitment = sha256('x')",
    "the end of the trail was cut off": "DELETE FROM audit_link WHERE number = 2",
    "the trail was rewritten": "UPDATE audit_link SET hash = sha256('x')",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_missing_or_other_than_committed_is_named(house: House, owner_url: str, name: str) -> None:
    written()
    written()
    actions.note_audit_head(OURS)
    house.process().turn()
    assert reconcile_body(OURS).missing == []  # type: ignore[union-attr]
    with psycopg.connect(owner_url) as owner:
        owner.execute(TAMPERINGS[name])  # type: ignore[call-overload]
    found = reconcile_body(OURS)
    with scope(OURS):
        assert found is not None
        assert found.missing == [str(AuditHead.objects.get().id)]
        entry = AuditEntry.objects.order_by("-id")[0]
    assert entry.act == "ledger.evidence-missing"


@pytest.mark.django_db
def test_a_body_that_holds_more_than_a_batch_misses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 3)
    house.commit(8)
    actions.append(house.keys)
    leaves = list(Leaf.objects.order_by("number"))
    held = [Held(one.source_id, bytes(one.commitment), one.at) for one in leaves]
    found = actions.reconcile(OURS, held, house.head())
    assert (found.held, found.missing, found.waiting) == (8, [], 0)
    held[6] = Held(held[6].source_id, bytes(32), held[6].at)
    assert actions.reconcile(OURS, held, house.head()).missing == [str(held[6].source_id)]
    assert list(audit_heads(OURS)) == []


@pytest.mark.django_db
def test_every_evidence_of_a_letter_is_committed_to_once_and_both_sides_find_it(house: House, cast: Cast) -> None:
    issued_letter(cast)
    run_jobs()
    registered(cast)
    run_jobs()
    with scope(cast("clerk.mof")):
        held = {one.evidence_id: one for one in Evidence.objects.all()}
    assert held
    with scope(cast("clerk.fl")):
        held |= {one.evidence_id: one for one in Evidence.objects.all()}
    assert set(held) == set(Waiting.objects.values_list("source_id", flat=True))
    house.process().turn()
    for login in ("clerk.mof", "clerk.fl"):
        found = reconcile_body(cast(login))
        assert found is not None
        assert (found.missing, found.waiting) == ([], 0)
        assert found.held
    for evidence_id, one in held.items():
        proven = prove([evidence_id], WitnessPolicy())
        assert proven is not None
        proof = proven.proofs[evidence_id]
        stated, _ = checkpoints.accept(proof.checkpoint, Policy(house.key, (), 0))
        leaf = leaf_hash(hashlib.sha256(bytes(one.salt) + bytes(one.xml)).digest())
        check_inclusion(leaf, proof.index, size=stated.size, root=stated.root, proof=proof.path)


@pytest.mark.django_db(transaction=True)
def test_an_evidence_that_was_changed_or_never_logged_is_named_by_whoever_holds_it(
    house: House, cast: Cast, owner_url: str
) -> None:
    issued_letter(cast)
    run_jobs()
    house.process().turn()
    assert reconcile_body(cast("clerk.fl")).missing == []  # type: ignore[union-attr]
    with psycopg.connect(owner_url) as owner:
        owner.execute("ALTER TABLE exchange_evidence DISABLE ROW LEVEL SECURITY")
        owner.execute("UPDATE exchange_evidence SET xml = xml || '\\x20'::bytea")
        owner.execute("ALTER TABLE exchange_evidence ENABLE ROW LEVEL SECURITY")
    with scope(cast("clerk.fl")):
        assert len(reconcile_body(cast("clerk.fl")).missing) == Evidence.objects.count() > 0  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_evidence_from_before_the_log_is_entered_late_and_once(house: House, cast: Cast, owner_url: str) -> None:
    issued_letter(cast)
    run_jobs()
    with psycopg.connect(owner_url) as owner:
        owner.execute("DELETE FROM ledger_waiting")
    house.commit()
    house.process().turn()
    assert len(reconcile_body(cast("clerk.fl")).missing) == 2  # type: ignore[union-attr]
    assert [backfill_body(cast(login)) for login in ("clerk.mof", "clerk.fl", "clerk.mof")] == [2, 0, 0]
    house.process().turn()
    assert backfill_body(cast("clerk.fl")) == 0
    for login in ("clerk.mof", "clerk.fl"):
        assert reconcile_body(cast(login)).missing == []  # type: ignore[union-attr]
    assert Leaf.objects.count() == 3
    with scope(cast("clerk.mof")):
        assert AuditEntry.objects.get(act="ledger.backfilled").detail == {"count": 2}


@pytest.mark.django_db
def test_a_letter_is_delivered_though_the_log_is_dead(cast: Cast) -> None:
    """No log was begun, no worker appends: the delivery does not notice."""
    issued_letter(cast)
    run_jobs()
    assert registered(cast).reference
    assert Waiting.objects.exists()
    assert Leaf.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_policy_and_proof_as_others_read_them_and_enters_older_evidence_once(
    house: House, cast: Cast, owner_url: str
) -> None:
    def said(*words: str) -> Result:
        return CliRunner().invoke(commands.ledger, list(words))

    issued_letter(cast)
    run_jobs()
    with scope(cast("clerk.mof")):
        known = Evidence.objects.values_list("evidence_id", flat=True)[0]
    assert said("prove", str(known)).exit_code != 0
    with psycopg.connect(owner_url) as owner:
        owner.execute("DELETE FROM ledger_waiting")
    assert "2 committed to" in said("backfill").output
    assert said("backfill").output == "nothing\n"
    house.process().turn()
    assert policies.parse(said("policy").output).log == house.key
    proof = proofs.read(said("prove", str(known)).output.encode())
    stated, _ = checkpoints.accept(proof.checkpoint, policies.parse(said("policy").output).for_readers())
    assert proof.index < stated.size
