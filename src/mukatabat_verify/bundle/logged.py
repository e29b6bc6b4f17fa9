# SPDX-License-Identifier: EUPL-1.2
"""What a bundle shows of the transparency log. Each method is one step of :mod:`mukatabat_verify.verifier`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from mukatabat_verify import timestamps
from mukatabat_verify.bundle import form
from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import ConsistencyBroken, OtherCheckpoint, ProofMalformed
from mukatabat_verify.log import checkpoints, notes, policies, proofs
from mukatabat_verify.log.checkpoints import LogCheckpoint, Policy
from mukatabat_verify.log.merkle import check_consistency, check_inclusion, leaf_hash
from mukatabat_verify.log.proofs import LogProof
from mukatabat_verify.parcel.header import Checkpoint

_LARGEST_STAMP = 2**20


class BundleLog:
    """The pieces of a bundle under log/, which are there."""

    def __init__(self, index: form.Index, read: Callable[[str, int], bytes], trusted: Policy | None) -> None:
        """Take the list, what reads a piece up to a size, and whom the reader believes, None where nobody told it.

        Raises ProofMalformed.
        """
        names = {one.name for one in index.pieces}
        self.is_trusted = trusted is not None
        self._policy = trusted or _own(read(form.POLICY, notes.LARGEST))
        self._proofs = {name: proofs.read(read(proof, proofs.LARGEST)) for name, proof in index.proofs.items()}
        self._stamp = read(form.CHECKPOINT_STAMP, _LARGEST_STAMP) if form.CHECKPOINT_STAMP in names else b""
        self._before = read(form.BEFORE, notes.LARGEST) if form.BEFORE in names else b""
        self._consistency = read(form.CONSISTENCY, notes.LARGEST) if form.CONSISTENCY in names else b""
        self._directory = (
            proofs.read(read(form.DIRECTORY_PROOF, proofs.LARGEST)) if form.DIRECTORY_PROOF in names else None
        )
        self._onward = read(form.DIRECTORY_CONSISTENCY, notes.LARGEST) if form.DIRECTORY_CONSISTENCY in names else b""
        self._note = next((one.checkpoint for one in self._proofs.values()), b"")

    @property
    def asks_for_witnesses(self) -> bool:
        """Whether anybody but the log itself must have seen a checkpoint."""
        return self._policy.quorum > 0

    @property
    def proofs(self) -> Mapping[str, LogProof]:
        """The proof of each evidence that is in the log."""
        return self._proofs

    def check_included(self, commitments: Mapping[str, bytes]) -> None:
        """Check that each proven evidence's commitment stands in the tree of the one checkpoint.

        Raises ConsistencyBroken for proofs under several, and InclusionBroken, NoteMalformed or CheckpointMalformed.
        """
        if any(one.checkpoint != self._note for one in self._proofs.values()):
            raise ConsistencyBroken("proofs under several checkpoints")
        checkpoint = checkpoints.parse(notes.read(self._note).text)
        for name, one in self._proofs.items():
            check_inclusion(
                leaf_hash(commitments[name]), one.index, size=checkpoint.size, root=checkpoint.root, proof=one.path
            )

    def witnessed(self) -> tuple[LogCheckpoint, dict[str, str]]:
        """Check the checkpoint by the policy, and give who saw it when; raises as :func:`checkpoints.accept`."""
        checkpoint, seen = checkpoints.accept(self._note, self._policy)
        return checkpoint, {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in seen.items()}

    def stamped(self, trust: Trust) -> datetime | None:
        """Check the time-stamp over the checkpoint as the log signed it, and give its time; None without one.

        Raises TimeStampBroken or a Certificate….
        """
        if not self._stamp:
            return None
        signed = notes.read(self._note).alone_by(self._policy.log)
        moment = timestamps.stamped_at(self._stamp, hashlib.sha256(signed).digest())
        timestamps.check_authority(self._stamp, trust)
        return moment

    def check_directory(self, statement: bytes) -> int | None:
        """Check that the directory's statement stands in the log and in no other history than the evidence.

        Gives its number in the log, None where the bundle holds no proof. Raises InclusionBroken, ConsistencyBroken,
        ProofMalformed, and as :func:`checkpoints.accept`.
        """
        proof = self._directory
        if proof is None:
            return None
        shown, _ = checkpoints.accept(proof.checkpoint, self._policy)
        leaf = leaf_hash(hashlib.sha256(statement).digest())
        check_inclusion(leaf, proof.index, size=shown.size, root=shown.root, proof=proof.path)
        if self._proofs:
            self._check_leads_on(checkpoints.parse(notes.read(self._note).text), shown, self._onward)
        return proof.index

    def check_before(self, named: Checkpoint | None) -> bool:
        """Check what the header names: the checkpoint beside it is that one, holds, and begins the proofs' one.

        Gives False where neither names one, or the bundle does not hold it. Raises OtherCheckpoint, ConsistencyBroken,
        and as :func:`checkpoints.accept`.
        """
        if not self._before:
            return False
        if named is None or hashlib.sha256(self._before).hexdigest() != named.digest:
            raise OtherCheckpoint
        before, _ = checkpoints.accept(self._before, self._policy)
        if (before.origin, before.size) != (named.log, named.size):
            raise OtherCheckpoint("of another log or size")
        if self._proofs:
            self._check_leads_on(before, checkpoints.parse(notes.read(self._note).text), self._consistency)
        return True

    @staticmethod
    def _check_leads_on(old: LogCheckpoint, new: LogCheckpoint, path: bytes) -> None:
        hashes = proofs.read_hashes(path)
        check_consistency(old.size, new.size, old_root=old.root, root=new.root, proof=hashes)


def _own(text: bytes) -> Policy:
    try:
        return policies.parse(text.decode("utf-8")).for_readers()
    except ValueError as error:
        raise ProofMalformed("policy") from error
