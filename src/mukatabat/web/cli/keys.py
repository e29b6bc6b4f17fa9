# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the vault's keys; docs/keys.md tells when to use them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from mukatabat.directory.models import Body
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions
from mukatabat.vault.custody import key_store
from mukatabat.web.cli.answers import answer, as_json_option


@click.group()
def keys() -> None:
    """The keys of the stored documents."""


def _bodies() -> Iterator[tuple[str, Actor]]:
    for body in Body.objects.order_by("realm", "code"):
        prefix = "TRN-" if body.realm == Realm.TRAINING else ""
        yield f"{prefix}{body.code}", system_actor("cli.keys", body_id=body.id, realm=body.realm)


@keys.command("rotate")
@click.argument("code")
@as_json_option
def rotate(code: str, *, as_json: bool) -> None:
    """Give the body of this CODE a new key; a job then wraps its older documents anew. Exit code 1 if unknown."""
    actor = dict(_bodies()).get(code)
    if actor is None:
        click.echo(f"There is no body {code}.", err=True)
        sys.exit(1)
    key = actions.rotate(actor)
    answer({"body": code, "version": key.version}, [f"{code}: key version {key.version}"], as_json=as_json)


@keys.command("rotate-root")
@as_json_option
def rotate_root(*, as_json: bool) -> None:
    """Add a root key to the software key store; `keys rewrap` then seals every body's keys under it."""
    store = key_store()
    if not hasattr(store, "rotate_root"):
        click.echo(f"The key store «{store.name}» makes its root keys itself.", err=True)
        sys.exit(1)
    root = store.rotate_root()
    answer({"root": root}, [f"newest root key: {root}"], as_json=as_json)


@keys.command("rewrap")
@as_json_option
def rewrap(*, as_json: bool) -> None:
    """Wrap every body's documents under its newest key, and its keys under the newest root; may be cut off."""
    done = []
    for code, actor in _bodies():
        while actions.rewrap(actor):
            pass
        done.append(code)
    answer({"bodies": done, "root": key_store().newest()}, [f"{len(done)} bodies done"], as_json=as_json)
