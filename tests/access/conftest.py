# SPDX-License-Identifier: EUPL-1.2
"""A small body with an adviser and a signatory, and a count of password hashes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from mukatabat.access.models import Account
from mukatabat.directory.vocabulary import PostRole
from tests.access.people import Office, make_account, make_office


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a password hash cost almost nothing; its number is what the tests look at."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)


@pytest.fixture
def office() -> Office:
    """A body with one unit."""
    return make_office()


@pytest.fixture
def adviser(office: Office) -> Account:
    """An adviser without a second factor."""
    return make_account(office, PostRole.ADVISER, enrolled=False)


@pytest.fixture
def signer(office: Office) -> Account:
    """A signatory with a second factor."""
    return make_account(office, PostRole.SIGNATORY)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the password hashes that are computed."""
    calls: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted_encode(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        calls.append("encode")
        return encode(self, password, salt)

    def counted_verify(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        calls.append("verify")
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted_encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted_verify)

    def taken() -> int:
        number = len(calls)
        calls.clear()
        return number

    return taken
