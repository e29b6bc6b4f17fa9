# SPDX-License-Identifier: EUPL-1.2
"""Those who go on while a release is changed: `asking.py HOST COOKIE CONFIG FILE`, until FILE is there.

A reader who is signed in, a visitor who is not, and a linked body's system that issues one letter after another, all
through the proxy. Every answer is counted; one that is not as it should be, or none, is told, and ends with 1.
"""

from __future__ import annotations

import http.client
import json
import ssl
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "ministry"))
from client import Ministry

PAUSE = 0.1
"""Seconds between two requests of one of them."""


class Asking:
    """The three, what they counted, and the letters that were issued."""

    def __init__(self, host: str, cookie: str, config: Path, enough: Path) -> None:
        """Take the site, the reader's cookies, the linked system's configuration, and the file that says enough."""
        self.host, self.cookie, self.enough = host, cookie, enough
        self.trust = ssl.create_default_context(cafile="/etc/ssl/mukatabat/fullchain.pem")
        self.ministry = Linked(config, self.ask)
        self.asked, self.refused, self.issued = Counter[str](), list[str](), 0

    def ask(self, who: str, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes | None:
        """One request; gives the body of a good answer."""
        began = time.monotonic()
        connection = http.client.HTTPSConnection(self.host, 443, timeout=60, context=self.trust)
        try:
            connection.request(method, path, body, {"Host": self.host, **headers})
            answer = connection.getresponse()
            said, status = answer.read(), str(answer.status)
        except OSError as error:
            said, status = b"", type(error).__name__
        finally:
            connection.close()
        self.asked[who] += 1
        if status in {"200", "201", "202"}:
            return said
        taken = time.monotonic() - began
        told = said[:300].decode("utf-8", "replace")
        self.refused.append(f"{who}: {method} {path} answered {status} after {taken:.1f} s {told}")
        return None

    def read(self) -> None:
        """A person's pages."""
        for path in ("/work/", "/registers/outgoing/", "/letters/new/"):
            self.ask("reader", "GET", path, Cookie=self.cookie)

    def visit(self) -> None:
        """What anybody sees."""
        for path in ("/sign-in/", "/v/", "/health/"):
            self.ask("visitor", "GET", path)

    def write(self) -> None:
        """A letter, from the draft to the signature."""
        letter = {"subject": "طلب الإفادة", "text": "يرجى التفضل بالإفادة.", "recipients": [{"body": "CAIT"}]}
        if self.ministry.send(letter, key=uuid.uuid4().hex) is not None:
            self.issued += 1

    def go_on(self, act: Callable[[], None]) -> None:
        """Do one thing until it is enough."""
        while not self.enough.exists():
            try:
                act()
            except Exception as error:
                self.refused.append(f"{act.__name__}: {type(error).__name__} {error}")
            time.sleep(PAUSE)


class Linked(Ministry):
    """The example ministry, whose every request goes through `Asking.ask` and is never repeated by itself."""

    def __init__(self, config: Path, ask: Callable[..., bytes | None]) -> None:
        """Take its configuration and the way to ask."""
        super().__init__(config)
        self._ask = ask

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Any:
        proof = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        said = self._ask("linked system", method, f"/api/v1{path}", data, **headers, **proof)
        if said is None:
            raise RuntimeError("refused")
        return json.loads(said)


def main() -> int:
    """Ask until it is enough; returns 1 when anybody was refused."""
    host, cookie, config, enough = sys.argv[1:]
    asking = Asking(host, cookie, Path(config), Path(enough))
    threads = [threading.Thread(target=asking.go_on, args=(act,)) for act in (asking.read, asking.visit, asking.write)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while asking.issued < 2 and not asking.refused:
        time.sleep(0.1)
    Path(f"{enough}.begun").write_text("they ask\n")
    for thread in threads:
        thread.join()
    print(f"  {time.monotonic() - began:.0f} s, requests: {dict(asking.asked)}, {asking.issued} letters issued by it")
    print(f"  {len(asking.refused)} refused", *asking.refused, sep="\n    ")
    return 1 if asking.refused else 0


if __name__ == "__main__":
    sys.exit(main())
