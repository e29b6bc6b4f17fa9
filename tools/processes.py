# SPDX-License-Identifier: EUPL-1.2
"""Child processes that never outlive the launcher."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tools.console import last_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

LOG_LIMIT = 8 * 1024 * 1024


class Child:
    """One long-running program in a session of its own: Ctrl-C reaches only the launcher, which stops in order."""

    def __init__(self, name: str, command: Sequence[object], *, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with open_log(log) as output:
            self.start_of_log = output.tell()
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def complaint(self) -> str:
        """Return the last lines that this run wrote to its log."""
        with self.log.open("rb") as file:
            file.seek(self.start_of_log)
            return last_lines(file.read().decode(errors="replace"))

    def stop(self, first: signal.Signals = signal.SIGTERM, *, patience: float = 10.0) -> None:
        """Ask with `first`, wait `patience` seconds, then kill; what it left behind in its session is killed too."""
        if self.running:
            with suppress(ProcessLookupError):
                self.process.send_signal(first)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def open_log(file: Path) -> IO[bytes]:
    """Open `file` for appending, mode 0600; a log past eight megabytes starts anew, the former one kept beside it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        file.replace(file.with_suffix(".old"))
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


@functools.cache
def dies_with_parent(how: str = "TERM") -> tuple[str, ...]:
    """Return the command prefix that makes the kernel send signal `how` to a program when the launcher dies.

    This covers even SIGKILL of the launcher. Empty where util-linux has no such option: the next start then cleans up.
    """
    prefix = ("setpriv", "--pdeathsig", how, "--")
    if not shutil.which("setpriv"):
        return ()
    return prefix if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0 else ()


def alive(pid: int, mark: str) -> bool:
    """Whether process `pid` runs and carries `mark` in its command line; a recycled number does not count."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return mark in command.replace(b"\0", b" ").decode(errors="replace")


def wait_until_gone(pid: int, mark: str, *, seconds: float) -> bool:
    """Wait until `pid` is no longer that program; False when it is still there after `seconds`."""
    deadline = time.monotonic() + seconds
    while alive(pid, mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def stop_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt for the block, so that every way of stopping unwinds alike."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handling(interrupt, (signal.SIGTERM, signal.SIGHUP)):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore further signals for the block: stopping is bounded in time and must not be cut in half."""
    with _handling(signal.SIG_IGN, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)):
        yield


@contextmanager
def _handling(
    handler: Callable[[int, FrameType | None], object] | signal.Handlers, signals: Sequence[signal.Signals]
) -> Iterator[None]:
    former = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in former.items():
            signal.signal(number, old)
