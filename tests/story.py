# SPDX-License-Identifier: EUPL-1.2
"""The acts of the story as short calls, for tests that need a letter at a certain place of its life."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from PIL import Image, ImageDraw
from procrastinate.contrib.django import app

from mukatabat.exchange import queries as exchange
from mukatabat.letters.actions import approval, drafting, issuing, receiving
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand, DraftCommand
from mukatabat.letters.models import Letter
from mukatabat.press.content import from_plain_text
from mukatabat.signing import service
from tests.cast import FL, Cast

if TYPE_CHECKING:
    from uuid import UUID

    from mukatabat.tenancy.rules import Actor

BODY = "يرجى التفضل بإبداء الرأي القانوني في مدى أحقية المتعاقد في فروق الأسعار.\n\nأولًا: صورة العقد.\nثانيًا: المطالبة."


def draft_command(cast: Cast, *, to: UUID = FL, **changes: Any) -> DraftCommand:
    """A complete draft of the Ministry of Finance to ``to`` (the Department), along head and undersecretary."""
    command = DraftCommand(
        letter_type="opinion_request", subject="طلب الرأي بشأن فروق أسعار المواد", content=from_plain_text(BODY),
        addressees=(AddresseeCommand(to),), approvers=(cast.post("head.mof"),), signer=cast.post("signer.mof"),
    )  # fmt: skip
    return replace(command, **changes)


def approved_letter(cast: Cast, **changes: Any) -> Letter:
    """A letter of the Ministry of Finance that waits for its signer."""
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast, **changes))
    approval.submit(cast("adviser.mof"), letter.id)
    return approval.approve(cast("head.mof"), letter.id)


def signature_png(*, paper: bool = False, size: tuple[int, int] = (400, 160)) -> bytes:
    """A stroke as a PNG: on nothing, or on white paper."""
    picture = Image.new("RGBA", size, (255, 255, 255, 255 if paper else 0))
    ImageDraw.Draw(picture).line([(80, 100), (160, 40), (240, 110), (320, 60)], fill=(20, 30, 90, 255), width=6)
    written = io.BytesIO()
    picture.convert("RGB" if paper else "RGBA").save(written, "PNG")
    return written.getvalue()


def issue(actor: Actor, letter_id: UUID, provider: Any = None) -> issuing.Progress:
    """Issue an approved letter in its three steps."""
    chosen = provider or service.provider()
    running = issuing.begin_issue(actor, letter_id, provider=chosen)
    return issuing.collect_signature(actor, running.id, provider=chosen, time_stamps=service.time_stamps())


def issued_letter(cast: Cast, **changes: Any) -> Letter:
    """A letter of the Ministry of Finance, issued; its carriage is ordered and not yet done."""
    letter = approved_letter(cast, **changes)
    assert issue(cast("signer.mof"), letter.id) is issuing.Progress.ISSUED
    return letter


def run_jobs() -> int:
    """Run every due job in this process, as the worker would; returns how many ran."""
    done = 0
    while jobs := _due():
        for job_id, task, arguments in jobs:
            app.tasks[task].func(**arguments)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
            done += 1
    return done


def _due() -> list[tuple[int, str, dict[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs "
            "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id"
        )
        return [(job_id, task, _plain(arguments)) for job_id, task, arguments in cursor.fetchall()]


def _plain(arguments: str) -> dict[str, str]:
    """The arguments without the trace, which the worker takes off too."""
    return {name: value for name, value in json.loads(arguments).items() if name != "traceparent"}


def arrived(cast: Cast, login: str = "clerk.fl") -> Any:
    """The newest arrival in a clerk's tray after all jobs ran."""
    run_jobs()
    return exchange.waiting(cast(login))[0][-1]


def registered(cast: Cast, command: AcceptCommand | None = None, login: str = "clerk.fl") -> Letter:
    """The newest arrival, accepted and registered."""
    return receiving.accept_arrival(cast(login), arrived(cast, login).id, command or AcceptCommand())
