# SPDX-License-Identifier: EUPL-1.2
"""The verbs of `./run`, and the one place where the launcher ends with an exit code."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.console import Stop, complain, say
from tools.paths import CLOSED, ROOT, closed, require_writable

if TYPE_CHECKING:
    from collections.abc import Sequence

# verb → module and function, and what the list says about it
VERBS = {
    "demo": ("tools.demo:demo", "start the demonstration (--once, --reset, --desks, --port N, --attach FILE …)"),
    "test": ("tools.suite:test", "everything that must be green before a commit (--no-browser, or pytest's arguments)"),
    "check": ("tools.checks:check", "lint, types, import contracts, migrations, translations"),
    "bench": ("tools.bench:bench", "measure (NAME …; without a name: list)"),
    "sheets": ("tools.sheets:sheets", "draw each screen beside its drawing (MOCKS OUT [NAME …])"),
    "judge": ("tools.judge:judge", "let independent programs judge what we emit (NAME …; without a name: list)"),
    "verifier": ("tools.verifier:verifier", "write the checking program as one file (FOLDER)"),
    "wheel": ("tools.wheel:wheel", "write the product as one file to install on a server (FOLDER)"),
    "cli": ("tools.product:cli", "the mukatabat command line"),
    "doctor": ("tools.doctor:doctor", "say what is here and what is missing"),
    "lock": ("tools.locks:lock", "renew requirements/*.txt from requirements/*.in"),
    "fmt": ("tools.checks:fmt", "format the code"),
}

AT_HOME = frozenset({"test", "check", "lock", "fmt"})
"""Verbs for whoever works on the tree: what they make lies in it."""


def main(arguments: Sequence[str]) -> int:
    """Perform the verb that `arguments` begin with; returns the exit code (2: wrong use, 130: stopped by Ctrl-C)."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        say("./run VERB\n\n" + "\n".join(f"  {verb:10}{about}" for verb, (_, about) in VERBS.items()))
        return 0 if arguments else 2
    if arguments[0] not in VERBS:
        complain(f"«{arguments[0]}» is not a verb of ./run; its verbs: {', '.join(VERBS)}.")
        return 2
    try:
        return _perform(arguments[0], arguments[1:])
    except Stop as stop:
        sys.stdout.flush()
        complain(f"\n{stop}")
        return stop.code
    except KeyboardInterrupt:
        say("\nStopped.")
        return 128 + signal.SIGINT


def _perform(verb: str, arguments: Sequence[str]) -> int:
    if verb in AT_HOME:
        require_writable(ROOT)
    module, _, function = VERBS[verb][0].partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(arguments))
    except OSError as error:
        if error.errno not in CLOSED or not isinstance(error.filename, str | bytes):
            raise
        raise closed(Path(os.fsdecode(error.filename)), begun=True) from error
