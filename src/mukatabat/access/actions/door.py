# SPDX-License-Identifier: EUPL-1.2
"""What the trail keeps of the door, and the proof of the second factor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from mukatabat.access import passkeys, second_factor, sessions
from mukatabat.access.decisions import keep_actor
from mukatabat.access.errors import AccessError
from mukatabat.access.models import Account
from mukatabat.access.queries import actor_of
from mukatabat.audit.actions import record
from mukatabat.directory.models import Person, Post
from mukatabat.directory.vocabulary import PostRole
from mukatabat.tenancy.rules import Actor, system_actor

logger = logging.getLogger(__name__)

DOOR = "access.door"


def account_actor(account: Account, *, session_key: str = "") -> Actor:
    """Return the person behind an account as an actor without posts, for acts on the own account alone."""
    person = Person.objects.select_related("body").get(pk=account.person_id)
    return Actor(
        person_id=person.pk,
        body_id=person.body_id,
        realm=person.body.realm,
        name_ar=person.ar,
        name_en=person.en,
        account_id=account.pk,
        session_key=session_key,
    )


def note_sign_in(account: Account, *, session: SessionBase, place: str) -> None:
    """Record that a sign-in was completed."""
    proved = sessions.second_factor_at(session, account) is not None
    record(
        account_actor(account), act="access.signed-in", object_kind="account", object_id=account.pk, place=place,
        detail={"second_factor": proved},
    )  # fmt: skip


def note_sign_out(account: Account, *, place: str) -> None:
    """Record that a person ended the session."""
    record(
        account_actor(account), act="access.signed-out", object_kind="account", object_id=account.pk, place=place
    )  # fmt: skip


def note_refusal(login: str, *, place: str, locked: bool) -> None:
    """Record a refused sign-in: in the body of the account or, when there is none, in the operator's.

    An unknown login is not kept: people type passwords there by mistake. Both cases write one entry, so that neither
    takes visibly longer.
    """
    account = Account.objects.select_related("person__body").filter(login=login).first()
    operator = Post.objects.select_related("body").filter(role=PostRole.OPERATOR.value).order_by("body__code").first()
    body = account.person.body if account else operator.body if operator else None
    if body is None:
        logger.warning("a sign-in with an unknown user name was refused, and no operator's body can record it")
        return
    record(
        system_actor(DOOR, body_id=body.pk, realm=body.realm), act="access.sign-in-refused", object_kind="account",
        object_id=account.pk if account else None, place=place, detail={"known": account is not None, "locked": locked},
    )  # fmt: skip


def prove_second_factor(account: Account, code: str, *, session: SessionBase, place: str) -> datetime:
    """Verify a code of an account, note the proof in the session, audit it either way; returns the moment (UTC).

    Errors: those of `second_factor.prove`. Never call it inside a transaction.
    """
    return _proved(account, lambda: second_factor.prove(account, code), session=session, place=place)


def _proved(account: Account, prove: Callable[[], datetime], *, session: SessionBase, place: str) -> datetime:
    actor = account_actor(account, session_key=session.session_key or "")
    try:
        at = prove()
    except AccessError as refusal:
        record(
            actor, act="access.second-factor-refused", object_kind="account", object_id=account.pk, place=place,
            detail={"code": refusal.code},
        )  # fmt: skip
        raise
    record(actor, act="access.second-factor-proved", object_kind="account", object_id=account.pk, place=place)
    sessions.remember_second_factor(session, account, at)
    return at


def prove_passkey(account: Account, answer: str, *, session: SessionBase, place: str) -> datetime:
    """Verify a passkey of an account as `prove_second_factor` does a code; errors: those of `passkeys.prove`."""
    return _proved(account, lambda: passkeys.prove(account, answer), session=session, place=place)


def confirm_second_factor(request: HttpRequest, code: str) -> datetime:
    """Verify a fresh code of the signed-in person, as a signature demands; returns the moment of the proof (UTC).

    Whoever answered with a passkey instead sent it beside the empty code. The request's actor carries the proof
    afterwards. Errors: those of `second_factor.prove` and `passkeys.prove`.
    """
    account = cast(Account, request.user)
    place = str(get_adapter().get_client_ip(request))
    answer = request.POST.get("passkey", "")
    prove, proof = (prove_passkey, answer) if answer else (prove_second_factor, code)
    at = prove(account, proof, session=request.session, place=place)
    keep_actor(request, actor_of(account, session=request.session))
    return at
