# SPDX-License-Identifier: EUPL-1.2
"""Who may change the directory: the central operator its bodies, an administrator their own body's people."""

from __future__ import annotations

from uuid import UUID

from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Appointment, Body, Post, Unit, effective
from mukatabat.directory.vocabulary import ChangeKind, PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.rules import Actor, ActorKind

# The strings of access.rules.Capability: that room stands above this one, and an actor carries them as strings.
OPERATE = "operate"
ADMINISTER_BODY = "administer_body"
SIGN = "sign"


def require_operator(actor: Actor, realm: str) -> None:
    """Let through an operator who may change bodies of a realm, and our own jobs; else raises `NotInDirectory`.

    A live operator also keeps the practice bodies; a training operator never touches a live one.
    """
    own_realm = actor.realm in (realm, Realm.LIVE)
    if not own_realm or not (actor.kind is ActorKind.SYSTEM or actor.may(OPERATE)):
        raise NotInDirectory


def require_administrator(actor: Actor) -> UUID:
    """Let through who may change the people of the actor's own body, and return that body's id.

    Raises `NotInDirectory`, as for a row that does not exist.
    """
    if not (actor.kind is ActorKind.SYSTEM or actor.may(ADMINISTER_BODY)):
        raise NotInDirectory
    return actor.body_id


def require_second_person(actor: Actor, kind: str) -> UUID:
    """Let through a person who may confirm what another proposed in the actor's own body; returns that person's id.

    Another administrator, or a signatory: most bodies have a single administrator. Of the calendar also another
    operator. Raises `NotInDirectory`.
    """
    if actor.kind is not ActorKind.PERSON or not may_decide(actor, kind):
        raise NotInDirectory
    return actor.person


def may_decide(actor: Actor, kind: str) -> bool:
    """Tell whether an actor is of those who see and decide proposals of a kind in their body."""
    may_both = actor.may(ADMINISTER_BODY) or actor.may(SIGN)
    return may_both or (kind == ChangeKind.CALENDAR and actor.may(OPERATE))


def require_absence_of(actor: Actor, person_id: UUID) -> None:
    """Let through who may record a person's leave: that person, an administrator, the head of the unit or above it.

    Both are of the actor's body, which the caller has seen to. Raises `NotInDirectory`.
    """
    if actor.kind is ActorKind.SYSTEM or actor.person_id == person_id or actor.may(ADMINISTER_BODY):
        return
    if person_id not in led_by(actor):
        raise NotInDirectory


def led_by(actor: Actor) -> frozenset[UUID]:
    """The people of the units that the actor's posts of head or signatory lead today, and of those under them.

    Only those below the leader: the head of a minister's office does not send the minister on leave.
    """
    today = clock.today()
    leading = [PostRole.HEAD.value, PostRole.SIGNATORY.value]
    led = dict(Post.objects.filter(pk__in=actor.post_ids, role__in=leading).values_list("unit_id", "level"))
    if not led:
        return frozenset()
    units, level = set(led), min(led.values())
    under = dict(Unit.objects.filter(effective(today), body_id=actor.body_id).values_list("pk", "parent_id"))
    grown = True
    while grown:
        below = {unit for unit, parent in under.items() if parent in units} - units
        grown, units = bool(below), units | below
    held = Appointment.objects.filter(effective(today), effective(today, "post__"), effective(today, "person__"))
    found = set(held.filter(post__unit_id__in=units).values_list("person_id", flat=True))
    as_high = held.filter(person_id__in=found, post__level__lte=level).values_list("person_id", flat=True)
    return frozenset(found - set(as_high))


def locked_body(body_id: UUID) -> Body:
    """Return a body and hold its row until the transaction ends, so that two changes of one body follow each other."""
    found = Body.objects.select_for_update(of=("self",)).filter(pk=body_id).first()
    if found is None:
        raise NotInDirectory
    return found
