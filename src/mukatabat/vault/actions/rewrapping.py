# SPDX-License-Identifier: EUPL-1.2
"""Wrapping anew what stands under former keys: after a rotation, and when a body's keys move to another key store.

It goes in batches, each its own transaction. Whoever was cut off goes on where it stopped, because what is done no
longer matches the question. A former key stays where it is: what a transaction that began before the change still
wrapped by it opens, and is found by the second pass an hour later.
"""

from __future__ import annotations

from django.db.models import QuerySet

from mukatabat.audit.actions import record
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.tenancy.context import forget, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.keys import NEWEST, newest_key, opened_text_key, rotate
from mukatabat.vault.actions.pairs import destroy_halves, replace_pair
from mukatabat.vault.actions.readers import reader_key
from mukatabat.vault.custody import SOFTWARE, key_store, pair_store
from mukatabat.vault.errors import SuiteNotAccepted
from mukatabat.vault.models import BodyKey, DocumentKey, NodeKey, PrivateKey, ReaderKey, ReaderWrap
from mukatabat.vault.release import unwrapped
from mukatabat.vault.rules import text_key_context

BATCH = 500


def move_keys(actor: Actor, store: str) -> BodyKey:
    """Let the keys of the actor's body lie in another store from now on, and order everything wrapped anew there.

    The body gets a new key, seal and encryption key; the former seal's private half is destroyed at once, the former
    encryption key opens what is on its way and ends as any replaced one. Moving where the keys are changes nothing.
    Raises KeyUnavailable, SuiteNotAccepted, or what the authority raises that certifies a seal.
    """
    parcels = pair_store(store).parcel_suite
    with scope(actor):
        former = newest_key(actor)
        if former.store == store:
            return former
        if parcels not in Body.objects.only("accepted_suites").get(id=actor.body_id).accepted_suites:
            raise SuiteNotAccepted(suite=parcels)
        key = rotate(actor, store=store)
        for use in KeyUse:
            replace_pair(actor, use)
        # What former seals sealed stays valid, and nobody shall seal with them again.
        seals = PrivateKey.objects.filter(public__use=KeyUse.SEAL, token__isnull=False).exclude(store=store)
        destroy_halves(actor, seals.select_for_update(of=("self",)))
        record(
            actor, act="vault.keys-moved", object_kind="body-key", object_id=key.id,
            detail={"from": former.store, "to": store, "version": key.version},
        )  # fmt: skip
    return key


def rewrap(actor: Actor, *, batch: int = BATCH) -> int:
    """Wrap up to ``batch`` documents of the body anew under its newest key; returns how many things wait still.

    With them the keys of its texts, and up to ``batch`` wraps for readers, that stand under keys in another store. The
    body's keys themselves, and up to ``batch`` of its readers', are sealed anew when the software store has a newer
    root key. Raises KeyUnavailable; then nothing of the batch was changed.
    """
    with scope(actor):
        newest = newest_key(actor)
        renewed = _renew(batch)
        older = DocumentKey.objects.filter(wrapped__isnull=False).exclude(body_key_id=newest.id)
        chosen = older.select_for_update(of=("self",)).select_related("document", "body_key").order_by("id")[:batch]
        done = list(chosen)
        for key in done:
            secret = key_store(key.body_key.store).unwrap(
                key.body_key.held, bytes(key.wrapped or b""), context=key.context
            )
            key.body_key = newest
            key.wrapped = key_store(newest.store).wrap(newest.held, secret, context=key.context)
        DocumentKey.objects.bulk_update(done, ["body_key", "wrapped"])
        moved = _move_texts(newest) + _move_wraps(actor, newest, batch)
        if done or renewed or moved:
            record(
                actor, act="vault.keys-rewrapped", object_kind="body-key", object_id=newest.id,
                detail={
                    "documents": len(done), "body_keys": renewed, "moved": moved, "version": newest.version,
                    "root": newest.root,
                },
            )  # fmt: skip
        readers = ReaderKey.objects.filter(store=SOFTWARE).exclude(root=key_store(SOFTWARE).newest())
        return older.count() + readers.count() + _elsewhere(newest).count()


def _renew(batch: int) -> int:
    """Seal keys of the software store anew under its newest root key; a token has none."""
    store, renewed = key_store(SOFTWARE), 0
    newest = store.newest()
    bodies = BodyKey.objects.filter(store=SOFTWARE).exclude(root=newest)
    readers = ReaderKey.objects.filter(store=SOFTWARE).exclude(root=newest).order_by("id")
    pairs = PrivateKey.objects.filter(store=SOFTWARE, token__isnull=False).exclude(root=newest)
    node = NodeKey.objects.filter(store=SOFTWARE).exclude(root=newest)
    keys: list[BodyKey | ReaderKey | PrivateKey | NodeKey] = [
        *bodies.select_for_update(), *readers.select_for_update()[:batch], *pairs.select_for_update(),
        *node.select_for_update(),
    ]  # fmt: skip
    for key in keys:
        held = store.renew(key.held)
        key.root, key.token = held.root, held.token
        key.save(update_fields=["root", "token"])
        renewed += 1
    forget(NEWEST)
    return renewed


def _move_texts(newest: BodyKey) -> int:
    """Wrap keys of texts that a key in another store opens under the newest key; a body has few."""
    moved = 0
    having = BodyKey.objects.filter(text_key__isnull=False).select_related("text_under")
    for key in having.select_for_update(of=("self",)):
        if (key.text_under or key).store != newest.store:
            secret, context = opened_text_key(key), text_key_context(key.body_id, key.version)
            key.text_key = key_store(newest.store).wrap(newest.held, secret, context=context)
            key.text_under = newest
            key.save(update_fields=["text_key", "text_under"])
            moved += 1
    return moved


def _move_wraps(actor: Actor, newest: BodyKey, batch: int) -> int:
    waiting = _elsewhere(newest).select_related("reader_key", "document__key")
    chosen = list(waiting.select_for_update(of=("self",)).order_by("id")[:batch])
    for wrap in chosen:
        secret = unwrapped(wrap, wrap.document)
        key = reader_key(actor, wrap.reader_key.reader)
        if ReaderWrap.objects.filter(document=wrap.document, reader_key=key, object_id=wrap.object_id).exists():
            wrap.delete()  # named again meanwhile, where the keys are now
            continue
        wrap.reader_key = key
        wrap.wrapped = key_store(key.store).wrap(key.held, secret, context=wrap.context)
        wrap.save(update_fields=["reader_key", "wrapped"])
    return len(chosen)


def _elsewhere(newest: BodyKey) -> QuerySet[ReaderWrap]:
    return ReaderWrap.objects.exclude(reader_key__store=newest.store)
