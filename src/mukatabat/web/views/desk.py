# SPDX-License-Identifier: EUPL-1.2
"""The work queue: its tabs, the preview of an item, and acts on several items at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters import choices
from mukatabat.letters.forms import ReferralForm
from mukatabat.letters.views.shown import refused
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web import desk
from mukatabat.web.middleware import note_refusal
from mukatabat.work import actions
from mukatabat.work import queries as work
from mukatabat.work.models import Item
from mukatabat.work.queries import Tab
from mukatabat.work.rules import Act, DueGroup, ReferralCommand, due_group

MOST_AT_ONCE = 100
SHOWN_AT_ONCE = 50


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
        chosen = _in_order([item for item in items if _passes(item, request.GET)], tab)
        shown, more_url = _page(request, tab, chosen)
        bulk_url = _act_url(tab) if tab in {Tab.REQUIRED, Tab.FOLLOWING} and chosen else None
        rows = {
            "groups": desk.groups(shown, actor, today=today, by_due=tab is not Tab.DONE), "more_url": more_url,
            "bulk_url": bulk_url,
        }  # fmt: skip
        if shown and shown[0] is not chosen[0] and request.headers.get("HX-Request") == "true":
            return render(request, "work/rows.html", rows)
        context = rows | {
            "tabs": _tabs(actor, tab), "today": today,
            "late": 0 if tab is Tab.DONE else sum(due_group(one.due, today) is DueGroup.OVERDUE for one in chosen),
            "filters": _filters(items, request.GET) if items else None,
            "peek": desk.peek(actor, shown[0]) if shown else None,
            "empty": _empty(request, actor, tab) if not chosen else {},
            "signing_url": reverse("letters:batch") if any(item.act == Act.SIGN for item in items) else "",
        }  # fmt: skip
        return render(request, "work/queue.html", context)


def _in_order(items: list[Item], tab: Tab) -> list[Item]:
    """The items as the page shows them: by due group, then in the order of the query (no due date comes last)."""
    today, order = clock.today(), list(DueGroup)
    return items if tab is Tab.DONE else sorted(items, key=lambda item: order.index(due_group(item.due, today)))


def _page(request: HttpRequest, tab: Tab, items: list[Item]) -> tuple[list[Item], str | None]:
    """The part of the items that is shown at once, and where the next part is."""
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    end = start + SHOWN_AT_ONCE
    more = request.GET.copy()
    more["from"] = str(end)
    return items[start:end], f"{_tab_url(tab)}?{more.urlencode()}" if end < len(items) else None


def _tabs(actor: Actor, current: Tab) -> list[dict[str, Any]]:
    counts = work.counts(actor)
    return [
        {"label": label, "url": _tab_url(tab), "count": counts[tab], "current": tab is current}
        for tab, label in _tab_labels().items()
    ]


def _tab_url(tab: Tab) -> str:
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
        if len(values) > 1 or asked.get(name)
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


# ── acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    back = _tab_url(Tab(tab)) if tab in set(Tab) else reverse("work:queue")
    if not ids:
        messages.warning(request, _("Choose at least one item first."))
        return redirect(back)
    if asked == "refer":
        return redirect(_referral_url(ids))
    acts: dict[str, Callable[[UUID], object]] = {
        "done": lambda one: actions.complete(actor, one, ""),
        "follow": lambda one: actions.follow(actor, one),
        "resume": lambda one: actions.follow(actor, one, following=False),
    }
    if asked not in acts:
        raise NotFoundOrForbidden
    done = _each(request, ids, acts[asked])
    if done:
        messages.success(request, _told(asked, done) % {"n": in_readers_digits(request, done)})
    return redirect(back)


def _told(asked: str, count: int) -> str:
    return {
        "done": ngettext("%(n)s item was marked done.", "%(n)s items were marked done.", count),
        "follow": ngettext("%(n)s item is being followed.", "%(n)s items are being followed.", count),
        "resume": ngettext("%(n)s item is with you again.", "%(n)s items are with you again.", count),
        "refer": ngettext("%(n)s item was referred.", "%(n)s items were referred.", count),
    }[asked]


def _each(request: HttpRequest, ids: Iterable[UUID], act: Callable[[UUID], object]) -> int:
    """Run an act on each item; returns how many succeeded. Equal refusals are told once."""
    done, refusals = 0, dict[str, None]()
    for one in ids:
        try:
            act(one)
            done += 1
        except MukatabatError as error:
            refusals[f"{error.happened} {error.safe} {error.do}"] = None
            note_refusal(request, one, error.http_status)
    for refusal in refusals:
        messages.warning(request, refusal)
    return done


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
    return _refer(request, actor, items, command)


def _refer(request: HttpRequest, actor: Actor, items: Sequence[Item], command: ReferralCommand) -> HttpResponse:
    done = _each(request, [item.object_id for item in items], lambda one: actions.refer(actor, one, command))
    if done:
        messages.success(request, _told("refer", done) % {"n": in_readers_digits(request, done)})
    return redirect("work:queue")


def _referral_page(request: HttpRequest, actor: Actor, items: Sequence[Item]) -> dict[str, Any]:
    count = len(items)
    said = ngettext("%(n)s chosen item", "%(n)s chosen items", count) % {"n": in_readers_digits(request, count)}
    return {
        "post_url": request.get_full_path(), "item": {"reference": "", "subject": said, "sealed": False},
        "version": "", "people": choices.referral_groups(actor), "acts": choices.acts(), "phrases": choices.PHRASES,
        "due_choices": choices.due_choices(actor), "chosen": {}, "back": {"url": reverse("work:queue")},
    }  # fmt: skip
