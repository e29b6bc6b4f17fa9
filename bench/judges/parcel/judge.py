# SPDX-License-Identifier: EUPL-1.2
"""A second reader of sealed parcels, in JavaScript: does it agree on vectors and real parcels, openings and refusals?

It follows docs/parcel.md and shares no code and no library with ours. Node has the P-256 suite, Chromium both. It is
given the vectors in tests/vectors/parcel and those among the files; the words `node` and `chromium` choose one of them.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
VECTORS = HERE.parents[2] / "tests" / "vectors" / "parcel"
FAULTS, UNABLE = 1, 69
SECONDS = 120


def main(arguments: list[str]) -> int:
    """Ask every platform that is here and say what it said."""
    chosen = [name for name in PLATFORMS if name in arguments] or list(PLATFORMS)
    folders = [VECTORS, *(Path(one).parent for one in arguments if Path(one).name == "vectors.json")]
    codes = (judged(name, folder) for name in chosen for folder in folders)
    return max((code for code in codes if code != UNABLE), default=UNABLE)


def judged(name: str, folder: Path) -> int:
    """Let one platform judge a folder of vectors; returns the exit code."""
    find, ask = PLATFORMS[name]
    program = find()
    if program is None:
        print(f"  {name} cannot run here: it is not installed")
        return UNABLE
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    verdicts = ask(program, folder)
    wrong = [verdict for verdict in verdicts if verdict[1] != verdict[2]]
    if not verdicts:
        print(f"  {name} {version} has no suite of {'/'.join(folder.parts[-2:])}")
        return UNABLE
    agree, given = f"{len(verdicts) - len(wrong)} agree, {len(wrong)} do not", "/".join(folder.parts[-2:])
    print(f"  {name} {version}, given {given}, {len(verdicts)} vectors of its suites: {agree}")
    for what, expected, found in wrong:
        print(f"    {what}: expected {expected}, found {found}")
    return FAULTS if wrong else 0


def ask_node(program: str, folder: Path) -> list[list[str]]:
    """Run the reader in Node; one verdict is [what, expected, found]."""
    command = [program, str(HERE / "node.mjs"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return list(json.loads(done.stdout)) if done.returncode == 0 else [["the program", "no error", done.stderr[-500:]]]


def ask_chromium(program: str, folder: Path) -> list[list[str]]:
    """Run the reader in a page that is served on the loopback, where WebCrypto works."""
    files = type("Served", (Files,), {"vectors": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(files, directory=str(HERE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
            waits = f"--virtual-time-budget={SECONDS * 1000}"
            page = f"http://127.0.0.1:{server.server_port}/page.html"
            command = [program, *options, waits, page]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        server.shutdown()
    found = re.search(r'<pre id="verdicts">(.+?)</pre>', done.stdout, re.DOTALL)
    return list(json.loads(html.unescape(found[1]))) if found else [["the page", "verdicts", done.stderr[-500:]]]


class Files(SimpleHTTPRequestHandler):
    """Serves the reader and the vectors."""

    vectors = VECTORS
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def translate_path(self, path: str) -> str:
        """Find the vectors under a name of their own."""
        name = path.partition("?")[0].rpartition("/")[2]
        return str(self.vectors / name) if path.startswith("/vectors/") else super().translate_path(path)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def find_chromium() -> str | None:
    """The Chromium to judge with, as for the tests."""
    return os.environ.get("MUKATABAT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


PLATFORMS = {"node": (lambda: shutil.which("node"), ask_node), "chromium": (find_chromium, ask_chromium)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
