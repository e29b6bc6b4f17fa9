#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A linked body's receiver of webhooks: it takes a call only if it is genuine, fresh and new.

    receiver.py SECRET_FILE [--port PORT]

SECRET_FILE holds the secret of the webhook (`whsec_…`), or two of them, one a line, while it is changed. The receiver
listens on this machine alone: put the body's own web server with its certificate before it. It needs Python 3.11 and
nothing else, and follows Standard Webhooks 1.0.0 as `docs/api.md` says.

A genuine call may come twice, and calls may come in another order than things happened. So a call is only a knock:
what is to be done is read from the feed (`client.py … watch`), whose order is right.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

TOLERANCE = 300
"""Seconds by which a call's time may differ from ours."""
REMEMBERED = 100_000
"""Identifiers of calls that are known again; keep them in your database instead, beside what you did."""
LARGEST = 64 * 1024


class Refused(Exception):
    """A call that is not taken; the sender learns only that."""


class Verifier:
    """Tells genuine, fresh and new calls from all others."""

    def __init__(self, secrets: Sequence[str], *, clock: Callable[[], float] = time.time) -> None:
        """Take the live secrets (``whsec_…``) and a clock (seconds since 1970)."""
        self._keys = [base64.b64decode(one.strip().removeprefix("whsec_")) for one in secrets if one.strip()]
        self._clock, self._seen, self._lock = clock, OrderedDict[str, None](), Lock()

    def check(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a genuine call is new; a known one is answered like a new one, and nothing is done. Raises Refused.

        1. It has all three headers, and a time near ours. 2. One of its signatures is right under one of our secrets,
        over identifier, time and body; compared in constant time. 3. Only then is its identifier looked up.
        """
        identifier, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not identifier or not (moment.isascii() and moment.isdecimal() and len(moment) < 13):  # 1
            raise Refused("a header is missing")
        if abs(self._clock() - int(moment)) > TOLERANCE:
            raise Refused("it is too old or from the future")
        said = f"{identifier}.{moment}.".encode() + body
        wanted = [hmac.new(key, said, hashlib.sha256).digest() for key in self._keys]
        given = [_decoded(one) for one in headers.get("webhook-signature", "").split(" ")[:10]]
        if not sum(hmac.compare_digest(one, other) for one in wanted for other in given):  # 2, without a short cut
            raise Refused("no signature is right")
        with self._lock:  # 3
            if identifier in self._seen:
                return False
            self._seen[identifier] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return True

    def forget(self, identifier: str) -> None:
        """Take a call again that could not be worked on."""
        with self._lock:
            self._seen.pop(identifier, None)


def _decoded(signature: str) -> bytes:
    version, _, text = signature.partition(",")
    try:
        return base64.b64decode(text, validate=True) if version == "v1" else b""
    except ValueError:
        return b""


def handler_of(verifier: Verifier, knock: Callable[[dict[str, Any]], None]) -> type[BaseHTTPRequestHandler]:
    """Give the handler of a server that calls ``knock`` with each new event."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Take a call, or refuse it."""
            length = self.headers.get("Content-Length", "")
            body = self.rfile.read(int(length)) if length.isdecimal() and int(length) <= LARGEST else b""
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                if verifier.check(headers, body):
                    knock(json.loads(body))
                self.send_response(204)
            except Refused as error:
                print(f"refused: {error}", file=sys.stderr, flush=True)
                self.send_response(401)
            except Exception as error:  # it comes again: nothing may be half done
                verifier.forget(headers["webhook-id"])
                print(f"not worked on: {error}", file=sys.stderr, flush=True)
                self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep no log of addresses."""

    return Handler


def main() -> int:
    """Listen until interrupted, and print each new event."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("secret_file", type=Path)
    parser.add_argument("--port", type=int, default=8700)
    asked = parser.parse_args()
    verifier = Verifier(asked.secret_file.read_text(encoding="ascii").splitlines())
    server = ThreadingHTTPServer(("127.0.0.1", asked.port), handler_of(verifier, _print))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()


def _print(event: dict[str, Any]) -> None:
    data = event["data"]
    print(event["type"], data["reference"] or data["their_reference"], data["body"], flush=True)


if __name__ == "__main__":
    sys.exit(main())
