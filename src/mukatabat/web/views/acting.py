# SPDX-License-Identifier: EUPL-1.2
"""Acts on items from the queue: one or up to a hundred at once, each a transaction of its own, with a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden, isolated
from mukatabat.letters import choices
from mukatabat.letters.forms import ReferralForm
from mukatabat.letters.views.shown import refused
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web import desk
from mukatabat.web.middleware import note_refusal
from mukatabat.web.views.desk import tab_url
from mukatabat.work import actions
from mukatabat.work import queries as work
from mukatabat.work.models import Item
from mukatabat.work.queries import Tab
from mukatabat.work.undoing import Undoable, undoably
from mukatabat.work.views import offer_undo

MOST_AT_ONCE = 100
NAMED = 10
"""So many refused items are named in one sentence; the rest is counted."""


@access("capability:work_items")
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing with all chosen items; each is a transaction of its own, and the refused ones are named."""
    return _act(request, desk.chosen_ids(request.POST.getlist("item"))[:MOST_AT_ONCE])


@access("capability:work_items")
@require_POST
def act_on(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Do one thing with one item, from its preview."""
    return _act(request, [object_id])


def _act(request: HttpRequest, ids: Sequence[UUID]) -> HttpResponse:
    actor, asked = actor_of_request(request), request.POST.get("act", "")
    tab = request.GET.get("tab", "")
    back = tab_url(Tab(tab)) if tab in set(Tab) else reverse("work:queue")
    if not ids:
        messages.warning(request, _("Choose at least one item first."))
        return redirect(back)
    if asked == "refer":
        return redirect(_referral_url(ids))
    if asked == "unfollow":
        for one in ids:
            actions.stop_following(actor, one)
        return redirect(back)
    acts: dict[str, Callable[[UUID], object]] = {
        "done": lambda one: actions.complete(actor, one, ""),
        "follow": lambda one: actions.follow(actor, one),
        "resume": lambda one: actions.follow(actor, one, following=False),
    }
    if asked not in acts:
        raise NotFoundOrForbidden
    _tell(request, asked, _each(request, ids, acts[asked]))
    return redirect(back)


def _tell(request: HttpRequest, asked: str, done: Sequence[Undoable]) -> None:
    if done:
        count = len(done)
        offer_undo(request, _told(asked, count) % {"n": in_readers_digits(request, count)}, done)


def _told(asked: str, count: int) -> str:
    return {
        "done": ngettext("%(n)s item was marked done.", "%(n)s items were marked done.", count),
        "follow": ngettext("%(n)s item is being followed.", "%(n)s items are being followed.", count),
        "resume": ngettext("%(n)s item is with you again.", "%(n)s items are with you again.", count),
        "refer": ngettext("%(n)s item was referred.", "%(n)s items were referred.", count),
    }[asked]


def _each(request: HttpRequest, ids: Sequence[UUID], act: Callable[[UUID], object]) -> list[Undoable]:
    """Run an act on each item; what could not be done is told with the names of its items, once for each reason."""
    actor = actor_of_request(request)
    done, refusals = list[Undoable](), dict[str, list[UUID]]()
    for one in ids:
        try:
            done.append(undoably(actor, one, act))
        except MukatabatError as error:
            refusals.setdefault(f"{error.happened} {error.safe} {error.do}", []).append(one)
            note_refusal(request, one, error.http_status)
    if refusals:
        names = _names(actor, [one for refused_ids in refusals.values() for one in refused_ids])
        for refusal, refused_ids in refusals.items():
            messages.warning(request, refusal if len(ids) == 1 else f"{_listed(refused_ids, names)} — {refusal}")
    return done


def _names(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What refused items are called; those that the actor may not see have no name."""
    with reading(actor):
        found = work.visible_items(actor, ids)
    return {item.object_id: isolated(item.subject or item.reference or _("Sealed letter")) for item in found}


def _listed(ids: Sequence[UUID], names: dict[UUID, str]) -> str:
    known = [names.get(one, _("An item that is no longer here")) for one in ids]
    shown = _(", ").join(known[:NAMED])
    return shown if len(known) <= NAMED else f"{shown}…"


def _referral_url(ids: Sequence[UUID]) -> str:
    if len(ids) == 1:
        return reverse("letters:refer", args=[ids[0]])
    return f"{reverse('work:refer')}?{urlencode({'item': [str(one) for one in ids]}, doseq=True)}"


@access("capability:refer")
@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest) -> HttpResponse:
    """Refer several items to the same recipient with the same note (`letters/refer.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        items = work.held_items(actor, desk.chosen_ids(request.GET.getlist("item"))[:MOST_AT_ONCE])
        if not items:
            raise NotFoundOrForbidden
        page = _referral_page(request, actor, items)
    if request.method != "POST":
        return render(request, "letters/refer.html", page)
    form = ReferralForm.from_post(request.POST)
    page["chosen"] = form
    try:
        command = form.command(clock.today(), choices.holidays(actor))
    except MukatabatError as error:
        return refused(request, "letters/refer.html", page, error)
    ids = [item.object_id for item in items]
    _tell(request, "refer", _each(request, ids, lambda one: actions.refer(actor, one, command)))
    return redirect("work:queue")


def _referral_page(request: HttpRequest, actor: Actor, items: Sequence[Item]) -> dict[str, Any]:
    count = len(items)
    said = ngettext("%(n)s chosen item", "%(n)s chosen items", count) % {"n": in_readers_digits(request, count)}
    return {
        "post_url": request.get_full_path(), "item": {"reference": "", "subject": said, "sealed": False},
        "version": "", "people": choices.referral_groups(actor), "acts": choices.acts(), "phrases": choices.PHRASES,
        "due_choices": choices.due_choices(actor), "chosen": {}, "back": {"url": reverse("work:queue")},
    }  # fmt: skip
