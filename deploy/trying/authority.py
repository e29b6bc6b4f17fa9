# SPDX-License-Identifier: EUPL-1.2
"""What an authority offers, played by openssl for a trial, binding nobody: `authority.py FOLDER PORT`, on the loopback.

FOLDER is the time-stamp authority's: `authority.cnf`, `key.pem`, `certificate.pem`, `chain.pem`, `serial`, and below
`lists/` what is published of withdrawn certificates. A question after RFC 3161 is posted to any address. It plays a
stranger, so it runs where nothing of the product is, and shares nothing with it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER, PORT = Path(sys.argv[1]), int(sys.argv[2])
LARGEST = 65_536
ONE_AT_A_TIME = threading.Lock()
"""openssl counts in the file `serial`."""


class Offers(BaseHTTPRequestHandler):
    """Lists and time-stamps."""

    def do_GET(self) -> None:
        """Give a list."""
        lists = {f"/{file.name}": file for file in (FOLDER / "lists").glob("*.crl")}
        found = lists.get(self.path)
        self._send(200 if found else 404, found.read_bytes() if found else b"", "application/pkix-crl")

    def do_POST(self) -> None:
        """Stamp what is asked for."""
        asked = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), LARGEST))
        with ONE_AT_A_TIME, TemporaryDirectory() as passing:
            question, reply = Path(passing, "question"), Path(passing, "reply")
            question.write_bytes(asked)
            stamped = subprocess.run(
                ["openssl", "ts", "-reply", "-config", "authority.cnf", "-section", "stamps", "-queryfile", question,
                 "-out", reply],
                cwd=FOLDER, capture_output=True, text=True, check=False,
            )  # fmt: skip
            given = reply.read_bytes() if stamped.returncode == 0 else b""
        if not given:
            sys.stderr.write(stamped.stderr)
        self._send(200 if given else 500, given, "application/timestamp-reply")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


ThreadingHTTPServer(("127.0.0.1", PORT), Offers).serve_forever()
