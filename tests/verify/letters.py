# SPDX-License-Identifier: EUPL-1.2
"""Containers for the tests: a letter of MOF with two attachments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from mukatabat_verify.asic.building import Container, File, Letter, build
from tests.signing.support import NOW
from tests.verify.support import PARCEL, Identity, noise, seal

ATTACHMENTS = [("pdf", "application/pdf", noise(3000)), ("docx", "application/vnd.x", b"")]


def data_of(pdf: bytes, **changes: Any) -> bytes:
    documents = [("letter", pdf), *(("attachment", content) for _, _, content in ATTACHMENTS)]
    value: dict[str, Any] = {
        "parcel_id": str(PARCEL),
        "sender": {"code": "MOF"},
        "recipients": [{"code": "FL"}, {"code": "MOH"}, {"code": "PAPER"}],
        "reference": "MOF-O-2026-04127",
        "issued_on": "2026-11-22",
        "documents": [
            {"part": part, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}
            for part, content in documents
        ],
    }
    return json.dumps({**value, **changes}).encode()


def container_of(
    pdf: bytes,
    *,
    data: bytes | None = None,
    by: Identity | None = None,
    time_stamp: Callable[[bytes], bytes] | None = None,
) -> Container:
    attachments = [(extension, file_of(kind, content)) for extension, kind, content in ATTACHMENTS]
    letter = Letter(lambda: [pdf[:1000], pdf[1000:]], data or data_of(pdf), attachments)
    return build(letter, by or seal(), at=NOW, time_stamp=time_stamp)


def file_of(kind: str, content: bytes) -> File:
    return File(kind, lambda: [content])


def written(container: Container) -> bytes:
    data = b"".join(container.pieces())
    assert len(data) == container.size
    return data
