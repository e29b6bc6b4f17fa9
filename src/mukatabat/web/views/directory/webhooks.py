# SPDX-License-Identifier: EUPL-1.2
"""Webhooks of the own body: which addresses are called when something happens, the second person, and the log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.actions.door import confirm_second_factor
from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.rules import Capability
from mukatabat.access.second_factor import fresh
from mukatabat.directory import queries as shared
from mukatabat.directory.queries import administration
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.portal.actions import webhooks as actions
from mukatabat.portal.events import EventType
from mukatabat.portal.models import Delivery, Subscription
from mukatabat.portal.queries import webhooks as queries
from mukatabat.portal.queries.feed import numbers_between
from mukatabat.portal.webhooks import PROPOSAL_LIFE, DeliveryState, Fault, SubscriptionState
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import NothingForm, ReplayForm, WebhookForm
from mukatabat.web.views.directory.frame import administration_tabs
from mukatabat.web.views.directory.pages import FormPage, answer

SECOND = "capability:administer_body|sign"
ADMINISTER = "capability:administer_body"


def _url(webhook_id: UUID) -> str:
    return reverse("directory:webhook", args=[webhook_id])


@access(SECOND)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    """The webhooks of the body (`portal/webhooks.html`)."""
    actor = actor_of_request(request)
    found = queries.webhooks_of(actor)
    names = _names(found)
    context = {
        "rows": [_row(one, names) for one in found], "may_propose": actor.may(Capability.ADMINISTER_BODY),
        "tabs": administration_tabs(actor, "directory:webhooks"),
    }  # fmt: skip
    return render(request, "portal/webhooks.html", context)


def proposals(actor: Actor) -> list[dict[str, Any]]:
    """The webhooks that wait for their second person, as rows of `directory/changes.html`; none for who may not."""
    if not (actor.may(Capability.ADMINISTER_BODY) or actor.may(Capability.SIGN)):
        return []
    found = queries.webhooks_waiting(actor)
    names = _names(found) if found else {}
    return [
        {
            "url": _url(one.pk), "kind": _("Webhook"), "person": names.get(one.person_id, ""),
            "proposed_by": names.get(one.proposed_by, ""), "reason": one.purpose,
            "proposed_at": one.proposed_at, "expires_at": one.proposed_at + PROPOSAL_LIFE,
            "own": one.proposed_by == actor.person_id,
        }
        for one in found
    ]  # fmt: skip


def _names(found: list[Subscription]) -> dict[UUID, str]:
    ids = {one.person_id for one in found} | {one.proposed_by for one in found}
    ids |= {one.confirmed_by for one in found if one.confirmed_by}
    return {one.pk: spoken(one.ar, one.en) for one in shared.person_names(ids).values()}


def _row(one: Subscription, names: dict[UUID, str]) -> dict[str, Any]:
    state = SubscriptionState(one.state)
    return {
        "url": _url(one.pk), "address": one.url, "purpose": one.purpose, "person": names.get(one.person_id, ""),
        "state": state.label, "code": str(state), "proposed_by": names.get(one.proposed_by, ""),
        "proposed_at": one.proposed_at, "types": len(one.types),
    }  # fmt: skip


@access(ADMINISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose an address; its secret is shown once (`portal/webhook_secret.html`)."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> HttpResponse:
        new = actions.NewWebhook(
            url=said["url"], purpose=said["purpose"], types=frozenset(map(EventType, said["types"])),
            person_id=UUID(said["person_id"]),
        )  # fmt: skip
        made, secret = actions.propose(actor, new)
        return _secret_page(request, made, secret)

    page = FormPage(
        title=_("Propose a webhook"), label=_("Propose"), icon="send", back=reverse("directory:webhooks"),
        perform=perform, text=_("Nothing is sent before another administrator or a signatory confirmed it."),
    )  # fmt: skip
    people = [(str(one.pk), spoken(one.ar, one.en)) for one in administration.people_of_body(actor, "", limit=500)]
    return answer(request, WebhookForm(request.POST or None, choices={"person_id": people}), page)


def _secret_page(request: HttpRequest, webhook: Subscription, secret: str) -> HttpResponse:
    context = {"address": webhook.url, "secret": secret, "back": {"url": _url(webhook.pk)}}
    return render(request, "portal/webhook_secret.html", context)


@access(SECOND)
@never_cache
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """One webhook whole with its deliveries (`portal/webhook.html`); POST confirms it, with a code unless fresh."""
    actor = actor_of_request(request)
    shown = queries.access_webhook(actor, webhook_id)
    errors: list[dict[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            return _confirmed(request, shown)
        except MukatabatError as error:
            errors, status = [{"field": "", "text": f"{error.happened} {error.do}"}], error.http_status
            actor, shown = actor_of_request(request), queries.access_webhook(actor_of_request(request), webhook_id)
    return render(request, "portal/webhook.html", _page(actor, shown) | {"errors": errors}, status=status)


def _confirmed(request: HttpRequest, shown: Subscription) -> HttpResponse:
    if not fresh(actor_of_request(request), clock.now()):
        confirm_second_factor(request, request.POST.get("code", ""))
        request.session.save()
    actions.confirm(actor_of_request(request), shown.pk)
    messages.success(request, _("Confirmed; events are sent from now on."))
    return redirect(_url(shown.pk))


def _page(actor: Actor, shown: Subscription) -> dict[str, Any]:
    names, state = _names([shown]), SubscriptionState(shown.state)
    over = state is SubscriptionState.PROPOSED and shown.proposed_at + PROPOSAL_LIFE <= clock.now()
    administers = actor.may(Capability.ADMINISTER_BODY)
    return {
        "webhook": _row(shown, names), "shown_id": shown.pk, "facts": _facts(shown, names), "over": over,
        "open": state is SubscriptionState.PROPOSED and not over, "own": shown.proposed_by == actor.person_id,
        "active": state is SubscriptionState.ACTIVE, "suspended": state is SubscriptionState.SUSPENDED,
        "ended": state is SubscriptionState.ENDED, "administers": administers,
        "second_factor_fresh": fresh(actor, clock.now()),
        "deliveries": [_delivery(one) for one in queries.log_of(actor, shown)],
        "back": {"url": reverse("directory:webhooks")}, "tabs": administration_tabs(actor, "directory:webhooks"),
    }  # fmt: skip


def _facts(shown: Subscription, names: dict[UUID, str]) -> list[dict[str, Any]]:
    comma = "، " if spoken("ar", "en") == "ar" else ", "
    types = comma.join(str(one.label) for one in EventType if one in shown.types)
    facts = [
        fact(_("Address"), shown.url, "hash"), fact(_("What for"), shown.purpose, "name"),
        fact(_("Answers for it"), names.get(shown.person_id, ""), "name"), fact(_("Tells that"), types),
        fact(_("Proposed by"), names.get(shown.proposed_by, ""), "name"),
        fact(_("Proposed at"), shown.proposed_at, "moment"),
    ]  # fmt: skip
    if shown.confirmed_by:
        facts.append(fact(_("Confirmed by"), names.get(shown.confirmed_by, ""), "name"))
    if shown.former_until and shown.former_until > clock.now():
        facts.append(fact(_("Also signed with the former secret until"), shown.former_until, "moment"))
    return facts


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "type": EventType(one.type).label, "state": DeliveryState(one.state).label, "code": one.state,
        "at": one.ended_at or one.laid_out_at, "attempts": one.attempts, "status": one.status,
        "fault": Fault(one.fault).label if one.fault else "", "again_at": one.again_at, "replay": one.round > 0,
    }  # fmt: skip


@access(ADMINISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def care(request: HttpRequest, webhook_id: UUID, act: str) -> HttpResponse:
    """End a webhook, change its secret, let it go on after a suspension, or send a day's events again."""
    actor = actor_of_request(request)
    shown = queries.access_webhook(actor, webhook_id)
    pages = {"end": _end, "secret": _secret, "resume": _resume, "replay": _replay}
    if act not in pages:
        raise Http404
    page = pages[act](request, actor, shown)
    form = (ReplayForm if act == "replay" else NothingForm)(request.POST if request.method == "POST" else None)
    return answer(request, form, page)


def _named(shown: Subscription) -> list[dict[str, Any]]:
    return [fact(_("Address"), shown.url, "hash"), fact(_("What for"), shown.purpose, "name")]


def _end(request: HttpRequest, actor: Actor, shown: Subscription) -> FormPage:
    def perform(said: dict[str, Any]) -> str:
        actions.end(actor, shown.pk)
        return _("The webhook was ended; nothing more is sent.")

    return FormPage(
        title=_("End the webhook"), label=_("End"), icon="ban", back=_url(shown.pk), perform=perform, danger=True,
        facts=_named(shown), text=_("What still waits is not sent. To begin again, another webhook is proposed."),
    )  # fmt: skip


def _secret(request: HttpRequest, actor: Actor, shown: Subscription) -> FormPage:
    def perform(said: dict[str, Any]) -> HttpResponse:
        return _secret_page(request, shown, actions.change_secret(actor, shown.pk))

    return FormPage(
        title=_("Change the secret"), label=_("Change"), icon="key-round", back=_url(shown.pk), perform=perform,
        facts=_named(shown), text=_("For a day calls are signed with both secrets, so that nothing is lost meanwhile."),
    )  # fmt: skip


def _resume(request: HttpRequest, actor: Actor, shown: Subscription) -> FormPage:
    def perform(said: dict[str, Any]) -> str:
        actions.resume(actor, shown.pk)
        return _("The webhook goes on from where it stopped.")

    return FormPage(
        title=_("Let the webhook go on"), label=_("Go on"), icon="send", back=_url(shown.pk), perform=perform,
        facts=_named(shown), text=_("What happened meanwhile is sent now, in its order."),
    )  # fmt: skip


def _replay(request: HttpRequest, actor: Actor, shown: Subscription) -> FormPage:
    def perform(said: dict[str, Any]) -> str:
        after, until = numbers_between(actor, said["first"], said["last"])
        count = actions.replay(actor, shown.pk, actions.Range(after, until))
        return ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", count) % {"count": count}

    return FormPage(
        title=_("Send events again"), label=_("Send again"), icon="refresh-cw", back=_url(shown.pk), perform=perform,
        facts=_named(shown), text=_("They keep their identifiers, so a receiver knows those that it has already."),
    )  # fmt: skip
