# SPDX-License-Identifier: EUPL-1.2
"""Named readers: whose keys open the documents of a letter of سري or above (ADR 0019).

A document is put under the readers of a letter: everybody to whom the letter is open, and the body's recovery. From
then on whoever opens the letter to somebody gives them a wrap in the same transaction, and can only do so who can read
it; whoever closes it takes the wrap away. Upper rooms therefore open and close letters here, and not in access alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.access.grants import actions as grants
from mukatabat.access.grants.rules import Grantee, Protected, Reason
from mukatabat.access.models import Grant
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault.actions.keys import newest_key
from mukatabat.vault.custody import key_store, wrap
from mukatabat.vault.models import Document, DocumentKey, ReaderKey, ReaderWrap
from mukatabat.vault.queries import sealed_document
from mukatabat.vault.release import PARTIES, unwrapped
from mukatabat.vault.rules import Reader, ReaderKind, reader_key_context, reader_wrap_context

SERVICE = "vault.service"


def grant(
    actor: Actor, protected: Protected, grantees: Iterable[Grantee], *, reason: Reason, source_id: UUID | None = None
) -> None:
    """Open a letter to ``grantees`` (access.grants), and its named documents as well.

    Raises NotAReader when there are such documents and the actor cannot read them: then nothing was opened.
    """
    chosen = tuple(grantees)
    with scope(actor):
        grants.grant(actor, protected, chosen, reason=reason, source_id=source_id)
        if reason is not Reason.WALL:
            _name(actor, protected.id, _named_at(protected.id), [_reader(one) for one in chosen])


def revoke(
    actor: Actor, object_id: UUID, *, reason: Reason | Iterable[Reason], grantees: Iterable[Grantee] | None = None,
    source_id: UUID | None = None,
) -> None:  # fmt: skip
    """End grants (access.grants), and take the wraps away from those to whom nothing opens the letter any more."""
    with scope(actor):
        grants.revoke(object_id, reason=reason, grantees=grantees, source_id=source_id)
        wraps = _wraps_at(object_id, *PARTIES)
        if wraps.exists():
            standing = _standing(object_id).values("grantee_id")
            gone = wraps.exclude(reader_key__reader_id__in=standing)
            _take_away(actor, object_id, list(gone.select_related("reader_key")))


def seal(actor: Actor, object_id: UUID, document_ids: Iterable[UUID], *, lent: bool = False) -> None:
    """Put documents under the readers of a letter, as they stand now; the body's key no longer opens them.

    ``lent``: the installation's own work as well, until :func:`end_service`.
    Doing it again adds whom it lacks. Raises NotAReader or KeyUnavailable; then nothing was changed.
    """
    with scope(actor):
        readers = _readers_of(actor, object_id)
        if lent:
            readers.append(_of_body(actor, ReaderKind.SERVICE))
        _seal(actor, object_id, _documents(document_ids), readers)


def hold(actor: Actor, object_id: UUID, document_ids: Iterable[UUID]) -> None:
    """Put documents of what the registry has not numbered under the installation's own work and recovery alone."""
    with scope(actor):
        kinds = (ReaderKind.SERVICE, ReaderKind.RECOVERY)
        _seal(actor, object_id, _documents(document_ids), [_of_body(actor, kind) for kind in kinds])


def _seal(actor: Actor, object_id: UUID, documents: list[Document], readers: Sequence[Reader]) -> None:
    _name(actor, object_id, documents, readers)
    DocumentKey.objects.filter(document__in=documents, named=False).update(named=True, wrapped=None)


def unseal(actor: Actor, object_id: UUID, document_ids: Iterable[UUID]) -> None:
    """Put documents of a letter that is no longer secret under the body's key again.

    One that belongs to another letter as well stays with its readers. Raises as :func:`seal`.
    """
    with scope(actor):
        elsewhere = ReaderWrap.objects.exclude(object_id=object_id).values("document_id")
        found = [one for one in _documents(document_ids, without=Q(id__in=elsewhere)) if one.key.named]
        key = newest_key(actor)
        for document in found:
            secret = sealed_document(actor, document).secret
            document.key.body_key, document.key.named = key, False
            document.key.wrapped = wrap(key, secret, context=document.key.context)
            document.key.save(update_fields=["body_key", "named", "wrapped"])
        _take_away(actor, object_id, list(ReaderWrap.objects.filter(document__in=found).select_related("reader_key")))


def recover(actor: Actor, protected: Protected, grantee: Grantee, *, source_id: UUID) -> None:
    """Name a reader by the body's recovery, which nobody's session opens; two persons have decided it (ADR 0019)."""
    with scope(actor):
        grants.grant(actor, protected, [grantee], reason=Reason.NAMED_READER, source_id=source_id)
        recovery = _wraps_at(protected.id, ReaderKind.RECOVERY).select_related("reader_key")
        wraps = {one.document_id: one for one in recovery}
        documents = _named_at(protected.id)
        _name(
            actor, protected.id, documents, [_reader(grantee)],
            opened=lambda document: unwrapped(wraps[document.id], document),
        )  # fmt: skip
        record(
            actor, act="vault.reader-recovered", object_kind="letter", object_id=protected.id,
            detail={"reader": str(_reader(grantee)), "change": str(source_id), "documents": len(documents)},
        )  # fmt: skip


def lend_to_service(actor: Actor, object_id: UUID) -> None:
    """Let the installation's own work read a letter's named documents until :func:`end_service`: it is carried."""
    with scope(actor):
        _name(actor, object_id, _named_at(object_id), [_of_body(actor, ReaderKind.SERVICE)])


def end_service(actor: Actor, object_id: UUID, document_ids: Iterable[UUID] | None = None) -> None:
    """Take the installation's own wraps away, of all documents or of some; doing it twice changes nothing."""
    with scope(actor):
        held = _wraps_at(object_id, ReaderKind.SERVICE)
        if document_ids is not None:
            held = held.filter(document_id__in=list(document_ids))
        _take_away(actor, object_id, list(held.select_related("reader_key")))


def hand_on(actor: Actor, former_id: UUID, object_id: UUID) -> None:
    """Give what the installation holds at one object to the readers of another, and keep nothing of it.

    A registry numbers a sealed arrival without reading it: what was delivered goes from the installation to those to
    whom the letter is open.
    """
    with scope(actor):
        service = system_actor(SERVICE, body_id=actor.body_id, realm=actor.realm)
        _name(service, object_id, _named_at(former_id), _readers_of(actor, object_id))
        _take_away(actor, former_id, list(_wraps_at(former_id, *ReaderKind).select_related("reader_key")))


def lock_for_readers(actor: Actor, document: Document, secret: bytes, *, object_id: UUID, lent: bool) -> None:
    """Wrap the key of a document that is just being stored, for the readers of a letter; ``lent`` as to the service."""
    readers = _readers_of(actor, object_id)
    if lent:
        readers.append(_of_body(actor, ReaderKind.SERVICE))
    _wrap(actor, object_id, document, secret, readers)
    _note_named(actor, object_id, readers, [document])


def _reader(grantee: Grantee) -> Reader:
    return Reader(ReaderKind(grantee.kind), grantee.id)


def _of_body(actor: Actor, kind: ReaderKind) -> Reader:
    return Reader(kind, actor.body_id)


def _documents(document_ids: Iterable[UUID], *, without: Q | None = None) -> list[Document]:
    found = Document.objects.select_related("key__body_key").filter(
        id__in=list(document_ids), key__destroyed_at=None
    )  # fmt: skip
    return list(found.exclude(without) if without is not None else found)


def _named_at(object_id: UUID) -> list[Document]:
    at = set(ReaderWrap.objects.filter(object_id=object_id).values_list("document_id", flat=True))
    if not at:  # nearly every letter: one small look at an index
        return []
    return list(Document.objects.select_related("key__body_key").filter(id__in=at, key__destroyed_at=None))


def _wraps_at(object_id: UUID, *kinds: ReaderKind) -> QuerySet[ReaderWrap]:
    return ReaderWrap.objects.filter(object_id=object_id, reader_key__kind__in=kinds)


def _standing(object_id: UUID) -> QuerySet[Grant]:
    return Grant.objects.filter(Q(ends=None) | Q(ends__gt=clock.now()), object_id=object_id, denies=False)


def _readers_of(actor: Actor, object_id: UUID) -> list[Reader]:
    """Everybody to whom the letter is open now, and the body's recovery."""
    open_to = _standing(object_id).order_by("starts", "id").values_list("grantee_kind", "grantee_id")
    named = dict.fromkeys(open_to)
    return [*(Reader(ReaderKind(kind), one) for kind, one in named), _of_body(actor, ReaderKind.RECOVERY)]


def _name(
    actor: Actor, object_id: UUID, documents: Sequence[Document], readers: Sequence[Reader], *,
    opened: Callable[[Document], bytes] | None = None,
) -> None:  # fmt: skip
    """Wrap documents for the readers that lack a wrap; unless told otherwise it is the actor who opens each one."""
    if not documents or not readers:
        return
    known = set(
        ReaderWrap.objects.filter(object_id=object_id, document__in=documents).values_list(
            "document_id", "reader_key__kind", "reader_key__reader_id"
        )
    )
    added: dict[Reader, None] = {}
    for document in documents:
        missing = [one for one in readers if (document.id, str(one.kind), one.id) not in known]
        if missing:
            secret = opened(document) if opened else sealed_document(actor, document).secret
            _wrap(actor, object_id, document, secret, missing)
            added |= dict.fromkeys(missing)
    if added:
        _note_named(actor, object_id, added, documents)


def _wrap(actor: Actor, object_id: UUID, document: Document, secret: bytes, readers: Iterable[Reader]) -> None:
    keys = [reader_key(actor, reader) for reader in dict.fromkeys(readers)]
    ReaderWrap.objects.bulk_create(
        [
            ReaderWrap(
                document=document, reader_key=key, object_id=object_id, named_by=actor.person_id,
                wrapped=wrap(key, secret, context=reader_wrap_context(document.key.context, key.reader)),
            )
            for key in keys
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def reader_key(actor: Actor, reader: Reader) -> ReaderKey:
    """Give the key of a reader of the actor's body, where its body has its keys, made when there is none; in
    the open transaction.
    """
    body = newest_key(actor)
    mine = ReaderKey.objects.filter(kind=reader.kind, reader_id=reader.id, store=body.store)
    known = mine.first()
    if known is not None:
        return known
    held = key_store(body.store).generate(reader_key_context(actor.body_id, reader), beside=body.held)
    made = ReaderKey(kind=reader.kind, reader_id=reader.id, store=body.store, root=held.root, token=held.token)
    ReaderKey.objects.bulk_create([made], ignore_conflicts=True)  # another process may have been quicker
    return mine.get()


def _take_away(actor: Actor, object_id: UUID, wraps: list[ReaderWrap]) -> None:
    if not wraps:
        return
    ReaderWrap.objects.filter(id__in=[one.id for one in wraps]).delete()
    readers = dict.fromkeys(one.reader_key.reader for one in wraps)
    record(
        actor, act="vault.readers-removed", object_kind="letter", object_id=object_id,
        detail=_said(readers, dict.fromkeys(one.document_id for one in wraps)),
    )  # fmt: skip


def _note_named(actor: Actor, object_id: UUID, readers: Iterable[Reader], documents: Iterable[Document]) -> None:
    record(
        actor, act="vault.readers-named", object_kind="letter", object_id=object_id,
        detail=_said(readers, [one.id for one in documents]),
    )  # fmt: skip


def _said(readers: Iterable[Reader], documents: Iterable[UUID]) -> dict[str, list[str]]:
    return {"readers": [str(one) for one in readers], "documents": [str(one) for one in documents]}
