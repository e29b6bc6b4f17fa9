# SPDX-License-Identifier: EUPL-1.2
"""Wrapping anew what stands under former keys: after a rotation, and when a body's keys move to another key store.

It goes in batches, each its own transaction. Whoever was cut off goes on where it stopped, because what is done no
longer matches the question. A wrapped key that its key does not open any more stays as it is and stops nothing else.
A former key stays where it is: what a transaction that began before the change still wrapped by it opens, and is found
by the second pass an hour later.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.audit.actions import record
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.signing.service import certifies_by_itself
from mukatabat.tenancy.context import forget, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.keys import NEWEST, newest_key, opened_text_key, rotate
from mukatabat.vault.actions.pairs import destroy_halves, replace_pair
from mukatabat.vault.actions.readers import reader_key
from mukatabat.vault.actions.requests import give_up_seal
from mukatabat.vault.custody import SOFTWARE, key_store, pair_store, unwrap, wrap
from mukatabat.vault.errors import SuiteNotAccepted, WrongKey
from mukatabat.vault.models import (
    BodyKey,
    DocumentKey,
    NodeKey,
    NodeRequest,
    PrivateKey,
    ReaderKey,
    ReaderWrap,
    SealRequest,
)
from mukatabat.vault.release import unwrapped
from mukatabat.vault.rules import text_key_context

logger = logging.getLogger(__name__)

BATCH = 500


def move_keys(actor: Actor, store: str) -> BodyKey:
    """Let the keys of the actor's body lie in another store from now on, and order everything wrapped anew there.

    The body gets a new key, seal and encryption key; the former seal's private half is destroyed at once, the former
    encryption key opens what is on its way and ends as any replaced one. Where an authority outside certifies seals,
    the seal stays where it is until the answer to a request made from now on is accepted; one that was made before is
    given up. Moving where the keys are changes nothing. Raises KeyUnavailable or SuiteNotAccepted.
    """
    parcels = pair_store(store).parcel_suite
    with scope(actor):
        former = newest_key(actor)
        if former.store == store:
            return former
        if parcels not in Body.objects.only("accepted_suites").get(id=actor.body_id).accepted_suites:
            raise SuiteNotAccepted(suite=parcels)
        key = rotate(actor, store=store)
        replace_pair(actor, KeyUse.ENCRYPTION)
        if certifies_by_itself():
            replace_pair(actor, KeyUse.SEAL)
            # What former seals sealed stays valid, and nobody shall seal with them again.
            seals = PrivateKey.objects.filter(public__use=KeyUse.SEAL, token__isnull=False).exclude(store=store)
            destroy_halves(actor, seals.select_for_update(of=("self",)))
        else:
            give_up_seal(actor)
        record(
            actor, act="vault.keys-moved", object_kind="body-key", object_id=key.id,
            detail={"from": former.store, "to": store, "version": key.version},
        )  # fmt: skip
    return key


def rewrap(actor: Actor, *, batch: int = BATCH, damaged: set[UUID] | None = None) -> int:
    """Wrap up to ``batch`` documents of the body anew under its newest key; returns how many things wait still.

    With them the keys of its texts, and up to ``batch`` wraps for readers, that stand under keys in another store. The
    body's keys themselves, and up to ``batch`` of its readers', are sealed anew when the software store has a newer
    root key. Raises KeyUnavailable; then nothing of the batch was changed.

    What does not open under its own key is entered in ``damaged``, alarmed of, left as it is, and counts as waiting no
    more: whoever calls until nothing waits hands in the same set.
    """
    lost: set[UUID] = set() if damaged is None else damaged
    known = len(lost)
    with scope(actor):
        newest = newest_key(actor)
        renewed = _renew(batch, lost)
        documents = _move_documents(newest, batch, lost)
        moved = _move_texts(newest, lost) + _move_wraps(actor, newest, batch, lost)
        if documents or renewed or moved or len(lost) > known:
            record(
                actor, act="vault.keys-rewrapped", object_kind="body-key", object_id=newest.id,
                detail={
                    "documents": documents, "body_keys": renewed, "moved": moved, "version": newest.version,
                    "root": newest.root, "damaged": len(lost) - known,
                },
            )  # fmt: skip
        readers = (
            ReaderKey.objects.filter(store=SOFTWARE).exclude(root=key_store(SOFTWARE).newest()).exclude(id__in=lost)
        )
        return _older(newest, lost).count() + readers.count() + _elsewhere(newest, lost).count()


@contextmanager
def _or_left(row_id: UUID, lost: set[UUID]) -> Iterator[None]:
    """Let one row that does not open be left as it is, with an alarm; its backup may still hold the right bytes."""
    try:
        yield
    except WrongKey:
        lost.add(row_id)
        logger.exception("the wrapped key in row %s does not open and is left as it is", row_id)


def _move_documents(newest: BodyKey, batch: int, lost: set[UUID]) -> int:
    chosen = _older(newest, lost).select_for_update(of=("self",)).select_related("document", "body_key")
    done = []
    for key in chosen.order_by("id")[:batch]:
        with _or_left(key.id, lost):
            secret = unwrap(key.body_key, key.wrapped or b"", context=key.context)
            key.body_key, key.wrapped = newest, wrap(newest, secret, context=key.context)
            done.append(key)
    DocumentKey.objects.bulk_update(done, ["body_key", "wrapped"])
    return len(done)


def _older(newest: BodyKey, lost: set[UUID]) -> QuerySet[DocumentKey]:
    return DocumentKey.objects.filter(wrapped__isnull=False).exclude(body_key_id=newest.id).exclude(id__in=lost)


def _renew(batch: int, lost: set[UUID]) -> int:
    """Seal keys of the software store anew under its newest root key; a token has none."""
    store, renewed = key_store(SOFTWARE), 0
    newest = store.newest()
    bodies = BodyKey.objects.filter(store=SOFTWARE).exclude(root=newest)
    readers = ReaderKey.objects.filter(store=SOFTWARE).exclude(root=newest).exclude(id__in=lost).order_by("id")
    pairs = PrivateKey.objects.filter(store=SOFTWARE, token__isnull=False).exclude(root=newest)
    node = NodeKey.objects.filter(store=SOFTWARE).exclude(root=newest)
    awaited = SealRequest.objects.filter(store=SOFTWARE, token__isnull=False).exclude(root=newest)
    of_node = NodeRequest.objects.filter(store=SOFTWARE, token__isnull=False).exclude(root=newest)
    keys: list[BodyKey | ReaderKey | PrivateKey | NodeKey | SealRequest | NodeRequest] = [
        *bodies.select_for_update(), *readers.select_for_update()[:batch], *pairs.select_for_update(),
        *node.select_for_update(), *awaited.select_for_update(), *of_node.select_for_update(),
    ]  # fmt: skip
    for key in keys:
        if key.id in lost:
            continue
        with _or_left(key.id, lost):
            held = store.renew(key.held)
            key.root, key.token = held.root, held.token
            key.save(update_fields=["root", "token"])
            renewed += 1
    forget(NEWEST)
    return renewed


def _move_texts(newest: BodyKey, lost: set[UUID]) -> int:
    """Wrap keys of texts that a key in another store opens under the newest key; a body has few."""
    moved = 0
    having = BodyKey.objects.filter(text_key__isnull=False).select_related("text_under")
    for key in having.select_for_update(of=("self",)):
        if (key.text_under or key).store == newest.store or key.id in lost:
            continue
        with _or_left(key.id, lost):
            secret, context = opened_text_key(key), text_key_context(key.body_id, key.version)
            key.text_key, key.text_under = wrap(newest, secret, context=context), newest
            key.save(update_fields=["text_key", "text_under"])
            moved += 1
    return moved


def _move_wraps(actor: Actor, newest: BodyKey, batch: int, lost: set[UUID]) -> int:
    waiting = _elsewhere(newest, lost).select_related("reader_key", "document__key")
    chosen = list(waiting.select_for_update(of=("self",)).order_by("id")[:batch])
    moved = 0
    for one in chosen:
        with _or_left(one.id, lost):
            secret = unwrapped(one, one.document)
            _move_wrap(actor, one, secret)
            moved += 1
    return moved


def _move_wrap(actor: Actor, one: ReaderWrap, secret: bytes) -> None:
    key = reader_key(actor, one.reader_key.reader)
    if ReaderWrap.objects.filter(document=one.document, reader_key=key, object_id=one.object_id).exists():
        one.delete()  # named again meanwhile, where the keys are now
        return
    one.reader_key = key
    one.wrapped = wrap(key, secret, context=one.context)
    one.save(update_fields=["reader_key", "wrapped"])


def _elsewhere(newest: BodyKey, lost: set[UUID]) -> QuerySet[ReaderWrap]:
    return ReaderWrap.objects.exclude(reader_key__store=newest.store).exclude(id__in=lost)
