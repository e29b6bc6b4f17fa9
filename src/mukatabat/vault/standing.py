# SPDX-License-Identifier: EUPL-1.2
"""How it stands with the certificates of bodies' seals and of the node: by whom, until when, what is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.x509 import load_der_x509_certificate

from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.queries import bodies_in_order
from mukatabat.directory.vocabulary import Channel
from mukatabat.kernel import clock
from mukatabat.kernel.references import marked_code
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.authorities import named
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault.models import NodeRequest, SealRequest
from mukatabat.vault.revoked import node_keys_in_use, revoked, seals_in_use
from mukatabat.vault.rules import Revoked

AHEAD = timedelta(days=60)
"""So long before its end a certificate is to be asked for anew: an authority may take weeks."""
SOON = timedelta(days=14)
"""So long before its end it is an alarm."""


class Standing(StrEnum):
    """What may be said of a certificate today."""

    GOOD = "good"
    AHEAD = "ends within 60 days"
    SOON = "ends within 14 days"
    ENDED = "ended"
    SUSPENDED = "suspended by its authority"
    WITHDRAWN = "withdrawn by its authority"
    MISSING = "missing"

    @property
    def is_urgent(self) -> bool:
        """Whether letters stand still, or soon will."""
        return self is Standing.SOON or not self.in_force

    @property
    def in_force(self) -> bool:
        """Whether anything is sealed or stated with it."""
        return self not in {Standing.ENDED, Standing.SUSPENDED, Standing.WITHDRAWN, Standing.MISSING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A seal of the body ``code``, or the node's key for evidence, whose code is "".

    ``issuer`` and ``until`` are those of the certificate in use, "" and None without one; ``revoked`` that its
    authority no longer vouches for it. ``requested_at`` is when the request was written whose answer is awaited.
    """

    realm: Realm
    code: str = ""
    issuer: str = ""
    until: datetime | None = None
    revoked: Revoked | None = None
    requested_at: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called on the command line and by what watches."""
        return f"seal {marked_code(self.code, self.realm)}" if self.code else f"node {self.realm}"

    def standing(self, at: datetime) -> Standing:
        """What may be said of it at a moment."""
        if self.revoked is not None:
            return Standing.SUSPENDED if self.revoked.held_up else Standing.WITHDRAWN
        return standing_of(self.until, at)


def standing_of(until: datetime | None, at: datetime) -> Standing:
    """What may be said at a moment of a certificate that ends ``until``, None where there is none."""
    if until is None:
        return Standing.MISSING
    left = until - at
    ends = ((timedelta(0), Standing.ENDED), (SOON, Standing.SOON), (AHEAD, Standing.AHEAD))
    return next((standing for limit, standing in ends if left <= limit), Standing.GOOD)


def seals() -> list[Certified]:
    """How it stands with the seals of all bodies that have their keys here, in the order of realm and name.

    Requests are left out: they are their body's own (:func:`seal_of`).
    """
    present = {one.body_id: one for one in seals_in_use()}
    return [
        _certified(one.body, present.get(one.body_id))
        for realm in Realm
        for one in bodies_in_order(realm)
        if one.body.channel != Channel.PAPER or one.body_id in present
    ]


def seal_of_body(body: Body) -> Certified:
    """How it stands with the seal of a body, which everybody may know."""
    return _certified(body, seals_in_use().filter(body=body).first())


def seal_requested_at(actor: Actor) -> datetime | None:
    """When the request of the actor's body was written whose answer is awaited; None where none stands."""
    with reading(actor):
        return SealRequest.objects.filter(ended_at=None).values_list("asked_at", flat=True).first()


def seal_of(actor: Actor) -> Certified:
    """How it stands with the seal of the actor's body, with the request whose answer is awaited."""
    seal = seal_of_body(Body.objects.get(id=actor.body_id))
    return replace(seal, requested_at=seal_requested_at(actor))


def seals_with_requests() -> Iterator[Certified]:
    """The same for each body of :func:`seals`, asked in the scope of each."""
    known = {(one.realm, one.code) for one in seals()}
    for body in Body.objects.order_by("realm", "code"):
        if (Realm(body.realm), body.code) in known:
            yield seal_of(system_actor("vault.standing", body_id=body.id, realm=body.realm))


def nodes() -> list[Certified]:
    """How it stands with the node's keys for evidence: in the live realm, and in training where there is one."""
    found = {Realm(one.realm): one for one in node_keys_in_use()}
    asked = dict(NodeRequest.objects.filter(ended_at=None).values_list("realm", "asked_at"))
    return [
        Certified(
            realm=realm, issuer=_issuer(found[realm].chain) if realm in found else "",
            until=found[realm].expires_at if realm in found else None,
            revoked=revoked(found[realm]) if realm in found else None, requested_at=asked.get(realm),
        )
        for realm in Realm
        if realm in found or realm in asked or realm == Realm.LIVE
    ]  # fmt: skip


def _certified(body: Body, present: PublicKey | None) -> Certified:
    return Certified(
        realm=Realm(body.realm), code=body.code, issuer=_issuer(present.chain) if present else "",
        until=present.expires_at if present else None, revoked=revoked(present) if present else None,
    )  # fmt: skip


def _issuer(chain: list[str]) -> str:
    return named(load_der_x509_certificate(bytes.fromhex(chain[0])).issuer) if chain else ""


def alarming() -> list[Certified]:
    """What is missing, withdrawn, ended or about to end and is needed: of training only what was there once."""
    now = clock.now()
    found = [*seals(), *nodes()]
    return [
        one
        for one in found
        if one.standing(now) is not Standing.GOOD and (one.realm == Realm.LIVE or one.until is not None)
    ]
