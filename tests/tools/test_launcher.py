# SPDX-License-Identifier: EUPL-1.2
"""The launcher's small parts: what it says, remembers, derives and refuses."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tools import bootstrap, demo, keys, paths, verbs
from tools.account import choose_account
from tools.checks import Tally
from tools.console import Stop, quiet
from tools.database import with_role
from tools.environment import program_environment
from tools.paths import REQUIREMENTS, ROOT, fingerprint
from tools.processes import Child, alive, dies_with_parent
from tools.suite import MOST_UNSTEADY, run_pytest, run_twice_at_most

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    command = [sys.executable, str(ROOT / "run"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def unprivileged(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as somebody whom the permissions of files bind, which root is not."""
    account = choose_account()
    if account.foreign:
        pytest.skip("root without user namespaces: every folder is open")
    command = [*account.prefix, sys.executable, str(ROOT / "run"), *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_without_a_verb_the_verbs_are_listed() -> None:
    told = run()
    assert told.returncode == 2
    assert all(
        verb in told.stdout for verb in ("demo", "test", "check", "bench", "judge", "cli", "doctor", "lock", "fmt")
    )


def test_an_unknown_verb_is_one_plain_sentence() -> None:
    told = run("deploy")
    assert told.returncode == 2
    assert told.stderr.startswith("«deploy» is not a verb")
    assert "Traceback" not in told.stderr


def test_every_verb_has_its_function() -> None:
    for place, _ in verbs.VERBS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_an_old_python_is_told_what_it_lacks() -> None:
    script = (ROOT / "run").read_text().replace("OLDEST = (3, 11)", "OLDEST = (9, 9)")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env={"PATH": ""})
    assert told.returncode == 2
    assert told.stderr.startswith("Mukatabat needs Python 3.11 or newer")


def test_a_missing_attachment_is_named_before_anything_starts() -> None:
    told = run("demo", "--once", "--attach", "no-such-file.pdf")
    assert told.returncode == 2
    assert "no-such-file.pdf" in told.stderr


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = keys.passwords(tmp_path)
    assert keys.passwords(tmp_path) == first
    assert len({first.administrator, first.owner, first.app}) == 3
    for file in (tmp_path / "passwords.json", keys.secret_key(tmp_path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_state_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUKATABAT_VAR", str(tmp_path / "state"))
    assert stat.S_IMODE(paths.state().stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("administrator", "host", "options"),
    [
        ("postgresql://admin:secret@db.example:5433/postgres", "db.example:5433", {}),
        ("postgres://admin@[::1]/postgres?sslmode=require", "[::1]", {"sslmode": ["require"]}),
        ("postgresql:///postgres?host=%2Frun%2Fpg", "", {"host": ["/run/pg"]}),
    ],
)
def test_another_role_keeps_host_and_options(administrator: str, host: str, options: dict[str, list[str]]) -> None:
    url = urlsplit(with_role(administrator, "mukatabat_app", "a/b@c", "letters"))
    assert (url.username, url.path, url.netloc.rpartition("@")[2]) == ("mukatabat_app", "/letters", host)
    assert url.password == "a%2Fb%40c"
    assert parse_qs(url.query) == options


def test_a_connection_string_in_another_form_is_refused() -> None:
    with pytest.raises(Stop, match="DATABASE_URL"):
        with_role("host=db user=admin", "mukatabat_app", "x", "letters")


def test_only_programs_that_change_tables_learn_the_owners_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MUKATABAT_OWNER_DATABASE_URL", "PGPASSWORD", "DATABASE_URL"):
        monkeypatch.setenv(name, "left over")
    env = program_environment(tmp_path, "postgresql://app@/x", port=8600)
    assert not {"MUKATABAT_OWNER_DATABASE_URL", "PGPASSWORD", "DATABASE_URL"} & set(env)
    assert env["MUKATABAT_PORT"] == "8600"
    owner = program_environment(tmp_path, "postgresql://app@/x", owner_url="postgresql://owner@/x")
    assert owner["MUKATABAT_OWNER_DATABASE_URL"] == "postgresql://owner@/x"


def test_a_fingerprint_knows_contents_names_and_absence(tmp_path: Path) -> None:
    file = tmp_path / "lock.txt"
    seen = [fingerprint([file])]
    file.write_text("a")
    seen.append(fingerprint([file]))
    file.write_text("b")
    seen += [
        fingerprint([file]),
        fingerprint([file], "python 3.12"),
        fingerprint([file.rename(tmp_path / "other.txt")]),
    ]
    assert len(set(seen)) == 5


def test_every_locked_package_has_a_hash_and_no_registry_has_a_name() -> None:
    for lock in [*REQUIREMENTS.glob("*.txt"), bootstrap.UV_LOCK]:
        text = lock.read_text()
        assert "://" not in text, lock.name
        assert text.count("==") == sum(block.count("--hash=") > 0 for block in text.split("==")[1:]), lock.name


def test_an_environment_with_more_than_asked_for_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "quiet", lambda command, **_: commands.append([str(part) for part in command]))
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path)
    install = bootstrap._install_packages
    install(bootstrap.DEMONSTRATION, "python")
    install(bootstrap.DEMONSTRATION, "python")
    assert len(commands) == 1
    install(bootstrap.DEVELOPMENT, "python")
    assert commands[1].count("-r") == 3
    install(bootstrap.DEMONSTRATION, "python")
    assert len(commands) == 2
    install(bootstrap.DEMONSTRATION, "another python")
    assert commands[2].count("-r") == 3


def test_a_failing_command_is_shown_with_its_last_lines() -> None:
    with pytest.raises(Stop, match=r"(?s)Counting failed with code 3.*the reason"):
        quiet([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], what="Counting")


def test_a_missing_program_is_a_sentence() -> None:
    with pytest.raises(Stop, match="could not be started"):
        quiet(["/no/such/program"], what="It")


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    child = Child("stubborn", [sys.executable, "-c", STUBBORN], env=os.environ, log=tmp_path / "log")
    while "up" not in child.complaint():
        time.sleep(0.02)
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(not dies_with_parent(), reason="this system has no setpriv with --pdeathsig")
def test_a_child_ends_when_its_launcher_is_killed() -> None:
    mark = f"sleep {60 + os.getpid() / 1e6}"
    script = f"import subprocess, time; from tools.processes import dies_with_parent as d; \
p = subprocess.Popen([*d(), *{mark.split()!r}]); time.sleep(.3); print(p.pid, flush=True); time.sleep(60)"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    launcher = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env)
    assert launcher.stdout is not None
    with launcher.stdout:
        pid = int(launcher.stdout.readline())
    assert alive(pid, mark)
    launcher.kill()
    launcher.wait()
    deadline = time.monotonic() + 5
    while alive(pid, mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid, mark)


def test_two_demonstrations_on_one_state_are_refused_and_the_first_is_named(tmp_path: Path) -> None:
    with demo._only_one(tmp_path) as announce:
        announce(8611)
        with pytest.raises(Stop, match=r"http://fl\.localhost:8611"), demo._only_one(tmp_path):
            pass
    with demo._only_one(tmp_path):
        assert not (tmp_path / "demo.json").exists()


@pytest.mark.parametrize("verb", ["demo", "cli", "doctor"])
def test_a_state_that_is_another_user_s_is_said_in_plain_words(verb: str, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o500)
    told = unprivileged(verb, MUKATABAT_VAR=str(theirs))
    said = told.stdout + told.stderr
    assert "Traceback" not in said
    if verb == "doctor":  # which goes on to its other findings
        assert (told.returncode, "MUKATABAT_VAR=" in said) == (1, True)
        return
    assert told.returncode == 2
    for words in ("لم يتغيّر شيء", "nothing was changed", str(theirs), f"./run {verb}", 'MUKATABAT_VAR="$HOME'):
        assert words in told.stderr
    assert list(theirs.iterdir()) == []


def test_a_state_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o500)
    told = unprivileged("demo", MUKATABAT_VAR=str(tmp_path / "theirs" / "var"))
    assert (told.returncode, "Traceback" in told.stderr) == (2, False)
    assert str(tmp_path / "theirs" / "var") in told.stderr
    (tmp_path / "file").touch()
    told = run("demo", MUKATABAT_VAR=str(tmp_path / "file"))
    assert (told.returncode, "Traceback" in told.stderr) == (2, False)


@pytest.mark.parametrize("verb", ["test", "check", "fmt", "lock"])
def test_a_tree_that_is_another_user_s_is_left_alone(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != ROOT)
    assert verbs.main([verb]) == 2
    told = capsys.readouterr().err
    for words in ("لم يُبدأ شيء", "Nothing was begun", f"    {ROOT} (", f'cp -r {ROOT} "$HOME/mukatabat"'):
        assert words in told


def test_whatever_is_met_on_the_way_ends_in_plain_words_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(_arguments: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "demo.lock"))

    monkeypatch.setenv("MUKATABAT_VAR", str(tmp_path))
    monkeypatch.setattr(demo, "demo", refuse)
    assert verbs.main(["demo"]) == 2
    told = capsys.readouterr().err
    assert "What was done before stays as it is." in told
    assert str(tmp_path / "demo.lock") in told
    monkeypatch.setattr(demo, "demo", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):  # a fault of ours is not hidden
        verbs.main(["demo"])


def test_a_taken_port_is_passed_over_unless_it_was_asked_for() -> None:
    import socket
    from contextlib import ExitStack

    with socket.socket() as taken, ExitStack() as stack:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Stop, match="taken"):
            stack.enter_context(demo._free_port(taken.getsockname()[1]))
        # Two that look at the same moment, before either serves, get two ports.
        first, second = (stack.enter_context(demo._free_port(None)) for _ in range(2))
    assert demo.FIRST_PORT <= first < second


def test_a_broken_run_counts_as_a_failure_and_an_empty_one_as_nothing(tmp_path: Path) -> None:
    alone = ["-p", "no:django", "-p", "no:cacheprovider", "-q", f"--rootdir={tmp_path}", "-c", os.devnull]
    (tmp_path / "test_none.py").write_text("")
    assert str(run_pytest(tmp_path, [*alone, str(tmp_path)])) == "0 passed, 0 failed, 0 skipped"
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n@pytest.mark.skip\ndef test_c(): pass\n"
    )
    assert str(run_pytest(tmp_path, [*alone, str(tmp_path)])) == "1 passed, 1 failed, 1 skipped"
    assert str(run_pytest(tmp_path, ["--no-such-option"])) == "0 passed, 1 failed, 0 skipped"


def test_what_fails_once_is_played_again_and_named_and_more_than_a_few_are_not(tmp_path: Path) -> None:
    alone = ["-p", "no:django", f"--rootdir={tmp_path}", "-c", os.devnull, str(tmp_path)]
    (tmp_path / "test_some.py").write_text(
        "import pathlib\nhere = pathlib.Path(__file__).parent / 'seen'\n"
        "def test_luck():\n    known = here.exists()\n    here.touch()\n    assert known\n"
        "def test_bad(): assert 0\ndef test_good(): pass\n"
    )
    played = run_twice_at_most(tmp_path, alone, [])
    assert (played.passed, played.failed) == (2, 1)
    assert [name.rpartition("::")[2] for name in played.unsteady] == ["test_luck"]
    many = "".join(f"def test_{number}(): assert 0\n" for number in range(MOST_UNSTEADY))
    (tmp_path / "seen").unlink()
    (tmp_path / "test_many.py").write_text(many)
    assert run_twice_at_most(tmp_path, alone, []) == Tally(1, MOST_UNSTEADY + 2)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_the_ci_script_is_sound_shell() -> None:
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=False).returncode == 0
