# SPDX-License-Identifier: EUPL-1.2
"""Waiting for news of a body without a transaction and without a connection of one's own.

A web process has few threads, and each waiting request takes one. So only some may wait at a time, one for each token;
whoever comes beyond is answered at once and told when to ask again. While anybody waits, one connection of the process
listens (LISTEN/NOTIFY) for all of them, outside the pool that the pages use.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

CHANNEL = "mukatabat_events"
LOOK = 0.5
"""Seconds after which the listening thread looks whether somebody still waits."""
LINGER = 20.0
"""Seconds for which it goes on listening when nobody does: the same systems come back."""

logger = logging.getLogger(__name__)


class Listener:
    """Hears which bodies have news, for every request of this process that waits for some."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heard: Counter[UUID] = Counter()
        self._all = 0
        self._waiting: set[UUID] = set()
        self._thread: threading.Thread | None = None
        self._listens = False
        self._needed_until = 0.0

    @contextmanager
    def place(self, token_id: UUID) -> Iterator[bool]:
        """Take one of the places to wait for a token; gives False when none is free or the token has one already."""
        with self._changed:
            free = len(self._waiting) < settings.MUKATABAT_EVENTS_WAITING and token_id not in self._waiting
            if free:
                self._waiting.add(token_id)
                self._needed_until = time.monotonic() + LINGER
                self._start()
        try:
            yield free
        finally:
            if free:
                with self._changed:
                    self._waiting.discard(token_id)

    def mark(self, body_id: UUID, seconds: float) -> tuple[int, int]:
        """A mark of what was heard of a body until now, once listening has begun; take it before looking for news."""
        with self._changed:
            self._changed.wait_for(lambda: self._listens, timeout=seconds)
            return self._heard[body_id], self._all

    def wait(self, body_id: UUID, since: tuple[int, int], seconds: float) -> bool:
        """Wait until a body has news since a mark; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: (self._heard[body_id], self._all) != since, timeout=seconds)

    def stop(self) -> None:
        """End the listening thread and wait for its end."""
        with self._changed:
            self._needed_until = 0.0
            thread = self._thread
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="events-listener", daemon=True)
            self._thread.start()

    def _needed(self) -> bool:
        with self._changed:
            if self._waiting and self._needed_until:
                self._needed_until = time.monotonic() + LINGER
            needed = time.monotonic() < self._needed_until
            if not needed:
                self._thread = None
            return needed

    def _run(self) -> None:
        while self._needed():
            try:
                self._listen()
            except psycopg.Error:
                logger.exception("the database cannot be listened to; it is tried again")
                time.sleep(LOOK)
            finally:
                with self._changed:
                    # What was missed meanwhile is not known: everybody looks again.
                    self._listens = False
                    self._all += 1
                    self._changed.notify_all()

    def _listen(self) -> None:
        with psycopg.connect(_address(), autocommit=True) as own:
            own.execute(f"LISTEN {CHANNEL}")
            with self._changed:
                self._listens = True
                self._changed.notify_all()
            while self._needed():
                for told in own.notifies(timeout=LOOK, stop_after=1):
                    with self._changed:
                        self._heard[UUID(told.payload)] += 1
                        self._changed.notify_all()


def _address() -> str:
    """How this process reaches its database, without the pool and its settings."""
    known = connection.settings_dict
    found = {
        "dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"],
        "port": str(known["PORT"]), "application_name": "mukatabat events",
    }  # fmt: skip
    return make_conninfo(**{name: value for name, value in found.items() if value})


listener = Listener()
"""The one of this process."""
