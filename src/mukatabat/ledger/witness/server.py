# SPDX-License-Identifier: EUPL-1.2
"""The witness over HTTP: one path, bounded requests, nothing to read for anybody else. TLS is the proxy's before it."""

from __future__ import annotations

import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from mukatabat.ledger.protocol import LARGEST, PATH, Answer
from mukatabat.ledger.witness.service import add_checkpoint
from mukatabat.ledger.witness.state import StateUnreadable, WitnessFolder

logger = logging.getLogger(__name__)


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness's folder."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], folder: WitnessFolder) -> None:
        """Listen; port 0 takes any free one."""
        super().__init__(address, _Handler)
        self.folder = folder


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout: ClassVar[int] = 10
    protocol_version = "HTTP/1.1"
    server_version = "witness"
    sys_version = ""

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            answer = Answer(404, "not here\n")
        elif not (length.isascii() and length.isdecimal()) or int(length) > LARGEST:
            answer = Answer(413, "too much\n")
        else:
            answer = self._answer(self.rfile.read(int(length)))
        data = answer.text.encode()
        self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, body: bytes) -> Answer:
        try:
            return add_checkpoint(self.server.folder, body, now=lambda: int(time.time()))
        except (StateUnreadable, OSError):
            logger.exception("the witness's memory cannot be used; nothing is cosigned")
            return Answer(503, "not now\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Keep requests to the log at their level; they hold no content."""
        logger.info(format, *args)
