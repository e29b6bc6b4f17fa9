# SPDX-License-Identifier: EUPL-1.2
"""The lists from which a letter's form, its route and a referral are chosen, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mukatabat.access.grants.queries import newest
from mukatabat.access.grants.rules import Shelf
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Absence, Appointment, Body, Mandate, Post, Unit, away, effective
from mukatabat.directory.queries import UnitNode
from mukatabat.directory.vocabulary import BodyKind, Channel, PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold, sort_key
from mukatabat.kernel.calendar import add_working_days
from mukatabat.kernel.days import written
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.letters.errors import UnknownChoice
from mukatabat.letters.forms import UNIT, RecipientValue
from mukatabat.letters.models import Letter, RouteStep
from mukatabat.letters.rules import ReturnGround, RouteKind
from mukatabat.tenancy.rules import Actor
from mukatabat.work.models import Referral
from mukatabat.work.rules import REFERABLE, Act

Pairs = list[tuple[str, str | Promise]]
GROUPS = {
    BodyKind.MINISTRY: _("Ministries"), BodyKind.AUTHORITY: _("Public authorities"), BodyKind.AGENCY: _("Agencies"),
    BodyKind.INSTITUTION: _("Institutions"), BodyKind.SECRETARIAT: _("Secretariats"), BodyKind.COUNCIL: _("Councils"),
    BodyKind.DIWAN: _("Diwans"), BodyKind.DEPARTMENT: _("Departments of State"), BodyKind.FORCE: _("Uniformed forces"),
    BodyKind.JUDICIAL: _("Judicial bodies"), BodyKind.COMPANY: _("State companies"), BodyKind.SUB_BODY: _("Sub-bodies"),
}  # fmt: skip
"""What bodies of a kind are called together. Foreign missions are written to through their ministry alone."""
APPROVING = (PostRole.HEAD, PostRole.SIGNATORY)
FEW = 3
"""So few bodies found means that one of them is meant: its posts are offered too."""
RECENT = 5
LATELY = 40
"""How many of the newest letters are looked at for who wrote lately."""
PHRASES = (
    {"text": "للدراسة وإبداء الرأي", "act": Act.STUDY}, {"text": "لإعداد الرد", "act": Act.REPLY},
    {"text": "للمراجعة والعرض", "act": Act.REVIEW}, {"text": "لعمل اللازم", "act": Act.ACT},
    {"text": "للعلم والإحاطة", "act": Act.INFORM}, {"text": "للحفظ", "act": Act.FILE},
)  # fmt: skip
"""What heads write on paper, each with the act that it asks for: who chooses the words has chosen the act."""


class Named(Protocol):
    """What has a name in both languages."""

    @property
    def ar(self) -> str:
        """The Arabic name."""

    @property
    def en(self) -> str:
        """The English name."""


def named(thing: Named | None) -> str:
    """The name of a row in the reader's language; empty for nothing."""
    if thing is None:
        return ""
    return spoken(thing.ar, thing.en)


# ── recipients ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient as a token or an option shows it; an option that stands for several has them in ``members``."""

    value: str
    label: str
    detail: str = ""
    code: str = ""
    reachable: bool = True
    members: tuple[Recipient, ...] = ()


def body_options(actor: Actor, text: str) -> list[Recipient]:
    """Bodies other than the own that answer typed text, best first; when few are left, their posts as well."""
    found = [one for one in directory.search_bodies(text, actor.realm) if one.id != actor.body_id]
    local = electronic(one.id for one in found)
    options = [Recipient(str(one.id), named(one), code=one.code, reachable=one.id in local) for one in found]
    if not text.strip() or len(found) > FEW:
        return options
    for body in found:
        options += [
            Recipient(f"{body.id}.{post.pk}", named(post), detail=named(body), reachable=body.id in local)
            for post in directory.addressable_posts(body.id)
        ]
    return options


def group_options(actor: Actor, text: str) -> list[Recipient]:
    """What a circular is for: groups of bodies as the directory has them today, each one choice of many recipients.

    Those whose name holds every typed word; all bodies first.
    """
    typed = fold(text).split()
    kinds = directory.bodies_by_kind(actor.realm)
    listed = [(name, kinds.get(kind, [])) for kind, name in GROUPS.items()]
    listed.insert(0, (_("All bodies"), [one for _name, bodies in listed for one in bodies]))
    chosen = [(str(name), bodies) for name, bodies in listed if all(word in fold(str(name)) for word in typed)]
    local = electronic(one.id for _name, bodies in chosen for one in bodies)
    groups = []
    for name, bodies in chosen:
        others = (one for one in bodies if one.id != actor.body_id)
        members = tuple(Recipient(str(one.id), named(one), reachable=one.id in local) for one in others)
        if len(members) > 1:
            groups.append(Recipient("", name, members=members))
    return groups


def unit_options(actor: Actor, text: str = "") -> list[Recipient]:
    """Units of the own body whose name holds every typed word, in the order of the tree."""
    typed = fold(text).split()
    units = _flat(directory.unit_tree(actor.body_id))
    matching = (one for one in units if all(word in fold(f"{one.ar} {one.en}") for word in typed))
    return [Recipient(f"{UNIT}{one.pk}", named(one)) for one in matching]


def all_recipients(actor: Actor, *, memo: bool) -> Pairs:
    """Every recipient as an ordinary list, for a page without scripts."""
    if memo:
        return [(one.value, one.label) for one in unit_options(actor)]
    return body_choices(actor)


def body_choices(actor: Actor, *, without: Iterable[UUID] = ()) -> Pairs:
    """The bodies that may be addressed, but the own and ``without``, in the order of their names."""
    left_out = {actor.body_id, *without}
    bodies = (one for one in directory.addressable_bodies(actor.realm) if one.id not in left_out)
    return [(str(one.id), named(one)) for one in sorted(bodies, key=lambda one: sort_key(named(one)))]


def source_groups(actor: Actor) -> list[dict[str, Any]]:
    """The bodies from which a letter on paper may come, those that wrote lately first, then all in their order."""
    every = body_choices(actor)
    ids = newest(actor, Shelf.INCOMING, limit=LATELY).ids
    senders = dict(Letter.objects.filter(id__in=ids).values_list("id", "counterpart_id"))
    lately = list(dict.fromkeys(str(senders[one]) for one in ids if one in senders))
    named_by = dict(every)
    recent = [(one, named_by[one]) for one in lately if one in named_by][:RECENT]
    listed = [(gettext("Recent"), recent), (gettext("All bodies"), every)]
    return [{"title": title, "choices": found} for title, found in listed if found]


def tokens(values: Iterable[str]) -> list[Recipient]:
    """The chosen recipients with their labels, in their order; values of no recipient are left out."""
    parsed = list(_parsed(values))
    bodies = directory.body_names([one.body_id for _text, one in parsed if one.body_id])
    posts = Post.objects.in_bulk([one.post_id for _text, one in parsed if one.post_id])
    units = Unit.objects.in_bulk([one.unit_id for _text, one in parsed if one.unit_id])
    local = electronic(bodies)
    shown: list[Recipient] = []
    for text, one in parsed:
        thing: Named | None = units.get(one.unit_id) if one.unit_id else bodies.get(one.body_id)  # type: ignore[arg-type]
        if one.post_id in posts:
            thing = posts[one.post_id]
        if thing is not None:
            shown.append(Recipient(text, named(thing), reachable=one.unit_id is not None or one.body_id in local))
    return shown


def _parsed(values: Iterable[str]) -> Iterator[tuple[str, RecipientValue]]:
    for value in values:
        try:
            yield value, RecipientValue.parse(value)
        except UnknownChoice:
            continue


def electronic(body_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some bodies that take letters without paper."""
    return set(Body.objects.filter(id__in=list(body_ids)).exclude(channel=Channel.PAPER).values_list("id", flat=True))


def _flat(nodes: Iterable[UnitNode]) -> Iterator[Unit]:
    for node in nodes:
        yield node.unit
        yield from _flat(node.children)


# ── the route ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _held(actor: Actor) -> QuerySet[Appointment]:
    day = clock.today()
    return (
        Appointment.objects.filter(
            effective(day), effective(day, "person__"), effective(day, "post__"), effective(day, "post__unit__"),
            post__body=actor.body_id,
        )
        .select_related("person", "post", "post__unit")
        .order_by("post__level", "post__ar", "person__ar")
    )  # fmt: skip


def approver_choices(actor: Actor) -> Pairs:
    """The posts of the own body that approve and are held today, without the actor's own; none is a choice too."""
    posts = _with_holders(_held(actor).filter(post__role__in=APPROVING).exclude(post__in=actor.post_ids))
    return [("", _("No approval before the signature")), *posts]


def signer_choices(actor: Actor) -> Pairs:
    """The posts whose holder has a mandate to sign in force today."""
    day = clock.today()
    mandated = Mandate.objects.filter(effective(day), body=actor.body_id, may_sign=True, revoked_at=None)
    people = mandated.values_list("person_id", flat=True)
    posts = _with_holders(_held(actor).filter(post__role=PostRole.SIGNATORY, person__in=list(people)))
    return [("", _("Choose who signs")), *posts]


def _with_holders(appointments: Iterable[Appointment]) -> Pairs:
    posts: dict[UUID, tuple[Post, list[str]]] = {}
    for one in appointments:
        posts.setdefault(one.post_id, (one.post, []))[1].append(named(one.person))
    comma = "، " if reads_arabic() else ", "
    return [(str(post_id), f"{named(post)} — {comma.join(people)}") for post_id, (post, people) in posts.items()]


def usual_route(actor: Actor) -> tuple[tuple[str, ...], str]:
    """The approvers and the signer of the actor's last letter; before the first one, the head of the own unit."""
    last = list(
        RouteStep.objects.filter(letter__author_id=actor.person_id)
        .order_by("-letter__created_at", "position")
        .values_list("letter_id", "kind", "post_id")[:10]
    )
    if last:
        steps = [(kind, str(post)) for letter, kind, post in last if letter == last[0][0]]
        signer = next((post for kind, post in steps if kind == RouteKind.SIGN), "")
        return tuple(post for kind, post in steps if kind == RouteKind.APPROVE), signer
    return _head_above(actor), ""


def _head_above(actor: Actor) -> tuple[str, ...]:
    unit = Unit.objects.filter(id__in=actor.unit_ids[:1]).select_related("parent").first()
    while unit is not None:
        heads = [post for post in directory.heads_of_unit(unit.pk) if post.pk not in actor.post_ids]
        if heads:
            return (str(heads[0].pk),)
        unit = unit.parent
    return ()


# ── referral ────────────────────────────────────────────────────────────────────────────────────────────────────────


def referral_groups(actor: Actor) -> list[dict[str, Any]]:
    """Whom an item may be handed to: recent recipients first, then the units, then people under their unit."""
    held = list(_held(actor))
    absent = _away(one.person_id for one in held)
    units = [_choice(f"{UNIT}{one.pk}", named(one)) for one in _flat(directory.unit_tree(actor.body_id))]
    groups: dict[str, list[dict[str, str]]] = {}
    for one in held:
        if one.person_id != actor.person_id:
            choice = _choice(
                f"person:{one.person_id}", named(one.person), named(one.post), absent.get(one.person_id, "")
            )
            groups.setdefault(named(one.post.unit), []).append(choice)
    known = {choice["value"]: choice for choice in [*units, *(one for group in groups.values() for one in group)]}
    recent = [known[value] for value in _recent(actor) if value in known]
    listed = [(gettext("Recent"), recent), (gettext("Units"), units), *groups.items()]
    return [{"title": title, "choices": choices} for title, choices in listed if choices]


def return_group(actor: Actor, referral: Referral | None) -> list[dict[str, Any]]:
    """The one choice of a holder who may not refer: back to whoever referred the item."""
    if referral is None or referral.from_person_id is None:
        return []
    choice = _choice(f"person:{referral.from_person_id}", spoken(referral.from_ar, referral.from_en))
    return [{"title": gettext("Back to"), "choices": [choice]}]


def _choice(value: str, name: str, post: str = "", note: str = "") -> dict[str, str]:
    return {"value": value, "name": name, "post": post, "note": note}


def _recent(actor: Actor) -> list[str]:
    rows = Referral.objects.filter(from_person_id=actor.person_id, is_primary=True).order_by("-at")
    values = (f"{kind}:{one}" for kind, one in rows.values_list("to_kind", "to_id")[: RECENT * 4])
    return list(dict.fromkeys(values))[:RECENT]


def _away(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    day = clock.today()
    leaves = Absence.objects.filter(away(day), person_id__in=list(person_ids))
    return {
        one.person_id: gettext("away until %(day)s; %(deputy)s stands in")
        % {"day": written(one.ends, spoken("ar", "en")), "deputy": named(one.deputy) or "—"}
        for one in leaves.select_related("deputy").order_by("ends")
    }


def acts() -> Pairs:
    """What a referral may ask for."""
    return [(act.value, act.label) for act in REFERABLE]


def holidays(actor: Actor) -> frozenset[date]:
    """The announced holidays of the coming year."""
    today = clock.today()
    return directory.holidays(actor.realm, first=today, last=today + timedelta(days=366))


def due_choices(actor: Actor) -> list[dict[str, Any]]:
    """Due days, working days all but today; three working days come first, because the first is preset."""
    today, free = clock.today(), holidays(actor)
    days = {count: add_working_days(today, count, free) for count in (1, 3)}
    return [
        {"value": days[3].isoformat(), "label": gettext("Three working days"), "day": days[3]},
        {"value": today.isoformat(), "label": gettext("Today"), "day": today},
        {"value": days[1].isoformat(), "label": gettext("Next working day"), "day": days[1]},
        {"value": "", "label": gettext("No due date"), "day": None},
    ]


def return_grounds() -> Pairs:
    """The grounds of a return."""
    return [(one.value, one.label) for one in ReturnGround]
