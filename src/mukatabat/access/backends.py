# SPDX-License-Identifier: EUPL-1.2
"""The one way in by password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from mukatabat.access.models import Account
from mukatabat.kernel import clock


class PasswordBackend(BaseBackend):
    """Checks login and password; every refusal costs exactly one password hash, whatever its cause."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        """Return the account of a login and its password, or None.

        1. Unknown login: hash the typed password and throw the result away. 2. Known: verify, which hashes once; an
        unusable password is hashed by Django alike. 3. Only then look whether the account is open.
        """
        if not password:
            return None
        account = Account.objects.select_related("person").filter(login=username or "").first()
        if account is None:
            make_password(password)  # 1
            return None
        if not account.check_password(password):  # 2
            return None
        return account if is_open(account) else None  # 3

    def get_user(self, user_id: UUID | str) -> Account | None:
        """Return the account of a session, or None as soon as it is closed."""
        account = Account.objects.select_related("person__body").filter(pk=user_id).first()
        return account if account is not None and is_open(account) else None


def is_open(account: Account) -> bool:
    """Tell whether an account lets its person in today: neither closed nor of somebody who left."""
    today = clock.today()
    person = account.person
    return account.is_active and person.valid_from <= today and (person.valid_to is None or today <= person.valid_to)
