# SPDX-License-Identifier: EUPL-1.2
"""Who calls: a token becomes an actor, or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from mukatabat.access.errors import NoAppointment
from mukatabat.access.queries import actor_by_posts, actor_of_person
from mukatabat.access.rules import Capability, capabilities_of
from mukatabat.directory.models import Person
from mukatabat.directory.queries import posts_held_under
from mukatabat.kernel import clock
from mukatabat.portal.errors import TokenRefused, UnknownSigner
from mukatabat.portal.models import Token
from mukatabat.portal.rules import Scope, TokenText, allowed, is_secret, is_usable
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows


@dataclass(frozen=True, slots=True)
class Caller:
    """A linked body's system at one request: its token, what that is for, and the actor that it is."""

    token_id: UUID
    handle: str
    scopes: frozenset[Scope]
    per_minute: int
    actor: Actor


def caller_of(text: str) -> Caller:
    """Find whose token this is; raises TokenRefused for every kind of bad token alike.

    1. The text has the form of a token. 2. Its row is looked up by the handle, and the secret compared in constant
    time, also where there is no row. 3. It is not expired, not revoked, and its person still holds a post.
    """
    parsed = TokenText.parse(text)
    if parsed is None:  # 1
        raise TokenRefused
    known = _known(parsed.handle)
    if not is_secret(parsed, known.digest if known else "") or known is None:  # 2
        raise TokenRefused
    caller = _caller(parsed.handle, known)  # 3
    if known.last_used_on != clock.today():
        Token.objects.filter(id=known.id).update(last_used_on=clock.today())
    return caller


def caller_again(caller: Caller) -> Caller:
    """The same caller after a time of waiting: the token may have ended meanwhile, and the posts changed."""
    known = _known(caller.handle)
    if known is None:
        raise TokenRefused
    return _caller(caller.handle, known)


class _Known(NamedTuple):
    """A token's row, and who answers for it."""

    id: UUID
    digest: str
    scopes: str
    per_minute: int
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None
    person_id: UUID
    body_id: UUID
    realm: str
    ar: str
    en: str


def _known(handle: str) -> _Known | None:
    found = rows("portal", "token", {"handle": handle})
    return _Known(*found[0]) if found else None


def _caller(handle: str, known: _Known) -> Caller:
    """The caller that a token makes today; raises TokenRefused when it ended, or its person holds no post."""
    if not is_usable(expires_at=known.expires_at, revoked_at=known.revoked_at, at=clock.now()):
        raise TokenRefused
    try:
        actor = actor_of_person(known.person_id, known.body_id, realm=known.realm, names=(known.ar, known.en))
    except NoAppointment:
        raise TokenRefused from None
    scopes = frozenset(map(Scope, json.loads(known.scopes)))
    own = replace(actor, capabilities=allowed(scopes, actor.capabilities), session_key=f"token:{handle}")
    return Caller(known.id, handle, scopes, known.per_minute, own)


def signer_of(caller: Caller, staff_number: str) -> tuple[Actor, str]:
    """The actor who signs for a caller's body, by staff number, and the number; raises UnknownSigner.

    Its proof is the signature itself, made with the person's own key over these very bytes: stronger than a one-time
    code, and asked for at every letter. So the second factor counts as proved at this moment; without a signature that
    fits, nothing is issued (`docs/adr/0016-a-linked-system-issues-with-its-signers-own-key.md`).
    """
    person = (
        Person.objects.select_related("body").filter(body_id=caller.actor.body_id, staff_number=staff_number).first()
    )
    try:
        actor = actor_by_posts(person) if person is not None else None
    except NoAppointment:
        actor = None
    if actor is None or not actor.may(Capability.SIGN):
        raise UnknownSigner
    return replace(actor, second_factor_at=clock.now(), session_key=caller.actor.session_key), staff_number


def signing_post(caller: Caller, staff_number: str) -> UUID:
    """The post by which a person signs for a caller's body; raises UnknownSigner."""
    own = caller.actor.body_id
    for post_id, body_id, role in posts_held_under(staff_number, body_id=own):
        if body_id == own and Capability.SIGN in capabilities_of([role]):
            return post_id
    raise UnknownSigner


def tokens_of(body_id: UUID) -> list[Token]:
    """The tokens of a body, the newest first."""
    return list(Token.objects.select_related("person").filter(body_id=body_id).order_by("-created_at"))
