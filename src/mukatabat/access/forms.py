# SPDX-License-Identifier: EUPL-1.2
"""The forms of the door; errors of the use cases become errors of the fields that caused them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from mukatabat.access.models import Digits, Language, Theme

# Codes and logins are written from left to right under an Arabic page too.
_LATIN = {"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(LoginForm):  # type: ignore[misc]
    """Login and password; allauth's own checks behind our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take a form's usual arguments, and the request that allauth hands over."""
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("User name"), _("Password")
        login.widget.attrs = {**_LATIN, "autocomplete": "username", "autofocus": True, "maxlength": "63"}
        password.widget.attrs = {"autocomplete": "current-password", "dir": "ltr"}
        password.help_text = ""


class CodeForm(forms.Form):
    """A one-time code or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={**_LATIN, "autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class EnrolmentForm(CodeForm):
    """The first code of a device, and the administrator's enrolment code where one is demanded."""

    field_order = ["password", "enrolment_code", "code"]
    password = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )
    enrolment_code = forms.CharField(
        label=_("Enrolment code"),
        max_length=40,
        widget=forms.TextInput(attrs={**_LATIN, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, demands_enrolment_code: bool, demands_password: bool = False, **kwargs: Any) -> None:
        """Take a form's usual arguments, and whether the administrator's code and the present password are asked for.

        In a session that goes on the password is: whoever found it open must not bind a device of their own to it.
        """
        super().__init__(*args, **kwargs)
        if not demands_enrolment_code:
            del self.fields["enrolment_code"]
        if not demands_password:
            del self.fields["password"]


class PasskeyForm(forms.Form):
    """A new passkey as the browser made it, or one to remove; and a code where none was proved lately."""

    name = forms.CharField(max_length=60, required=False)
    made = forms.CharField(required=False)
    remove = forms.IntegerField(required=False)
    code = forms.CharField(max_length=20, required=False)


class OwnPasswordForm(forms.Form):
    """A new password, typed twice."""

    password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )
    password2 = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password1") != cleaned.get("password2"):
            self.add_error("password2", forms.ValidationError(_("The two passwords differ."), code="different"))
        return cleaned


class ChangePasswordForm(OwnPasswordForm):
    """The present password, and a new one typed twice."""

    field_order = ["password", "password1", "password2"]
    password = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )


class PreferencesForm(forms.Form):
    """Screen preferences; any may be absent."""

    language = forms.ChoiceField(choices=Language.choices, required=False)
    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    digits = forms.ChoiceField(choices=Digits.choices, required=False)
    shortcuts = forms.ChoiceField(choices=[("on", "on"), ("off", "off")], required=False)
