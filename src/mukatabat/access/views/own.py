# SPDX-License-Identifier: EUPL-1.2
"""The pages of one's own account: second factor, recovery codes, sessions, password, preferences."""

from __future__ import annotations

from typing import cast

from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access import actions, queries, rules, second_factor, sessions
from mukatabat.access.actions.door import prove_second_factor
from mukatabat.access.adapter import AccountAdapter
from mukatabat.access.decisions import ACCOUNT, PUBLIC, access
from mukatabat.access.devices import device_of
from mukatabat.access.errors import AccessError, SecondFactorMissing
from mukatabat.access.forms import ChangePasswordForm, CodeForm, PreferencesForm
from mukatabat.access.models import Account, Digits, Language, Theme
from mukatabat.access.views.door import (
    SHOWN_CODES,
    after,
    enrol,
    enrolment_form,
    place_of,
    render_enrolment,
)

_page = require_http_methods(["GET", "POST"])


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


@access(ACCOUNT)
@require_GET
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Go to the enrolment, or to the recovery codes of a second factor that is there."""
    there = second_factor.is_enrolled(_account(request))
    return redirect("mfa_view_recovery_codes" if there else "mfa_activate_totp")


@access(ACCOUNT)
@never_cache
@_page
def activate(request: HttpRequest) -> HttpResponse:
    """Set up a second factor of one's own will (`mfa/totp/activate_form.html`)."""
    account = _account(request)
    if second_factor.is_enrolled(account):
        return redirect("mfa_view_recovery_codes")
    form = enrolment_form(request, account, in_session=True)
    codes = enrol(request, account, form) if form.is_valid() and _knows_password(request, form) else None
    if codes is None:
        return render_enrolment(request, account, form)
    request.session[SHOWN_CODES] = get_mfa_adapter().encrypt(" ".join(codes))
    return redirect("mfa_view_recovery_codes")


@access(ACCOUNT)
@never_cache
@_page
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show fresh recovery codes once; renew them against a code.

    `mfa/recovery_codes/index.html`: unused_codes (list, only when they are shown), unused_code_count, total_count,
    form (field code) for the renewal, may_remove, next_url.
    """
    account = _account(request)
    if not second_factor.is_enrolled(account):
        raise SecondFactorMissing
    form = CodeForm(request.POST or None)
    codes: list[str] = []
    if form.is_valid() and _proved(request, form):
        codes = actions.renew_recovery_codes(account, place=place_of(request))
    elif request.method == "GET" and (kept := request.session.pop(SHOWN_CODES, None)):
        codes = get_mfa_adapter().decrypt(kept).split()
    context = {
        "form": form,
        "unused_codes": codes,
        "unused_code_count": second_factor.unused_recovery_codes(account),
        "total_count": rules.RECOVERY_CODE_COUNT,
        "may_remove": not queries.second_factor_required(account),
        "next_url": after(request).url,
    }
    return render(request, "mfa/recovery_codes/index.html", context)


@access(ACCOUNT)
@_page
def deactivate(request: HttpRequest) -> HttpResponse:
    """Remove the own second factor against a code (`mfa/totp/deactivate_form.html`: form with the field code)."""
    account = _account(request)
    if not second_factor.is_enrolled(account):
        raise SecondFactorMissing
    form = CodeForm(request.POST or None)
    if form.is_valid() and _proved(request, form):
        actions.remove_second_factor(account, place=place_of(request))
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "mfa/totp/deactivate_form.html", {"form": form})


@access(ACCOUNT)
@never_cache
@_page
def session_list(request: HttpRequest) -> HttpResponse:
    """List the own sessions; POST `session` (its id) ends one, POST `others` ends all but this one.

    `usersessions/usersession_list.html`: rows [{session (id, ip, user_agent, created_at, last_seen_at, is_current),
    device}], session_count.
    """
    account, key = _account(request), request.session.session_key or ""
    if request.method == "POST":
        if "others" in request.POST:
            actions.revoke_other_sessions(account, session_key=key)
            update_session_auth_hash(request, account)
        elif request.POST.get("session", "").isdecimal():
            actions.revoke_session(account, int(request.POST["session"]))
        return redirect("usersessions_list")
    rows = [{"session": one, "device": device_of(one.user_agent)} for one in sessions.of_account(account.pk)]
    return render(request, "usersessions/usersession_list.html", {"rows": rows, "session_count": len(rows)})


@access(ACCOUNT)
@never_cache
@sensitive_post_parameters()
@_page
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the own password against the present one (`account/password_change.html`: form)."""
    account = _account(request)
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid() and _knows_password(request, form):
        try:
            key = request.session.session_key or ""
            actions.change_own_password(account, form.cleaned_data["password1"], session_key=key)
        except AccessError as error:
            form.add_error("password1", str(error.happened))
        else:
            update_session_auth_hash(request, account)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "account/password_change.html", {"form": form, "first": False})


@access(PUBLIC)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choices of the own menu with the account, and the language in the session until sign-in."""
    form = PreferencesForm(request.POST)
    response = after(request)
    if not form.is_valid():
        return response
    chosen = form.cleaned_data
    if request.user.is_authenticated:
        wanted = actions.Preferences(
            language=Language(chosen["language"]) if chosen["language"] else None,
            theme=Theme(chosen["theme"]) if chosen["theme"] else None,
            digits=Digits(chosen["digits"]) if chosen["digits"] else None,
            shortcuts=chosen["shortcuts"] == "on" if chosen["shortcuts"] else None,
        )
        actions.set_preferences(_account(request), wanted)
    if chosen["language"]:
        request.session[sessions.LANGUAGE] = chosen["language"]
    return response


def _knows_password(request: HttpRequest, form: Form) -> bool:
    """Verify the present password, counted like any other; a wrong one stands on the form."""
    account = _account(request)
    checked = AccountAdapter(request).authenticate(
        request, username=account.login, password=form.cleaned_data["password"]
    )
    if checked is None:
        form.add_error("password", str(AccountAdapter.error_messages["username_password_mismatch"]))
    return checked is not None


def _proved(request: HttpRequest, form: CodeForm) -> bool:
    try:
        prove_second_factor(
            _account(request), form.cleaned_data["code"], session=request.session, place=place_of(request)
        )
    except AccessError as error:
        form.add_error("code", str(error.happened))
        return False
    return True
