# SPDX-License-Identifier: EUPL-1.2
"""The directory for everybody who is signed in: bodies and units, posts and who holds them, records (DESIGN 8.16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import SIGNED_IN, access, actor_of_request
from mukatabat.access.rules import Capability
from mukatabat.directory import queries
from mukatabat.directory.models import Body, BodyName, Person, Unit
from mukatabat.directory.queries import Held, UnitNode
from mukatabat.directory.rules import BodyKind, Channel, match_strength
from mukatabat.directory.vocabulary import Honorific, LetterDigits, PostRole, UnitKind
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.tenancy.rules import Actor
from mukatabat.web.views.directory.frame import administration_tabs, identifier
from mukatabat.web.views.directory.seals import seal_record

PAGE = 50


@access(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The own body, or what a typed text finds in the whole directory (`directory/directory.html`)."""
    actor, query = actor_of_request(request), request.GET.get("q", "").strip()[:120]
    if not query:
        return _body_page(request, actor, actor.body_id)
    return render(request, "directory/directory.html", _frame(request, actor) | _found(actor, query))


@access(SIGNED_IN)
@require_GET
def body(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """One body: ``unit`` narrows its posts to a unit and those under it, ``person`` opens a person's record."""
    return _body_page(request, actor_of_request(request), body_id)


def _body_page(request: HttpRequest, actor: Actor, body_id: UUID) -> HttpResponse:
    shown = queries.listed_body(body_id, actor.realm)
    tree = queries.unit_tree(body_id)
    unit_id, person_id = identifier(request, "unit"), identifier(request, "person")
    unit = queries.unit_of_body(unit_id, body_id) if unit_id else None
    person = queries.person(person_id, body_id=body_id) if person_id else None
    below = {node.unit.pk for node in _under(tree, unit.pk)} if unit else set()
    start = _start(request)
    held = queries.posts_with_holders(body_id, unit_ids=below, start=start, limit=PAGE + 1)
    place = {"unit": unit_id} if unit_id else {}
    context: dict[str, Any] = {
        "rows": [_row(one, body_id, place) for one in held[:PAGE]],
        "more_url": _url(body_id, **place, start=start + PAGE) if len(held) > PAGE else None,
    }
    if request.headers.get("HX-Request") == "true" and start:
        return render(request, "directory/rows.html", context)
    context |= _frame(request, actor, shown, tree=tree, unit=unit)
    if person is not None:
        context["record"] = _person_record(actor, person, shown)
    elif unit is not None:
        context["record"] = _unit_record(unit, shown)
    return render(request, "directory/directory.html", context)


# ── the frame: the tree, and the record of a body ───────────────────────────────────────────────────────────────────


def _frame(
    request: HttpRequest,
    actor: Actor,
    shown: Body | None = None,
    *,
    tree: tuple[UnitNode, ...] = (),
    unit: Unit | None = None,
) -> dict[str, Any]:
    names = queries.bodies_in_order(actor.realm)
    present = next((name for name in names if shown is not None and name.body_id == shown.pk), None)
    former = queries.body_names([shown.pk])[shown.pk] if shown is not None and present is None else None
    ar, en = (present or former).ar if present or former else "", (present or former).en if present or former else ""  # type: ignore[union-attr]
    return {
        "kinds": _kinds(names, actor, shown), "units": list(_flat(tree, shown, unit)) if shown else [],
        "query": "", "heading": spoken(ar, en), "unit_name": spoken(unit.ar, unit.en) if unit else "",
        "record": _body_record(actor, shown, ar, en) if shown else None,
        "tabs": administration_tabs(actor, "directory:home"), "body_url": _url(shown.pk) if shown else "",
    }  # fmt: skip


def _kinds(names: Sequence[BodyName], actor: Actor, shown: Body | None) -> list[dict[str, Any]]:
    """The bodies by what they are; the own one stands before all."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        own = name.body_id == actor.body_id
        groups.setdefault("" if own else name.body.kind, []).append({
            "name": spoken(name.ar, name.en), "code": name.body.code, "url": _url(name.body_id),
            "current": shown is not None and name.body_id == shown.pk,
        })  # fmt: skip
    order = ["", *(kind.value for kind in BodyKind)]
    return [
        {
            "title": _("Your body") if not kind else BodyKind(kind).label, "bodies": groups[kind],
            "open": not kind or any(one["current"] for one in groups[kind]),
        }
        for kind in order if kind in groups
    ]  # fmt: skip


def _flat(nodes: tuple[UnitNode, ...], shown: Body, unit: Unit | None, depth: int = 1) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield {
            "name": spoken(node.unit.ar, node.unit.en), "depth": min(depth, 6), "registry": node.unit.is_registry,
            "url": _url(shown.pk, unit=node.unit.pk), "current": unit is not None and node.unit.pk == unit.pk,
        }  # fmt: skip
        yield from _flat(node.children, shown, unit, depth + 1)


def _under(nodes: tuple[UnitNode, ...], unit_id: UUID, *, inside: bool = False) -> Iterator[UnitNode]:
    for node in nodes:
        within = inside or node.unit.pk == unit_id
        if within:
            yield node
        yield from _under(node.children, unit_id, inside=within)


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _row(held: Held, body_id: UUID, place: dict[str, Any]) -> dict[str, Any]:
    post = held.post
    return {
        "post": spoken(post.ar, post.en), "unit": spoken(post.unit.ar, post.unit.en),
        "unit_url": _url(body_id, unit=post.unit_id), "receives": post.receives_letters,
        "honorific": Honorific(post.honorific).label if post.honorific != Honorific.SAYYID else "",
        "holders": [
            {
                "name": spoken(one.ar, one.en), "url": _url(body_id, **place, person=one.pk),
                "away": one.pk in held.away,
            }
            for one in held.holders
        ],
    }  # fmt: skip


def _found(actor: Actor, query: str) -> dict[str, Any]:
    """Bodies and people that answer a text; the best bodies first, people in order of their names."""
    labels = [
        (match_strength(label, query), label) for label in queries.search_bodies(query, actor.realm, limit=PAGE)
    ]  # fmt: skip
    bodies = [{"name": label.name("ar" if reads_arabic() else "en"), "code": label.code, "url": _url(label.id)}
              for strength, label in labels if strength]  # fmt: skip
    rows = queries.people_found(query, actor.realm, limit=PAGE)
    names = queries.body_names(row.person.body_id for row in rows)
    people = [
        {
            "name": spoken(row.person.ar, row.person.en), "post": spoken(row.post.ar, row.post.en),
            "body": names[row.person.body_id].name("ar" if reads_arabic() else "en"),
            "url": _url(row.person.body_id, person=row.person_id),
        }
        for row in rows
    ]  # fmt: skip
    return {"query": query, "found": True, "bodies": bodies, "people": people, "most": len(rows) == PAGE}


# ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _body_record(actor: Actor, shown: Body, ar: str, en: str) -> dict[str, Any]:
    channel = Channel(shown.channel)
    electronic = channel is not Channel.PAPER
    hours = f"{shown.registry_opens:%H:%M}–{shown.registry_closes:%H:%M}" if shown.registry_opens else ""
    facts = [
        fact(_("Name in Arabic"), ar, "name"), fact(_("Name in English"), en, "english"),
        fact(_("Code"), shown.code, "ref"), fact(_("What it is"), BodyKind(shown.kind).label),
        fact(_("Letters reach it"), channel.label),
        fact(_("Digits of its letters"), LetterDigits(shown.letter_digits).label),
        fact(_("In the directory since"), shown.valid_from, "date"),
    ]  # fmt: skip
    if shown.valid_to:
        facts.append(fact(_("Closed on"), shown.valid_to, "date"))
    contact = [
        fact(_("Registry hours"), hours, "ref"), fact(_("Telephone"), shown.registry_phone, "ref"),
        fact(_("E-mail"), shown.registry_email, "ref"),
    ]  # fmt: skip
    return {
        "kind": "body", "title": spoken(ar, en), "electronic": electronic, "facts": facts,
        "contact": [one for one in contact if one["value"]], "own": shown.pk == actor.body_id,
        "seal": seal_record(actor, shown),
    }  # fmt: skip


def _unit_record(unit: Unit, shown: Body) -> dict[str, Any]:
    facts = [
        fact(_("Name in Arabic"), unit.ar, "name"), fact(_("Name in English"), unit.en, "english"),
        fact(_("Code"), unit.code, "ref"), fact(_("What it is"), UnitKind(unit.kind).label),
        fact(_("Since"), unit.valid_from, "date"),
    ]  # fmt: skip
    if unit.parent is not None:
        facts.insert(4, fact(_("Under"), spoken(unit.parent.ar, unit.parent.en), "name"))
    return {
        "kind": "unit", "title": spoken(unit.ar, unit.en), "facts": facts, "registry": unit.is_registry,
        "code": shown.code,
    }  # fmt: skip


def _person_record(actor: Actor, person: Person, shown: Body) -> dict[str, Any]:
    """What everybody may know of a person; the own body also knows staff number, e-mail and leave."""
    own = shown.pk == actor.body_id
    leave = queries.absence_of(person.pk) if own else None
    facts = [fact(_("Name in Arabic"), person.ar, "name"), fact(_("Name in English"), person.en, "english")]
    if own:
        facts += [fact(_("Staff number"), person.staff_number, "ref"), fact(_("E-mail"), person.email, "ref")]
    return {
        "kind": "person", "title": spoken(person.ar, person.en), "facts": [one for one in facts if one["value"]],
        "posts": [
            {
                "post": spoken(row.post.ar, row.post.en), "unit": spoken(row.post.unit.ar, row.post.unit.en),
                "since": row.valid_from, "until": row.valid_to, "role": PostRole(row.post.role).label,
            }
            for row in queries.posts_held(person.pk)
        ],
        "leave": leave, "deputy": spoken(leave.deputy.ar, leave.deputy.en) if leave and leave.deputy else "",
        "close_url": _url(shown.pk), "today": clock.today(), "acts": _acts(actor, person, own=own),
    }  # fmt: skip


def _acts(actor: Actor, person: Person, *, own: bool) -> list[dict[str, Any]]:
    if not (own and actor.may(Capability.ADMINISTER_BODY)):
        return []
    url = reverse("directory:person", args=[person.pk])
    return [{"label": _("Posts, mandates, account"), "icon": "settings", "url": url}]


def _url(body_id: UUID, **place: object) -> str:
    url = reverse("directory:body", args=[body_id])
    return f"{url}?{urlencode(place)}" if place else url


def _start(request: HttpRequest) -> int:
    asked = request.GET.get("start", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
