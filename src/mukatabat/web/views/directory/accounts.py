# SPDX-License-Identifier: EUPL-1.2
"""The care of accounts: an account for a person, closing and opening it, what was lost, and ending its sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mukatabat.access import actions
from mukatabat.access.actions import AccountAct, CreateAccount
from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.models import Account, Language
from mukatabat.access.queries import access_account, holds_power
from mukatabat.directory.queries import administration as queries
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel.language import spoken
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import AccountForm, ReasonForm
from mukatabat.web.views.directory.pages import FormPage, answer
from mukatabat.web.views.directory.people import named, person_url

CARE = "capability:administer_accounts"


@access(CARE)
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give a person an account; its first password is shown once (`directory/secret.html`)."""
    actor = actor_of_request(request)
    person = queries.access_person(actor, person_id)

    def perform(said: dict[str, Any]) -> HttpResponse:
        command = CreateAccount(person_id=person_id, login=said["login"], language=Language(said["language"]))
        issued = actions.create_account(actor, command)
        text = ""
        if holds_power(issued.account):
            text = _("The code for the second factor is proposed; the second person who confirms it hands it over.")
        return secret_page(request, issued.account, password=issued.password, text=text)

    page = FormPage(
        title=_("Create an account"), label=_("Create"), icon="key-round", back=person_url(person_id), perform=perform,
        facts=named(person), text=_("The person chooses a password of their own at the first sign-in."),
    )  # fmt: skip
    return answer(request, AccountForm(request.POST or None), page)


def secret_page(
    request: HttpRequest, account: Account, *, password: str = "", code: str = "", text: str = ""
) -> HttpResponse:
    """Show what an account's person needs to come in, once; the page can be printed and is kept nowhere."""
    person = account.person
    context = {
        "login": account.login, "password": password, "code": code, "text": text,
        "name": spoken(person.ar, person.en), "back": {"url": person_url(person.pk)},
    }  # fmt: skip
    return render(request, "directory/secret.html", context)


# ── what may be done to an account ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Care:
    """One thing done to an account for a reason: its words, and the use case; a secret answers with its page."""

    title: Promise
    label: Promise
    done: Promise
    act: Callable[[Actor, AccountAct], object]
    icon: str
    text: Promise | str = ""
    danger: bool = False
    two_persons: ChangeKind | None = None


_ENDS = gettext_lazy("All sessions of the account end at once.")
CARES: dict[str, Care] = {
    "close": Care(
        gettext_lazy("Close the account"), gettext_lazy("Close"), gettext_lazy("The account was closed."),
        actions.deactivate, "lock", _ENDS, danger=True,
    ),
    "open": Care(
        gettext_lazy("Open the account again"), gettext_lazy("Open"), gettext_lazy("The account was opened."),
        actions.reactivate, "key-round",
    ),
    "sessions": Care(
        gettext_lazy("End all sessions"), gettext_lazy("End"), gettext_lazy("The sessions were ended."),
        actions.end_sessions, "log-out", danger=True,
    ),
    "password": Care(
        gettext_lazy("Give a new first password"), gettext_lazy("Give"), gettext_lazy("The password was replaced."),
        actions.set_password, "key-round", _ENDS, two_persons=ChangeKind.PASSWORD,
    ),
    "second-factor": Care(
        gettext_lazy("Reset a lost second factor"), gettext_lazy("Reset"), gettext_lazy("The second factor was reset."),
        actions.reset_second_factor, "shield-alert", _ENDS, two_persons=ChangeKind.SECOND_FACTOR,
    ),
}  # fmt: skip
"""What the address calls it, and what it is. Password and second factor of an account of power need two persons."""


@access(CARE)
@never_cache
@require_http_methods(["GET", "POST"])
def care(request: HttpRequest, account_id: UUID, act: str) -> HttpResponse:
    """Do one of `CARES` to an account of the own body, or propose it where one person does not suffice."""
    actor, wanted = actor_of_request(request), CARES.get(act)
    account = access_account(actor, account_id)
    if wanted is None:
        raise Http404
    proposed = wanted.two_persons if wanted.two_persons is not None and holds_power(account) else None

    def perform(said: dict[str, Any]) -> str | HttpResponse:
        command = AccountAct(account_id=account_id, reason=said["reason"])
        if proposed is not None:
            actions.propose_for_account(actor, proposed, command)
            return _("Proposed. It waits for a second person.")
        secret = wanted.act(actor, command)
        if wanted.two_persons is ChangeKind.PASSWORD:
            return secret_page(request, account, password=str(secret))
        if wanted.two_persons is ChangeKind.SECOND_FACTOR:
            return secret_page(request, account, code=str(secret))
        return str(wanted.done)

    text = _("This account holds power: a second person confirms it, and hands the secret over.") if proposed else ""
    page = FormPage(
        title=wanted.title, label=_("Propose") if proposed else wanted.label, icon=wanted.icon, danger=wanted.danger,
        back=person_url(account.person_id), perform=perform, facts=named(account.person),
        text=f"{text} {wanted.text}".strip(),
    )  # fmt: skip
    return answer(request, ReasonForm(request.POST or None), page)
