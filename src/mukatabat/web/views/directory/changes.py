# SPDX-License-Identifier: EUPL-1.2
"""What waits for a second person («بانتظار موافقة ثانية»): the list, one proposal whole, confirming and declining."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access import actions
from mukatabat.access.actions.door import confirm_second_factor
from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.models import Account
from mukatabat.access.second_factor import fresh
from mukatabat.directory import actions as directory
from mukatabat.directory import queries as shared
from mukatabat.directory.models import Change, Person, Post
from mukatabat.directory.queries import administration as queries
from mukatabat.directory.rules import ChangeFacts, bar_to_confirming
from mukatabat.directory.vocabulary import ChangeKind, MandateKind, Verdict
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import month_begins, month_name
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions.recovery import confirm_reader
from mukatabat.letters.types import CATALOGUE
from mukatabat.signing.enrolment import confirm_signer
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import LEVELS
from mukatabat.web.views.directory.accounts import secret_page
from mukatabat.web.views.directory.frame import administration_tabs
from mukatabat.web.views.directory.webhooks import proposals

SECOND = "capability:administer_body|sign|operate"


@access(SECOND)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided lately (`directory/changes.html`)."""
    actor = actor_of_request(request)
    waiting, ended = queries.changes_waiting(actor), queries.changes_ended(actor)
    names = _names([*waiting, *ended])
    context = {
        "waiting": [*(_row(actor, one, names) for one in waiting), *proposals(actor)],
        "ended": [_row(actor, one, names) for one in ended],
        "tabs": administration_tabs(actor, "directory:changes"),
    }  # fmt: skip
    return render(request, "directory/changes.html", context)


def _names(found: Iterable[Change]) -> dict[UUID, str]:
    ids: set[UUID] = set()
    for one in found:
        ids |= {one.proposed_by, *([one.person_id] if one.person_id else [])}
        if decision := getattr(one, "decision", None):
            ids.add(decision.decided_by)
    return {one.pk: spoken(one.ar, one.en) for one in shared.person_names(ids).values()}


def _row(actor: Actor, change: Change, names: dict[UUID, str]) -> dict[str, Any]:
    decision = getattr(change, "decision", None)
    return {
        "url": reverse("directory:change", args=[change.pk]), "kind": ChangeKind(change.kind).label,
        "person": names.get(change.person_id, "") if change.person_id else _month_of(change),
        "proposed_by": names.get(change.proposed_by, ""),
        "reason": change.reason, "proposed_at": change.proposed_at, "expires_at": change.expires_at,
        "verdict": Verdict(decision.verdict).label if decision else "", "code": decision.verdict if decision else "",
        "decided_by": names.get(decision.decided_by, "") if decision else "",
        "decided_at": decision.decided_at if decision else None, "own": change.proposed_by == actor.person_id,
    }  # fmt: skip


@access(SECOND)
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """One proposal whole (`directory/change.html`); POST `act` is "confirm", with a code unless fresh, or "decline"."""
    actor = actor_of_request(request)
    shown = queries.access_change(actor, change_id)
    errors: list[dict[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            return _decided(request, shown)
        except MukatabatError as error:
            errors = [{"field": "", "text": f"{error.happened} {error.do}"}]
            status = error.http_status
            actor, shown = actor_of_request(request), queries.access_change(actor, change_id)
    return render(request, "directory/change.html", _page(actor, shown) | {"errors": errors}, status=status)


def _decided(request: HttpRequest, shown: Change) -> HttpResponse:
    if request.POST.get("act") != "confirm":
        directory.decline(actor_of_request(request), shown.pk, request.POST.get("reason", ""))
        messages.success(request, _("The proposal was ended; nothing was changed."))
        return redirect("directory:changes")
    if not fresh(actor_of_request(request), clock.now()):
        confirm_second_factor(request, request.POST.get("code", ""))
        request.session.save()
    if shown.kind == ChangeKind.READER:
        confirm_reader(actor_of_request(request), shown.pk)
        messages.success(request, _("Confirmed. The person reads the letter from now on, and the trail says so."))
        return redirect("directory:changes")
    if shown.kind == ChangeKind.SIGNER:
        confirm_signer(actor_of_request(request), shown.pk)
        messages.success(request, _("Confirmed. The person signs with this key from now on."))
        return redirect("directory:changes")
    confirmed = actions.confirm_change(actor_of_request(request), shown.pk)
    if confirmed.secret:
        account = Account.objects.select_related("person").get(person=shown.person_id)
        kind = "password" if shown.kind == ChangeKind.PASSWORD else "code"
        return secret_page(request, account, **{kind: confirmed.secret})
    messages.success(request, _("Confirmed, and carried out."))
    return redirect("directory:changes")


def _page(actor: Actor, shown: Change) -> dict[str, Any]:
    decision = getattr(shown, "decision", None)
    bar = bar_to_confirming(
        ChangeFacts(
            proposed_by=shown.proposed_by, person_id=shown.person_id, expires_at=shown.expires_at,
            decided=decision is not None,
        ),
        actor.person, clock.now(),
    )  # fmt: skip
    return {
        "change": _row(actor, shown, _names([shown])), "facts": facts_of(shown), "bar": str(bar or ""),
        "second_factor_fresh": fresh(actor, clock.now()), "own": shown.proposed_by == actor.person_id,
        "moved": _moved(actor, shown), "open": decision is None and shown.expires_at > clock.now(),
        "back": {"url": reverse("directory:changes")},
        "tabs": administration_tabs(actor, "directory:changes"),
    }  # fmt: skip


def _moved(actor: Actor, shown: Change) -> list[shared.Moved]:
    """The dates that a proposal of the calendar moves as long as it waits; afterwards they have moved."""
    if shown.kind != ChangeKind.CALENDAR or getattr(shown, "decision", None) is not None:
        return []
    content = shown.content
    return shared.dates_moved(actor.realm, content["year"], content["month"], content["days"])


# ── what a proposal holds, in words ─────────────────────────────────────────────────────────────────────────────────


def facts_of(shown: Change) -> list[dict[str, Any]]:
    """What a proposal would do, field by field, as `letters/_data.html` shows it."""
    content = shown.content
    if shown.person_id is None:
        return _month_facts(content)
    person = Person.objects.get(pk=shown.person_id)
    facts = [
        fact(_("Person"), spoken(person.ar, person.en), "name"),
        fact(_("Staff number"), person.staff_number, "ref"),
    ]
    if "post_id" in content:
        post = Post.objects.select_related("unit").get(pk=content["post_id"])
        facts += [
            fact(_("Post"), spoken(post.ar, post.en), "name"),
            fact(_("Unit"), spoken(post.unit.ar, post.unit.en), "name"),
        ]
    if shown.kind == ChangeKind.MANDATE:
        facts += _mandate_facts(content)
    facts += [
        fact(label, _day(content.get(name)), "date")
        for label, name in ((_("From"), "valid_from"), (_("To"), "valid_to"))
    ]
    if shown.kind == ChangeKind.READER:
        facts.append(fact(_("Sealed letter"), content["reference"], "ref"))
    if shown.kind == ChangeKind.SIGNER:
        facts += _signer_facts(content)
    if "login" in content:
        facts.append(fact(_("User name"), content["login"], "ref"))
    return [one for one in facts if one["value"]]


def _signer_facts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        fact(_("Name in the certificate"), content["name"], "name"),
        fact(_("Number in the certificate"), content["number"], "ref"),
        fact(_("Name at the trust service provider"), content["user_id"], "ref"),
        fact(_("Certificate valid until"), _day(content["ends"]), "date"),
    ]  # fmt: skip


def _month_facts(content: dict[str, Any]) -> list[dict[str, Any]]:
    table = month_begins(content["year"], content["month"])
    return [
        fact(_("Month"), month_name(content["year"], content["month"]), "name"),
        fact(_("Begins on"), table - timedelta(days=content["days"]), "day"),
        fact(_("Begins by the table on"), table, "day"),
    ]  # fmt: skip


def _month_of(change: Change) -> str:
    return month_name(change.content["year"], change.content["month"])


def _mandate_facts(content: dict[str, Any]) -> list[dict[str, Any]]:
    powers = (
        ("may_sign", _("sign")),
        ("may_refer", _("refer")),
        ("may_see_confidential", _("see confidential letters")),
    )
    comma = "، " if spoken("ar", "en") == "ar" else ", "
    types = [spoken(CATALOGUE[code].ar, CATALOGUE[code].en) for code in content["letter_types"] if code in CATALOGUE]
    return [
        fact(_("Instrument"), MandateKind(content["kind"]).label),
        fact(_("Number of the instrument"), content["instrument_number"], "name"),
        fact(_("Date of the instrument"), _day(content["instrument_date"]), "date"),
        fact(_("Types of letters"), comma.join(types) or _("all")),
        fact(_("May write up to"), dict(LEVELS)[str(content["highest_level"])]),
        fact(_("Lets the person"), comma.join(label for name, label in powers if content[name])),
    ]  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
