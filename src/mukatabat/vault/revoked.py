# SPDX-License-Identifier: EUPL-1.2
"""Whether the authorities still vouch for the certificates in use: what is known, and what the lists say now."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.service import informed_trust
from mukatabat.vault.models import NodeKey
from mukatabat.vault.rules import NodeUse, Revoked, after_word
from mukatabat_verify.certificates import Trust
from mukatabat_verify.revocation import Used, word_of


def seals_in_use() -> QuerySet[PublicKey]:
    """The seals with which bodies seal today, of all bodies and realms."""
    return PublicKey.objects.filter(use=KeyUse.SEAL, valid_to=None, withdrawn_at=None)


def node_keys_in_use() -> QuerySet[NodeKey]:
    """The keys with which the node states today, one in each realm."""
    return NodeKey.objects.filter(use=NodeUse.EVIDENCE, valid_to=None)


def between() -> tuple[bytes, ...]:
    """The certificates (DER) of the authorities that stand between a root and what is in use, each once.

    They were found to stand there when the answer that brought them was accepted.
    """
    chains = [*seals_in_use().values_list("chain", flat=True), *node_keys_in_use().values_list("chain", flat=True)]
    return tuple(dict.fromkeys(bytes.fromhex(one) for chain in chains for one in chain[1:]))


def revoked(key: PublicKey | NodeKey) -> Revoked | None:
    """What is known of a key's certificate, as it was noted when the lists were last looked at."""
    return None if key.revoked_at is None else Revoked(key.revoked_at, key.held_up)


def revoked_on(known: Revoked) -> date:
    """The day in Kuwait from which the authority no longer vouches for it."""
    return known.since.astimezone(clock.KUWAIT).date()


def as_listed(key: PublicKey | NodeKey, trust: Trust) -> Revoked | None:
    """What is to be known of a key's certificate by the lists in ``trust`` at its moment; one without any: nothing."""
    chain = tuple(bytes.fromhex(one) for one in key.chain)
    return after_word(revoked(key), word_of(trust.lists, Used(chain, trust.at), trust)) if chain else revoked(key)


def out_of_step() -> tuple[list[tuple[UUID, str]], list[Realm]]:
    """Where what is known differs from what the lists say now: bodies, each with its realm, and realms of the node.

    Nothing is locked, and one that is alone with its lists costs two queries whatever the number of bodies. Raises
    NoAuthority or AuthorityFileRefused.
    """
    trust = informed_trust(clock.now())
    seals = seals_in_use().select_related("body").order_by("body_id")
    bodies = [(one.body_id, one.body.realm) for one in seals if as_listed(one, trust) != revoked(one)]
    return bodies, [Realm(one.realm) for one in node_keys_in_use() if as_listed(one, trust) != revoked(one)]
