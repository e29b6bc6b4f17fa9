# SPDX-License-Identifier: EUPL-1.2
"""What we keep in a session, and how sessions end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from mukatabat.access import rules
from mukatabat.access.models import Account
from mukatabat.kernel import clock

STARTED = "access.started_at"
SEEN = "access.seen_at"
SECOND_FACTOR = "access.second_factor"
PENDING_PROOF = "access.pending_proof"
LANGUAGE = "language"
BACKGROUND_HEADER = "X-Background"
"""A page that polls on its own sends this header with 1: such a request does not keep the session alive."""


def begin(session: SessionBase) -> None:
    """Note in a session that sign-in was completed now."""
    session[STARTED] = session[SEEN] = clock.now().isoformat()


def note_pending(session: SessionBase, account: Account) -> None:
    """Note in a half signed-in session which password and which epoch of the account were verified."""
    session[PENDING_PROOF] = account.get_session_auth_hash()


def is_pending_valid(session: SessionBase, account: Account) -> bool:
    """Tell whether the account is still open, and its password and epoch are those that were verified."""
    proof = session.get(PENDING_PROOF)
    known = isinstance(proof, str) and constant_time_compare(proof, account.get_session_auth_hash())
    return known and account.is_active


def remember_second_factor(session: SessionBase, account: Account, at: datetime) -> None:
    """Note in a session when this account proved its second factor."""
    session[SECOND_FACTOR] = {"account": str(account.pk), "at": at.isoformat()}


def forget_second_factor(session: SessionBase) -> None:
    """Forget every proof in a session."""
    session.pop(SECOND_FACTOR, None)


def second_factor_at(session: SessionBase, account: Account) -> datetime | None:
    """Return when the second factor of exactly this account was proved in this session (UTC), or None."""
    kept = session.get(SECOND_FACTOR)
    if not isinstance(kept, dict) or kept.get("account") != str(account.pk):
        return None
    return _moment(kept.get("at"))


def is_over(request: HttpRequest) -> bool:
    """Tell whether the session of a signed-in request has ended, and end it if so; else note that it was used.

    The note is written at most once a minute, so that a busy person does not cost a write per click.
    """
    now = clock.now()
    seen = _moment(request.session.get(SEEN))
    if rules.session_over(_moment(request.session.get(STARTED)), seen, now):
        forget(request.session.session_key)
        logout(request)
        return True
    if request.headers.get(BACKGROUND_HEADER) != "1" and seen is not None and now - seen >= rules.SESSION_TOUCH:
        request.session[SEEN] = now.isoformat()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)
    return False


def forget(session_key: str | None) -> None:
    """Remove a session from the list of its owner's sessions."""
    UserSession.objects.filter(session_key=session_key).delete()


def end_all(account: Account, *, except_key: str = "") -> int:
    """End all sessions of an account but one, at once and in every process; returns how many were listed.

    1. The epoch moves on, so that a session that no list knows is refused too. That also refuses the one to keep,
    whose proof the caller must renew (`django.contrib.auth.update_session_auth_hash`); 2. the rows go.
    """
    Account.objects.filter(pk=account.pk).update(session_epoch=F("session_epoch") + 1)  # 1
    account.refresh_from_db(fields=["session_epoch"])
    return end_listed(UserSession.objects.filter(user_id=account.pk).exclude(session_key=except_key))  # 2


def end_listed(sessions: Iterable[UserSession]) -> int:
    """End listed sessions by deleting them and their content; returns how many."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    count = 0
    for session in sessions:
        store().delete(session.session_key)
        session.delete()
        count += 1
    return count


def of_account(account_id: UUID) -> list[UserSession]:
    """List the living sessions of an account, the newest first; dead ones are dropped from the list."""
    rows = list(UserSession.objects.filter(user_id=account_id).order_by("-last_seen_at"))
    store = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    alive = set(
        store.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now()
        ).values_list("session_key", flat=True)
    )
    UserSession.objects.filter(pk__in=[row.pk for row in rows if row.session_key not in alive]).delete()
    return [row for row in rows if row.session_key in alive]


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
