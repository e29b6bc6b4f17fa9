# SPDX-License-Identifier: EUPL-1.2
"""Large files in parts: interrupted, resumed, by two pages at once, with lies of every kind."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.clock import FixedClock
from mukatabat.letters.actions import drafting
from mukatabat.letters.models import Attachment
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions, queries
from mukatabat.vault.actions import uploads
from mukatabat.vault.errors import (
    DigestMismatch,
    EmptyFile,
    FileRefused,
    NameLies,
    StoreUnavailable,
    TooLarge,
    TooManyUploads,
    UnsafeName,
    UploadIncomplete,
    UploadNotFound,
    WrongOffset,
)
from mukatabat.vault.models import UploadPart, UploadSession
from mukatabat.vault.rules import MIB, PART_LIMIT, UPLOAD_LIMIT
from tests.cast import Cast
from tests.letters.pages import at, browser, draft_fields
from tests.story import draft_command
from tests.together import together

pytestmark = pytest.mark.django_db

TEXT = "سطر من ملف كبير\n".encode() * 100_000


@pytest.fixture
def now(cast: Cast) -> Iterator[FixedClock]:
    with clock.fixed(clock.now()) as held:
        yield held


def digest(data: bytes) -> bytes:
    return sha256(data).digest()


def sent(actor: Any, upload_id: Any, data: bytes, offset: int, *, said: bytes | None = None) -> int:
    return actions.append_part(
        actor, upload_id, offset=offset, stream=io.BytesIO(data), digest=said if said is not None else digest(data)
    )  # fmt: skip


def begun(actor: Any, data: bytes = TEXT, name: str = "ملف.txt") -> Any:
    return actions.begin_upload(actor, name=name, size=len(data)).id


def blobs(settings: Any) -> list[Path]:
    return [path for path in settings.MUKATABAT_VAULT_DIR.rglob("*") if path.is_file()]


def test_a_file_in_parts_becomes_an_attachment_and_leaves_nothing_behind(cast: Cast, settings: Any) -> None:
    actor = cast("adviser.mof")
    letter, upload_id, offset = drafting.begin_draft(actor, draft_command(cast)), begun(actor), 0
    while offset < len(TEXT):
        offset = sent(actor, upload_id, TEXT[offset : offset + MIB], offset)
    assert all("سطر".encode() not in path.read_bytes() for path in blobs(settings))
    attachment = drafting.attach_upload(actor, letter.id, upload_id)
    assert (attachment.name, attachment.size, attachment.digest[7:]) == ("ملف.txt", len(TEXT), digest(TEXT).hex())
    with queries.open_document(actor, attachment.document_id)[1] as stream:
        assert stream.read() == TEXT
    assert len(blobs(settings)) == 1
    with scope(actor):
        assert not UploadSession.objects.exists() and not UploadPart.objects.exists()
    with pytest.raises(UploadNotFound):
        drafting.attach_upload(actor, letter.id, upload_id)


def test_a_wrong_offset_reads_nothing_and_tells_the_right_one(cast: Cast) -> None:
    class Unread(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError

    actor = cast("adviser.mof")
    upload_id = begun(actor)
    sent(actor, upload_id, TEXT[:10], 0)
    for offset in (0, 9, 11, len(TEXT), 10**14):
        with pytest.raises(WrongOffset) as caught:
            actions.append_part(actor, upload_id, offset=offset, stream=Unread(), digest=b"")
        assert caught.value.params["offset"] == 10


@pytest.mark.parametrize("what", ["cut", "altered", "empty"])
def test_a_part_that_did_not_arrive_whole_counts_for_nothing(cast: Cast, settings: Any, what: str) -> None:
    actor = cast("adviser.mof")
    upload_id, part = begun(actor), TEXT[:1000]
    arrived = {"cut": part[:-1], "altered": b"x" + part[1:], "empty": b""}[what]
    with pytest.raises(DigestMismatch):
        sent(actor, upload_id, arrived, 0, said=digest(part))
    assert actions.access_upload(actor, upload_id).received == 0
    assert blobs(settings) == []
    assert sent(actor, upload_id, part, 0) == 1000


def test_more_than_was_said_is_never_taken(cast: Cast) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor, b"four")
    with pytest.raises(TooLarge):
        sent(actor, upload_id, b"fives", 0)
    sent(actor, upload_id, b"four", 0)
    with pytest.raises(DigestMismatch):
        sent(actor, upload_id, b"", 4)
    with pytest.raises(TooLarge):
        sent(actor, upload_id, b"x", 4)
    with pytest.raises(TooLarge):
        sent(actor, begun(actor, bytes(PART_LIMIT + 1)), bytes(PART_LIMIT + 1), 0)


def test_less_than_was_said_is_not_taken_as_a_file(cast: Cast) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor)
    sent(actor, upload_id, TEXT[:10], 0)
    with pytest.raises(UploadIncomplete):
        actions.keep_upload(actor, upload_id)
    assert issubclass(UploadIncomplete, FileRefused)


@pytest.mark.django_db(transaction=True)
def test_of_two_pages_with_the_same_upload_one_comes_too_late_and_nothing_doubles(cast: Cast, settings: Any) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor)
    results = together(*[lambda: sent(actor, upload_id, TEXT[:MIB], 0)] * 3)
    assert sorted(map(str, map(type, results))).count(str(int)) == 1
    assert sum(isinstance(one, WrongOffset) for one in results) == 2
    assert len(blobs(settings)) == 1
    with scope(actor):
        assert UploadPart.objects.count() == 1


def test_nobody_else_knows_of_an_upload(cast: Cast) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor)
    for other in ("head.mof", "adviser.fl"):
        for call in (
            lambda o: actions.access_upload(o, upload_id), lambda o: sent(o, upload_id, b"x", 0),
            lambda o: actions.keep_upload(o, upload_id),
        ):  # fmt: skip
            with pytest.raises(UploadNotFound):
                call(cast(other))
        actions.end_upload(cast(other), upload_id)
    assert actions.access_upload(actor, upload_id).received == 0
    with pytest.raises(UploadNotFound):
        actions.access_upload(actor, uuid4())


@pytest.mark.parametrize(
    ("name", "size", "error"),
    [
        ("../a.pdf", 1, UnsafeName), ("a\u202efdp.exe", 1, UnsafeName), ("a\x00.pdf", 1, UnsafeName),
        ("a.pdf", 0, EmptyFile), ("a.pdf", UPLOAD_LIMIT + 1, TooLarge),
    ],
)  # fmt: skip
def test_a_name_with_tricks_and_an_impossible_size_are_refused_at_once(
    cast: Cast, name: str, size: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        actions.begin_upload(cast("adviser.mof"), name=name, size=size)


def test_one_person_has_so_many_uploads_and_bytes_under_way_and_no_more(cast: Cast) -> None:
    actor = cast("adviser.mof")
    for _ in range(2):
        actions.begin_upload(actor, name="a.pdf", size=UPLOAD_LIMIT)
    with pytest.raises(TooManyUploads):
        actions.begin_upload(actor, name="a.pdf", size=1)
    other = cast("head.mof")
    for _ in range(uploads.MOST_SESSIONS):
        actions.begin_upload(other, name="a.pdf", size=1)
    with pytest.raises(TooManyUploads):
        actions.begin_upload(other, name="a.pdf", size=1)


def test_what_is_in_the_parts_is_examined_like_any_file(cast: Cast) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor, TEXT, "كتاب.pdf")
    sent(actor, upload_id, TEXT, 0)
    with pytest.raises(NameLies):
        actions.keep_upload(actor, upload_id)


def test_a_full_store_leaves_the_upload_as_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def put(self, source: BinaryIO, *, limit: int | None = None) -> object:
            raise StoreUnavailable(reason="ENOSPC")

    actor = cast("adviser.mof")
    upload_id = begun(actor)
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "store", Full)
        with pytest.raises(StoreUnavailable):
            sent(actor, upload_id, TEXT[:10], 0)
    assert sent(actor, upload_id, TEXT[:10], 0) == 10


def test_an_upload_that_nobody_goes_on_with_is_gone_after_a_day(cast: Cast, now: FixedClock, settings: Any) -> None:
    actor = cast("adviser.mof")
    upload_id = begun(actor)
    sent(actor, upload_id, TEXT[:10], 0)
    now.advance(timedelta(hours=23))
    assert actions.sweep_uploads(actor) == 0
    sent(actor, upload_id, TEXT[10:20], 10)
    now.advance(timedelta(hours=24))
    with pytest.raises(UploadNotFound):
        actions.access_upload(actor, upload_id)
    assert (actions.sweep_uploads(actor), actions.sweep_uploads(actor), blobs(settings)) == (1, 0, [])


# ── over HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────────


def patch(client: Any, address: str, data: bytes, offset: int, **changed: Any) -> Any:
    headers = {
        "Upload-Offset": str(offset), "Content-Digest": f"sha-256=:{base64.b64encode(digest(data)).decode()}:",
        **changed,
    }  # fmt: skip
    return client.patch(address, data, content_type="application/partial-upload", headers=headers)


def opened(client: Any, size: int = 6) -> str:
    answer = client.post(at("uploads"), {"name": "ملف.txt"}, headers={"Upload-Length": str(size)})
    assert (answer.status_code, answer["Upload-Offset"], answer["Upload-Complete"]) == (201, "0", "?0")
    return str(answer["Location"])


def test_the_protocol_creates_tells_appends_and_cancels(cast: Cast) -> None:
    client = browser("adviser.mof")
    address = opened(client)
    assert patch(client, address, b"abc", 0)["Upload-Offset"] == "3"
    told = client.head(address)
    assert (told.status_code, told["Upload-Offset"], told["Upload-Length"], told["Upload-Complete"]) == (
        204, "3", "6", "?0",
    )  # fmt: skip
    assert told["Cache-Control"] == "no-store"
    late = patch(client, address, b"abc", 0)
    assert (late.status_code, late["Upload-Offset"], late["Content-Type"]) == (409, "3", "application/problem+json")
    assert patch(client, address, b"def", 3).status_code == 204
    assert client.head(address)["Upload-Complete"] == "?1"
    assert client.delete(address).status_code == 204
    assert client.head(address).status_code == 404


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Upload-Offset": "-1"}, 400), ({"Upload-Offset": "x"}, 400), ({"Upload-Offset": "9" * 40}, 400),
        ({"Content-Digest": ""}, 400), ({"Content-Digest": "md5=:abc=:"}, 400),
        ({"Content-Digest": f"sha-256=:{'A' * 43}=:"}, 400),
    ],
)  # fmt: skip
def test_a_bad_request_changes_nothing(cast: Cast, changed: dict[str, str], status: int) -> None:
    client = browser("adviser.mof")
    address = opened(client)
    assert patch(client, address, b"abc", 0, **changed).status_code == status
    assert client.head(address)["Upload-Offset"] == "0"


def test_another_media_type_no_length_and_anothers_upload_are_refused(cast: Cast) -> None:
    client = browser("adviser.mof")
    address = opened(client)
    assert client.patch(address, b"abc", content_type="text/plain").status_code == 415
    assert client.post(at("uploads"), {"name": "a"}).status_code == 400
    assert client.post(at("uploads"), {"name": "../a"}, headers={"Upload-Length": "1"}).status_code == 400
    for other in (browser("head.mof"), browser("adviser.fl")):
        assert other.head(address).status_code == 404
        assert patch(other, address, b"abc", 0).status_code == 404
        assert other.delete(address).status_code == 404
    assert client.head(address).status_code == 204


def test_the_form_takes_what_it_names_and_a_double_click_takes_it_once(cast: Cast) -> None:
    actor, client = cast("adviser.mof"), browser("adviser.mof")
    letter = drafting.begin_draft(actor, draft_command(cast))
    address = opened(client)
    patch(client, address, b"abcdef", 0)
    upload_id = address.split("/")[-2]
    for _ in range(2):
        named = draft_fields(cast, version="1", act="attach", uploads=[upload_id, "not an identifier"])
        assert client.post(at("edit", letter.id), named).status_code == 302
    with scope(actor):
        assert [one.name for one in Attachment.objects.filter(letter=letter)] == ["ملف.txt"]
