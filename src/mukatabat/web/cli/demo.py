# SPDX-License-Identifier: EUPL-1.2
"""Verbs of an installation for development: the demonstration's log-ins, and certificates that bind nobody."""

from __future__ import annotations

from pathlib import Path

import click

from mukatabat.access.demo import demo_code
from mukatabat.access.errors import AccountNotFound
from mukatabat.directory.models import Person
from mukatabat.directory.queries import body_by_code
from mukatabat.kernel.files import write_private
from mukatabat.web.demo.linked import signer_pem


@click.group()
def demo() -> None:
    """For development alone: the demonstration's log-ins, and certificates for trying out."""


@demo.command("code")
@click.argument("login")
def demo_code_of(login: str) -> None:
    """Print the one-time code of a demo LOGIN that is valid now (development installations only)."""
    try:
        click.echo(demo_code(login))
    except LookupError as error:
        raise click.ClickException(str(error)) from error


@demo.command("certificate")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--body", "code", required=True, help="The body's code, such as MOF.")
@click.option("--staff-number", required=True, help="The number of the person who signs.")
def certificate(file: Path, *, code: str, staff_number: str) -> None:
    """Write FILE: a signer's key and certificates for a linked body's system, which bind nobody."""
    person = Person.objects.filter(body=body_by_code(code), staff_number=staff_number).first()
    if person is None:
        raise AccountNotFound
    try:
        write_private(file, signer_pem(person))
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(file)
