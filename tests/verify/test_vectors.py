# SPDX-License-Identifier: EUPL-1.2
"""The published vectors: what was sealed once opens for ever, and another program agrees on every one of them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from mukatabat_verify import errors
from mukatabat_verify.certificates import Trust
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.opening import check_signature, open_key, opened
from mukatabat_verify.parcel.suites import WRAPS, SoftwareKey
from mukatabat_verify.verifier import verify
from tests.verify.vectors import FOLDER, stream_of

VECTORS = json.loads((FOLDER / "vectors.json").read_bytes())
PARCEL = (FOLDER / VECTORS["parcel"]).read_bytes()
KEYS = {name: SoftwareKey(one["suite"], bytes.fromhex(one["secret"])) for name, one in VECTORS["keys"].items()}
JUDGE = Path(__file__).parents[2] / "bench" / "judges" / "parcel" / "judge.py"
UNABLE = 69


def open_with(data: bytes, key: str) -> bytes:
    stream = io.BytesIO(data)
    cover, header = covers.read(stream)
    check_signature(cover, header)
    return b"".join(opened(header, open_key(cover, header, KEYS[key], accepted=WRAPS), stream))


@pytest.mark.parametrize("one", VECTORS["streams"], ids=lambda one: str(one["size"]))
def test_streams_are_sealed_as_they_were(one: dict[str, Any]) -> None:
    sealed = stream_of(bytes.fromhex(one["key"]), bytes.fromhex(one["associated"]), one["size"])
    assert (len(sealed), sha256(sealed).hexdigest()) == (one["sealed_size"], one["sealed_sha256"])


@pytest.mark.parametrize("body", VECTORS["recipients"])
def test_the_parcel_opens_for_each_recipient(body: str) -> None:
    content = open_with(PARCEL, body)
    assert sha256(content).hexdigest() == VECTORS["content_sha256"]
    assert content == (FOLDER / "letter.asice").read_bytes()
    assert KEYS[body].recipient.public.hex() == VECTORS["keys"][body]["public"]
    assert KEYS[body].recipient.id == VECTORS["recipients"][body]


@pytest.mark.parametrize("one", VECTORS["refused"], ids=lambda one: f"{one['what']}, {one['key']}")
def test_what_was_done_to_it_is_refused_by_the_published_name(one: dict[str, Any]) -> None:
    changed = PARCEL[: one["at"]] + bytes.fromhex(one["insert"]) + PARCEL[one["at"] + one["remove"] :]
    with pytest.raises(errors.Refusal) as caught:
        open_with(changed, one["key"])
    assert caught.value.code == one["reason"]


def test_a_court_accepts_it() -> None:
    roots = [load_pem_x509_certificate((FOLDER / name).read_bytes()) for name in ("bodies.pem", "people.pem")]
    trust = Trust(tuple(one.public_bytes(Encoding.DER) for one in roots), datetime.fromisoformat(VECTORS["at"]))
    report = verify(io.BytesIO(PARCEL), trust, key=KEYS["FL"])
    assert report.refusal is None
    assert [one.step.number for one in report.findings][-2:] == [14, 28]
    assert report.findings[-1].left_out == "no list of revoked certificates is at hand"


def second_reader(platform: str) -> None:
    done = subprocess.run([sys.executable, str(JUDGE), platform], capture_output=True, text=True, check=False)
    if done.returncode == UNABLE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr


def test_another_program_agrees_on_the_suite_for_hardware_keys() -> None:
    second_reader("node")


@pytest.mark.browser
def test_another_program_agrees_on_both_suites() -> None:
    second_reader("chromium")
