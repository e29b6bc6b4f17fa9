# SPDX-License-Identifier: EUPL-1.2
"""Making, renewing and ending tokens; counting their requests."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import clean_line
from mukatabat.portal.actions.feed import open_feed
from mukatabat.portal.errors import TokenLifeTooLong, TooManyRequests
from mukatabat.portal.models import Minute, Token
from mukatabat.portal.queries import Caller
from mukatabat.portal.rules import LONGEST_LIFE, OVERLAP, PER_MINUTE, Scope, TokenText
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows

REMEMBERED = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is to be: for whom it answers, what it is for, and until when."""

    person_id: UUID
    purpose: str
    scopes: frozenset[Scope]
    expires_at: datetime
    per_minute: int = PER_MINUTE


def make_token(actor: Actor, wanted: NewToken, *, successor_of: Token | None = None) -> tuple[Token, TokenText]:
    """Make a token of the actor's body; its text is in the answer and nowhere else."""
    require_capability(actor, Capability.ADMINISTER_ACCOUNTS)
    person = directory.person(wanted.person_id, body_id=actor.body_id)
    if wanted.expires_at > clock.now() + LONGEST_LIFE:
        raise TokenLifeTooLong(days=LONGEST_LIFE.days)
    text = TokenText(base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10], secrets.token_urlsafe(32))
    with scope(actor):
        token = Token.objects.create(
            body_id=actor.body_id, person=person, handle=text.handle, digest=text.digest,
            purpose=clean_line(wanted.purpose, 120), scopes=sorted(wanted.scopes), per_minute=wanted.per_minute,
            expires_at=wanted.expires_at, successor_of=successor_of,
        )  # fmt: skip
        open_feed(actor)
        detail = {"handle": text.handle, "scopes": sorted(wanted.scopes), "person": str(person.id)}
        record(actor, act="portal.token-made", object_kind="token", object_id=token.id, detail=detail)
    return token, text


def renew_token(actor: Actor, handle: str, *, expires_at: datetime) -> tuple[Token, TokenText]:
    """Make a successor with the same purpose and scopes; the former may be used for another week at most."""
    former = _token(actor, handle)
    wanted = NewToken(
        person_id=former.person_id, purpose=former.purpose, scopes=frozenset(map(Scope, former.scopes)),
        expires_at=expires_at, per_minute=former.per_minute,
    )  # fmt: skip
    with scope(actor):
        made = make_token(actor, wanted, successor_of=former)
        former.expires_at = min(former.expires_at, clock.now() + OVERLAP)
        former.save(update_fields=["expires_at"])
    return made


def revoke_token(actor: Actor, handle: str) -> None:
    """End a token at once; ending it again changes nothing."""
    token = _token(actor, handle)
    with scope(actor):
        if Token.objects.filter(id=token.id, revoked_at=None).update(revoked_at=clock.now()):
            record(
                actor, act="portal.token-revoked", object_kind="token", object_id=token.id, detail={"handle": handle}
            )


def count_request(caller: Caller) -> int:
    """Count one request of a token; returns how many are left in this minute. Raises TooManyRequests."""
    seconds = int(clock.now().timestamp())
    minute = seconds // 60
    made = int(rows("portal", "count", {"token": caller.token_id, "minute": minute})[0][0])
    if made == 1:
        Minute.objects.filter(minute__lt=minute - REMEMBERED // timedelta(minutes=1)).delete()
    if made > caller.per_minute:
        raise TooManyRequests(seconds=60 - seconds % 60)
    return caller.per_minute - made


def _token(actor: Actor, handle: str) -> Token:
    require_capability(actor, Capability.ADMINISTER_ACCOUNTS)
    token = Token.objects.filter(body_id=actor.body_id, handle=handle).first()
    if token is None:
        raise NotFoundOrForbidden
    return token
