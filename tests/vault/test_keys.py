# SPDX-License-Identifier: EUPL-1.2
"""The life of keys on a real database: made once, rotated, wrapped anew, moved by nobody, destroyed for ever."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.utils import DatabaseError, IntegrityError

from mukatabat import vault
from mukatabat.audit.models import AuditEntry
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import actions, custody, queries
from mukatabat.vault.custody.opening import Opener
from mukatabat.vault.custody.software import SoftwareKeyStore
from mukatabat.vault.errors import (
    DestructionRefused,
    DocumentDestroyed,
    DocumentNotFound,
    KeyUnavailable,
    WrongKey,
)
from mukatabat.vault.models import BodyKey, Document, DocumentKey
from mukatabat.vault.rules import About, Destruction, Sealed
from mukatabat.vault.streams import address_of
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.sealing import ContentSealer
from tests.together import together

pytestmark = pytest.mark.django_db

TEXT = "كتاب رسمي".encode()
AUTHORITY = Destruction("قرار ٧/٢٠٢٦", (uuid4(), uuid4()), "شهادة ١٢", "انتهت مدة الحفظ")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MUKATABAT_VAULT_DIR = tmp_path / "vault"
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys"
    return tmp_path


def clerk() -> Actor:
    return Actor(body_id=uuid4(), realm="live", name_ar="كاتب", name_en="Clerk", person_id=uuid4())


def stored(actor: Actor) -> Document:
    return actions.store_generated(actor, TEXT, name="a.txt", media_type="text/plain")


def read(actor: Actor, document: Document) -> bytes:
    with queries.open_document(actor, document.id)[1] as stream:
        return stream.read()


def acts(actor: Actor) -> list[str]:
    with scope(actor):
        return list(AuditEntry.objects.order_by("id").values_list("act", flat=True))


def wrapped_by(actor: Actor) -> list[int]:
    with scope(actor):
        return list(DocumentKey.objects.order_by("id").values_list("body_key__version", flat=True))


def test_a_bodys_first_document_makes_its_key_and_the_next_ones_use_it() -> None:
    actor = clerk()
    stored(actor)
    stored(actor)
    assert wrapped_by(actor) == [1, 1]
    assert acts(actor).count("vault.key-made") == 1


@pytest.mark.django_db(transaction=True)
def test_eight_first_documents_at_once_make_one_key() -> None:
    actor = clerk()
    assert len(together(*[lambda: stored(actor)] * 8)) == 8
    assert wrapped_by(actor) == [1] * 8
    assert acts(actor).count("vault.key-made") == 1


def test_the_same_bytes_twice_share_neither_key_nor_blob() -> None:
    actor = clerk()
    one, other = stored(actor), stored(actor)
    assert one.digest == other.digest
    assert one.key.address != other.key.address


def test_after_a_rotation_new_documents_use_the_new_key_and_old_ones_still_open() -> None:
    actor = clerk()
    old = stored(actor)
    assert actions.rotate(actor).version == 2
    new = stored(actor)
    assert wrapped_by(actor) == [1, 2]
    assert (read(actor, old), read(actor, new)) == (TEXT, TEXT)


def test_wrapping_anew_goes_on_where_it_was_cut_off_and_doing_it_again_changes_nothing() -> None:
    actor = clerk()
    documents = [stored(actor) for _ in range(5)]
    actions.rotate(actor)
    assert actions.rewrap(actor, batch=2) == 3
    assert sorted(wrapped_by(actor)) == [1, 1, 1, 2, 2]
    assert actions.rewrap(actor, batch=10) == 0
    before = acts(actor)
    assert actions.rewrap(actor) == 0
    assert acts(actor) == before
    assert before.count("vault.keys-rewrapped") == 2
    assert wrapped_by(actor) == [2] * 5
    assert {read(actor, document) for document in documents} == {TEXT}
    with scope(actor):
        BodyKey.objects.filter(version=1).update(token=b"gone")
    assert read(actor, documents[0]) == TEXT


def test_one_damaged_wrap_is_alarmed_of_and_stops_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    actor = clerk()
    documents = [stored(actor) for _ in range(5)]
    with scope(actor):
        DocumentKey.objects.filter(document=documents[0]).update(wrapped=b"of something else, as a disk may leave it")
    actions.rotate(actor)
    damaged: set[UUID] = set()
    waiting = [actions.rewrap(actor, batch=1, damaged=damaged)]
    while waiting[-1]:
        waiting.append(actions.rewrap(actor, batch=1, damaged=damaged))
    assert waiting == [4, 3, 2, 1, 0]
    assert wrapped_by(actor) == [1, 2, 2, 2, 2]
    assert damaged == {documents[0].key.id}
    assert [str(documents[0].key.id) in one.getMessage() for one in caplog.records if one.exc_info] == [True]
    with scope(actor):
        said = AuditEntry.objects.filter(act="vault.keys-rewrapped")
        assert sum(one.detail["damaged"] for one in said) == 1
    assert {read(actor, document) for document in documents[1:]} == {TEXT}


def test_a_new_root_key_reseals_bodies_keys() -> None:
    actor = clerk()
    document = stored(actor)
    store = custody.key_store()
    assert isinstance(store, SoftwareKeyStore)
    store.rotate_root()
    assert actions.rewrap(actor) == 0
    with scope(actor):
        assert list(BodyKey.objects.values_list("root", flat=True)) == ["root-2"]
    assert read(actor, document) == TEXT


def test_a_wrap_moved_to_another_document_or_blob_opens_nothing() -> None:
    actor = clerk()
    one, other = stored(actor), stored(actor)
    with scope(actor):
        DocumentKey.objects.filter(document=other).update(wrapped=one.key.wrapped, address=one.key.address)
    with pytest.raises(WrongKey):
        read(actor, other)


def test_another_key_store_opens_nothing_and_says_so(folder: Path, settings: Any) -> None:
    actor = clerk()
    document = stored(actor)
    settings.MUKATABAT_KEYS_DIR = folder / "other"
    with pytest.raises(WrongKey) as caught:
        read(actor, document)
    assert caught.value.http_status == 503
    assert read_again(actor, document, settings, folder) == TEXT


def read_again(actor: Actor, document: Document, settings: Any, folder: Path) -> bytes:
    settings.MUKATABAT_KEYS_DIR = folder / "keys"
    return read(actor, document)


def test_without_a_key_store_nothing_is_stored_and_nothing_read(settings: Any) -> None:
    actor = clerk()
    document = stored(actor)
    settings.MUKATABAT_DEVELOPMENT = False
    with pytest.raises(KeyUnavailable):
        read(actor, document)
    with pytest.raises(KeyUnavailable):
        stored(actor)
    with scope(actor):
        assert Document.objects.count() == 1


def test_a_passphrase_file_opens_the_store_of_this_installation(folder: Path, settings: Any) -> None:
    words = folder / "words"
    words.write_bytes(b"correct horse battery staple")
    words.chmod(0o600)
    settings.MUKATABAT_VAULT_PASSPHRASE_FILE, settings.MUKATABAT_DEVELOPMENT = words, False
    actor = clerk()
    assert read(actor, stored(actor)) == TEXT
    assert SoftwareKeyStore(folder / "keys", Opener("passphrase", words.read_bytes())).newest() == "root-1"


def test_a_document_without_a_key_is_locked_not_damaged() -> None:
    actor = clerk()
    with scope(actor):
        document = Document(
            digest="sha256:" + "a" * 64, size=1, media_type="text/plain", name="a", scan="x", source="x"
        )  # fmt: skip
        document.save(force_insert=True)
    with pytest.raises(KeyUnavailable):
        read(actor, document)


def test_a_destroyed_document_is_never_opened_again_and_the_trail_says_on_whose_authority() -> None:
    actor = clerk()
    document, other = stored(actor), stored(actor)
    actions.destroy(actor, document.id, AUTHORITY)
    actions.destroy(actor, document.id, AUTHORITY)
    with pytest.raises(DocumentDestroyed) as caught:
        read(actor, document)
    assert caught.value.http_status == 410
    with scope(actor):
        key = DocumentKey.objects.get(document=document)
        entry = AuditEntry.objects.get(act="vault.document-destroyed")
    assert (key.wrapped, key.destroyed_under["certificate"]) == (None, AUTHORITY.certificate)
    assert entry.detail["approvals"] == [str(person) for person in AUTHORITY.approvals]
    assert read(actor, other) == TEXT
    actions.rotate(actor)
    assert actions.rewrap(actor) == 0
    with pytest.raises(DocumentDestroyed):
        read(actor, document)


def delivered(recipient: Actor, *contents: bytes) -> list[Document]:
    """Documents of one parcel."""
    key = ParcelKey.fresh()
    address = vault.store().put(ContentSealer(key).seal(contents)).digest
    begins = [sum(map(len, contents[:place])) for place in range(len(contents))]
    return [
        actions.adopt(
            recipient, address_of(data), Sealed(address, key.secret, begin), about=About("text/plain", "a.txt")
        )
        for data, begin in zip(contents, begins, strict=True)
    ]  # fmt: skip


def test_of_two_documents_of_a_parcel_one_is_destroyed_and_the_other_stays() -> None:
    recipient, other_body = clerk(), clerk()
    letter, attachment = delivered(recipient, TEXT, b"attachment")
    actions.destroy(recipient, letter.id, AUTHORITY)
    with pytest.raises(DocumentDestroyed):
        read(recipient, letter)
    assert read(recipient, attachment) == b"attachment"
    assert read(other_body, delivered(other_body, TEXT)[0]) == TEXT


def test_what_was_delivered_is_wrapped_anew_like_any_other() -> None:
    recipient = clerk()
    (letter,) = delivered(recipient, TEXT)
    actions.rotate(recipient)
    assert actions.rewrap(recipient) == 0
    assert wrapped_by(recipient) == [2]
    assert read(recipient, letter) == TEXT


ONE = uuid4()


@pytest.mark.parametrize(
    "authority",
    [
        Destruction("s", (ONE, ONE), "c", "r"),
        Destruction(" ", (uuid4(), uuid4()), "c", "r"),
        Destruction("s", (uuid4(), uuid4()), "", "r"),
        Destruction("s", (uuid4(), uuid4()), "c", ""),
    ],
)
def test_nothing_is_destroyed_without_schedule_two_people_and_certificate(authority: Destruction) -> None:
    actor = clerk()
    document = stored(actor)
    with pytest.raises(DestructionRefused):
        actions.destroy(actor, document.id, authority)
    assert read(actor, document) == TEXT


def test_nobody_destroys_what_is_not_theirs() -> None:
    document = stored(clerk())
    with pytest.raises(DocumentNotFound):
        actions.destroy(clerk(), document.id, AUTHORITY)


def test_the_database_refuses_a_key_that_is_neither_wrapped_nor_destroyed_and_every_removal() -> None:
    actor = clerk()
    stored(actor)
    with pytest.raises(IntegrityError), scope(actor):
        DocumentKey.objects.update(wrapped=None)
    for statement in ("DELETE FROM vault_document_key", "DELETE FROM vault_body_key"):
        with pytest.raises(DatabaseError, match="permission denied"), scope(actor), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_part_of_a_document_is_read_without_the_rest() -> None:
    actor = clerk()
    data = io.BytesIO(bytes(range(256)) * 8192)
    document = actions.store_generated(actor, data.getvalue(), name="a", media_type="text/plain")
    with queries.open_seekable(actor, queries.access_document(actor, document.id)) as stream:
        stream.seek(1_500_000)
        assert stream.read(4) == data.getvalue()[1_500_000:1_500_004]
