# SPDX-License-Identifier: EUPL-1.2
"""Accounts and what guards them: global tables, because a person signs in before any body is known."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel import clock
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.ids import new_id

LOGIN_PATTERN = r"^[a-z0-9][a-z0-9._-]{1,62}$"


class Language(models.TextChoices):
    """The language of the screens that a person chose."""

    ARABIC = "ar", _("Arabic")
    ENGLISH = "en", _("English")


class Theme(models.TextChoices):
    """The colours of the screens; the device's choice unless the person says otherwise."""

    AUTOMATIC = "auto", _("Automatic")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Digits(models.TextChoices):
    """The digit shapes on the screens: 123 or ١٢٣."""

    LATIN = "latn", _("Western digits")
    ARABIC_INDIC = "arab", _("Arabic-Indic digits")


class AccountDirectory(BaseUserManager["Account"]):
    """Finds accounts by the login as people type it."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Return the account of a typed login, any case and digit style; raises `Account.DoesNotExist`."""
        return self.get(login=Account.normalize_username(username or ""))


class Account(AbstractBaseUser):
    """How one person signs in: login, password hash, screen preferences; no rights (those come from posts)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login = models.CharField(max_length=63, unique=True, validators=[RegexValidator(LOGIN_PATTERN)])
    person = models.OneToOneField("directory.Person", on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ARABIC)
    shortcuts = models.BooleanField(default=True)
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.AUTOMATIC)
    digits = models.CharField(max_length=4, choices=Digits.choices, default=Digits.LATIN)
    # The password was chosen by an administrator; the person chooses another before anything else.
    must_change_password = models.BooleanField(default=False)
    # Part of every session's authentication hash: one more ends all sessions of the account at once.
    session_epoch = models.PositiveIntegerField(default=0)
    # After a reset of the second factor: the hash of the one-time code without which no new one is enrolled.
    enrolment_code = models.CharField(max_length=128, blank=True, default="")
    enrolment_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountDirectory()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(login__regex=LOGIN_PATTERN), name="access_account_login_shape"),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return a typed login as it is stored: trimmed, lower case, digits 0-9."""
        return latin_digits(username.strip()).lower()

    @classmethod
    def is_login_shaped(cls, login: str) -> bool:
        """Tell whether a normalised login could exist at all."""
        return re.fullmatch(LOGIN_PATTERN, login) is not None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the account with its login normalised, so that uniqueness ignores case."""
        self.login = self.normalize_username(self.login)
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Return the hash that a session must carry: it changes with the password and with `session_epoch`."""
        proof = f"{self.session_epoch}:{self.password}"
        return salted_hmac("mukatabat.access.session", proof, secret=secret, algorithm="sha256").hexdigest()


class LinkedIdentity(models.Model):
    """That a body's directory knows the person of an account under a name that never changes (`sub`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="access_identity_subject_once"),
            models.UniqueConstraint(fields=["account", "issuer"], name="access_identity_account_once"),
        ]


class UsedCode(models.Model):
    """A time step whose one-time code was used: the unique pair refuses a replay in every process (RFC 6238 §5.2)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="used_codes")
    step = models.BigIntegerField()
    used_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "step"], name="access_used_code_once"),
        ]


class Throttle(models.Model):
    """Failed proofs of one subject; the subject is a keyed digest, so unknown logins are counted and not kept."""

    class Kind(models.TextChoices):
        """What was being proved."""

        PASSWORD = "password"
        SECOND_FACTOR = "second-factor"
        ENROLMENT = "enrolment"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    first_failure_at = models.DateTimeField(default=clock.now)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "subject"], name="access_throttle_subject"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["first_failure_at"], name="access_throttle_age"),
        ]


__all__ = ["Account", "Digits", "Language", "LinkedIdentity", "Theme", "Throttle", "UsedCode"]
