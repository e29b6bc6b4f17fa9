# SPDX-License-Identifier: EUPL-1.2
"""Verbs of letters for whoever runs the server: where one stands, and what is late. Never what it says."""

from __future__ import annotations

import sys
from typing import Any

import click

from mukatabat.directory.models import Body
from mukatabat.directory.queries import body_by_code, body_names
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import reading
from mukatabat.web.cli.answers import acting, answer, as_json_option

STEPS = ("ordered_at", "dispatched_at", "delivered_at", "registered_at", "opened_at", "answered_at", "ended_at")


@click.group()
def letters() -> None:
    """Letters, without what they say: where one stands, and what is late."""


@letters.command("track")
@click.argument("reference")
@click.option("--body", "code", required=True, help="The code of the body whose number it is, such as MOF.")
@as_json_option
def track(reference: str, *, code: str, as_json: bool) -> None:
    """Tell where the letter REFERENCE of a body stands, at each recipient; neither subject nor text."""
    body = body_by_code(code)
    actor = acting("letters", body)
    with reading(actor):
        letter = Letter.objects.filter(reference=reference.strip()).first()
        if letter is None:
            raise NotFoundOrForbidden
        sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    recipients = _shown(sent)
    found = {
        "id": letter.id, "reference": letter.reference, "direction": letter.direction, "state": letter.state,
        "issued_at": letter.issued_at, "registered_at": letter.registered_at,
        "their_reference": letter.their_reference, "recipients": recipients,
    }  # fmt: skip
    lines = [f"{letter.reference}  {letter.direction}  {letter.state}", *map(_line, recipients)]
    answer(found, lines, as_json=as_json)


@letters.command("late")
@as_json_option
def late(*, as_json: bool) -> None:
    """Count by body what should have been delivered a while ago, with the oldest. Exit code 1 if there is any."""
    found: list[dict[str, Any]] = []
    for body in Body.objects.order_by("realm", "code"):
        actor = acting("letters", body)
        with reading(actor):
            rows = list(Consignment.objects.filter(id__in=exchange.under_way(actor)).order_by("ordered_at"))
        if rows:
            found.append({"body": body.code, "realm": body.realm, "count": len(rows), "oldest": rows[0].ordered_at})
    lines = [f"{one['body']:12} {one['count']}  since {one['oldest']:%Y-%m-%d %H:%M}" for one in found]
    answer(found, lines or ["nothing is late"], as_json=as_json)
    sys.exit(1 if found else 0)


def _shown(sent: list[Consignment]) -> list[dict[str, Any]]:
    names = body_names([one.recipient_id for one in sent])
    return [
        {
            "body": names[one.recipient_id].code, "role": one.role, "state": one.state, "attempts": one.attempts,
            "refusal": one.refusal, "their_reference": one.their_reference,
            **{name: getattr(one, name) for name in STEPS},
        }
        for one in sent
    ]  # fmt: skip


def _line(one: dict[str, Any]) -> str:
    last = max((one[name] for name in STEPS if one[name]), default=None)
    since = f"  since {last:%Y-%m-%d %H:%M}" if last else ""
    return f"  {one['body']:12} {one['state']}{since}  {one['their_reference'] or one['refusal']}".rstrip()
