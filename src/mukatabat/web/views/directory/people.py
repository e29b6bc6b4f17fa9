# SPDX-License-Identifier: EUPL-1.2
"""People of the own body for its administrator: the list, one person whole, and what may be done to them."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.models import Account
from mukatabat.access.queries import holds_power
from mukatabat.access.rules import Capability
from mukatabat.directory import actions
from mukatabat.directory.actions import (
    AddPerson,
    Appoint,
    EndAppointment,
    GrantMandate,
    RevokeMandate,
)
from mukatabat.directory.models import Person
from mukatabat.directory.queries import administration as queries
from mukatabat.directory.queries.administration import Place
from mukatabat.directory.rules import POWER_ROLES, Level, MandateKind
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.letters.queries.pictures import picture_of
from mukatabat.letters.types import CATALOGUE
from mukatabat.signing import service
from mukatabat.signing.enrolment import identity_of
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import AppointmentForm, LastDayForm, MandateForm, PersonForm, ReasonForm
from mukatabat.web.views.directory.frame import administration_tabs, identifier
from mukatabat.web.views.directory.pages import FormPage, answer

PAGE = 50
ADMINISTER = "capability:administer_body"
_form = require_http_methods(["GET", "POST"])


@access(ADMINISTER)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The people of the own body in order of their names (`directory/people.html`; more rows by htmx)."""
    actor, query = actor_of_request(request), request.GET.get("q", "").strip()[:120]
    after_id = identifier(request, "after")
    after = Place(request.GET.get("folded", ""), after_id) if after_id else None
    found = queries.people_of_body(actor, query, after=after, limit=PAGE + 1)
    page = found[:PAGE]
    context: dict[str, Any] = {"rows": _rows(page), "more_url": None, "query": query}
    if len(found) > PAGE:
        place = {"q": query, "folded": page[-1].folded, "after": page[-1].pk}
        context["more_url"] = f"{reverse('directory:people')}?{urlencode(place)}"
    if request.headers.get("HX-Request") == "true" and after is not None:
        return render(request, "directory/people_rows.html", context)
    context["tabs"] = administration_tabs(actor, "directory:people")
    return render(request, "directory/people.html", context)


def _rows(people: list[Person]) -> list[dict[str, Any]]:
    held = queries.posts_of_people(one.pk for one in people)
    accounts = {one.person_id: one for one in Account.objects.filter(person__in=[one.pk for one in people])}
    return [
        {
            "name": spoken(one.ar, one.en), "staff_number": one.staff_number, "url": person_url(one.pk),
            "posts": [spoken(row.post.ar, row.post.en) for row in held.get(one.pk, ())],
            "left": one.valid_to is not None and one.valid_to < clock.today(),
            "account": account_state(accounts.get(one.pk)),
        }
        for one in people
    ]  # fmt: skip


def account_state(account: Account | None) -> str:
    """How an account stands, for a template: "none", "open", "new" (never used by its person) or "closed"."""
    if account is None:
        return "none"
    if not account.is_active:
        return "closed"
    return "new" if account.must_change_password else "open"


def person_url(person_id: UUID) -> str:
    """The page of a person of the own body."""
    return reverse("directory:person", args=[person_id])


@access(ADMINISTER)
@require_GET
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person whole: posts, instruments, leave and account, past ones included (`directory/person.html`)."""
    actor = actor_of_request(request)
    shown = queries.access_person(actor, person_id)
    account = Account.objects.filter(person=shown).first()
    today = clock.today()
    context = {
        "person": shown, "name": spoken(shown.ar, shown.en), "own": person_id == actor.person_id, "today": today,
        "appointments": list(queries.appointments_ever(shown)), "mandates": list(queries.mandates_ever(shown)),
        "absences": list(queries.absences_ever(shown)), "account": account, "state": account_state(account),
        "power": account is not None and holds_power(account),
        "may_care": actor.may(Capability.ADMINISTER_ACCOUNTS), "picture": picture_of(actor, person_id),
        "signs_by_service": service.trust_service() is not None,
        "signing_key": identity_of(actor, person_id) if service.trust_service() is not None else None,
        "waiting": [one for one in queries.changes_waiting(actor) if one.person_id == person_id],
        "tabs": administration_tabs(actor, "directory:people"), "back": {"url": reverse("directory:people")},
    }  # fmt: skip
    return render(request, "directory/person.html", context)


@access(ADMINISTER)
@_form
def add(request: HttpRequest) -> HttpResponse:
    """Add a person to the own body."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> str:
        actions.add_person(actor, AddPerson(**said))
        return _("The person was added.")

    page = FormPage(
        title=_("Add a person"), label=_("Add"), icon="plus", back=reverse("directory:people"), perform=perform
    )  # fmt: skip
    return answer(request, PersonForm(request.POST or None), page)


def _post_choices(actor: Actor) -> list[tuple[str, str]]:
    return [
        (str(post.pk), f"{spoken(post.unit.ar, post.unit.en)}: {spoken(post.ar, post.en)}")
        for post in queries.open_posts(actor.body_id)
    ]  # fmt: skip


@access(ADMINISTER)
@_form
def appoint(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Appoint a person to a post; to a post of power it is proposed for a second person."""
    actor = actor_of_request(request)
    shown = queries.access_person(actor, person_id)
    power = {str(post.pk) for post in queries.open_posts(actor.body_id) if post.role in POWER_ROLES}

    def perform(said: dict[str, Any]) -> str:
        command = Appoint(
            person_id=person_id, post_id=UUID(said["post"]), valid_from=said["valid_from"], valid_to=said["valid_to"],
            is_primary=said["is_primary"],
        )  # fmt: skip
        if said["post"] in power:
            actions.propose_appointment(actor, command, said["reason"])
            return _("Proposed. It waits for a second person.")
        actions.appoint(actor, command)
        return _("The appointment was recorded.")

    has_post = bool(queries.posts_of_people([person_id]))
    form = AppointmentForm(
        request.POST or None, choices={"post": _post_choices(actor)}, initial={"is_primary": not has_post}
    )  # fmt: skip
    page = FormPage(
        title=_("Appoint to a post"), label=_("Appoint"), icon="user-check", back=person_url(person_id),
        perform=perform, facts=named(shown),
    )  # fmt: skip
    return answer(request, form, page)


def named(person: Person) -> list[dict[str, Any]]:
    """The fact that says whom a form is about."""
    return [fact(_("Person"), spoken(person.ar, person.en), "name")]


@access(ADMINISTER)
@_form
def grant(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Propose an instrument that lets a person use a post's power."""
    actor = actor_of_request(request)
    shown = queries.access_person(actor, person_id)

    def perform(said: dict[str, Any]) -> str:
        reason = said.pop("reason")
        command = GrantMandate(
            **said | {
                "post_id": UUID(said.pop("post")), "kind": MandateKind(said["kind"]), "person_id": person_id,
                "highest_level": Level(int(said["highest_level"])), "letter_types": tuple(said["letter_types"]),
            }
        )  # fmt: skip
        actions.propose_mandate(actor, command, reason)
        return _("Proposed. It waits for a second person.")

    types = [(one.code, spoken(one.ar, one.en)) for one in CATALOGUE.values()]
    form = MandateForm(request.POST or None, choices={"post": _post_choices(actor), "letter_types": types})
    page = FormPage(
        title=_("Propose a mandate"), label=_("Propose"), icon="scale", back=person_url(person_id), perform=perform,
        text=_("It holds once a second person confirms it; nobody proposes or confirms a mandate of their own."),
        facts=named(shown),
    )  # fmt: skip
    return answer(request, form, page)


@access(ADMINISTER)
@_form
def end_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Give an appointment its last day."""
    actor = actor_of_request(request)
    ended = queries.access_appointment(actor, appointment_id)

    def perform(said: dict[str, Any]) -> str:
        actions.end_appointment(actor, EndAppointment(appointment_id=appointment_id, last_day=said["last_day"]))
        return _("The appointment ends on that day.")

    post = fact(_("Post"), spoken(ended.post.ar, ended.post.en), "name")
    page = FormPage(
        title=_("End an appointment"), label=_("End"), icon="circle-slash", danger=True, perform=perform,
        back=person_url(ended.person_id), facts=[*named(ended.person), post],
    )  # fmt: skip
    return answer(request, LastDayForm(request.POST or None), page)


@access(ADMINISTER)
@_form
def revoke(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Revoke an instrument at once."""
    actor = actor_of_request(request)
    revoked = queries.access_mandate(actor, mandate_id)

    def perform(said: dict[str, Any]) -> str:
        actions.revoke_mandate(actor, RevokeMandate(mandate_id=mandate_id, reason=said["reason"]))
        return _("The mandate was revoked.")

    number = fact(_("Instrument"), revoked.instrument_number, "name")
    page = FormPage(
        title=_("Revoke a mandate"), label=_("Revoke"), icon="ban", danger=True, perform=partial(perform),
        back=person_url(revoked.person_id), facts=[*named(revoked.person), number],
        text=_("From this moment the person signs nothing more by it. Letters signed before stay valid."),
    )  # fmt: skip
    return answer(request, ReasonForm(request.POST or None), page)
