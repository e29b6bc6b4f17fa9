# SPDX-License-Identifier: EUPL-1.2
"""`./run test`: everything that must be green before a commit, and one line that counts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET  # our own pytest wrote the file
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, bootstrap
from tools.checks import Tally, run_checks, temporary_state
from tools.console import say
from tools.installation import compile_translations
from tools.paths import PYTHON, ROOT, SOURCE
from tools.processes import dies_with_parent, stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NOTHING_COLLECTED = 5
REPORT = "report.xml"
MOST_UNSTEADY = 3
"""How many tests of a run may fail at first and pass alone; more of them are no accident."""
PROCESSES = 2
"""How many play tests at once: as many as the cores of the smallest machine that has to."""
AT_ONCE = ("-n", str(PROCESSES))
STORY = "tests/browser/test_story_arabic.py"
LATER = ("attacks", "ledger", "notify", "portal", "press", "tools", "vault", "verify")
"""Folders of tests that a quick pass leaves out: what they try is around the letter's way, not on it."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def test(arguments: Sequence[str]) -> int:
    """Perform the verb; returns 1 when anything failed.

    Without arguments: checks, all tests in random order on two processes, one demonstration played through, the browser
    tests. `--no-browser` leaves the last out; `--quick` leaves out the tests around the letter's way and what is
    marked long, and of the browser tests all but the story. Any other arguments go to pytest, and only pytest runs.
    """
    wanted = [argument for argument in arguments if argument not in {"--no-browser", "--quick"}]
    tally = Tally()
    with stop_by_signals(), temporary_state() as folder:
        bootstrap(DEVELOPMENT)
        compile_translations()
        if wanted:
            tally.add(run_pytest(folder, wanted))
            if tally == Tally():  # a name was misspelt, and green would be a lie
                tally.failed = 1
                say("No test answers to these arguments.")
        else:
            tally.add(_everything(folder, browser="--no-browser" not in arguments, quick="--quick" in arguments))
    say(str(tally))
    return 1 if tally.failed else 0


def run_pytest(folder: Path, arguments: Sequence[str], *, extra: Mapping[str, str] | None = None) -> Tally:
    """Run pytest with `arguments` and count its results; a run that breaks before it counts is one failure."""
    report = folder / REPORT
    report.unlink(missing_ok=True)
    command = [*dies_with_parent(), str(PYTHON), "-m", "pytest", f"--junit-xml={report}", *arguments]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCE), str(ROOT))), "PYTHONUTF8": "1", **(extra or {})}
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    if code == NOTHING_COLLECTED:
        return Tally()
    tally = _count(report)
    if code and not tally.failed:
        tally.failed = 1
    return tally


def run_twice_at_most(
    folder: Path, chosen: Sequence[str], at_once: Sequence[str], *, extra: Mapping[str, str] | None = None
) -> Tally:
    """Run the `chosen` tests, `at_once` on several processes; a few that fail are run once more, alone.

    On two cores a browser, a server and a clock can outrun a test that waits for the wrong state. Such a test is to be
    mended, which is why it is named at the end of the run; what fails twice has failed, and so have more than a few.
    """
    first = run_pytest(folder, [*at_once, "-q", *chosen], extra=extra)
    if not 0 < first.failed <= MOST_UNSTEADY:
        return first
    say("Once more, alone: what failed")
    again = run_pytest(folder, ["--last-failed", "--last-failed-no-failures=none", "-q", *chosen], extra=extra)
    if again.passed + again.failed != first.failed:  # not all of what failed could be found again
        return first
    return Tally(first.passed + again.passed, again.failed, first.skipped, _passed(folder / REPORT))


def _browser_tests(files: Sequence[str]) -> list[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCE), str(ROOT)))}
    command = [str(PYTHON), "-m", "pytest", "--collect-only", "-q", "-m", "browser", *files]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if "::" in line]


def find_chromium() -> str | None:
    """Return the Chromium to test with: MUKATABAT_CHROMIUM, else the first known name on PATH, else None."""
    chosen = os.environ.get("MUKATABAT_CHROMIUM")
    return chosen or next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


def _everything(folder: Path, *, browser: bool, quick: bool) -> Tally:
    tally = Tally()
    chosen = ["not browser and not long", *(f"--ignore=tests/{one}" for one in LATER)] if quick else ["not browser"]
    say("Checks")
    tally.add(run_checks(folder / "checks"))
    say("Tests")
    tests = run_twice_at_most(folder, ["-m", *chosen], AT_ONCE)
    tally.add(tests if tests.passed or tests.failed else Tally(failed=1))
    say("The story: two bodies, one question, one answer")
    tally.add(_story(folder / "demo"))
    if browser:
        say("Browser")
        tally.add(_browser(folder, [STORY] if quick else []))
    for name in tally.unsteady:
        say(f"  UNSTEADY  {name} failed at first and passed alone")
    if quick:
        say(f"Left out: tests of {', '.join(LATER)}; what is marked long; the browser tests but the story.")
        say("./run test plays them all.")
    return tally


def _story(state: Path) -> Tally:
    """Play the demonstration as a user would, on state and PostgreSQL of its own."""
    began = time.monotonic()
    env = {**os.environ, "MUKATABAT_VAR": str(state)}
    env.pop("DATABASE_URL", None)
    command = [*dies_with_parent(), sys.executable, str(ROOT / "run"), "demo", "--once"]
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    say(f"  {'FAILED' if code else 'passed'}  demo --once ({time.monotonic() - began:.1f} s)")
    return Tally(failed=1) if code else Tally(passed=1)


def _browser(folder: Path, files: Sequence[str]) -> Tally:
    """Run the browser tests on the state that the story left; without a Chromium name what did not run.

    Two processes play them, each with a site of its own on a copy of that state: while one waits, the other works.
    One more copy is for the story that needs a site whose persons sign by telephone.
    """
    if chromium := find_chromium():
        states = [folder / f"demo-{number}" for number in range(PROCESSES)]
        by_telephone = folder / "demo-telephone"
        for state in (*states, by_telephone):
            shutil.copytree(folder / "demo", state, symlinks=True)
        extra = {
            "MUKATABAT_CHROMIUM": chromium, "MUKATABAT_SITE_VAR": os.pathsep.join(map(str, states)),
            "MUKATABAT_TELEPHONE_VAR": str(by_telephone),
        }  # fmt: skip
        return run_twice_at_most(folder, ["-m", "browser", *files], [*AT_ONCE, "--dist", "worksteal"], extra=extra)
    names = _browser_tests(files)
    for name in names:
        say(f"  NOT RUN  {name} (no Chromium: apt install chromium, or set MUKATABAT_CHROMIUM)")
    if os.environ.get("CI") == "true":
        say("  FAILED  with CI=true a missing Chromium is a failure")
        return Tally(failed=max(1, len(names)))
    return Tally(skipped=len(names))


def _passed(report: Path) -> tuple[str, ...]:
    """Name the tests of a report that passed."""
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 (as above)
    return tuple(f"{one.get('classname')}::{one.get('name')}" for one in cases if not len(one))


def _count(report: Path) -> Tally:
    if not report.exists():
        return Tally()
    tally = Tally()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 (as above)
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        tally.add(Tally(int(suite.get("tests", 0)) - failed - skipped, failed, skipped))
    return tally
