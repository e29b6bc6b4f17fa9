# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the keys of bodies and of the node; docs/keys.md tells when to use them."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import click

from mukatabat.directory import queries as directory
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.letters.actions.sealing_older import seal_older
from mukatabat.signing.service import certifies_by_itself
from mukatabat.vault import actions
from mukatabat.vault.custody import SOFTWARE, TOKEN, software_store, token_store
from mukatabat.vault.errors import VaultError
from mukatabat.vault.queries import unmarked_nodes
from mukatabat.web.cli.answers import answer, as_json_option, progress
from mukatabat.web.cli.keys.group import all_bodies, body_named, keys


@keys.command("rotate")
@click.argument("code")
@as_json_option
def rotate(code: str, *, as_json: bool) -> None:
    """Give the body of this CODE a new key; a job then wraps its older documents anew. Exit code 1 if unknown."""
    key = actions.rotate(body_named(code))
    answer({"body": code, "version": key.version}, [f"{code}: key version {key.version}"], as_json=as_json)


@keys.command("replace")
@click.argument("code")
@click.argument("use", type=click.Choice([str(use) for use in KeyUse]))
@as_json_option
def replace(code: str, use: str, *, as_json: bool) -> None:
    """Give the body of this CODE a new seal or a new encryption key, in use at once. Exit code 1 if unknown.

    What is on its way to the former encryption key is still opened for thirty days; then that key is destroyed.
    """
    key = actions.replace_pair(body_named(code), KeyUse(use))
    said = {"body": code, "use": use, "suite": key.suite, "fingerprint": key.fingerprint}
    answer(said, [f"{code}: {use} {key.fingerprint[:16]} ({key.suite})"], as_json=as_json)


@keys.command("move")
@click.argument("code")
@click.argument("store", type=click.Choice([SOFTWARE, TOKEN]))
@as_json_option
def move(code: str, store: str, *, as_json: bool) -> None:
    """Let the keys of the body of this CODE lie in another STORE; a job then wraps everything anew there.

    It gets a new encryption key with it, and a new seal where this installation certifies seals itself. Exit code 1 if
    the body is unknown or the store cannot be used.
    """
    try:
        key = actions.move_keys(body_named(code), store)
    except VaultError as error:
        _fail(error)
    said = {"body": code, "store": key.store, "version": key.version}
    lines = [f"{code}: key version {key.version} in the {key.store} store"]
    if not certifies_by_itself():
        lines.append(
            f"its seal stays where it was: `keys request seal {code} FILE` asks for one in the {key.store} store"
        )
    answer(said, lines, as_json=as_json)


def _fail(error: VaultError) -> NoReturn:
    click.echo(" ".join(str(part) for part in (error.happened, error.params.get("reason", ""))).strip(), err=True)
    sys.exit(1)


@keys.command("token")
@as_json_option
def token(*, as_json: bool) -> None:
    """Ask the hardware token whether it is there and opens, and what it holds. Exit code 1 if it does not."""
    try:
        state = token_store().state()
    except VaultError as error:
        _fail(error)
    answer(state, [f"{name:10} {value}" for name, value in state.items()], as_json=as_json)


@keys.command("replace-node")
@click.argument("code")
@as_json_option
def replace_node(code: str, *, as_json: bool) -> None:
    """Give this node a new key for evidence, in the realm of the body of this CODE, whose trail records it.

    It lies where new keys are made (MUKATABAT_KEY_STORE). What the former signed stays valid.
    """
    key = actions.replace_evidence_key(body_named(code))
    said = {"realm": key.realm, "store": key.store, "custody": key.custody, "expires": key.expires_at}
    answer(said, [f"evidence, {key.realm}: a new key in the {key.store} store"], as_json=as_json)


@keys.command("nodes")
@as_json_option
def nodes(*, as_json: bool) -> None:
    """List this node's certificates from before they were marked, as a court needs them in `node.certificates`.

    Exit code 1 while one of them is in use: `keys replace-node` ends that.
    """
    found = unmarked_nodes()
    lines = [line for one in found for line in (f"# {one.realm}{', in use' if one.in_use else ''}", one.fingerprint)]
    answer([asdict(one) for one in found], lines, as_json=as_json)
    sys.exit(1 if any(one.in_use for one in found) else 0)


@keys.command("seal-older")
@as_json_option
def seal_older_letters(*, as_json: bool) -> None:
    """Put secret letters that were stored before there were named readers under their readers' keys; may be cut off.

    Until then the body's own key opened them. Safe to repeat: what is done is not done again.
    """
    done: dict[str, int] = {}
    bodies = dict(all_bodies())
    with progress("bodies", len(bodies)) as advance:
        for code, actor in bodies.items():
            while count := seal_older(actor):
                done[code] = done.get(code, 0) + count
            advance(1)
    lines = [f"{code}: {count} letters and arrivals" for code, count in done.items()]
    answer(done, lines or ["nothing was left to do"], as_json=as_json)


@keys.command("directory")
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json_option
def directory_file(code: str, file: Path, *, as_json: bool) -> None:
    """Write the signed directory of the realm of the body of this CODE to FILE: all bodies and their public keys.

    It is signed anew when anything changed or the last is a day old. Whoever reads it refuses one of a lower number.
    """
    found = actions.signed_directory(body_named(code))
    file.write_bytes(found.to_bytes())
    stated = found.signed.statement
    said = {"number": stated.number, "bodies": stated.size, "expires": stated.expires, "root": stated.root}
    answer(said, [f"directory {stated.number}: {stated.size} bodies, until {stated.expires:%Y-%m-%d}"], as_json=as_json)


@keys.command("list")
@click.argument("code")
@as_json_option
def list_(code: str, *, as_json: bool) -> None:
    """List the public halves of all keys that the body of this CODE has or had, the newest first."""
    found = directory.keys_of(body_named(code).body_id)
    shown = [
        {
            "use": one.use, "suite": one.suite, "fingerprint": one.fingerprint, "custody": one.custody,
            "from": one.valid_from, "to": one.valid_to, "expires": one.expires_at, "withdrawn": one.withdrawn_at,
            "revoked": one.revoked_at,
        }
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.use:10} {one.fingerprint[:16]}  {one.suite:28} {one.valid_from:%Y-%m-%d} – "
        f"{f'{one.valid_to:%Y-%m-%d}' if one.valid_to else 'in use'}"
        for one in found
    ]
    answer(shown, lines, as_json=as_json)


@keys.command("rotate-root")
@as_json_option
def rotate_root(*, as_json: bool) -> None:
    """Add a root key to the software key store; `keys rewrap` then seals every body's keys under it."""
    root = software_store().rotate_root()
    answer({"root": root}, [f"newest root key: {root}"], as_json=as_json)


@keys.command("rewrap")
@as_json_option
def rewrap(*, as_json: bool) -> None:
    """Wrap every body's documents under its newest key, and its keys under the newest root; may be cut off.

    What does not open under its own key is named and left as it is. Exit code 1 if there was any.
    """
    bodies, damaged = dict(all_bodies()), set[UUID]()
    with progress("bodies", len(bodies)) as advance:
        for actor in bodies.values():
            while actions.rewrap(actor, damaged=damaged):
                pass
            advance(1)
    rows = sorted(str(one) for one in damaged)
    said = {"bodies": list(bodies), "root": software_store().newest(), "damaged": rows}
    answer(said, [f"{len(bodies)} bodies done", *(f"does not open: {one}" for one in rows)], as_json=as_json)
    sys.exit(1 if damaged else 0)
