# SPDX-License-Identifier: EUPL-1.2
"""An empty installation gets its first body and operator from the command line, once."""

from __future__ import annotations

import json
import subprocess
import sys

import psycopg
import pytest

from tests.database import test_database
from tools.environment import program_environment
from tools.installation import PRODUCT, run_as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.long]

FOUND = [
    sys.executable, "-W", "ignore", "-m", "mukatabat.web.cli", "site", "found", "CAIT", "--kind", "agency",
    "--ar", "الجهاز المركزي لتكنولوجيا المعلومات", "--en", "Central Agency for Information Technology",
    "--login", "operator.cait", "--person-ar", "نواف المطيري", "--person-en", "Nawaf Al-Mutairi",
    "--staff-number", "1001", "--json",
]  # fmt: skip


@pytest.fixture
def empty(elsewhere: str) -> str:
    """A migrated database without a body."""
    migrate = ["-m", PRODUCT, "migrate", "--noinput", "--verbosity", "0"]
    run_as_owner(test_database().folder, test_database().server, migrate, database=elsewhere)
    return elsewhere


def test_the_first_body_has_its_registry_its_operator_and_an_account_and_no_second_one_is_founded(empty: str) -> None:
    server = test_database().server
    env = program_environment(test_database().folder, server.app_url(empty))
    made = subprocess.run(FOUND, env=env, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["login"] == "operator.cait"
    assert told["password"]
    assert told["enrolment_code"], "an operator's account needs a second factor"
    again = subprocess.run(FOUND, env=env, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "directory.already-founded" in again.stderr
    with psycopg.connect(server.owner_url(empty)) as connection:
        assert connection.execute("SELECT code FROM directory_body").fetchall() == [("CAIT",)]
        assert connection.execute("SELECT is_registry FROM directory_unit").fetchall() == [(True,)]
        held = connection.execute(
            "SELECT p.role FROM directory_appointment a JOIN directory_post p ON p.id = a.post_id ORDER BY p.role"
        )
        assert [role for (role,) in held] == ["administrator", "operator"]
