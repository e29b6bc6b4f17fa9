# SPDX-License-Identifier: EUPL-1.2
"""The pages between a stranger and a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView, LogoutView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mukatabat.access import actions, queries, second_factor, sessions
from mukatabat.access.actions.door import prove_second_factor
from mukatabat.access.decisions import PUBLIC, access
from mukatabat.access.errors import AccessError, EnrolmentRefused, SignInLocked
from mukatabat.access.forms import CodeForm, EnrolmentForm, OwnPasswordForm, SignInForm
from mukatabat.access.limits import DOOR
from mukatabat.access.models import Account
from mukatabat.access.stages import EnrolmentStage, OwnPasswordStage, SecondFactorStage, Stage, current_stage
from mukatabat.kernel import clock

ENROLMENT_SECRET = "access.enrolment_secret"
SHOWN_CODES = "access.shown_recovery_codes"


class SignInView(LoginView):  # type: ignore[misc]
    """Login and password (`account/login.html`: form, redirect_field_value as the hidden field next)."""

    form_class = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check what was typed; a locked login gets its own page, 429, with the minutes left."""
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)
        except SignInLocked as error:
            context = {"error": error, "minutes": error.params["minutes"]}
            return render(request, "access/locked.html", context, status=error.http_status)
        return response


sign_in = access(PUBLIC, limit=DOOR)(SignInView.as_view())
# A session that is over already, or that never was, may be signed out again.
sign_out = access(PUBLIC)(require_POST(LogoutView.as_view()))


def at_stage(kind: type[Stage]) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a page be seen only by whoever stands at this stage of a sign-in; others start at its first page.

    So does whoever's account was closed, or password reset, since the password was verified.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @access(PUBLIC, limit=DOOR)
        @never_cache
        @sensitive_post_parameters()
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def staged(request: HttpRequest) -> HttpResponse:
            stage = None if request.user.is_authenticated else current_stage(request, kind)
            if stage is None:
                return redirect("account_login")
            if not sessions.is_pending_valid(request.session, stage.account):
                request.session.flush()
                return redirect("account_login")
            return view(request, stage)

        return staged  # type: ignore[return-value]

    return wrap


@at_stage(SecondFactorStage)
def authenticate(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Ask for a code (`mfa/authenticate.html`: form with the field code)."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            prove_second_factor(
                stage.account, form.cleaned_data["code"], session=request.session, place=place_of(request)
            )
        except AccessError as error:
            form.add_error("code", str(error.happened))
            context = {"form": form, "error": error}
            return render(request, "mfa/authenticate.html", context, status=error.http_status)
        return stage.exit()  # type: ignore[no-any-return]
    return render(request, "mfa/authenticate.html", {"form": form})


@at_stage(OwnPasswordStage)
def own_password(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Ask for a password of one's own (`account/password_change.html`: form; first is true)."""
    form = OwnPasswordForm(request.POST or None)
    if form.is_valid():
        account = stage.account
        try:
            actions.change_own_password(account, form.cleaned_data["password1"])
        except AccessError as error:
            form.add_error("password1", str(error.happened))
        else:
            sessions.note_pending(request.session, account)
            return stage.exit()  # type: ignore[no-any-return]
    return render(request, "account/password_change.html", {"form": form, "first": True})


@at_stage(EnrolmentStage)
def enrolment(request: HttpRequest, stage: Stage) -> HttpResponse:
    """Set up the second factor that is demanded; sign-in goes on to the recovery codes."""
    account = stage.account
    form = enrolment_form(request, account)
    if form.is_valid():
        codes = enrol(request, account, form)
        if codes is not None:
            request.session[SHOWN_CODES] = get_mfa_adapter().encrypt(" ".join(codes))
            wanted = stage.login.redirect_url
            stage.login.redirect_url = _with_next(reverse("mfa_view_recovery_codes"), wanted)
            return stage.exit()  # type: ignore[no-any-return]
    return render_enrolment(request, account, form)


def enrolment_form(request: HttpRequest, account: Account, *, in_session: bool = False) -> EnrolmentForm:
    """Return the form of the enrolment page, with the administrator's code where this account needs it.

    ``in_session`` asks for the present password too, which at the door was verified a moment ago.
    """
    demanded = bool(account.enrolment_code) or queries.second_factor_required(account)
    return EnrolmentForm(request.POST or None, demands_enrolment_code=demanded, demands_password=in_session)


def enrol(request: HttpRequest, account: Account, form: EnrolmentForm) -> list[str] | None:
    """Try to set up the second factor whose secret the session keeps; None leaves the refusal on the form."""
    kept = request.session.get(ENROLMENT_SECRET)
    if not isinstance(kept, str):
        return None
    try:
        codes = actions.enrol_second_factor(
            account,
            get_mfa_adapter().decrypt(kept),
            code=form.cleaned_data["code"],
            enrolment_code=form.cleaned_data.get("enrolment_code", ""),
            place=place_of(request),
        )
    except AccessError as error:
        form.add_error("enrolment_code" if isinstance(error, EnrolmentRefused) else "code", str(error.happened))
        return None
    del request.session[ENROLMENT_SECRET]
    remember_enrolment(request, account)
    return codes


def render_enrolment(request: HttpRequest, account: Account, form: EnrolmentForm) -> HttpResponse:
    """Show the enrolment page (`mfa/totp/activate_form.html`: form, secret, totp_svg, totp_url)."""
    adapter = get_mfa_adapter()
    kept = request.session.get(ENROLMENT_SECRET)
    secret = adapter.decrypt(kept) if isinstance(kept, str) else second_factor.new_secret()
    if kept is None:
        request.session[ENROLMENT_SECRET] = adapter.encrypt(secret)
    url = adapter.build_totp_url(account, secret)
    context = {"form": form, "secret": secret, "totp_url": url, "totp_svg": mark_safe(adapter.build_totp_svg(url))}  # noqa: S308
    return render(request, "mfa/totp/activate_form.html", context)


def remember_enrolment(request: HttpRequest, account: Account) -> None:
    """Count the code of an enrolment as the session's proof of the second factor."""
    sessions.remember_second_factor(request.session, account, clock.now())


def place_of(request: HttpRequest) -> str:
    """Return the network address that audit entries name."""
    return str(get_adapter().get_client_ip(request))


def _with_next(url: str, wanted: str | None) -> str:
    return f"{url}?{urlencode({'next': wanted})}" if wanted else url


def after(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the request's safe `next`, or else to the first page of the office."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    home = resolve_url(settings.LOGIN_REDIRECT_URL)
    return HttpResponseRedirect(wanted if wanted and get_adapter().is_safe_url(wanted) else home)
