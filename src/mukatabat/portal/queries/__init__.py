# SPDX-License-Identifier: EUPL-1.2
"""Who calls: a token becomes an actor, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from mukatabat.access.errors import NoAppointment
from mukatabat.access.queries import actor_by_posts
from mukatabat.access.rules import Capability, capabilities_of
from mukatabat.directory.models import Person
from mukatabat.directory.queries import posts_held_under
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.portal.errors import TokenRefused, UnknownSigner
from mukatabat.portal.models import Token
from mukatabat.portal.rules import Scope, TokenText, allowed, is_secret, is_usable
from mukatabat.tenancy.rules import Actor


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
    token = Token.objects.select_related("person__body").filter(handle=parsed.handle).first()
    if not is_secret(parsed, token.digest if token else "") or token is None:  # 2
        raise TokenRefused
    if not is_usable(expires_at=token.expires_at, revoked_at=token.revoked_at, at=clock.now()):  # 3
        raise TokenRefused
    if token.last_used_on != clock.today():
        Token.objects.filter(id=token.id).update(last_used_on=clock.today())
    return _caller(token)


def caller_again(caller: Caller) -> Caller:
    """The same caller after a time of waiting: the token may have ended meanwhile, and the posts changed."""
    token = Token.objects.select_related("person__body").get(id=caller.token_id)
    if not is_usable(expires_at=token.expires_at, revoked_at=token.revoked_at, at=clock.now()):
        raise TokenRefused
    return _caller(token)


def _caller(token: Token) -> Caller:
    scopes = frozenset(map(Scope, token.scopes))
    try:
        actor = actor_by_posts(token.person)
    except NoAppointment:
        raise TokenRefused from None
    own = replace(actor, capabilities=allowed(scopes, actor.capabilities), session_key=f"token:{token.handle}")
    return Caller(token.id, token.handle, scopes, token.per_minute, own)


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
    for one in posts_held_under(staff_number, body_id=own):
        if one.post.body_id == own and Capability.SIGN in capabilities_of([PostRole(one.post.role)]):
            return one.post_id
    raise UnknownSigner


def tokens_of(body_id: UUID) -> list[Token]:
    """The tokens of a body, the newest first."""
    return list(Token.objects.select_related("person").filter(body_id=body_id).order_by("-created_at"))
