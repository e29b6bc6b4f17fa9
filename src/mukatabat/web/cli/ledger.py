# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the transparency log; docs/ledger.md tells when to use them."""

from __future__ import annotations

import base64
import sys
from uuid import UUID

import click

from mukatabat.directory.models import Body
from mukatabat.ledger import queries
from mukatabat.ledger.checking import check_log
from mukatabat.ledger.errors import NotLogged
from mukatabat.ledger.jobs import note_audit_heads
from mukatabat.ledger.policy import witness_policy
from mukatabat.web import ledger as installed
from mukatabat.web.cli.answers import acting, answer, as_json_option


@click.group()
def ledger() -> None:
    """The transparency log: how it stands, proofs, and its check."""


@ledger.command("status")
@as_json_option
def status(*, as_json: bool) -> None:
    """Tell how the log stands. Exit code 1 when something keeps proof from going on."""
    found = queries.standing(witness_policy())
    if found is None:
        answer({"origin": None}, ["The log was not begun yet; a worker begins it."], as_json=as_json)
        return
    alarms = [
        {"kind": one.kind, "witness": one.witness, "said": one.said, "since": one.began_at} for one in found.alarms
    ]
    said = {
        "origin": found.origin, "size": found.head.size, "root": found.head.root.hex(), "waiting": found.waiting,
        "published": found.published, "alarms": alarms,
    }  # fmt: skip
    lines = [
        f"{found.origin}: {found.head.size} leaves, {found.waiting} waiting, published up to {found.published}",
        *(f"ALARM {one['kind']} {one['witness']} since {one['since']}: {one['said']}" for one in alarms),
    ]
    answer(said, lines, as_json=as_json)
    sys.exit(1 if alarms else 0)


@ledger.command("key")
def key() -> None:
    """Print the log's public key, for the folders of its witnesses; begins the log if nothing has yet."""
    ours = installed.logger()
    click.echo(ours.begun().note_key)


@ledger.command("turn")
@as_json_option
def turn(*, as_json: bool) -> None:
    """Commit to the bodies' audit heads, append what waits and show it to the witnesses, once and now."""
    heads, done = note_audit_heads(), installed.logger().turn()
    answer({"heads": heads, "appended": done}, [f"{heads} audit heads, {done} leaves appended"], as_json=as_json)


@ledger.command("prove")
@click.argument("evidence", type=click.UUID)
@as_json_option
def prove(evidence: UUID, *, as_json: bool) -> None:
    """Prove that the log holds the EVIDENCE with this identifier, as a C2SP tlog-proof with the cosigned checkpoint."""
    found = queries.prove([evidence], witness_policy())
    if found is None:
        raise NotLogged
    proof = found.proofs[evidence]
    said = {
        "index": proof.index, "size": found.checkpoint.size, "proof": proof.to_bytes().decode(),
        "stamp": base64.b64encode(found.stamp).decode("ascii") or None,
    }  # fmt: skip
    answer(said, [proof.to_bytes().decode().rstrip()], as_json=as_json)


@ledger.command("check")
@as_json_option
def check(*, as_json: bool) -> None:
    """Compute the whole log anew from its leaves and compare. Exit code 1 on a fault."""
    found = check_log(witness_policy())
    lines = [f"{found.size} leaves, {found.checkpoints} checkpoints, faults {len(found.faults)}", *found.faults]
    said = {"size": found.size, "checkpoints": found.checkpoints, "faults": found.faults}
    answer(said, lines, as_json=as_json)
    sys.exit(1 if found.faults else 0)


@ledger.command("policy")
def policy() -> None:
    """Print the log and its witnesses, as the file log.policy in the folder of whoever checks a bundle has them."""
    ours = queries.policy_for_readers(witness_policy())
    if ours is None:
        raise NotLogged
    click.echo(str(ours), nl=False)


@ledger.command("backfill")
@as_json_option
def backfill(*, as_json: bool) -> None:
    """Ask for a leaf for all evidence that has none, as from before the log; to repeat it changes nothing."""
    said = {}
    for body in Body.objects.order_by("realm", "code"):
        if done := installed.backfill_body(acting("ledger", body)):
            said[f"{body.realm}/{body.code}"] = done
    answer(said, [f"{body}: {count} committed to" for body, count in said.items()] or ["nothing"], as_json=as_json)


@ledger.command("reconcile")
@as_json_option
def reconcile(*, as_json: bool) -> None:
    """Compare what every body holds with the published log, as each night. Exit code 1 when anything is missing."""
    said, lines, missing = {}, [], 0
    for body in Body.objects.order_by("realm", "code"):
        found = installed.reconcile_body(acting("ledger", body))
        if found is None or not found.held:
            continue
        missing += len(found.missing)
        said[f"{body.realm}/{body.code}"] = {"held": found.held, "waiting": found.waiting, "missing": found.missing}
        lines.append(
            f"{body.realm} {body.code}: {found.held} held, {found.waiting} waiting, {len(found.missing)} missing"
        )
    answer(said, lines, as_json=as_json)
    sys.exit(1 if missing else 0)
