# SPDX-License-Identifier: EUPL-1.2
"""Accounts of the standing cast, for a development installation alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from mukatabat.access import rules, second_factor
from mukatabat.access.models import Account
from mukatabat.kernel import clock

DEMO_PASSWORD = "mukatabat-demo-1"


class CastMember(Protocol):
    """One log-in of the cast and the person behind it, as `directory.seed` lists them."""

    @property
    def login(self) -> str:
        """The login, such as "signer.fl"."""

    @property
    def person_id(self) -> UUID:
        """The person in the directory."""


def seed_accounts(cast: Iterable[CastMember]) -> int:
    """Give every member of the cast an account with the demo's password and second factor; returns how many are new.

    An account that exists stays as it is. Raises RuntimeError outside a development installation.
    """
    _refuse_outside_development()
    known = set(Account.objects.values_list("login", flat=True))
    password = make_password(DEMO_PASSWORD)
    made = 0
    with transaction.atomic():
        for member in cast:
            login = Account.normalize_username(member.login)
            if login in known:
                continue
            account = Account.objects.create(login=login, person_id=member.person_id, password=password)
            second_factor.install(account, demo_secret(login))
            second_factor.renew_recovery_codes(account)
            made += 1
    return made


def demo_secret(login: str) -> str:
    """Return the second factor's secret of a demo login: the same in every run, so that a phone need enrol once."""
    _refuse_outside_development()
    digest = hashlib.sha256(f"mukatabat demo second factor {login}".encode()).digest()
    return base64.b32encode(digest[:20]).decode("ascii")


def demo_code(login: str) -> str:
    """Return the one-time code of a demo login that is valid now; raises `LookupError` for one of nobody."""
    known = Account.normalize_username(login)
    secret = demo_secret(known)
    if not Account.objects.filter(login=known).exists():
        message = f"nobody signs in as {login}; ./run demo lists who does"
        raise LookupError(message)
    return rules.one_time_code(secret, rules.step_at(clock.now()))


def _refuse_outside_development() -> None:
    if not getattr(settings, "MUKATABAT_DEVELOPMENT", False):
        message = "demo accounts exist only in a development installation (MUKATABAT_DEVELOPMENT)"
        raise RuntimeError(message)
