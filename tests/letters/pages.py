# SPDX-License-Identifier: EUPL-1.2
"""People of the cast as browsers: signed in, with the forms that their pages would send."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from mukatabat.access import second_factor, sessions
from mukatabat.access.demo import demo_code, demo_secret
from mukatabat.access.models import Account
from mukatabat.directory.seed import body_id, person_id
from mukatabat.kernel import clock

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

FL = str(body_id("FL"))
TEXT = "يرجى إبداء الرأي القانوني.\r\n\r\nأولًا: صورة العقد."


def browser(login: str, *, language: str = "ar", factor: bool = True) -> Client:
    """Somebody of the cast with a session, and in it a second factor proved an hour ago unless told otherwise."""
    account = _account(login)
    account.language = language
    account.save(update_fields=["language"])
    client = Client()
    client.force_login(account)
    session = client.session
    sessions.begin(session)
    if factor:
        sessions.remember_second_factor(session, account, clock.now() - timedelta(hours=1))
    session.save()
    return client


def _account(login: str) -> Account:
    account = Account.objects.filter(login=login).first()
    if account is None:
        account = Account(login=login, person_id=person_id(login))
        account.set_unusable_password()
        account.save()
        second_factor.install(account, demo_secret(login))
    return account


def code(login: str) -> str:
    """The one-time code that is valid now."""
    return demo_code(login)


def draft_fields(cast: Cast, **changes: Any) -> dict[str, Any]:
    """What the compose page of the ministry's adviser sends for a complete letter to the Department."""
    return {
        "version": "0", "to": [FL], "subject": "طلب الرأي بشأن فروق الأسعار", "letter_type": "opinion_request",
        "urgency": "normal", "secrecy": "normal", "body": TEXT, "approver": str(cast.post("head.mof")),
        "signer": str(cast.post("signer.mof")), **changes,
    }  # fmt: skip


def at(name: str, *where: UUID | str | int) -> str:
    """The address of a page of letters."""
    return reverse(f"letters:{name}", args=where)


def post_url(page: str) -> str:
    """Where the compose form of a page posts to."""
    found = re.search(r'<form class="form" id="draft" method="post" action="([^"]+)"', page)
    assert found is not None
    return unescape(found.group(1))
