# SPDX-License-Identifier: EUPL-1.2
"""The work queue: its tabs, the preview of an item, and what came since the page was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import sort_key
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web import desk
from mukatabat.work import queries as work
from mukatabat.work.models import Item
from mukatabat.work.queries import Tab
from mukatabat.work.rules import Act, DueGroup, due_group

SHOWN_AT_ONCE = 50
ORDERS: dict[str, tuple[str | Promise, Callable[[Item], Any]]] = {
    "due": (gettext_lazy("Due date"), lambda item: list(DueGroup).index(due_group(item.due, clock.today()))),
    "newest": (gettext_lazy("Newest first"), lambda item: -item.handed_at.timestamp()),
    "body": (gettext_lazy("Body"), lambda item: sort_key(desk.counterpart_of(item))),
}
"""In which order a queue may be read; only by due date does it stand in groups (no due date comes last)."""


def _tab_labels() -> dict[Tab, str]:
    return {
        Tab.REQUIRED: _("Required of me"), Tab.APPROVAL: _("Awaiting my approval"),
        Tab.FOLLOWING: _("Being followed"), Tab.DONE: _("Done today"),
    }  # fmt: skip


@access("capability:work_items")
@require_GET
def queue(request: HttpRequest, tab: Tab = Tab.REQUIRED) -> HttpResponse:
    """One tab of a person's work (`work/queue.html`)."""
    actor, today = actor_of_request(request), clock.today()
    with reading(actor):
        items = work.queue(actor, tab)
        order = _order(request, tab)
        chosen = [item for item in items if _passes(item, request.GET)]
        if order:
            chosen.sort(key=ORDERS[order][1])
        shown, more_url = _page(request, tab, chosen)
        bulk_url = _act_url(tab) if tab in {Tab.REQUIRED, Tab.FOLLOWING} and chosen else None
        rows = {
            "groups": desk.groups(shown, actor, today=today, by_due=order == "due"), "more_url": more_url,
            "bulk_url": bulk_url,
        }  # fmt: skip
        if shown and shown[0] is not chosen[0] and request.headers.get("HX-Request") == "true":
            return render(request, "work/rows.html", rows)
        context = rows | {
            "tabs": _tabs(actor, tab), "today": today,
            "late": 0 if tab is Tab.DONE else sum(due_group(one.due, today) is DueGroup.OVERDUE for one in chosen),
            "filters": _filters(items, request.GET) if items else None,
            "sort": _sort(order) if items and order else None, "news": _news(tab, clock.now(), 0),
            "peek": desk.peek(actor, shown[0]) if shown else None,
            "empty": _empty(request, actor, tab) if not chosen else {},
            "signing_url": _signing_url(actor, items),
        }  # fmt: skip
        return render(request, "work/queue.html", context)


def _signing_url(actor: Actor, items: Sequence[Item]) -> str:
    """The desk on which letters are signed together, where the tab holds any for the actor to sign."""
    awaiting = any(item.act == Act.SIGN and item.holder_id in actor.grantees for item in items)
    return reverse("letters:batch") if awaiting and actor.may(Capability.SIGN) else ""


def _order(request: HttpRequest, tab: Tab) -> str:
    """The chosen order; what was done today stands in the order in which it was done."""
    asked = request.GET.get("sort", "")
    return "" if tab is Tab.DONE else asked if asked in ORDERS else "due"


def _sort(order: str) -> dict[str, Any]:
    named = [(code, label) for code, (label, _key) in ORDERS.items()]
    return {"name": "sort", "label": _("Order"), "value": order, "choices": named}


def _news(tab: Tab, since: datetime, count: int) -> dict[str, Any]:
    """How much came to a tab since its page was made, and where the page asks for it again."""
    asked = urlencode({"since": since.isoformat()})
    return {"count": count, "show_url": tab_url(tab), "ask_url": f"{reverse('work:news', args=[tab])}?{asked}"}


@access("capability:work_items")
@require_GET
def news(request: HttpRequest, tab: str) -> HttpResponse:
    """A quiet line that tells of new items (`work/_news.html`); the list itself stays as it is."""
    actor = actor_of_request(request)
    try:
        since, shown = datetime.fromisoformat(request.GET.get("since", "")), Tab(tab)
    except ValueError:
        raise NotFoundOrForbidden from None
    if since.tzinfo is None:
        raise NotFoundOrForbidden
    found = _news(shown, since, work.arrived_since(actor, shown, since))
    return render(request, "work/_news.html", {"news": found})


def _page(request: HttpRequest, tab: Tab, items: list[Item]) -> tuple[list[Item], str | None]:
    """The part of the items that is shown at once, and where the next part is."""
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    end = start + SHOWN_AT_ONCE
    more = request.GET.copy()
    more["from"] = str(end)
    return items[start:end], f"{tab_url(tab)}?{more.urlencode()}" if end < len(items) else None


def _tabs(actor: Actor, current: Tab) -> list[dict[str, Any]]:
    counts = work.counts(actor)
    return [
        {"label": label, "url": tab_url(tab), "count": counts[tab], "current": tab is current}
        for tab, label in _tab_labels().items()
    ]


def tab_url(tab: Tab) -> str:
    """The address of a tab."""
    return reverse("work:queue" if tab is Tab.REQUIRED else f"work:{tab}")


def _act_url(tab: Tab) -> str:
    return f"{reverse('work:act')}?tab={tab}"


def _passes(item: Item, asked: QueryDict) -> bool:
    wanted = {"agency": str(item.counterpart_id), "act": item.act, "secrecy": item.secrecy}
    return all(asked.get(name, "") in {"", value} for name, value in wanted.items())


def _filters(items: Sequence[Item], asked: QueryDict) -> list[dict[str, Any]]:
    """Choices that the present items themselves offer: body, required act, secrecy."""
    agencies = {str(item.counterpart_id): desk.counterpart_of(item) or _("Internal") for item in items}
    acts = {item.act: Act(item.act).label for item in items}
    degrees = {str(one): one.label for one in Secrecy if any(item.secrecy == one for item in items)}
    named = (("agency", _("Body"), agencies), ("act", _("Required act"), acts), ("secrecy", _("Secrecy"), degrees))
    return [
        {"name": name, "label": label, "value": asked.get(name, ""), "choices": [("", _("All")), *values.items()]}
        for name, label, values in named
    ]


def _empty(request: HttpRequest, actor: Actor, tab: Tab) -> dict[str, Any]:
    titles = {
        Tab.REQUIRED: _("Nothing is required of you now."), Tab.APPROVAL: _("No letter awaits your decision."),
        Tab.FOLLOWING: _("You follow no item."), Tab.DONE: _("Nothing was done today."),
    }  # fmt: skip
    last = work.last_done(actor) if tab is Tab.REQUIRED else None
    reason = ""
    if last is not None and last.astimezone(clock.KUWAIT).date() == clock.today():
        time = in_readers_digits(request, f"{last.astimezone(clock.KUWAIT):%H:%M}")
        reason = _("The last item was done at %(time)s.") % {"time": time}
    return {"title": titles[tab], "reason": reason}


@access("capability:work_items")
@require_GET
def peek(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The preview of one item, for htmx and as a page's part (`work/peek.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        item = work.item_of(actor, object_id)
        if item is None:
            raise NotFoundOrForbidden
        return render(request, "work/peek.html", {"item": desk.peek(actor, item)})
