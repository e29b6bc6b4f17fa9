# SPDX-License-Identifier: EUPL-1.2
"""What a body compares of the directory each night: statements with the log, its own keys with its own trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from mukatabat.audit.actions import record
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.ledger.rules import Held
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import DirectoryStatement
from mukatabat_verify.parcel.suites import RecipientKey

LOOKED_AT = timedelta(days=30)
"""Older statements were compared each night of this time, and the log only grows."""

_MADE = ("vault.pair-made", "vault.certificate-accepted")
"""The acts by which a key of a body comes into the directory."""


def directory_heads(actor: Actor) -> Iterator[Held]:
    """Give what the node signed lately of the directory in the realm of the actor's body, each with its commitment."""
    with scope(actor):
        found = DirectoryStatement.objects.filter(realm=actor.realm, issued_at__gte=clock.now() - LOOKED_AT)
        for one in found.order_by("number").iterator(chunk_size=500):
            yield Held(one.id, one.commitment, one.issued_at)


def foreign_keys(actor: Actor) -> list[str]:
    """Name the keys that the directory lists for the actor's body and whose making does not stand in its trail.

    Somebody wrote them behind its back: parcels would be sealed to a key of theirs, or a seal of theirs be believed.
    Both the listed fingerprint and that of the key itself must be the one of the trail, for another key may be put
    under the old name. It is recorded in the trail whenever there are any. Returns the listed fingerprints.
    """
    with scope(actor):
        listed = {one.id: one for one in PublicKey.objects.filter(body_id=actor.body_id)}
        made = AuditEntry.objects.filter(act__in=_MADE, object_id__in=list(listed))
        known = {
            (one.object_id, one.detail.get("use"), one.detail.get("suite"), one.detail.get("fingerprint"))
            for one in made.only("object_id", "detail")
        }
        foreign = sorted(
            one.fingerprint for one in listed.values()
            if not known.issuperset({(one.id, one.use, one.suite, name) for name in (one.fingerprint, _name_of(one))})
        )  # fmt: skip
        if foreign:
            record(actor, act="vault.foreign-keys-listed", object_kind="directory", detail={"fingerprints": foreign})
    return foreign


def _name_of(key: PublicKey) -> str:
    """The fingerprint that the key has, whatever is listed; "" for what is none."""
    try:
        if key.use == KeyUse.SEAL:
            return sha256(bytes.fromhex(key.chain[0])).hexdigest()
        return RecipientKey(key.suite, bytes(key.public)).id
    except (ValueError, TypeError, LookupError):
        return ""
