# SPDX-License-Identifier: EUPL-1.2
"""The one place that says to PostgreSQL in whose name rows are read and written.

The setting is local to the transaction: a session-level setting would survive in the pooled connection and show the
next request the previous body's rows. The former value is restored by hand, because inside an outer transaction a
local setting outlives the inner block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

from mukatabat.tenancy.rules import Actor

Found = TypeVar("Found")

_current: ContextVar[Actor | None] = ContextVar("mukatabat_actor", default=None)
_found: ContextVar[dict[str, Any] | None] = ContextVar("mukatabat_found", default=None)

SETTING = "mukatabat.body"


def current_actor() -> Actor | None:
    """The actor whose scope is open in this thread, or None."""
    return _current.get()


@contextmanager
def scope(actor: Actor) -> Iterator[None]:
    """Open a transaction in which exactly the rows of ``actor.body_id`` exist; nested scopes join the transaction.

    An exception rolls the whole act back, however it is handled on the way. Reopening the same body costs nothing.
    """
    former = _current.get()
    if former is not None and former.body_id == actor.body_id and connection.in_atomic_block:
        token = _current.set(actor)
        try:
            # No savepoint: an error that somebody catches outside of this block still rolls the whole act back.
            with transaction.atomic(savepoint=False):
                yield
        finally:
            _current.reset(token)
        return
    inside = connection.in_atomic_block
    with transaction.atomic():
        _set_body(str(actor.body_id))
        token, found = _current.set(actor), _found.set({})
        try:
            yield
        finally:
            _current.reset(token)
            _found.reset(found)
        # After an exception nothing is to be restored: rolling back to the savepoint brings the former value back.
        if inside and not connection.needs_rollback:
            _set_body(str(former.body_id) if former else "")


@contextmanager
def reading(actor: Actor) -> Iterator[None]:
    """Like :func:`scope` for queries alone: joins an open scope of the same body without a savepoint."""
    former = _current.get()
    if former is not None and former.body_id == actor.body_id and connection.in_atomic_block:
        yield
        return
    with scope(actor):
        yield


def found_once(name: str, find: Callable[[], Found]) -> Found:
    """What ``find`` gave the first time under this name in the open scope; nothing outlives the transaction."""
    kept = _found.get()
    if kept is None:
        return find()
    if name not in kept:
        kept[name] = find()
    found: Found = kept[name]
    return found


def forget(name: str) -> None:
    """Let :func:`found_once` look again: what it gave was replaced in this transaction."""
    (_found.get() or {}).pop(name, None)


def _set_body(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, value])
