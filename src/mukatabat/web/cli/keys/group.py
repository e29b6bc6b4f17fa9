# SPDX-License-Identifier: EUPL-1.2
"""The group of the verbs of keys, and the bodies for which they act."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from mukatabat.directory.models import Body
from mukatabat.kernel.references import marked_code
from mukatabat.tenancy.rules import Actor
from mukatabat.web.cli.answers import acting


@click.group()
def keys() -> None:
    """The keys of stored documents, and the bodies' seals and encryption keys."""


def all_bodies() -> Iterator[tuple[str, Actor]]:
    """Give every body's code, with its realm's prefix, and the actor of these verbs for it."""
    for body in Body.objects.order_by("realm", "code"):
        yield marked_code(body.code, body.realm), acting("keys", body)


def body_named(code: str) -> Actor:
    """Give the actor of these verbs for the body of this code; ends the program with exit code 1 if there is none."""
    actor = dict(all_bodies()).get(code)
    if actor is None:
        click.echo(f"There is no body {code}.", err=True)
        sys.exit(1)
    return actor
