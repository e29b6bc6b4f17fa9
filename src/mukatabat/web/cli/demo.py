# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the demonstration."""

from __future__ import annotations

import click

from mukatabat.access.demo import demo_code


@click.group()
def demo() -> None:
    """The demonstration's log-ins."""


@demo.command("code")
@click.argument("login")
def demo_code_of(login: str) -> None:
    """Print the one-time code of a demo LOGIN that is valid now (development installations only)."""
    try:
        click.echo(demo_code(login))
    except LookupError as error:
        raise click.ClickException(str(error)) from error
