# SPDX-License-Identifier: EUPL-1.2
"""What sign-in asks of Django and django-allauth; `web.settings` takes every name of `DJANGO_SETTINGS` over."""

from __future__ import annotations

from typing import Any

from mukatabat.access.rules import ONE_TIME_CODE_TOLERANCE, RECOVERY_CODE_COUNT, SESSION_ABSOLUTE

DJANGO_SETTINGS: dict[str, Any] = {
    "AUTH_USER_MODEL": "access.Account",
    "AUTHENTICATION_BACKENDS": ["mukatabat.access.backends.PasswordBackend"],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "AUTH_PASSWORD_VALIDATORS": [
        {
            "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ("login",)},
        },
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ],
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "/",
    "LOGOUT_REDIRECT_URL": "account_login",
    # Accounts: made by administrators, never by sign-up; no e-mail takes part.
    "ACCOUNT_ADAPTER": "mukatabat.access.adapter.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": "login",
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
    "ACCOUNT_PRESERVE_USERNAME_CASING": False,
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_SESSION_REMEMBER": False,
    "ACCOUNT_LOGIN_TIMEOUT": 900,
    # Per address only what stops a flood: a whole ministry may sign in from one address at eight in the morning.
    # Guessing is stopped per login by our own lock-out, which every process shares (`throttle`).
    "ACCOUNT_RATE_LIMITS": {"login": "240/m/ip", "login_failed": None},
    "MFA_ADAPTER": "mukatabat.access.adapter.SecondFactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
    # A passkey counts as two factors only because its device asks for a finger, a face or a PIN each time.
    "MFA_WEBAUTHN_USER_VERIFICATION": "required",
    "MFA_TOTP_ISSUER": "Mukatabat",
    "MFA_TOTP_TOLERANCE": ONE_TIME_CODE_TOLERANCE,
    "MFA_RECOVERY_CODE_COUNT": RECOVERY_CODE_COUNT,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_TRUST_ENABLED": False,
    "SESSION_COOKIE_AGE": int(SESSION_ABSOLUTE.total_seconds()),
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    # Sessions live in the database, so that one that is revoked is dead in every process at once.
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "USERSESSIONS_TRACK_ACTIVITY": False,
}
