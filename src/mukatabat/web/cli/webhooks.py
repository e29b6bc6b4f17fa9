# SPDX-License-Identifier: EUPL-1.2
"""Verbs of webhooks: what a body's systems are told, and whether it reaches them. Proposing one takes two persons."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

import click

from mukatabat.access.rules import Capability
from mukatabat.directory.queries import body_by_code
from mukatabat.portal.actions import webhooks as care
from mukatabat.portal.actions.deliveries import test_call
from mukatabat.portal.models import Subscription
from mukatabat.portal.queries.webhooks import access_webhook, log_of, webhooks_of
from mukatabat.portal.webhooks import is_success
from mukatabat.tenancy.rules import Actor
from mukatabat.web.cli.answers import acting, answer, as_json_option

body_option = click.option("--body", "code", required=True, help="The body's code, such as MOF.")


@click.group()
def webhooks() -> None:
    """Webhooks of linked bodies: list, log, test, disable, replay."""


@webhooks.command("list")
@body_option
@as_json_option
def list_webhooks(*, code: str, as_json: bool) -> None:
    """List a body's webhooks; those that are not ended first."""
    found = [_shown(one) for one in webhooks_of(_operator(code))]
    lines = [
        f"{one['id']}  {one['state']:9}  reached {one['reached']}  {one['url']}  {one['purpose']}" for one in found
    ]
    answer(found, lines, as_json=as_json)


@webhooks.command("log")
@click.argument("webhook_id", type=click.UUID)
@body_option
@as_json_option
def log(webhook_id: UUID, *, code: str, as_json: bool) -> None:
    """Show the newest deliveries of a webhook, with what its receiver answered."""
    actor = _operator(code)
    found = [
        {
            "number": one.number, "type": one.type, "round": one.round, "state": one.state, "attempts": one.attempts,
            "status": one.status, "fault": one.fault, "laid_out_at": one.laid_out_at, "ended_at": one.ended_at,
        }
        for one in log_of(actor, access_webhook(actor, webhook_id))
    ]  # fmt: skip
    lines = [
        f"{one['number']}  {one['type']}  {one['state']}  attempts {one['attempts']}  {one['status'] or one['fault']}"
        for one in found
    ]
    answer(found, lines, as_json=as_json)


@webhooks.command("disable")
@click.argument("webhook_id", type=click.UUID)
@body_option
@as_json_option
def disable(webhook_id: UUID, *, code: str, as_json: bool) -> None:
    """End a webhook at once and for good; a new one takes two persons of the body."""
    actor = _operator(code)
    access_webhook(actor, webhook_id)
    ended = care.end(actor, webhook_id)
    answer(_shown(ended), [f"{webhook_id} is ended"], as_json=as_json)


@webhooks.command("test")
@click.argument("webhook_id", type=click.UUID)
@body_option
@as_json_option
def knock(webhook_id: UUID, *, code: str, as_json: bool) -> None:
    """Call the receiver once, signed, with the type «test», which tells nothing. Exit code 1 if it is not taken."""
    actor = _operator(code)
    status = test_call(access_webhook(actor, webhook_id))
    taken = status is not None and is_success(status)
    said = f"the receiver answered {status}" if status is not None else "the receiver could not be reached"
    answer({"id": webhook_id, "status": status, "taken": taken}, [said], as_json=as_json)
    sys.exit(0 if taken else 1)


@webhooks.command("replay")
@click.argument("webhook_id", type=click.UUID)
@body_option
@click.option(
    "--after", type=click.IntRange(min=0), required=True, help="The number after which events are sent again."
)
@click.option("--until", type=click.IntRange(min=0), required=True, help="The number of the last of them.")
@as_json_option
def replay(webhook_id: UUID, *, code: str, after: int, until: int, as_json: bool) -> None:
    """Send the kept events of a range again, under their former identifiers."""
    actor = _operator(code)
    access_webhook(actor, webhook_id)
    sent = care.replay(actor, webhook_id, care.Range(after, until))
    answer({"id": webhook_id, "events": sent}, [f"{sent} events are sent again"], as_json=as_json)


def _shown(webhook: Subscription) -> dict[str, Any]:
    return {
        "id": webhook.id, "state": webhook.state, "url": webhook.url, "purpose": webhook.purpose,
        "types": webhook.types, "reached": webhook.reached, "suspended_at": webhook.suspended_at,
        "ended_at": webhook.ended_at,
    }  # fmt: skip


def _operator(code: str) -> Actor:
    return acting("webhooks", body_by_code(code), Capability.ADMINISTER_BODY)
