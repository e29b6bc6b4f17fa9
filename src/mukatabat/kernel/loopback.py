# SPDX-License-Identifier: EUPL-1.2
"""What the servers share that play somebody else's on this machine: an answer is sent whole, and nothing is logged."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler
from typing import Any

LARGEST_QUESTION = 1024 * 1024


class StandInPages(BaseHTTPRequestHandler, ABC):
    """The pages of such a server; what they say is each one's own: `show` and `take`."""

    @abstractmethod
    def show(self) -> None:
        """Answer whoever looks at ``self.path``."""

    @abstractmethod
    def take(self, body: bytes) -> None:
        """Answer whoever sends something to ``self.path``."""

    def do_GET(self) -> None:
        """See `show`."""
        self.show()

    def do_POST(self) -> None:
        """See `take`; what is too long is not read."""
        length = int(self.headers.get("Content-Length", "0"))
        if length > LARGEST_QUESTION:
            self.send_json(413, {"error": "invalid_request"})
        else:
            self.take(self.rfile.read(length))

    def send_whole(self, status: int, data: bytes, kind: str) -> None:
        """Send an answer with its length, so that its end is known."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_json(self, status: int, said: Any) -> None:
        """Send a value as JSON."""
        self.send_whole(status, json.dumps(said, ensure_ascii=False).encode(), "application/json")

    def send_on(self, status: int, place: str) -> None:
        """Send whoever asks to another place."""
        self.send_response(status)
        self.send_header("Location", place)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""
