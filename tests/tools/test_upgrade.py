# SPDX-License-Identifier: EUPL-1.2
"""An upgrade changes the tables under people who read and write, and none of them notices.

The former release is stood in for by today's program on earlier tables: those before the migrations in `EARLIER`, which
a letter's way does not need. A program that really is older is not in the tree.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import reading
from mukatabat.vault.queries import access_document, open_verified
from mukatabat.web.backup.drill import drill
from mukatabat.web.watching import checks
from tests.database import test_database
from tests.story import issued_letter, registered
from tools.environment import program_environment
from tools.installation import run_as_owner
from tools.keys import password_file
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

# Changes without which the program of today issues and opens letters all the same, as that of yesterday must.
EARLIER = (("ledger", "0002_functions"), ("portal", "0003_webhooks"), ("vault", "0008_key_stores"))
BACK = f"""
import django
from django.core.management import call_command
django.setup()
for app, name in {EARLIER!r}:
    call_command("migrate", app, name, verbosity=0)
"""
STEP = '. "$1"; as_service() { shift 2; "$PYTHON" -W ignore "$@"; }; migrate current'


class Working:
    """Somebody who does one thing over and over until stopped, on a connection of their own."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.done = 0
        self.fault: Exception | None = None
        self._act = act
        self._stop = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        assert self._begun.wait(120)

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self._act()
                self.done += 1
                self._begun.set()
        except Exception as error:
            self.fault = error
        finally:
            self._begun.set()
            connection.close()

    def stopped(self) -> int:
        """End it, and return how often it was done; raises what it met."""
        self._stop.set()
        self._thread.join(120)
        if self.fault is not None:
            raise self.fault
        return self.done


def _migrate_step(folder: Path) -> subprocess.CompletedProcess[str]:
    """Do what deploy/upgrade does to the tables, with this tree as the release and this user as the service's."""
    database = test_database()
    place = folder / "etc"
    place.mkdir()
    (place / "mukatabat.conf").write_text(f"MUKATABAT_DATABASE_URL='{database.app_url}'\n")
    common = folder / "common.sh"
    common.write_text((ROOT / "deploy" / "common.sh").read_text().replace("/etc/mukatabat", str(place)))
    password = password_file(database.folder, "owner", database.server.passwords.owner)
    env = program_environment(database.folder, database.app_url)
    env |= {"PYTHON": sys.executable, "MUKATABAT_OWNER_PASSWORD_FILE": str(password)}
    command = ["bash", "-euo", "pipefail", "-c", STEP, "upgrade", str(common)]
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False)


def test_letters_are_issued_and_opened_while_an_upgrade_changes_the_tables(cast: Cast, tmp_path: Path) -> None:
    database = test_database()
    run_as_owner(database.folder, database.server, ["-c", BACK], database=database.name)
    assert checks.ready()[1]["migrations"] == "5 to apply"
    letters: list[Letter] = [issued_letter(cast)]

    def read() -> None:
        actor = cast("adviser.mof")
        with reading(actor):
            issued = Letter.objects.get(id=letters[0].id)
        assert issued.document_id is not None
        open_verified(actor, access_document(actor, issued.document_id)).close()

    people = [Working(lambda: letters.append(issued_letter(cast))), Working(read)]
    before = [person.done for person in people]
    step = _migrate_step(tmp_path)
    assert step.returncode == 0, step.stderr + step.stdout
    assert "portal.0004_minutes_unlogged... OK" in step.stdout
    after = [person.stopped() for person in people]
    assert all(now > then for then, now in zip(before, after, strict=True)), "nobody stood still"
    assert checks.ready()[1]["migrations"] == "ok"
    assert registered(cast).subject == letters[0].subject
    found = drill(1000)
    assert found.passed, found.faults
    assert found.letters > len(letters), "every letter of the sender, and what the recipient registered"
