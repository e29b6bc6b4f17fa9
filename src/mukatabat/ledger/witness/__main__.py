# SPDX-License-Identifier: EUPL-1.2
"""`python -m mukatabat.ledger.witness make|trust|key|serve FOLDER …`; docs/ledger.md tells how to run one."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from mukatabat.ledger.witness.server import WitnessServer
from mukatabat.ledger.witness.state import StateUnreadable, WitnessFolder
from mukatabat_verify.log.notes import NoteKey

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


def _opened(folder: Path) -> WitnessFolder:
    try:
        return WitnessFolder(folder)
    except StateUnreadable as error:
        raise click.ClickException(str(error)) from error


@click.group()
def witness() -> None:
    """A witness of transparency logs: a folder of a few kB and one address."""


@witness.command()
@_FOLDER
@click.argument("name")
def make(folder: Path, name: str) -> None:
    """Make a witness in FOLDER under NAME (such as witness.example/1) and print its public key."""
    try:
        click.echo(WitnessFolder.make(folder, name).key)
    except FileExistsError as error:
        raise click.ClickException("This folder holds a witness already.") from error


@witness.command()
@_FOLDER
def key(folder: Path) -> None:
    """Print the public key, as it stands in the policy of a log."""
    click.echo(_opened(folder).key)


@witness.command()
@_FOLDER
@click.argument("vkey")
def trust(folder: Path, vkey: str) -> None:
    """Witness the log with this VKEY from now on."""
    try:
        _opened(folder).trust(NoteKey.parse(vkey))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@witness.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8690, show_default=True)
def serve(folder: Path, host: str, port: int) -> None:
    """Answer until stopped, and say where."""
    logging.basicConfig(level=logging.WARNING)
    with WitnessServer((host, port), _opened(folder)) as server:
        click.echo(f"http://{host}:{server.server_address[1]}")
        server.serve_forever()


if __name__ == "__main__":
    witness()
