# SPDX-License-Identifier: EUPL-1.2
"""Taking documents in and giving them out, on a real database and a real folder."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from mukatabat import vault
from mukatabat.audit.models import AuditEntry
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions, queries, store
from mukatabat.vault.actions import documents
from mukatabat.vault.envelope import HEADER
from mukatabat.vault.errors import (
    BlobDamaged,
    BlobMissing,
    DocumentNotFound,
    EmptyFile,
    InfectedFile,
    NameLies,
    StoreUnavailable,
    WrongKey,
)
from mukatabat.vault.models import Document, DocumentKey
from mukatabat.vault.rules import About, Blob, Scan, Sealed, Upload
from mukatabat.vault.streams import address_of
from mukatabat.vault.vocabulary import ScanOutcome
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.sealing import ContentSealer
from mukatabat_verify.stream import TAG
from tests.vault import making

pytestmark = pytest.mark.django_db

PDF = making.pdf(2)
TEXT = "مرفق".encode()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    settings.MUKATABAT_VAULT_DIR = tmp_path / "vault"  # type: ignore[attr-defined]
    return tmp_path / "vault"


def clerk() -> Actor:
    return Actor(body_id=uuid4(), realm="live", name_ar="كاتب", name_en="Clerk", person_id=uuid4())


def upload(data: bytes = PDF, name: str = "مذكرة.pdf") -> Upload:
    return Upload(name, io.BytesIO(data))


def blobs(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def damage(folder: Path) -> None:
    (path,) = blobs(folder)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_an_upload_becomes_a_row_bytes_and_an_audit_entry(folder: Path) -> None:
    actor = clerk()
    document = actions.store_upload(actor, upload())
    assert (document.name, document.media_type, document.pages) == ("مذكرة.pdf", "application/pdf", 2)
    assert (document.scan, document.source, document.created_by) == ("not-scanned", "uploaded", actor.person_id)
    (blob,) = blobs(folder)
    assert len(blob.read_bytes()) == HEADER + len(PDF) + TAG
    assert b"%PDF-1" not in blob.read_bytes()
    with scope(actor):
        entry = AuditEntry.objects.get(object_id=document.id)
    assert (entry.act, entry.object_kind) == ("vault.document-stored", "document")
    assert entry.detail["digest"] == document.digest
    assert document.name not in str(entry.detail)


def test_a_document_comes_back_whole() -> None:
    actor = clerk()
    document, stream = queries.open_document(actor, actions.store_upload(actor, upload()).id)
    with stream:
        assert stream.read() == PDF
    assert document.size == len(PDF)


def test_another_bodys_document_looks_like_a_missing_one() -> None:
    document = actions.store_upload(clerk(), upload())
    errors = []
    for document_id in (document.id, uuid4()):
        with pytest.raises(DocumentNotFound) as caught:
            queries.open_document(clerk(), document_id)
        errors.append(caught.value.as_dict())
    assert errors[0] == errors[1]
    assert issubclass(DocumentNotFound, NotFoundOrForbidden)
    assert DocumentNotFound.http_status == 404


def test_a_refused_file_leaves_neither_row_nor_bytes(folder: Path) -> None:
    actor = clerk()
    with pytest.raises(NameLies):
        actions.store_upload(actor, upload(making.DOS_PROGRAM))
    assert not folder.exists() or not blobs(folder)
    with scope(actor):
        assert not Document.objects.exists()


def test_an_infected_file_is_refused_by_the_scanners_name_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Finds:
        def scan(self, file: BinaryIO) -> Scan:
            file.read()
            return Scan(ScanOutcome.INFECTED, "Eicar-Test")

    monkeypatch.setattr(documents, "scanner", Finds)
    with pytest.raises(InfectedFile) as caught:
        actions.store_upload(clerk(), upload())
    assert "Eicar-Test" in str(caught.value.happened)
    assert not blobs(folder)


def test_a_scanner_that_read_the_file_does_not_shorten_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reads:
        def scan(self, file: BinaryIO) -> Scan:
            file.read()
            return Scan(ScanOutcome.CLEAN)

    monkeypatch.setattr(documents, "scanner", Reads)
    document = actions.store_upload(clerk(), upload())
    assert (document.scan, document.size) == ("clean", len(PDF))
    assert len(blobs(folder)[0].read_bytes()) == HEADER + len(PDF) + TAG


def test_without_a_scanner_no_file_is_called_clean() -> None:
    assert vault.scanner().scan(io.BytesIO(b"a")).outcome is ScanOutcome.NOT_SCANNED
    assert ScanOutcome.NOT_SCANNED.label_ar == "لم يُفحص"


def test_the_bytes_are_kept_before_any_transaction_and_a_rollback_leaves_no_row(folder: Path) -> None:
    actor = clerk()
    kept = actions.keep(upload())
    assert len(blobs(folder)) == 1
    with scope(actor):
        actions.enter(actor, kept)
        transaction.set_rollback(True)
    with scope(actor):
        assert not Document.objects.exists()
        assert not AuditEntry.objects.exists()
    assert actions.enter(actor, kept).digest == kept.blob.digest


def test_a_failing_store_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def put(self, source: BinaryIO, *, limit: int | None = None) -> object:
            raise StoreUnavailable

    actor = clerk()
    monkeypatch.setattr(documents, "store", Full)
    with pytest.raises(StoreUnavailable):
        actions.store_upload(actor, upload())
    with scope(actor):
        assert not Document.objects.exists()


def test_generated_bytes_are_kept_with_their_source() -> None:
    document = actions.store_generated(clerk(), PDF, name="FL-O-2026-04127.pdf", media_type="application/pdf")
    assert (document.source, document.pages, document.size) == ("generated", None, len(PDF))
    with pytest.raises(EmptyFile):
        actions.store_generated(clerk(), b"", name="a.pdf", media_type="application/pdf")


def in_a_parcel(content: bytes) -> Sealed:
    """The place of a content that was sealed as a parcel's is; its documents begin further on in it."""
    key = ParcelKey.fresh()
    return Sealed(store().put(ContentSealer(key).seal([content])).digest, key.secret, 0)


def test_delivered_documents_are_read_where_they_lie_in_their_parcel(folder: Path) -> None:
    recipient = system_actor("exchange.carrier", body_id=uuid4(), realm="live")
    place = in_a_parcel(b"before" + PDF + TEXT + b"behind")
    adopted = [
        actions.adopt(
            recipient, address_of(data), replace(place, begin=begin), about=About("application/pdf", "كتاب.pdf", 2)
        )
        for data, begin in ((PDF, 6), (TEXT, 6 + len(PDF)))
    ]  # fmt: skip
    assert {(one.body_id, one.source, one.created_by) for one in adopted} == {(recipient.body_id, "received", None)}
    assert len(blobs(folder)) == 1, "one ciphertext, however many documents and bodies"
    for document, data in zip(adopted, (PDF, TEXT), strict=True):
        with queries.open_document(recipient, document.id)[1] as stream:
            assert stream.read() == data
            assert (stream.seek(-3, 2), stream.read(9), stream.read()) == (len(data) - 3, data[-3:], b"")
    with pytest.raises(DocumentNotFound):
        queries.access_document(clerk(), adopted[0].id)


def test_a_place_that_is_not_the_document_s_gives_nothing_out(folder: Path) -> None:
    recipient = clerk()
    place = in_a_parcel(PDF)
    about = About("application/pdf", "كتاب.pdf")
    for begin, size in ((1, len(PDF)), (len(PDF) + 5, 3)):
        moved = actions.adopt(recipient, Blob(address_of(PDF).digest, size), replace(place, begin=begin), about=about)
        with pytest.raises(BlobDamaged):
            queries.open_document(recipient, moved.id)
    right = actions.adopt(recipient, address_of(PDF), place, about=about)
    with scope(recipient):
        DocumentKey.objects.filter(document=right).update(begin=1)
    with pytest.raises(WrongKey):
        queries.open_document(recipient, right.id)
    damage(folder)
    with scope(recipient):
        DocumentKey.objects.filter(document=right).update(begin=0)
    with pytest.raises(BlobDamaged):
        queries.open_document(recipient, right.id)


def test_a_document_is_found_again_by_what_it_holds_in_its_own_body_alone() -> None:
    sender = clerk()
    sent = actions.store_upload(sender, upload())
    assert queries.document_to_carry(sender, sent.digest, size=sent.size).id == sent.id
    for actor, digest in ((sender, "sha256:" + "0" * 64), (clerk(), sent.digest)):
        with pytest.raises(BlobMissing):
            queries.document_to_carry(actor, digest, size=sent.size)
    with pytest.raises(BlobDamaged):
        queries.document_to_carry(sender, sent.digest, size=sent.size + 1)


def test_not_one_byte_of_a_damaged_document_is_given_out(folder: Path) -> None:
    actor = clerk()
    document = actions.store_upload(actor, upload())
    damage(folder)
    with pytest.raises(BlobDamaged) as caught:
        queries.open_document(actor, document.id)
    assert document.key.address in str(caught.value.do)


def test_a_row_never_changes_and_never_goes() -> None:
    actor = clerk()
    document = actions.store_upload(actor, upload())
    for statement in ("UPDATE vault_document SET name = 'x'", "DELETE FROM vault_document"):
        with pytest.raises(DatabaseError, match="permission denied"), scope(actor), connection.cursor() as cursor:
            cursor.execute(statement)
    assert queries.access_document(actor, document.id).name == document.name


@pytest.mark.parametrize("wrong", [{"digest": "sha256:ABC"}, {"size": 0}])
def test_the_database_itself_refuses_a_row_without_true_address_or_bytes(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "digest": "sha256:" + "a" * 64, "size": 1, "media_type": "text/plain", "name": "a", "scan": "x", "source": "x",
    }  # fmt: skip
    with pytest.raises(IntegrityError), scope(clerk()):
        Document(**{**fields, **wrong}).save(force_insert=True)


def test_the_store_is_the_folder_of_the_settings(folder: Path) -> None:
    assert vault.store() is vault.store()
    vault.store().put(b"a")
    assert len(blobs(folder)) == 1
