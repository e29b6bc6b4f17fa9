# SPDX-License-Identifier: EUPL-1.2
"""Clocks around named functions of the product, and the line that says on what a figure was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import connection


@contextmanager
def timed_parts(parts: Mapping[str, tuple[Any, str]], clock: Callable[[], float]) -> Iterator[Counter[str]]:
    """Wrap ``parts`` (a name, then an owner and its function's name) with a clock; yields seconds by part."""
    seconds: Counter[str] = Counter()
    originals = {part: getattr(owner, name) for part, (owner, name) in parts.items()}

    def clocked(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            began = clock()
            try:
                return function(*args, **kwargs)
            finally:
                seconds[part] += clock() - began

        return wrapper

    for part, (owner, name) in parts.items():
        setattr(owner, name, clocked(part, originals[part]))
    try:
        yield seconds
    finally:
        for part, (owner, name) in parts.items():
            setattr(owner, name, originals[part])


def print_database() -> None:
    """Say as which role, how durably and on what version of PostgreSQL is measured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('fsync'), current_setting('server_version')")
        print("role {}, fsync {}, PostgreSQL {}".format(*cursor.fetchone()))
