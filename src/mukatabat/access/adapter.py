# SPDX-License-Identifier: EUPL-1.2
"""How django-allauth behaves in this house."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mukatabat.access import rules, sessions, throttle
from mukatabat.access.actions import door
from mukatabat.access.errors import SecondFactorRefused, SignInLocked, SignInRefused
from mukatabat.access.models import Account, Throttle
from mukatabat.kernel import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts without sign-up and e-mail, with our lock-out, audit and session rules."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": SignInRefused.happened,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: administrators make accounts."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Answer everyone with pages, whatever the request's headers say."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Leave out allauth's own notices; our pages say what happened."""

    def is_safe_url(self, url: str | None) -> bool:
        """Allow a way back only to the host that is being visited, and only with its own scheme."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_login_stages(self) -> list[str]:
        """Between password and session: second factor, own password, enrolment."""
        return [
            "mukatabat.access.stages.SecondFactorStage",
            "mukatabat.access.stages.OwnPasswordStage",
            "mukatabat.access.stages.EnrolmentStage",
        ]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        """Check login and password under the lock-out; known and unknown logins take the same steps.

        1. Count the attempt; 2. check; 3. a refusal is audited, and the last one allowed says how long the lock lasts.
        Raises `SignInLocked`.
        """
        login = Account.normalize_username(credentials.get("username") or "")
        look = throttle.attempt(Throttle.Kind.PASSWORD, login)  # 1
        if not look.allowed and look.locked_until is not None:
            raise SignInLocked(minutes=rules.minutes_left(look.locked_until, clock.now()))
        account = authenticate(request, username=login, password=credentials.get("password"))  # 2
        if isinstance(account, Account):
            throttle.forget(Throttle.Kind.PASSWORD, login)
            return account
        door.note_refusal(login, place=self.place(request), locked=look.locked_until is not None)  # 3
        if look.locked_until is not None:
            raise SignInLocked(minutes=rules.minutes_left(look.locked_until, clock.now()))
        return None

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Give the half signed-in session a new key, so that nobody who knew the old one shares it."""
        request.session.cycle_key()
        sessions.note_pending(request.session, user)
        return None

    def login(self, request: HttpRequest, user: Any) -> None:
        """Complete sign-in: a new session key, the session's clock, the audit entry.

        The account may have been closed, or its password reset, since the password was checked; then it starts over.
        """
        if not sessions.is_pending_valid(request.session, user):
            request.session.flush()
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        super().login(request, user)
        del request.session[sessions.PENDING_PROOF]
        sessions.begin(request.session)
        door.note_sign_in(user, session=request.session, place=self.place(request))

    def logout(self, request: HttpRequest) -> None:
        """End the session, take it off its owner's list, audit; the next page keeps the person's language."""
        account = request.user if isinstance(request.user, Account) else None
        if account:
            door.note_sign_out(account, place=self.place(request))
        sessions.forget(request.session.session_key)
        super().logout(request)
        if account:
            request.session[sessions.LANGUAGE] = str(account.language)

    def place(self, request: HttpRequest) -> str:
        """Return the network address that an audit entry names."""
        return str(self.get_client_ip(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors whose secrets lie encrypted in the database."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": SecondFactorRefused.happened,
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret (Fernet: AES-128-CBC with HMAC-SHA-256) under a key derived from SECRET_KEY."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret, also one kept under an earlier key of SECRET_KEY_FALLBACKS."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: accounts have no e-mail of their own."""


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> bytes:
    material = secret if isinstance(secret, bytes) else secret.encode()
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mukatabat.access.second-factor")
    return base64.urlsafe_b64encode(derivation.derive(material))
