# SPDX-License-Identifier: EUPL-1.2
"""Passkeys: at the door, in one's own account, and the challenge for a step that needs a fresh second factor."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mukatabat.access import actions, passkeys, second_factor, sessions
from mukatabat.access.actions.door import confirm_second_factor, note_refusal, prove_passkey
from mukatabat.access.backends import is_open
from mukatabat.access.decisions import ACCOUNT, PUBLIC, access
from mukatabat.access.errors import AccessError, SecondFactorLocked, SignInRefused
from mukatabat.access.forms import PasskeyForm, SignInForm
from mukatabat.access.limits import DOOR
from mukatabat.access.models import Account
from mukatabat.access.rules import is_fresh
from mukatabat.access.stages import PASSKEY
from mukatabat.access.views.door import after, place_of
from mukatabat.kernel import clock


@access(PUBLIC, limit=DOOR)
@never_cache
@require_POST
def door_options(request: HttpRequest) -> HttpResponse:
    """The challenge for whoever answers it with a passkey of theirs."""
    return JsonResponse(passkeys.begin_proof(None))


@access(PUBLIC, limit=DOOR)
@never_cache
@sensitive_post_parameters()
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: the device and its owner's finger, face or PIN are two factors.

    Every refusal looks the same: an unknown key, a closed account, an answer to another challenge.
    """
    answer = request.POST.get("passkey", "")
    try:
        account = passkeys.account_of(answer)
        place = place_of(request)
        at = prove_passkey(account, answer, session=request.session, place=place)
        if not is_open(account):
            note_refusal(account.login, place=place, locked=False)
            raise SignInRefused
    except AccessError as error:
        sessions.forget_second_factor(request.session)
        return _refused(request, error)
    account.backend = settings.AUTHENTICATION_BACKENDS[0]
    login = Login(user=account, redirect_url=after(request).url, state={PASSKEY: at.isoformat()})
    return cast(HttpResponse, perform_login(request, login))


def _refused(request: HttpRequest, error: AccessError) -> HttpResponse:
    shown = error if isinstance(error, SecondFactorLocked) else SignInRefused()
    form = SignInForm(request=request)
    context = {
        "form": form, "errors": [{"field": "", "text": f"{shown.happened} {shown.do}"}], "passkeys": True,
        "redirect_field_name": "next", "redirect_field_value": request.POST.get("next", ""),
    }  # fmt: skip
    return render(request, "account/login.html", context, status=shown.http_status)


@access(ACCOUNT)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The own passkeys (`access/passkeys.html`); POST adds one or takes one away, after a fresh proof."""
    account = cast(Account, request.user)
    if not second_factor.is_enrolled(account):
        return redirect("mfa_activate_totp")
    form = PasskeyForm(request.POST or None)
    errors: list[dict[str, str]] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _require_fresh(request, account, form)
            _change(request, account, form)
        except AccessError as error:
            errors, status = [{"field": "", "text": f"{error.happened} {error.do}"}], error.http_status
        else:
            return redirect("access_passkeys")
    return render(request, "access/passkeys.html", _page(request, account) | {"errors": errors}, status=status)


def _require_fresh(request: HttpRequest, account: Account, form: PasskeyForm) -> None:
    if not _fresh(request, account):
        confirm_second_factor(request, form.cleaned_data["code"])


def _change(request: HttpRequest, account: Account, form: PasskeyForm) -> None:
    said = form.cleaned_data
    if said["remove"]:
        actions.remove_passkey(account, said["remove"], place=place_of(request))
    else:
        actions.add_passkey(request, account, name=said["name"], answer=said["made"])


def _fresh(request: HttpRequest, account: Account) -> bool:
    return is_fresh(sessions.second_factor_at(request.session, account), clock.now())


def _page(request: HttpRequest, account: Account) -> dict[str, Any]:
    rows = [
        {"id": one.pk, "name": one.wrap().name, "made_at": one.created_at, "used_at": one.last_used_at}
        for one in passkeys.of_account(account)
    ]
    full = len(rows) >= passkeys.MOST_PASSKEYS
    return {"passkeys": rows, "second_factor_fresh": _fresh(request, account), "full": full}


@access(ACCOUNT)
@never_cache
@require_POST
def enrol_options(request: HttpRequest) -> HttpResponse:
    """The challenge for a new passkey of one's own."""
    return JsonResponse(passkeys.begin_enrolment(cast(Account, request.user)))


@access(ACCOUNT)
@never_cache
@require_POST
def proof_options(request: HttpRequest) -> HttpResponse:
    """The challenge for a step that needs a fresh second factor."""
    return JsonResponse(passkeys.begin_proof(cast(Account, request.user)))
