# SPDX-License-Identifier: EUPL-1.2
"""An upgrade whose process is killed in the middle of its migrations is simply done again."""

from __future__ import annotations

import subprocess
import sys
import time

import psycopg
import pytest

from tests.database import test_database
from tools.environment import program_environment
from tools.installation import PRODUCT

pytestmark = [pytest.mark.django_db, pytest.mark.long]

MIGRATE = [sys.executable, "-W", "ignore", "-m", PRODUCT, "migrate", "--noinput", "--verbosity", "0"]


def _applied(name: str) -> int:
    with psycopg.connect(test_database().server.owner_url(name)) as connection:
        try:
            row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return row[0] if row else 0


def test_a_killed_migration_is_done_again_and_until_then_the_application_may_do_nothing_new(elsewhere: str) -> None:
    server = test_database().server
    env = program_environment(test_database().folder, server.app_url(elsewhere), owner_url=server.owner_url(elsewhere))
    running = subprocess.Popen(MIGRATE, env=env, stderr=subprocess.PIPE)
    while _applied(elsewhere) < 20 and running.poll() is None:
        time.sleep(0.02)
    running.kill()
    running.communicate()
    assert running.returncode == -9, "it was killed before it ended"
    half = _applied(elsewhere)
    with psycopg.connect(server.app_url(elsewhere)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT count(*) FROM django_migrations")
    done = subprocess.run(MIGRATE, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _applied(elsewhere) > half
    with psycopg.connect(server.app_url(elsewhere)) as app:
        assert app.execute("SELECT count(*) FROM django_migrations").fetchone()
    shown = subprocess.run([*MIGRATE[:-2], "--check"], env=env, capture_output=True, check=False)
    assert shown.returncode == 0, "nothing is left to apply"
