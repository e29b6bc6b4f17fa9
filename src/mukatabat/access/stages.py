# SPDX-License-Identifier: EUPL-1.2
"""What stands between a verified password and a session; each stage is a page of `views.door`."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage, LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mukatabat.access import second_factor
from mukatabat.access.models import Account
from mukatabat.access.queries import second_factor_required

PASSKEY = "access.passkey"
"""In the state of a sign-in: when it was begun with a passkey, which is both factors at once."""


class Stage(LoginStage):  # type: ignore[misc]
    """A stage that is passed over unless `is_needed`."""

    urlname: str = ""

    @property
    def account(self) -> Account:
        """The account whose password was verified; it is not signed in yet."""
        user: Any = self.login.user
        assert isinstance(user, Account)
        return user

    def is_needed(self) -> bool:
        """Tell whether the person must stop here."""
        raise NotImplementedError

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send the person to the stage's page, or let the sign-in go on."""
        return (HttpResponseRedirect(reverse(self.urlname)) if self.is_needed() else None), True


class SecondFactorStage(Stage):
    """A code from whoever has a second factor."""

    key = "access.second-factor"
    urlname = "mfa_authenticate"

    def is_needed(self) -> bool:
        """Tell whether the account has a second factor that this sign-in did not prove already, by a passkey."""
        return PASSKEY not in self.login.state and second_factor.is_enrolled(self.account)


class OwnPasswordStage(Stage):
    """A password of one's own in place of one that an administrator knows."""

    key = "access.own-password"
    urlname = "access_own_password"

    def is_needed(self) -> bool:
        """Tell whether the password came from an administrator."""
        return self.account.must_change_password


class EnrolmentStage(Stage):
    """A second factor for whoever must have one and has none, under the administrator's one-time code."""

    key = "access.enrolment"
    urlname = "access_enrolment"

    def is_needed(self) -> bool:
        """Tell whether posts or an administrator's reset demand a second factor that is not there."""
        account = self.account
        if second_factor.is_enrolled(account):
            return False
        return bool(account.enrolment_code) or second_factor_required(account)


def current_stage(request: HttpRequest, kind: type[Stage]) -> Stage | None:
    """Return the stage of this kind at which the request's sign-in stands, or None."""
    stage = LoginStageController.enter(request, kind.key)
    return stage if isinstance(stage, kind) else None
