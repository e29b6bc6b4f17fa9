# SPDX-License-Identifier: EUPL-1.2
"""The life of keys: made, followed by a newer one, documents wrapped anew, destroyed.

A new version of a body's key wraps new documents at once. The older documents are wrapped anew by a job, in batches,
each its own transaction. A job that was cut off goes on where it stopped, because what is done no longer matches its
question.
"""

from __future__ import annotations

from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.tenancy.context import forget, found_once, scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.custody import key_store
from mukatabat.vault.errors import DestructionRefused, DocumentNotFound
from mukatabat.vault.models import BodyKey, Document, DocumentKey, NodeKey, PrivateKey, ReaderKey, ReaderWrap
from mukatabat.vault.rules import Destruction, body_key_context

BATCH = 500
NEWEST = "vault.newest-key"


def newest_key(actor: Actor) -> BodyKey:
    """Give the key that wraps new documents of the actor's body, made when it has none; in the open transaction."""
    with scope(actor):
        return found_once(NEWEST, lambda: BodyKey.objects.order_by("-version").first() or _make(actor, version=1))


def rotate(actor: Actor) -> BodyKey:
    """Give the body a new key, and order the wrapping anew of everything under older ones."""
    with scope(actor):
        former = newest_key(actor)
        key = _make(actor, version=former.version + 1)
        forget(NEWEST)
        enqueue("vault.rewrap", body=actor.body_id)
    return key


def _make(actor: Actor, *, version: int) -> BodyKey:
    """Insert a version unless another process was quicker, whose key it is then."""
    held = key_store().generate(body_key_context(actor.body_id, version))
    made = BodyKey(version=version, root=held.root, token=held.token)
    BodyKey.objects.bulk_create([made], ignore_conflicts=True)
    key = BodyKey.objects.get(version=version)
    if key.id == made.id:
        record(
            actor, act="vault.key-made", object_kind="body-key", object_id=key.id,
            detail={"version": version, "root": key.root},
        )  # fmt: skip
    return key


def rewrap(actor: Actor, *, batch: int = BATCH) -> int:
    """Wrap up to ``batch`` documents of the body anew under its newest key; returns how many wait still.

    The body's keys themselves, and up to ``batch`` of its readers', are sealed anew when the key store has a newer
    root key; a named document's wraps stay as they are. Raises KeyUnavailable; then nothing of the batch was changed.
    """
    store = key_store()
    with scope(actor):
        newest = newest_key(actor)
        renewed = _renew(batch)
        older = DocumentKey.objects.filter(wrapped__isnull=False).exclude(body_key_id=newest.id)
        chosen = older.select_for_update(of=("self",)).select_related("document", "body_key").order_by("id")[:batch]
        done = list(chosen)
        for key in done:
            secret = store.unwrap(key.body_key.held, bytes(key.wrapped or b""), context=key.context)
            key.body_key, key.wrapped = newest, store.wrap(newest.held, secret, context=key.context)
        DocumentKey.objects.bulk_update(done, ["body_key", "wrapped"])
        if done or renewed:
            record(
                actor, act="vault.keys-rewrapped", object_kind="body-key", object_id=newest.id,
                detail={"documents": len(done), "body_keys": renewed, "version": newest.version, "root": newest.root},
            )  # fmt: skip
        return older.count() + ReaderKey.objects.exclude(root=store.newest()).count()


def _renew(batch: int) -> int:
    store, renewed = key_store(), 0
    bodies = BodyKey.objects.exclude(root=store.newest()).select_for_update()
    readers = ReaderKey.objects.exclude(root=store.newest()).select_for_update().order_by("id")[:batch]
    pairs = PrivateKey.objects.filter(store=store.name, token__isnull=False).exclude(root=store.newest())
    node = NodeKey.objects.filter(store=store.name).exclude(root=store.newest())
    keys: list[BodyKey | ReaderKey | PrivateKey | NodeKey] = [
        *bodies, *readers, *pairs.select_for_update(), *node.select_for_update()
    ]  # fmt: skip
    for key in keys:
        held = store.renew(key.held)
        key.root, key.token = held.root, held.token
        key.save(update_fields=["root", "token"])
        renewed += 1
    forget(NEWEST)
    return renewed


def destroy(actor: Actor, document_id: UUID, authority: Destruction) -> None:
    """Destroy a document's key, so that nothing opens its bytes again; destroying it twice changes nothing.

    The caller has found no hold on it. Another body that holds the same document keeps its own key and its own duty.
    Raises DestructionRefused without a complete authority, DocumentNotFound.
    """
    if not authority.is_complete():
        raise DestructionRefused
    with scope(actor):
        key = DocumentKey.objects.select_for_update().filter(document_id=document_id).first()
        if key is None:
            raise DocumentNotFound
        if key.destroyed_at is not None:
            return
        under = {
            "schedule": authority.schedule, "certificate": authority.certificate, "reason": authority.reason,
            "approvals": [str(person) for person in authority.approvals],
        }  # fmt: skip
        key.wrapped, key.destroyed_at, key.destroyed_under = None, clock.now(), under
        key.save(update_fields=["wrapped", "destroyed_at", "destroyed_under"])
        ReaderWrap.objects.filter(document_id=document_id).delete()
        digest = Document.objects.only("digest").get(id=document_id).digest
        record(
            actor, act="vault.document-destroyed", object_kind="document", object_id=document_id,
            detail={"digest": digest, "address": key.address, **under},
        )  # fmt: skip
