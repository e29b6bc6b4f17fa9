# SPDX-License-Identifier: EUPL-1.2
"""What a bundle shows of the transparency log: true it passes, missing it says so, and each lie has its own name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat_verify import errors
from mukatabat_verify.bundle import form
from mukatabat_verify.bundle.building import Contents, LogPieces, Proof
from mukatabat_verify.bundle.form import Stated
from mukatabat_verify.certificates import Trust
from mukatabat_verify.log import notes, policies, proofs
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.notes import Note
from mukatabat_verify.log.policies import WitnessEntry, WitnessPolicy
from mukatabat_verify.log.proofs import LogProof
from mukatabat_verify.parcel.header import Checkpoint
from mukatabat_verify.report import Step
from tests.signing.support import NOW
from tests.verify.letters import container_of
from tests.verify.letters import written as all_of
from tests.verify.logs import LOG, SEEN_AT, WITNESSES, Tree, cosigned
from tests.verify.support import Parcel, make_parcel
from tests.verify.test_bundle import bundled, contents, found, history, refusal, with_another, without
from tests.verify.test_directory import body, extract_of, key, listing

OLD, SIZE = 5, 9
OTHERS = [hashlib.sha256(bytes([number])).digest() for number in range(SIZE)]
POLICY = WitnessPolicy(tuple(WitnessEntry(key.name, key, "") for key, _ in WITNESSES), 2, LOG)
BEFORE = cosigned(LogCheckpoint(LOG.name, OLD, Tree(OTHERS).root(OLD))).to_bytes()
NAMED = Checkpoint(LOG.name, OLD, hashlib.sha256(BEFORE).hexdigest())


@pytest.fixture(scope="session")
def letter(signed_pdf: bytes) -> bytes:
    return all_of(container_of(signed_pdf))


@pytest.fixture(scope="session")
def parcel(letter: bytes) -> Parcel:
    return make_parcel(letter, not_before=NAMED)


@pytest.fixture
def told(trust: Trust) -> Trust:
    """A reader who was told whose log it is, and who its witnesses are."""
    return replace(trust, log=POLICY.for_readers())


def commitment(one: Proof) -> bytes:
    return hashlib.sha256(bytes.fromhex(one.stated.salt) + one.xml).digest()


def tree_of(kept: list[Proof], *, others: list[bytes] = OTHERS) -> Tree:
    """The log after these evidences were taken, the first of them as leaf 6."""
    leaves = list(others)
    leaves[OLD + 1 : OLD + 1 + len(kept)] = [commitment(one) for one in kept]
    return Tree(leaves)


def note_of(tree: Tree, *, witnesses: int = 2, size: int = SIZE) -> Note:
    return cosigned(LogCheckpoint(LOG.name, size, tree.root(size)), witnesses=witnesses)


def proven(kept: list[Proof], tree: Tree, note: bytes, *, size: int = SIZE) -> list[Proof]:
    """The evidences with their places in the log."""
    return [
        replace(one, logged=LogProof(OLD + 1 + place, tuple(tree.inclusion(OLD + 1 + place, size)), note))
        for place, one in enumerate(kept)
    ]


def logged(parcel: Parcel, letter: bytes, *, log: dict[str, Any] | None = None, **changes: Any) -> Contents:
    """A bundle with everything that the log proves."""
    kept = history(parcel)
    tree = tree_of(kept)
    pieces = LogPieces(policy=POLICY, before=BEFORE, consistency=tuple(tree.consistency(OLD, SIZE)))
    whole = contents(
        parcel, letter, proofs=tuple(proven(kept, tree, note_of(tree).to_bytes())), log=replace(pieces, **log or {})
    )
    return replace(whole, **changes)


def test_with_the_log_a_bundle_passes_every_step_and_says_who_saw_it_when(
    parcel: Parcel, letter: bytes, told: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    signed = note_of(tree_of(history(parcel))).alone_by(LOG)
    data = bundled(logged(parcel, letter, log={"stamp": time_stamps.stamp(hashlib.sha256(signed).digest())}))
    report = found(data, told)
    assert report.refusal is None
    assert [one.step.number for one in report.findings] == [
        17, 15, 18, 19, 22, 24, 25, 16, 20, 1, 2, 3, 27, 29, 26, 21, *range(7, 15), 28,
    ]  # fmt: skip
    assert {one.step for one in report.findings if one.left_out} <= {
        Step.STAMPED, Step.LISTED, Step.DIRECTORY_LOGGED, Step.NOT_WITHDRAWN,
    }  # fmt: skip
    seen = datetime.fromtimestamp(SEEN_AT, UTC).isoformat()
    assert report.facts["log"]["witnesses"] == {"audit-bureau": seen, "department": seen}
    assert (report.facts["log"]["size"], report.facts["log"]["stamped"]) == (SIZE, NOW.astimezone(UTC).isoformat())
    assert [one["logged"] for one in report.facts["events"]] == [6, 7, 8]
    assert all(one["stamped"] for one in report.facts["events"])


def test_years_later_evidence_without_a_stamp_of_its_own_holds_by_that_of_the_checkpoint(
    parcel: Parcel, letter: bytes, told: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    signed = note_of(tree_of(history(parcel))).alone_by(LOG)
    stamp = time_stamps.stamp(hashlib.sha256(signed).digest())
    later = replace(told, at=NOW.replace(year=NOW.year + 5))
    data = bundled(logged(parcel, letter, log={"stamp": stamp}), time_stamp=time_stamps.stamp)
    assert found(data, later).refusal is None
    plain = bundled(logged(parcel, letter), time_stamp=time_stamps.stamp)
    assert refusal(plain, later) == (Step.EVIDENCE_TRUSTED, errors.CertificateOutOfDate)


def test_what_the_log_has_not_taken_yet_is_a_state_and_no_failure(parcel: Parcel, letter: bytes, told: Trust) -> None:
    whole = logged(parcel, letter)
    *first, last = whole.proofs
    early = replace(whole, proofs=(*first, replace(last, logged=None)))
    report = found(bundled(early), told)
    assert report.refusal is None
    (waits,) = [one for one in report.findings if one.step is Step.NOT_YET_LOGGED]
    assert "evidence/003.xml" in waits.left_out and waits.to_json()["outcome"] == "left out"
    assert [one["logged"] for one in report.facts["events"]] == [6, 7, None]
    none = replace(
        whole, proofs=tuple(history(parcel)), log=LogPieces(policy=POLICY, before=BEFORE)
    )  # fmt: skip
    report = found(bundled(none), told)
    assert report.refusal is None
    by_step = {one.step: one.left_out for one in report.findings}
    assert by_step[Step.LOGGED] and by_step[Step.NOT_YET_LOGGED] and not by_step[Step.NOT_BEFORE]
    assert Step.WITNESSED not in by_step


def test_a_reader_who_was_told_of_no_log_learns_that_the_keys_are_the_bundle_s_own(
    parcel: Parcel, letter: bytes, trust: Trust
) -> None:
    report = found(bundled(logged(parcel, letter)), trust)
    assert report.refusal is None
    (own,) = [one for one in report.findings if one.step is Step.WITNESSED]
    assert own.left_out
    nobody = replace(POLICY, witnesses=(), quorum=0)
    report = found(bundled(logged(parcel, letter)), replace(trust, log=nobody.for_readers()))
    (alone,) = [one for one in report.findings if one.step is Step.WITNESSED]
    assert alone.note and not alone.left_out


PIECES = ["log/001.tlog-proof", "log/003.tlog-proof", "log/policy", "log/before", "log/consistency"]


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_of_the_log_that_is_missing_or_changed_is_named(
    name: str, parcel: Parcel, letter: bytes, told: Trust
) -> None:
    data = bundled(logged(parcel, letter))
    assert refusal(without(name)(data), told) == (Step.BUNDLE, errors.BundlePieceMissing)
    assert refusal(with_another(name, b"x")(data), told) == (Step.BUNDLE, errors.BundlePieceChanged)


def lies(parcel: Parcel, letter: bytes, stamp: Callable[[bytes], bytes]) -> dict[str, tuple[Contents, Step, type]]:
    whole, kept = logged(parcel, letter), history(parcel)
    tree = tree_of(kept)
    note = note_of(tree).to_bytes()
    forked = tree_of(kept, others=OTHERS[::-1])
    elsewhere = make_parcel(letter, not_before=replace(NAMED, digest="ab" * 32))
    first, second, third = whole.proofs
    swapped = (replace(first, logged=second.logged), replace(second, logged=first.logged), third)
    salted = (replace(first, stated=Stated("00" * 32)), second, third)
    later = proven(kept[:1], tree, note_of(tree, size=SIZE - 1).to_bytes(), size=SIZE - 1)
    foreign = WitnessPolicy(POLICY.witnesses, 2, replace(LOG, public=WITNESSES[0][0].public))

    def of(tree: Tree, note: Note) -> Contents:
        consistency = tuple(tree.consistency(OLD, SIZE))
        log = LogPieces(policy=POLICY, before=BEFORE, consistency=consistency)
        return replace(whole, proofs=tuple(proven(kept, tree, note.to_bytes())), log=log)

    return {
        "the place of another": (replace(whole, proofs=swapped), Step.LOGGED, errors.InclusionBroken),
        "another salt": (replace(whole, proofs=salted), Step.LOGGED, errors.InclusionBroken),
        "two checkpoints": (replace(whole, proofs=(*later, second, third)), Step.LOGGED, errors.ConsistencyBroken),
        "a fork that its witnesses never saw": (
            of(forked, note_of(forked, witnesses=1)), Step.WITNESSED, errors.TooFewWitnesses,
        ),
        "a fork from what the header names": (of(forked, note_of(forked)), Step.NOT_BEFORE, errors.ConsistencyBroken),
        "a root that nobody signed": (
            of(tree, replace(note_of(tree), signatures=note_of(forked).signatures)),
            Step.WITNESSED, errors.NoteSignatureBroken,
        ),
        "without the log's signature": (
            of(tree, replace(note_of(tree), signatures=note_of(tree).signatures[1:])),
            Step.WITNESSED, errors.NoteUnsigned,
        ),
        "a stamp of something else": (
            logged(parcel, letter, log={"stamp": stamp(hashlib.sha256(note).digest())}),
            Step.CHECKPOINT_STAMPED, errors.TimeStampBroken,
        ),
        "another checkpoint than the header's": (
            logged(parcel, letter, log={"before": note}), Step.NOT_BEFORE, errors.OtherCheckpoint,
        ),
        "a header that names another": (
            logged(elsewhere, letter), Step.NOT_BEFORE, errors.OtherCheckpoint,
        ),
        "no path from there": (
            logged(parcel, letter, log={"consistency": ()}), Step.NOT_BEFORE, errors.ConsistencyBroken,
        ),
        "a policy that names witnesses alone": (
            logged(parcel, letter, log={"policy": replace(POLICY, log=None)}), Step.LOGGED, errors.ProofMalformed,
        ),
        "another log's key": (logged(parcel, letter, log={"policy": foreign}), Step.WITNESSED, errors.NoteUnsigned),
        "a proof of a checkpoint that is not there": (
            logged(parcel, letter, proofs=tuple(kept)), Step.BUNDLE, errors.BundleMalformed,
        ),
        "proofs without a policy": (replace(whole, log=None), Step.BUNDLE, errors.BundleMalformed),
    }  # fmt: skip


def test_each_lie_about_the_log_ends_at_its_own_step_by_its_own_name(
    parcel: Parcel, letter: bytes, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    told = replace(trust, log=POLICY.for_readers())
    by_the_bundle_itself = {"a policy that names witnesses alone", "another log's key"}
    for name, (content, step, reason) in lies(parcel, letter, time_stamps.stamp).items():
        asked = trust if name in by_the_bundle_itself else told
        assert refusal(bundled(content), asked) == (step, reason), name


def test_another_log_than_the_reader_believes_is_refused(parcel: Parcel, letter: bytes, trust: Trust) -> None:
    other = replace(POLICY, log=replace(LOG, name="other.example/log"))
    data = bundled(logged(parcel, letter))
    assert refusal(data, replace(trust, log=other.for_readers())) == (Step.WITNESSED, errors.OtherLog)
    more = replace(POLICY, quorum=3)
    assert refusal(data, replace(trust, log=more.for_readers())) == (Step.WITNESSED, errors.TooFewWitnesses)


def test_a_proof_is_read_in_one_spelling_alone() -> None:
    tree = Tree(OTHERS)
    proof = LogProof(3, tuple(tree.inclusion(3, SIZE)), BEFORE)
    assert proofs.read(proof.to_bytes()) == proof
    assert proofs.read(LogProof(0, (), BEFORE).to_bytes()) == LogProof(0, (), BEFORE)
    whole = proof.to_bytes()
    for broken in (
        b"", b"\xff", whole.replace(b"@v1", b"@v2"), whole.replace(b"index 3", b"index 03"), whole.replace(b"=\n", b"\n", 1),
        whole.replace(b"index 3", b"extra AAAA\nindex 3"), whole.replace(b"\n\n", b"\n", 1), whole[:40] + whole,
        LogProof(3, proof.path * 20, BEFORE).to_bytes(), bytes(2**18),
    ):  # fmt: skip
        with pytest.raises(errors.ProofMalformed):
            proofs.read(broken)


def test_a_policy_of_a_reader_is_what_the_product_writes() -> None:
    assert policies.parse(str(POLICY)).for_readers() == POLICY.for_readers()


# ── the directory in the log ─────────────────────────────────────────────────────────────────────────────────────────

LATER = SIZE + 3
"""The size of the log when it had taken the directory's statement."""


@dataclass(frozen=True)
class Shown:
    """A directory and its place in the log, whose first leaves are those of the evidence."""

    extract: bytes
    proof: LogProof
    onward: tuple[bytes, ...]


def shown(parcel: Parcel, *, stated: bytes | None = None, others: list[bytes] = OTHERS) -> Shown:
    listed = listing(body("MOF", key(parcel.cover.certificates[0])), body("FL"))
    leaf = hashlib.sha256(stated or listed.signed.statement.to_bytes()).digest()
    leaves = list(others)
    kept = history(parcel)
    leaves[OLD + 1 : OLD + 1 + len(kept)] = [commitment(one) for one in kept]
    tree = Tree([*leaves, bytes(32), leaf, bytes(32)])
    note = cosigned(LogCheckpoint(LOG.name, LATER, tree.root(LATER))).to_bytes()
    proof = LogProof(SIZE + 1, tuple(tree.inclusion(SIZE + 1, LATER)), note)
    return Shown(extract_of(listed), proof, tuple(tree.consistency(SIZE, LATER)))


def with_directory(parcel: Parcel, letter: bytes, one: Shown, **log: Any) -> Contents:
    log = {"directory": one.proof, "onward": one.onward} | log
    return logged(parcel, letter, log=log, directory=one.extract)


def by_step(data: bytes, trust: Trust) -> dict[Step, str]:
    report = found(data, trust)
    assert report.refusal is None, report.refusal
    return {one.step: one.left_out for one in report.findings}


def test_the_directory_s_statement_is_in_the_history_of_the_evidence(
    parcel: Parcel, letter: bytes, told: Trust, trust: Trust
) -> None:
    data = bundled(with_directory(parcel, letter, shown(parcel)))
    assert by_step(data, told)[Step.DIRECTORY_LOGGED] == ""
    assert found(data, told).facts["directory"]["logged"] == SIZE + 1
    assert "nothing that you trust" in by_step(data, trust)[Step.DIRECTORY_LOGGED]
    bare = with_directory(parcel, letter, shown(parcel), onward=None)
    unproven = replace(bare, proofs=tuple(history(parcel)), log=replace(bare.log, before=None, consistency=None))  # type: ignore[type-var]
    assert by_step(bundled(unproven), told)[Step.DIRECTORY_LOGGED] == "", "also before any evidence is proven"


def test_a_directory_without_its_proof_is_refused_where_evidence_has_one(
    parcel: Parcel, letter: bytes, told: Trust
) -> None:
    one = shown(parcel)
    stripped = bundled(with_directory(parcel, letter, one, directory=None, onward=None))
    assert refusal(stripped, told) == (Step.DIRECTORY_LOGGED, errors.DirectoryNotLogged)
    without_log = bundled(contents(parcel, letter, directory=one.extract))
    assert "not proved in the log" in by_step(without_log, told)[Step.DIRECTORY_LOGGED]


def test_a_bundle_from_before_such_proofs_is_read_and_says_so(
    parcel: Parcel, letter: bytes, told: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = shown(parcel)
    older = partial(form.Index, version=1)
    with monkeypatch.context() as before:
        before.setattr("mukatabat_verify.bundle.building.form.Index", older)
        stripped = bundled(with_directory(parcel, letter, one, directory=None, onward=None))
        impossible = bundled(with_directory(parcel, letter, one))
    said = by_step(stripped, told)[Step.DIRECTORY_LOGGED]
    assert "not proved in the log" in said and "from before such proofs" in said
    assert refusal(impossible, told) == (Step.BUNDLE, errors.BundleMalformed)


def test_each_lie_about_the_directory_s_place_has_its_own_name(parcel: Parcel, letter: bytes, told: Trust) -> None:
    true = shown(parcel)
    fork = shown(parcel, others=[hashlib.sha256(b"another").digest(), *OTHERS[1:]])
    earlier = replace(true.proof, checkpoint=BEFORE)
    lies: dict[str, tuple[Contents, type[errors.Refusal]]] = {
        "of another statement": (
            with_directory(parcel, letter, shown(parcel, stated=b"other")), errors.InclusionBroken,
        ),
        "another place": (
            with_directory(parcel, letter, replace(true, proof=replace(true.proof, index=SIZE))), errors.InclusionBroken,
        ),
        "another history": (with_directory(parcel, letter, fork), errors.ConsistencyBroken),
        "an earlier checkpoint": (
            with_directory(parcel, letter, replace(true, proof=earlier)), errors.InclusionBroken,
        ),
        "no way from the evidence": (with_directory(parcel, letter, replace(true, onward=())), errors.ConsistencyBroken),
        "too few witnesses": (
            with_directory(parcel, letter, replace(true, proof=replace(true.proof, checkpoint=alone(true)))),
            errors.TooFewWitnesses,
        ),
    }  # fmt: skip
    for name, (lie, reason) in lies.items():
        assert refusal(bundled(lie), told) == (Step.DIRECTORY_LOGGED, reason), name
    loose = with_directory(parcel, letter, true, onward=None)
    assert refusal(bundled(loose), told) == (Step.BUNDLE, errors.BundleMalformed)


def alone(one: Shown) -> bytes:
    """The checkpoint as the log signed it and nobody saw it."""
    return notes.read(one.proof.checkpoint).alone_by(LOG)
