# SPDX-License-Identifier: EUPL-1.2
"""Showing the newest checkpoint to the witnesses, outside any transaction, and hearing what they saw before.

Whoever restores an older database, or runs a copy, is told by the witnesses: one that saw more leaves, or other ones,
stops the log before anything is appended.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Container
from dataclasses import dataclass

from mukatabat.ledger import actions, queries
from mukatabat.ledger.errors import DatabaseOlder, LedgerError, LogForked, WitnessSilent
from mukatabat.ledger.models import Checkpoint, CheckpointStamp, Cosignature
from mukatabat.ledger.ports import Witnesses
from mukatabat.ledger.protocol import AddCheckpoint, Answer
from mukatabat.ledger.rules import AlarmKind
from mukatabat.signing.ports import TimeStampAuthority
from mukatabat_verify.errors import Refusal
from mukatabat_verify.log import notes
from mukatabat_verify.log.policies import WitnessEntry, WitnessPolicy
from mukatabat_verify.timestamps import stamped_at

logger = logging.getLogger(__name__)

_SIZE = re.compile(r"(0|[1-9][0-9]{0,15})\n")
_KINDS: dict[type[LedgerError], AlarmKind] = {
    DatabaseOlder: AlarmKind.OLDER,
    LogForked: AlarmKind.FORKED,
    WitnessSilent: AlarmKind.SILENT,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How many witnesses cosigned, and the names of those that are silent."""

    agreed: int = 0
    silent: frozenset[str] = frozenset()


def show(policy: WitnessPolicy, witnesses: Witnesses, *, resting: Container[str] = frozenset()) -> Shown:
    """Show the newest checkpoint to every witness but those that rest after a silence.

    A silent witness is alarmed and passed over. Raises DatabaseOlder or LogForked, alarmed as well, whichever witness
    says so: nothing may be appended then.
    """
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        return Shown()
    agreed, silent = 0, set[str]()
    for one in policy.witnesses:
        if one.name in resting:
            continue
        try:
            agreed += _show_to(one, checkpoint, witnesses)
            actions.end_alarms(one.key.name)
        except WitnessSilent as error:
            _alarm(one, error)
            silent.add(one.name)
        except (DatabaseOlder, LogForked) as error:
            _alarm(one, error)
            raise
    return Shown(agreed, frozenset(silent))


def is_shown(policy: WitnessPolicy, *, resting: Container[str] = frozenset()) -> bool:
    """Tell whether every witness that does not rest cosigned the newest checkpoint."""
    names = {one.key.name for one in policy.witnesses if one.name not in resting}
    newest = Checkpoint.objects.order_by("-size").first()
    return newest is None or names <= set(newest.cosignatures.values_list("witness", flat=True))


def stamp(policy: WitnessPolicy, authority: TimeStampAuthority) -> None:
    """Ask for the time-stamp of the newest published checkpoint, if it has leaves and no time-stamp yet.

    Raises TimeStampError when the authority is silent, and TimeStampBroken for an answer about something else.
    """
    shown = queries.published(policy)
    if shown is None or not shown.size or CheckpointStamp.objects.filter(checkpoint=shown.size).exists():
        return
    note = Checkpoint.objects.values_list("note", flat=True).get(size=shown.size)
    digest = hashlib.sha256(note.encode()).digest()
    token = authority.stamp(digest)
    actions.keep_stamp(shown.size, token, stamped_at(token, digest))


def _alarm(one: WitnessEntry, error: LedgerError) -> None:
    if actions.raise_alarm(_KINDS[type(error)], witness=one.key.name, said=f"{error.code} {error.params}"):
        logger.error("the witness %s: %s %s", one.name, error.code, error.params)


def _show_to(one: WitnessEntry, checkpoint: Checkpoint, witnesses: Witnesses) -> bool:
    """Hand a checkpoint to one witness, from the size that it saw last; if it tells another one, once more from there.

    It is asked even when it cosigned this checkpoint before: a restored database holds cosignatures, too. Gives False
    when another process of ours showed it a later checkpoint meanwhile.
    """
    last = Cosignature.objects.filter(witness=one.key.name).order_by("-checkpoint").first()
    old = last.checkpoint_id if last is not None and last.checkpoint_id <= checkpoint.size else 0
    answer = _ask(one, checkpoint, old, witnesses)
    if answer.status == 409:
        seen = _seen(one, answer)
        if seen > checkpoint.size:
            return _overtaken(one, checkpoint.size, seen)
        if seen == old:
            raise LogForked(witness=one.name)
        answer = _ask(one, checkpoint, seen, witnesses)
        if answer.status == 409 and _seen(one, answer) > seen:
            return _overtaken(one, checkpoint.size, _seen(one, answer))
    if answer.status in {409, 422}:
        # It saw the size that we proved from, with other leaves.
        raise LogForked(witness=one.name)
    if answer.status != 200:
        raise WitnessSilent(witness=one.name, reason=f"status {answer.status}")
    _keep(one, checkpoint, answer.text)
    return True


def _overtaken(one: WitnessEntry, size: int, seen: int) -> bool:
    """Tell an older database from a checkpoint that another process of ours made and showed in the meantime."""
    if not Checkpoint.objects.filter(size__gte=seen).exists():
        raise DatabaseOlder(witness=one.name, seen=seen, size=size)
    return False


def _ask(one: WitnessEntry, checkpoint: Checkpoint, old: int, witnesses: Witnesses) -> Answer:
    request = AddCheckpoint(old, queries.consistency(old, checkpoint.size), checkpoint.note.encode())
    return witnesses.add(one, request)


def _seen(one: WitnessEntry, answer: Answer) -> int:
    found = _SIZE.fullmatch(answer.text)
    if found is None:
        raise WitnessSilent(witness=one.name, reason="another form")
    return int(found[1])


def _keep(one: WitnessEntry, checkpoint: Checkpoint, text: str) -> None:
    """Keep the line of the witness's own key, if it holds over exactly this checkpoint."""
    try:
        note = notes.read(checkpoint.note.encode() + text.encode())
        if note.signed_by(one.key) is None:
            raise WitnessSilent(witness=one.name, reason="not its key")
    except Refusal as error:
        raise WitnessSilent(witness=one.name, reason=error.code) from error
    line = next(found for found in note.signatures if (found.name, found.key_id) == (one.key.name, one.key.id))
    actions.keep_cosignature(checkpoint.size, line)
