# SPDX-License-Identifier: EUPL-1.2
"""One contract for every blob store, and what a folder alone must hold."""

from __future__ import annotations

import io
import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.vault.errors import BlobDamaged, BlobMissing, StoreUnavailable, TooLarge
from mukatabat.vault.ports import BlobStore
from mukatabat.vault.rules import MIB, Blob
from mukatabat.vault.stores.bucket import BucketStore, Credentials
from mukatabat.vault.stores.folder import FolderStore
from mukatabat.vault.stores.memory import MemoryStore
from tests.vault.objects import ObjectServer

LETTER = "كتاب رسمي".encode()
ADDRESS = "sha256:" + sha256(LETTER).hexdigest()
NOWHERE = "sha256:" + "0" * 64


@pytest.fixture(params=["folder", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "bucket":
        server: ObjectServer = request.getfixturevalue("object_server")
        return server.store()
    return FolderStore(tmp_path / "vault") if request.param == "folder" else MemoryStore()


@pytest.fixture
def bucket(object_server: ObjectServer) -> BucketStore:
    return object_server.store()


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "vault")


def files_of(store: FolderStore) -> list[Path]:
    return sorted(path for path in store.root.rglob("*") if not path.is_dir())


def path_of(store: FolderStore, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return store.root / name[:2] / name[2:4] / name


def test_what_is_put_comes_back_under_the_digest_of_its_bytes(store: BlobStore) -> None:
    assert store.put(LETTER) == Blob(ADDRESS, len(LETTER))
    with store.open(ADDRESS) as stream:
        assert stream.read() == LETTER
        stream.seek(2)
        assert stream.read(4) == LETTER[2:6]
    assert store.exists(ADDRESS)
    assert store.verify(ADDRESS) == Blob(ADDRESS, len(LETTER))


def test_putting_the_same_bytes_again_changes_nothing(store: BlobStore) -> None:
    assert store.put(LETTER) == store.put(io.BytesIO(LETTER))


def test_a_stream_is_read_from_its_present_position(store: BlobStore) -> None:
    stream = io.BytesIO(b"skipped" + LETTER)
    stream.seek(7)
    assert store.put(stream).digest == ADDRESS


def test_nothing_at_all_can_be_stored(store: BlobStore) -> None:
    assert store.verify(store.put(b"").digest).size == 0


def test_a_missing_blob_is_a_typed_error(store: BlobStore) -> None:
    assert not store.exists(NOWHERE)
    for call in (store.open, store.verify):
        with pytest.raises(BlobMissing) as caught:
            call(NOWHERE)
        assert caught.value.params["digest"] == NOWHERE


def test_what_never_became_a_document_is_removed_and_removing_it_again_changes_nothing(store: BlobStore) -> None:
    address = store.put(b"a part of an upload").digest
    store.remove(address)
    store.remove(address)
    assert not store.exists(address)


@pytest.mark.parametrize("address", ["", "abc", "../../etc/passwd", NOWHERE.upper(), NOWHERE[:-1], NOWHERE + "\n"])
def test_only_an_address_is_an_address(store: BlobStore, address: str) -> None:
    for call in (store.open, store.verify, store.exists):
        with pytest.raises(ValueError, match="SHA-256"):
            call(address)


def test_reading_stops_at_the_limit_and_leaves_nothing(store: BlobStore) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MIB
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(TooLarge):
        store.put(source, limit=3 * MIB)
    assert source.given == 4 * MIB
    if isinstance(store, FolderStore):
        assert files_of(store) == []


def test_exactly_the_limit_is_taken(store: BlobStore) -> None:
    assert store.put(b"x" * MIB, limit=MIB).size == MIB


def test_a_source_that_breaks_off_leaves_nothing(store: BlobStore) -> None:
    class Broken(io.RawIOBase):
        pieces = [b"first", None]

        def read(self, size: int = -1) -> bytes:
            piece = self.pieces.pop(0)
            if piece is None:
                raise ConnectionResetError
            return piece

    with pytest.raises(ConnectionResetError):
        store.put(Broken())
    if isinstance(store, FolderStore):
        assert files_of(store) == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_round_trip(store: BlobStore, data: bytes) -> None:
    blob = store.put(data)
    with store.open(blob.digest) as stream:
        assert stream.read() == data


def test_a_flipped_bit_is_a_typed_error_and_putting_again_mends_it(folder: FolderStore) -> None:
    folder.put(LETTER)
    path = path_of(folder, ADDRESS)
    path.chmod(0o600)
    path.write_bytes(bytes([LETTER[0] ^ 1]) + LETTER[1:])
    with pytest.raises(BlobDamaged):
        folder.verify(ADDRESS)
    folder.put(LETTER)
    assert folder.verify(ADDRESS).size == len(LETTER)


def test_a_shortened_blob_is_damaged(folder: FolderStore) -> None:
    folder.put(LETTER)
    os.truncate(path_of(folder, ADDRESS), 3)
    with pytest.raises(BlobDamaged):
        folder.verify(ADDRESS)


def test_a_flipped_bit_in_memory_is_the_same_error() -> None:
    store = MemoryStore()
    store.put(LETTER)
    store.blobs[ADDRESS] = LETTER + b" "
    with pytest.raises(BlobDamaged):
        store.verify(ADDRESS)


def test_a_bucket_takes_what_is_larger_than_a_part_and_gives_any_range(bucket: BucketStore) -> None:
    data = random.Random(1).randbytes(9 * MIB)
    blob = bucket.put(iter([data[: 5 * MIB], data[5 * MIB :]]))
    with bucket.open(blob.digest) as stream:
        stream.seek(8 * MIB - 3)
        assert stream.read(6) == data[8 * MIB - 3 : 8 * MIB + 3]
    assert bucket.verify(blob.digest) == Blob("sha256:" + sha256(data).hexdigest(), 9 * MIB)


def test_a_flipped_bit_in_a_bucket_is_the_same_error_and_putting_again_mends_it(bucket: BucketStore) -> None:
    bucket.put(LETTER)
    name = ADDRESS.removeprefix("sha256:")
    obstore.put(bucket._store, f"{name[:2]}/{name[2:4]}/{name}", bytes([LETTER[0] ^ 1]) + LETTER[1:])
    with pytest.raises(BlobDamaged):
        bucket.verify(ADDRESS)
    bucket.put(LETTER)
    assert bucket.verify(ADDRESS).size == len(LETTER)


def test_nothing_stays_under_a_passing_name(bucket: BucketStore) -> None:
    bucket.put(LETTER)
    with pytest.raises(TooLarge):
        bucket.put(bytes(9 * MIB), limit=MIB)
    assert [one for page in obstore.list(bucket._store, "incoming") for one in page] == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1.example:1", "http://localhost.example", "http://10.0.0.1"])
def test_plain_http_leads_to_this_machine_alone_whatever_a_name_begins_with(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("mukatabat.vault.stores.bucket.S3Store", lambda *_, **options: asked.update(options))
    BucketStore("vault", endpoint=endpoint, region="x", credentials=Credentials("a", "b"))
    assert asked["client_options"]["allow_http"] is False


def test_a_wrong_access_key_and_a_store_that_is_away_are_unavailable_and_say_no_secret(
    object_server: ObjectServer, tmp_path: Path
) -> None:
    endpoint = f"http://127.0.0.1:{object_server.port}"
    for store in (
        BucketStore("vault", endpoint=endpoint, region="x", credentials=Credentials("vault", "wrong-secret")),
        BucketStore("vault", endpoint="http://127.0.0.1:1", region="x", credentials=Credentials("a", "wrong-secret")),
    ):
        for call in (lambda: store.put(LETTER), lambda: store.open(ADDRESS), lambda: store.exists(ADDRESS)):  # noqa: B023
            with pytest.raises(StoreUnavailable) as caught:
                call()
            assert "secret" not in str(caught.value.params)
    for content in (None, "", "one", "one two three"):
        path = tmp_path / "access"
        if content is not None:
            path.write_text(content)
        with pytest.raises(StoreUnavailable):
            Credentials.read(path)


def test_an_access_key_stands_in_two_lines_of_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "access").write_text("vault\nthe-secret\n")
    credentials = Credentials.read(tmp_path / "access")
    assert (credentials.key_id, credentials.secret) == ("vault", "the-secret")
    assert "the-secret" not in repr(credentials)


def test_nobody_else_may_look_into_the_folder(folder: FolderStore) -> None:
    folder.root.chmod(0o755)
    again = FolderStore(folder.root)
    again.put(LETTER)
    for path in (folder.root, *folder.root.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)


def test_bytes_are_synced_before_the_rename_and_folders_after(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append(
            f"sync {target.relative_to(folder.root).parts[:1] or ('root',)}" if target.is_dir() else "sync bytes"
        )
        sync(descriptor)

    def rename(*names: str, **folders: int) -> None:
        steps.append("rename")
        replace(*names, **folders)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    folder.put(LETTER)
    first = ADDRESS[7:9]
    assert steps == ["sync bytes", "rename", f"sync ('{first}',)", f"sync ('{first}',)", "sync ('root',)"]


def test_bytes_that_were_there_are_synced_as_well(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put(LETTER)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    folder.put(LETTER)
    assert len(synced) == 4


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_kill_in_the_middle_leaves_no_partial_blob(folder: FolderStore, moment: str) -> None:
    script = textwrap.dedent(
        f"""
        import os, pathlib, signal, sys
        from mukatabat.vault.stores.folder import FolderStore
        os.{moment} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        FolderStore(pathlib.Path(sys.argv[1])).put(sys.stdin.buffer)
        """
    )
    prelude = "from django.conf import settings\nsettings.configure(USE_I18N=False)\n"
    source = Path(sys.modules["mukatabat"].__file__ or "").parents[1]
    ended = subprocess.run(
        [sys.executable, "-c", prelude + script, str(folder.root)],
        input=LETTER, env={"PYTHONPATH": str(source)}, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    assert not folder.exists(ADDRESS)
    assert [path.parent.name for path in files_of(folder)] == ["incoming"]
    assert folder.put(LETTER).digest == ADDRESS


def test_what_an_unfinished_write_left_is_swept_after_a_day_and_not_before(folder: FolderStore) -> None:
    fresh, stale = (folder.root / "incoming" / name for name in ("fresh", "stale"))
    fresh.write_bytes(b"a")
    stale.write_bytes(b"a")
    os.utime(stale, (time.time() - 90_000,) * 2)
    FolderStore(folder.root)
    assert files_of(folder) == [fresh]


def test_a_full_disk_is_a_typed_error_and_leaves_nothing(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreUnavailable) as caught:
        folder.put(LETTER)
    assert caught.value.params == {"reason": "ENOSPC"}
    assert files_of(folder) == []


def test_a_folder_that_went_away_is_no_missing_blob_when_writing(folder: FolderStore) -> None:
    (folder.root / "incoming").rmdir()
    folder.root.rmdir()
    with pytest.raises(StoreUnavailable):
        folder.put(LETTER)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_planted_link_is_never_followed(folder: FolderStore, tmp_path: Path, level: int) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = path_of(folder, ADDRESS)
    target = [path.parent.parent, path.parent, path][level]
    target.parent.mkdir(parents=True, exist_ok=True)
    if level == 2:
        (outside / "secret").write_bytes(LETTER)
        target.symlink_to(outside / "secret")
    else:
        target.symlink_to(outside)
    before = sorted(outside.rglob("*"))
    for call in (lambda: folder.open(ADDRESS), lambda: folder.put(LETTER)):
        with pytest.raises(StoreUnavailable):
            call()
    assert sorted(outside.rglob("*")) == before


def test_the_root_itself_is_no_link(folder: FolderStore, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder.root)
    with pytest.raises(StoreUnavailable):
        FolderStore(link)


def test_a_planted_pipe_holds_no_reader(folder: FolderStore) -> None:
    path = path_of(folder, ADDRESS)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(StoreUnavailable):
        folder.open(ADDRESS)
