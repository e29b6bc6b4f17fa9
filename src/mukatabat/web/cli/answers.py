# SPDX-License-Identifier: EUPL-1.2
"""One way to answer, lines for a person or JSON for a script, and who it is that acts for a body here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from mukatabat.directory.models import Body
from mukatabat.tenancy.rules import Actor, system_actor

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def answer(value: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``value`` as JSON (Arabic unescaped) or ``lines`` as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def acting(verb: str, body: Body, *capabilities: str) -> Actor:
    """Give the actor of a verb of the command line for a body: whoever may run it on the server cares for any body.

    The trail names the verb (``cli.`` and its name); it has these capabilities and no others.
    """
    actor = system_actor(f"cli.{verb}", body_id=body.id, realm=body.realm)
    return replace(actor, capabilities=frozenset(map(str, capabilities)))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many of ``total`` are done, by calls of what this gives; nothing through a pipe."""
    with click.progressbar(length=total, label=what, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update
