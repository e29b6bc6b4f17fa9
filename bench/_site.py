# SPDX-License-Identifier: EUPL-1.2
"""A web server over the measured database, and one keep-alive client that is signed in as an ordinary user."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mukatabat.web.demo.browser import Browser

HOST = "fl.localhost"


@contextmanager
def serving(threads: int = 4, *, workers: int = 1, log: Path = Path("/dev/stderr")) -> Iterator[int]:
    """Serve the application on a free port of this machine, as the application's role; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--workers", str(workers)]
    command += ["--blocking-threads", str(threads), "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    env = {**os.environ, "MUKATABAT_RATE_FACTOR": "0"}  # one client asks as many would
    command.append("mukatabat.web.wsgi:application")
    with log.open("ab") as written, subprocess.Popen(command, env=env, stderr=written) as server:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


@dataclass(frozen=True)
class Times:
    """Milliseconds of many requests to one page, and the size of its answer in bytes."""

    page: str
    milliseconds: list[float]
    size: int

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """The value below which 95 of 100 lie."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def time_page(browser: Browser, path: str, *, requests: int, warm: int = 10) -> Times:
    """Ask for one page ``requests`` times over one kept connection, after ``warm`` uncounted ones; all must be 200."""
    connection = http.client.HTTPConnection("127.0.0.1", browser.port)
    cookie = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())
    headers = {"Host": f"{browser.host}:{browser.port}", "Cookie": cookie, "Accept-Encoding": "identity"}
    taken: list[float] = []
    size = 0
    for number in range(warm + requests):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        if number >= warm:
            taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            message = f"{path} answered {answer.status}"
            raise RuntimeError(message)
    connection.close()
    return Times(path, taken, size)
