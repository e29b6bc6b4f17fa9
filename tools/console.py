# SPDX-License-Identifier: EUPL-1.2
"""What the launcher says, and how it gives up: plain sentences, no stack traces."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Stop(Exception):
    """A plain sentence for the person at the terminal; the verb ends with exit code `code`."""

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(sentence: str = "") -> None:
    """Print one line at once, also through a pipe."""
    print(sentence, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print `name`, do the block, print how many seconds it took."""
    print(f"  {name} …", end=" ", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("stopped", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def quiet(command: Sequence[object], *, what: str, env: Mapping[str, str] | None = None) -> str:
    """Run `command` (strings and paths) and return what it printed.

    On failure raises Stop with `what` and the last lines; when interrupted, ends all that it started.
    """
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        raise Stop(f"{what} could not be started: {error}") from error
    try:
        output, _ = process.communicate()
    except BaseException:
        # The whole session, because installers and initdb work through children of their own.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode:
        raise Stop(f"{what} failed with code {process.returncode}. Its last lines:\n{last_lines(output)}")
    return output


def last_lines(text: str, count: int = 25) -> str:
    """Return the last `count` lines of `text`, indented for reading under a sentence."""
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-count:])


def complain(sentence: str) -> None:
    """Print a sentence on the error stream."""
    print(sentence, file=sys.stderr, flush=True)
