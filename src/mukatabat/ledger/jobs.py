# SPDX-License-Identifier: EUPL-1.2
"""The log's loop; it runs as a thread of every worker, and compare-and-set lets one of them append at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, close_old_connections, connection

from mukatabat.directory.models import Body
from mukatabat.ledger import actions, publishing
from mukatabat.ledger.errors import LedgerMoved
from mukatabat.ledger.models import Log
from mukatabat.ledger.ports import LogKeys, Witnesses
from mukatabat.signing.errors import TimeStampError
from mukatabat.signing.ports import TimeStampAuthority
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat_verify.errors import TimeStampBroken
from mukatabat_verify.log.policies import WitnessPolicy

INTERVAL = 1.0
"""Seconds between two looks at the queue (EXCHANGE §5.4)."""

HEADS_EVERY = 600.0
"""Seconds between two commitments to the bodies' audit heads."""

AFTER_FAULT = 30.0
"""Seconds that pass after a fault before the outside is asked again."""

_AUTHORITY = "the time-stamp authority"
"""How it stands among those that rest; no witness has a name with spaces."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Logger:
    """One process's part in the log: it asks the witnesses before it appends for the first time."""

    origin: str
    policy: WitnessPolicy
    keys: LogKeys
    witnesses: Witnesses
    time_stamps: Callable[[], TimeStampAuthority] | None = None
    confirmed: bool = field(default=False, init=False)
    _rests: dict[str, float] = field(default_factory=dict, init=False)

    def turn(self) -> int:
        """Append what waits and show it; returns how many leaves were appended.

        1. Until as many witnesses as needed agreed that they saw nothing more and nothing else than this database
        holds, nothing is appended: proof waits, and letters do not. 2. Append. 3. Show. 4. Ask for the time-stamp of
        what is published. Any fault, and a witness that disagrees (DatabaseOlder, LogForked), takes 1 back; a silent
        time-stamp authority takes back nothing.
        """
        self.begun()
        try:
            if not self.confirmed:
                self.confirmed = self._show() >= self.policy.answers_needed  # 1
                if not self.confirmed:
                    return 0
            done = 0
            while count := self._append():
                done += count  # 2
            if not publishing.is_shown(self.policy, resting=self._resting()):
                self._show()  # 3
            self._stamp()  # 4
        except Exception:
            # The database may come back as another one.
            self.confirmed = False
            raise
        return done

    def begun(self) -> Log:
        """Give the log, begun if it was not; raises KeyUnavailable."""
        return actions.begin(self.keys, self.origin)

    def _show(self) -> int:
        shown = publishing.show(self.policy, self.witnesses, resting=self._resting())
        self._rests |= dict.fromkeys(shown.silent, time.monotonic() + AFTER_FAULT)
        return shown.agreed

    def _stamp(self) -> None:
        if self.time_stamps is None or _AUTHORITY in self._resting():
            return
        try:
            publishing.stamp(self.policy, self.time_stamps())
        except (TimeStampError, TimeStampBroken, ImproperlyConfigured) as error:
            logger.warning("the newest checkpoint is not time-stamped yet: %s", error)
            self._rests[_AUTHORITY] = time.monotonic() + AFTER_FAULT

    def _resting(self) -> frozenset[str]:
        """Name the witnesses that were silent a moment ago: they are not waited for on every turn."""
        now = time.monotonic()
        return frozenset(name for name, until in self._rests.items() if until > now)

    def _append(self) -> int:
        try:
            return actions.append(self.keys)
        except LedgerMoved:
            return 0  # another process appends at this moment


def run_log(stop: threading.Event, make: Callable[[], Logger]) -> None:
    """Take turns until ``stop`` is set; a fault outside or in the database is logged and outlived."""
    ours: Logger | None = None
    heads_due, wait = 0.0, INTERVAL
    while not stop.wait(wait):
        wait = INTERVAL
        try:
            ours = ours or make()
            if time.monotonic() >= heads_due:
                note_audit_heads()
                heads_due = time.monotonic() + HEADS_EVERY
            ours.turn()
            if not ours.confirmed:
                wait = AFTER_FAULT
        except Exception:
            logger.exception("the log could not go on; it tries again")
            # Made anew, it reads the file with the witnesses again.
            ours, wait = None, AFTER_FAULT
        finally:
            close_old_connections()
    connection.close()


def note_audit_heads() -> int:
    """Commit to how far every body's trail reached; returns how many went on since the last time."""
    bodies = Body.objects.values_list("id", "realm")
    return sum(_noted(system_actor("ledger.heads", body_id=body_id, realm=realm)) for body_id, realm in bodies)


def _noted(actor: Actor) -> bool:
    try:
        return actions.note_audit_head(actor)
    except IntegrityError:
        return False  # another process noted the same head at this moment
