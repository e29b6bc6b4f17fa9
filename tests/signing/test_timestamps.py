# SPDX-License-Identifier: EUPL-1.2
"""Time-stamps: true ones, over the wire, and what becomes of every wrong answer."""

from __future__ import annotations

import hashlib
import subprocess
import threading
import time as real_time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, tsp

from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.errors import TimeStampInvalid, TimeStampUnavailable
from mukatabat.signing.timestamps.http import HttpTimeStampAuthority
from mukatabat.signing.timestamps.tokens import stamped_at
from tests.signing.support import NOW

DIGEST = hashlib.sha256(b"signature value").digest()
Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def served(reply: Reply) -> Iterator[str]:
    """An authority on a loopback port that answers as the function says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *args: object) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/timestamp-reply")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_openssl_asks_and_accepts_the_answer(
    time_stamps: LocalTimeStampAuthority, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    def openssl(arguments: str) -> None:
        done = subprocess.run(
            ["openssl", *arguments.split()], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    (tmp_path / "root.der").write_bytes(authority.root)
    openssl("x509 -inform DER -in root.der -out root.pem")
    openssl(f"ts -query -digest {DIGEST.hex()} -sha256 -cert -out question.tsq")
    (tmp_path / "answer.tsr").write_bytes(time_stamps.respond((tmp_path / "question.tsq").read_bytes()))
    openssl("ts -verify -queryfile question.tsq -in answer.tsr -CAfile root.pem")


def test_a_token_tells_its_time_and_only_for_its_digest(time_stamps: LocalTimeStampAuthority) -> None:
    token = time_stamps.stamp(DIGEST)
    assert stamped_at(token, DIGEST) == NOW
    with pytest.raises(TimeStampInvalid):
        stamped_at(token, hashlib.sha256(b"other").digest())
    with pytest.raises(ValueError):
        time_stamps.stamp(b"short")


def test_a_changed_token_is_noticed(time_stamps: LocalTimeStampAuthority) -> None:
    token = time_stamps.stamp(DIGEST)
    content = cms.ContentInfo.load(token)["content"]
    signer = content["signer_infos"][0]
    signed_parts = [
        bytes(content["encap_content_info"]["content"]),
        signer["signed_attrs"].contents,
        signer["signature"].native,
    ]
    for part in signed_parts:
        for place in range(0, len(part), 7):
            changed = bytearray(token)
            changed[token.index(part) + place] ^= 1
            with pytest.raises(TimeStampInvalid):
                stamped_at(bytes(changed), DIGEST)


def test_an_authority_answers_over_http(authority: DevelopmentAuthority) -> None:
    # The server's thread sees the real clock, so it is given this one.
    remote = LocalTimeStampAuthority(authority, now=lambda: NOW)
    with served(lambda handler, question: answer(handler, remote.respond(question))) as url:
        assert stamped_at(HttpTimeStampAuthority(url).stamp(DIGEST), DIGEST) == NOW


def refuse(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_error(503)


def cut_off(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"0")


def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b"0")
        except OSError:
            return
        real_time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    answer(handler, b"0" * 200_000)


@pytest.mark.parametrize("reply", [refuse, drip, flood])
def test_an_authority_that_does_not_answer_properly_counts_as_absent(reply: Reply) -> None:
    with served(reply) as url, pytest.raises(TimeStampUnavailable):
        HttpTimeStampAuthority(url, seconds=0.3).stamp(DIGEST)


def test_nobody_at_the_address_counts_as_absent() -> None:
    with served(refuse) as url:
        pass
    with pytest.raises(TimeStampUnavailable):
        HttpTimeStampAuthority(url, seconds=0.3).stamp(DIGEST)


def test_a_refusal_counts_as_absent(time_stamps: LocalTimeStampAuthority) -> None:
    with (
        served(lambda handler, _: answer(handler, time_stamps.respond(b"junk"))) as url,
        pytest.raises(TimeStampUnavailable),
    ):
        HttpTimeStampAuthority(url).stamp(DIGEST)


def test_answers_to_other_questions_are_invalid(time_stamps: LocalTimeStampAuthority) -> None:
    def replay(handler: BaseHTTPRequestHandler, question: bytes) -> None:
        asked = tsp.TimeStampReq.load(question)
        asked["nonce"] = asked["nonce"].native ^ 1
        answer(handler, time_stamps.respond(asked.dump(force=True)))

    def another(handler: BaseHTTPRequestHandler, question: bytes) -> None:
        asked = tsp.TimeStampReq.load(question)
        asked["message_imprint"]["hashed_message"] = bytes(32)
        answer(handler, time_stamps.respond(asked.dump(force=True)))

    def junk(handler: BaseHTTPRequestHandler, question: bytes) -> None:
        answer(handler, b"<html>")

    for reply in (replay, another, junk, cut_off):
        with served(reply) as url, pytest.raises((TimeStampInvalid, TimeStampUnavailable)):
            HttpTimeStampAuthority(url, seconds=1).stamp(DIGEST)


def test_only_web_addresses_are_taken() -> None:
    with pytest.raises(ValueError):
        HttpTimeStampAuthority("file:///etc/hostname")
