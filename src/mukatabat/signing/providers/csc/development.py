# SPDX-License-Identifier: EUPL-1.2
"""A trust service provider for trying out: a real server with an authority of its own, and a telephone on its page.

    python -m mukatabat.signing.providers.csc.development --port 8791 --client-id mukatabat --secret-file FILE
        --people FILE --authority FOLDER [--manner ask|approve|refuse|ignore] [--origin https://HOST]

The file of people is a JSON object: the name under which the provider knows somebody, to an object with the texts
"name", "number" (the serialNumber of the certificate) and "body". It says what it is when it starts and on its page,
forgets what was asked when it ends, and listens on this machine alone; behind a proxy it is told its address there. Its
keys lie in the folder and bind nobody; `/root.crl` and `/issuing.crl` are what its authorities withdrew.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from mukatabat.kernel.loopback import StandInPages
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.providers.csc.telephone import ANNOUNCEMENT, BASE, MANNERS, Line, StandIn


def handler_of(stand_in: StandIn) -> type[StandInPages]:
    """The API and the telephone of a stand-in."""

    class Pages(StandInPages):
        def show(self) -> None:
            self.send_whole(*_shown(urlsplit(self.path).path, stand_in))

        def take(self, body: bytes) -> None:
            path = urlsplit(self.path).path
            if path == "/telephone":
                said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                _press(stand_in, said.get("handle", ""), said.get("act", ""))
                self.send_on(303, "/")
            elif path == "/oauth2/token":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                self.send_json(*stand_in.token(form, self.headers.get("Authorization", "")))
            elif path.startswith(BASE):
                self._method(path.removeprefix(BASE), body)
            else:
                self.send_json(404, {"error": "invalid_request"})

        def _method(self, method: str, body: bytes) -> None:
            fault = stand_in.fault(method)
            if fault.status:
                self.send_whole(fault.status, fault.body, "application/json")
                return
            try:
                said = json.loads(body)
            except ValueError:
                self.send_json(400, {"error": "invalid_request"})
                return
            answer = stand_in.answer(method, said, self.headers.get("Authorization", ""))
            if fault.is_lost:  # what was asked was done, and nobody hears of it
                self.close_connection = True
                return
            self.send_json(*answer)

    return Pages


def _shown(path: str, stand_in: StandIn) -> tuple[int, bytes, str]:
    """The telephone, or what an authority withdrew."""
    if path == "/":
        return 200, _page(stand_in.lines()).encode(), "text/html; charset=utf-8"
    for one in stand_in.authority.revocation_sources:
        if path == f"/{one.folder.name}.crl":
            return 200, one.newest(), "application/pkix-crl"
    return 404, b'{"error": "invalid_request"}', "application/json"


def _press(stand_in: StandIn, handle: str, act: str) -> None:
    """Answer as the person does, or as the service does to somebody who never answers."""
    if act == "lapse":
        stand_in.lapse(handle)
    elif act in {"approve", "refuse"}:
        stand_in.press(handle, agrees=act == "approve")


def _page(lines: list[Line]) -> str:
    acts = (("approve", "موافقة"), ("refuse", "رفض"), ("lapse", "انقضاء المهلة"))
    buttons = " ".join(f'<button name="act" value="{act}">{word}</button>' for act, word in acts)
    asked = "".join(
        f'<form method="post" action="/telephone"><p lang="ar" dir="rtl"><b><bdi>{html.escape(one.name)}</bdi></b>: '
        f'<bdi>{html.escape(one.text)}</bdi> ({one.count}) <input type="hidden" name="handle" value="{one.handle}">'
        f"{buttons}</p></form>"
        for one in lines
    )  # fmt: skip
    # It looks again by itself as long as nobody is asked: no button goes away under a finger.
    waits = "" if lines else '<meta http-equiv="refresh" content="3">'
    return (
        f'<!doctype html><meta charset="utf-8">{waits}<title>Telephone</title>'
        f"<p>{ANNOUNCEMENT}</p>{asked or '<p>…</p>'}"
    )


@contextmanager
def serving(stand_in: StandIn, *, port: int = 0) -> Iterator[str]:
    """Run a stand-in for the block; gives the base address of its API."""
    with ThreadingHTTPServer(("127.0.0.1", port), handler_of(stand_in)) as server:
        server.daemon_threads = True
        here = f"http://127.0.0.1:{server.server_port}"
        stand_in.origin = stand_in.origin or here
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield here + BASE.rstrip("/")
        finally:
            server.shutdown()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=ANNOUNCEMENT)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--secret-file", type=Path, required=True)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--authority", type=Path, required=True)
    parser.add_argument("--manner", choices=MANNERS, default=MANNERS[0])
    parser.add_argument("--origin", default="")
    said = parser.parse_args()
    stand_in = StandIn(
        DevelopmentAuthority(said.authority), json.loads(said.people.read_text(encoding="utf-8")),
        client_id=said.client_id, secret=said.secret_file.read_text(encoding="utf-8").strip(), manner=said.manner,
        origin=said.origin,
    )  # fmt: skip
    with serving(stand_in, port=said.port) as url:
        sys.stderr.write(f"{ANNOUNCEMENT}\n")
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
