# SPDX-License-Identifier: EUPL-1.2
"""The life of a body's keys: made, followed by a newer one, opened for its texts, destroyed.

A new version of a body's key wraps new documents at once; `mukatabat.vault.actions.rewrapping` wraps the older anew.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.tenancy.context import forget, found_once, scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.custody import key_store, store_for_new_keys, unwrap
from mukatabat.vault.errors import DestructionRefused, DocumentNotFound
from mukatabat.vault.models import BodyKey, Document, DocumentKey, ReaderWrap
from mukatabat.vault.rules import Destruction, body_key_context, text_key_context

NEWEST = "vault.newest-key"


def newest_key(actor: Actor) -> BodyKey:
    """Give the key that wraps new documents of the actor's body, made when it has none; in the open transaction."""
    with scope(actor):
        return found_once(
            NEWEST, lambda: BodyKey.objects.order_by("-version").first() or _make(actor, 1, store_for_new_keys())
        )


def store_of(actor: Actor) -> str:
    """Name the store in which the actor's body has its keys: where its newest lies, else the one for new keys."""
    with scope(actor):
        return BodyKey.objects.order_by("-version").values_list("store", flat=True).first() or store_for_new_keys()


def rotate(actor: Actor, *, store: str | None = None) -> BodyKey:
    """Give the body a new key, by default in the same store, and order the wrapping anew of everything under older."""
    with scope(actor):
        former = newest_key(actor)
        key = _make(actor, former.version + 1, store or former.store)
        forget(NEWEST)
        enqueue("vault.rewrap", body=actor.body_id)
        # A transaction that began before may wrap by the former key after the first pass; none lasts this long.
        enqueue("vault.rewrap", at=clock.now() + timedelta(hours=1), body=actor.body_id)
    return key


def opened_text_key(key: BodyKey) -> bytes:
    """Open the text key of a version that has one, in the open scope; raises KeyUnavailable."""
    return unwrap(key.text_under or key, key.text_key or b"", context=text_key_context(key.body_id, key.version))


def _make(actor: Actor, version: int, store: str) -> BodyKey:
    """Insert a version unless another process was quicker, whose key it is then."""
    held = key_store(store).generate(body_key_context(actor.body_id, version))
    made = BodyKey(version=version, store=store, root=held.root, token=held.token)
    BodyKey.objects.bulk_create([made], ignore_conflicts=True)
    key = BodyKey.objects.get(version=version)
    if key.id == made.id:
        record(
            actor, act="vault.key-made", object_kind="body-key", object_id=key.id,
            detail={"version": version, "root": key.root},
        )  # fmt: skip
    return key


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
