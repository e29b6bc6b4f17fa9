# SPDX-License-Identifier: EUPL-1.2
"""Who is asking, and the accounts that an administrator may care for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet

from mukatabat.access import rules, sessions
from mukatabat.access.errors import AccountNotFound, NoAppointment
from mukatabat.access.models import Account
from mukatabat.directory.models import Appointment, Mandate, Person, effective
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows


def actor_of(account: Account, *, session: SessionBase) -> Actor:
    """Return the actor that a signed-in account is today, in two queries at most.

    Posts are those held today in the person's own body; strong capabilities are absent until the session has proved
    a second factor. Raises `NoAppointment` for a person without a post.
    """
    proved_at = sessions.second_factor_at(session, account)
    actor = actor_by_posts(_person_with_body(account))
    capabilities = rules.capabilities_in_session(frozenset(map(rules.Capability, actor.capabilities)), proved_at)
    return replace(
        actor,
        account_id=account.pk,
        capabilities=frozenset(map(str, capabilities)),
        session_key=session.session_key or "",
        second_factor_at=proved_at,
    )


def actor_by_posts(person: Person) -> Actor:
    """Return the actor that a person is today, see :func:`actor_of_person`."""
    return actor_of_person(person.pk, person.body_id, realm=person.body.realm, names=(person.ar, person.en))


def actor_of_person(person_id: UUID, body_id: UUID, *, realm: str, names: tuple[str, str]) -> Actor:
    """Return the actor that a person is today by the posts held in the own body, with all that those allow.

    ``names`` are the Arabic and the English one. Whoever builds a session or a token on it takes away what that may not
    use. Raises `NoAppointment`.
    """
    held = _posts(person_id, body_id)
    if not held:
        raise NoAppointment
    return Actor(
        person_id=person_id,
        body_id=body_id,
        realm=realm,
        name_ar=names[0],
        name_en=names[1],
        post_ids=tuple(dict.fromkeys(post for post, _, _ in held)),
        unit_ids=tuple(dict.fromkeys(unit for _, unit, _ in held)),
        capabilities=frozenset(map(str, rules.capabilities_of(role for _, _, role in held))),
    )


def capabilities_of(account: Account) -> frozenset[rules.Capability]:
    """Return what the account's posts of today allow, before any second factor is asked for."""
    person = _person_with_body(account)
    return rules.capabilities_of(role for _, _, role in _posts(person.pk, person.body_id))


def second_factor_required(account: Account) -> bool:
    """Tell whether the posts of today demand a second factor of this account."""
    return rules.second_factor_required(capabilities_of(account))


def holds_power(account: Account) -> bool:
    """Tell whether whoever gets into this account could sign, administer, operate or read the trail.

    Two persons care for such an account. An instrument that lets its holder sign counts as much as a post.
    """
    today = clock.today()
    signs = Mandate.objects.filter(effective(today), person=account.person_id, may_sign=True, revoked_at=None)
    return second_factor_required(account) or signs.exists()


def access_account(actor: Actor, account_id: UUID) -> Account:
    """Return an account of the actor's own body for its care; raises `AccountNotFound` in every other case."""
    account = Account.objects.select_related("person__body").filter(pk=account_id, person__body=actor.body_id).first()
    if account is None or not actor.may(rules.Capability.ADMINISTER_ACCOUNTS):
        raise AccountNotFound
    return account


def deputies(body_id: UUID, person_id: UUID) -> QuerySet[Person]:
    """List who can stand in for a person of a body today, in order of their names: with an open account and a post."""
    day = clock.today()
    posted = Appointment.objects.filter(effective(day), effective(day, "post__"), post__body=body_id)
    open_to = Account.objects.filter(is_active=True).values("person_id")
    people = Person.objects.filter(effective(day), body_id=body_id, pk__in=posted.values("person_id"))
    return people.filter(pk__in=open_to).exclude(pk=person_id).order_by("folded", "pk")


def _person_with_body(account: Account) -> Person:
    # A session's account comes with both joined already (`backends.PasswordBackend.get_user`).
    if Account.person.is_cached(account) and Person.body.is_cached(account.person):
        return account.person
    return Person.objects.select_related("body").get(pk=account.person_id)


def _posts(person_id: UUID, body_id: UUID) -> list[tuple[UUID, UUID, PostRole]]:
    """The posts held today, the main one first: post, unit and role of each."""
    held = rows("access", "posts", {"person": person_id, "body": body_id, "day": clock.today()})
    return [(post, unit, PostRole(role)) for post, unit, role in held]
