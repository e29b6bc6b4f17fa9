# SPDX-License-Identifier: EUPL-1.2
"""Where a person lands, and whether the installation is well."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import PUBLIC, SIGNED_IN, access, actor_of_request
from mukatabat.access.rules import Capability
from mukatabat.exchange import queries as exchange
from mukatabat.tenancy.rules import Actor

LANDINGS: tuple[tuple[Capability, str], ...] = (
    (Capability.REGISTER_INCOMING, "web:incoming"),
    (Capability.SIGN, "work:approval"),
    (Capability.ARCHIVE, "web:incoming"),
    (Capability.WORK_ITEMS, "work:queue"),
    (Capability.READ_AUDIT, "audit:log"),
    (Capability.SEE_REGISTERS, "registers:day"),
    (Capability.ADMINISTER_BODY, "directory:home"),
    (Capability.OPERATE, "directory:home"),
)
"""The first page by what a person's posts allow, the first match counts (DESIGN §6)."""


@access(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Go to the first page of the person's role."""
    return redirect(landing(actor_of_request(request)))


def landing(actor: Actor) -> str:
    """The address of an actor's first page; whoever has no page of work lands on the own sessions.

    A registry with letters waiting in its tray lands there: they are what is asked of it.
    """
    if actor.may(Capability.REGISTER_INCOMING) and exchange.waiting_count(actor, most=1):
        return reverse("registers:tray")
    name = next((name for capability, name in LANDINGS if actor.may(capability)), "usersessions_list")
    return reverse(name)


@access(PUBLIC)
@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers: 200 or 503, for a load balancer; nothing else is told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})
