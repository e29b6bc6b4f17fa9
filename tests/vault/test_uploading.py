# SPDX-License-Identifier: EUPL-1.2
"""A form's large file lies sealed and without a name while it comes, and the vault takes it over as it is."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.files.uploadhandler import FileUploadHandler
from django.test import RequestFactory, override_settings

from mukatabat.vault import spool as spools
from mukatabat.vault.errors import StoreUnavailable, TooLarge
from mukatabat.vault.rules import MIB
from mukatabat.vault.spool import Spool, spooled
from mukatabat.vault.uploading import SealedUpload, SealedUploadHandler

HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler", "mukatabat.vault.uploading.SealedUploadHandler",
]  # fmt: skip
DATA = "سر لا يقرؤه لص ".encode() * 100_000


def uploaded(data: bytes = DATA) -> Any:
    from django.core.files.base import ContentFile

    with override_settings(FILE_UPLOAD_HANDLERS=HANDLERS, FILE_UPLOAD_MAX_MEMORY_SIZE=MIB, DEFAULT_CHARSET="utf-8"):
        request = RequestFactory().post("/", {"file": ContentFile(data, name="كتاب.txt")})
        return request.FILES["file"]


def test_a_large_file_lies_sealed_and_without_a_name() -> None:
    file = uploaded()
    assert isinstance(file, SealedUpload)
    descriptor = file.spool.file.fileno()
    assert os.fstat(descriptor).st_nlink == 0
    assert "سر".encode() not in os.pread(descriptor, len(DATA) + MIB, 0)
    assert (file.size, b"".join(file.chunks()) == DATA, file.name) == (len(DATA), True, "كتاب.txt")
    file.close()


def test_the_vault_takes_the_spool_over_as_it_is_within_the_limit() -> None:
    file = uploaded()
    with spooled(file, limit=len(DATA), name="a") as spool:
        assert spool is file.spool
    with pytest.raises(TooLarge), spooled(file, limit=len(DATA) - 1, name="a"):
        pass
    file.close()
    assert file.spool.file.closed


def test_a_small_file_stays_in_memory() -> None:
    assert not isinstance(uploaded(b"small"), SealedUpload)


def test_an_interrupted_upload_is_gone() -> None:
    handler = SealedUploadHandler()
    handler.upload_interrupted()
    handler.new_file("file", "a", "text/plain", None)
    handler.receive_data_chunk(b"a", 0)
    handler.upload_interrupted()
    assert handler.spool.file.closed
    assert isinstance(handler, FileUploadHandler)


def test_a_full_disk_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(spools.tempfile, "TemporaryFile", lambda **_: Full())
    spool = Spool()
    with pytest.raises(StoreUnavailable):
        spool.write(bytes(2 * MIB))
