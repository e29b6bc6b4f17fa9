# SPDX-License-Identifier: EUPL-1.2
"""What a witness answers to add-checkpoint (C2SP tlog-witness)."""

from __future__ import annotations

from collections.abc import Callable

from mukatabat.ledger.protocol import SIZE_TYPE, AddCheckpoint, Answer, parse
from mukatabat.ledger.witness.state import WitnessFolder
from mukatabat_verify.errors import ConsistencyBroken, Refusal
from mukatabat_verify.log import checkpoints, notes
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.merkle import EMPTY_ROOT, check_consistency


def add_checkpoint(folder: WitnessFolder, body: bytes, *, now: Callable[[], int]) -> Answer:
    """Cosign what continues what was seen; ``now`` gives seconds since 1970.

    1. The request is read (400), the log known (404), the checkpoint signed by it (403), ``old`` not above its size
    (400). Alone from here: 2. ``old`` must be the size that was seen last (409, which tells that size). 3. A checkpoint
    of that same size must have that same root (409). 4. The proof must hold from there (422). 5. What is about to be
    cosigned is remembered durably. 6. Only then it is cosigned.
    """
    try:
        request = parse(body)
        note = notes.read(request.note)
        checkpoint = checkpoints.parse(note.text)
    except (ValueError, Refusal):
        return Answer(400, "bad request\n")  # 1
    log = folder.logs().get(checkpoint.origin)
    if log is None:
        return Answer(404, "unknown log\n")
    try:
        signed = note.signed_by(log) is not None
    except Refusal:
        signed = False
    if not signed:
        return Answer(403, "not signed by the log\n")
    if request.old > checkpoint.size:
        return Answer(400, "the old size is above the checkpoint's\n")
    with folder.alone():
        refusal = _refusal(folder, request, checkpoint)
        if refusal is not None:
            return refusal
        folder.remember(checkpoint)  # 5
    line = notes.sign(note.text, folder.key, folder.sign, at=now()).line
    return Answer(200, f"{line}\n")  # 6


def _refusal(folder: WitnessFolder, request: AddCheckpoint, checkpoint: LogCheckpoint) -> Answer | None:
    seen = folder.seen(checkpoint.origin)
    if request.old != seen.size:
        return Answer(409, f"{seen.size}\n", SIZE_TYPE)  # 2
    known = seen.root or EMPTY_ROOT
    if checkpoint.size == seen.size and checkpoint.root != known:
        return Answer(409, f"{seen.size}\n", SIZE_TYPE)  # 3
    try:
        check_consistency(
            seen.size, checkpoint.size, old_root=known, root=checkpoint.root, proof=request.proof
        )  # fmt: skip
    except ConsistencyBroken:
        return Answer(422, "the proof does not hold\n")  # 4
    return None
