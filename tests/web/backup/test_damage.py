# SPDX-License-Identifier: EUPL-1.2
"""Every way in which a backup must not be trusted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mukatabat.access import second_factor
from mukatabat.access.models import Account
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.vault import store
from mukatabat.vault.errors import StoreUnavailable
from mukatabat.vault.stores.folder import FolderStore
from mukatabat.web.backup import making, restoring
from mukatabat.web.backup.drill import drill
from mukatabat.web.backup.errors import (
    BackupDamaged,
    DatabaseNotEmpty,
    DocumentsMissing,
    NewerBackup,
    NoBackup,
)
from mukatabat.web.backup.folder import BackupFolder
from tests.cast import Cast
from tests.database import test_database
from tests.story import issued_letter
from tests.web.backup.installation import address_of_letter, addresses, file_something, in_store, lose, moved_to, spoil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def test_a_drill_with_another_secret_key_says_that_nobody_could_sign_in(cast: Cast, settings: Any) -> None:
    account = Account.objects.create(login="drill.fl", person_id=cast("clerk.fl").person_id, password="!")
    second_factor.install(account, second_factor.new_secret())
    assert drill(1).passed
    settings.SECRET_KEY = "of another installation"
    assert [fault for fault in drill(1).faults if "secret-key" in fault]


def test_a_document_that_the_store_lost_does_not_stop_the_backup_and_is_named(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    file_something(cast)
    lost, altered, *_ = addresses()
    lose(settings.MUKATABAT_VAULT_DIR, lost)
    spoil(in_store(settings.MUKATABAT_VAULT_DIR, altered))
    assert making.create(tmp_path / "backup").manifest.missing == tuple(
        one for one in BackupFolder(tmp_path / "backup").point().manifest.missing if one in {lost, altered}
    )
    assert set(making.verify(tmp_path / "backup").faulty) == {lost, altered}
    with moved_to(elsewhere), pytest.raises(DocumentsMissing) as refused:
        restoring.restore(tmp_path / "backup")
    assert refused.value.params["count"] == 2


def test_a_backup_that_lost_a_document_is_not_restored_unless_that_is_accepted(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    letter = issued_letter(cast)
    making.create(tmp_path / "backup")
    lost = address_of_letter(cast, letter)
    lose(tmp_path / "backup" / "blobs", lost)
    assert making.verify(tmp_path / "backup").faulty == (lost,)
    settings.MUKATABAT_VAULT_DIR = tmp_path / "another host"
    with moved_to(elsewhere):
        with pytest.raises(DocumentsMissing) as refused:
            restoring.restore(tmp_path / "backup")
        assert refused.value.params["digest"] == lost
        with pytest.raises(psycopg.errors.UndefinedTable), psycopg.connect(_url(elsewhere)) as plain:
            plain.execute("SELECT FROM letters_letter")
        restoring.restore(tmp_path / "backup", accept_missing=True)
        with scope(cast("adviser.mof")):
            assert Letter.objects.get(id=letter.id).reference
        assert any("vault.blob-missing" in fault for fault in drill(100).faults)


def _url(name: str) -> str:
    return test_database().server.owner_url(name)


def test_a_blob_that_was_altered_in_the_backup_is_found_before_it_is_restored(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    file_something(cast)
    making.create(tmp_path / "backup")
    altered = addresses()[0]
    spoil(in_store(tmp_path / "backup" / "blobs", altered))
    assert making.verify(tmp_path / "backup").faulty == (altered,)
    settings.MUKATABAT_VAULT_DIR = tmp_path / "another host"
    with moved_to(elsewhere), pytest.raises(DocumentsMissing):
        restoring.restore(tmp_path / "backup")
    assert not store().exists(altered)


@pytest.mark.parametrize("part", ["database.dump", "blobs.txt", "manifest.json"])
def test_a_part_that_was_cut_short_is_found(cast: Cast, tmp_path: Path, elsewhere: str, part: str) -> None:
    file_something(cast)
    point = making.create(tmp_path / "backup")
    spoil(point.folder / part)
    with pytest.raises(BackupDamaged) as refused:
        making.verify(tmp_path / "backup")
    assert part in str(refused.value.params["part"])
    with moved_to(elsewhere), pytest.raises(BackupDamaged):
        restoring.restore(tmp_path / "backup")


def test_a_second_restore_into_the_same_database_is_refused(cast: Cast, tmp_path: Path, elsewhere: str) -> None:
    file_something(cast)
    making.create(tmp_path / "backup")
    with pytest.raises(DatabaseNotEmpty):
        restoring.restore(tmp_path / "backup")
    with moved_to(elsewhere):
        restoring.restore(tmp_path / "backup")
        with pytest.raises(DatabaseNotEmpty):
            restoring.restore(tmp_path / "backup")


def test_a_backup_of_a_newer_release_is_refused(cast: Cast, tmp_path: Path, elsewhere: str) -> None:
    point = making.create(tmp_path / "backup")
    file = point.folder / "manifest.json"
    told_there = json.loads(file.read_text())
    told_there["migrations"].append("letters.9999_from_the_future")
    file.write_text(json.dumps(told_there))
    with moved_to(elsewhere), pytest.raises(NewerBackup):
        restoring.restore(tmp_path / "backup")


@pytest.mark.parametrize("where", ["run_program", "copy_all", "part_of"])
def test_a_backup_that_dies_on_its_way_is_never_taken_for_a_whole_one(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    file_something(cast)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, where, dies)
        with pytest.raises(KeyboardInterrupt):
            making.create(tmp_path / "backup")
    with pytest.raises(NoBackup):
        making.verify(tmp_path / "backup")
    making.create(tmp_path / "backup")
    assert making.verify(tmp_path / "backup").whole
    assert not (tmp_path / "backup" / "unfinished").exists()


def test_a_backup_process_that_is_killed_leaves_nothing_that_looks_whole(cast: Cast, tmp_path: Path) -> None:
    file_something(cast)
    before = (
        "import django, os, signal; django.setup()\n"
        "from pathlib import Path\n"
        "from mukatabat.web.backup import making\n"
        "making.part_of = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"making.create(Path({str(tmp_path / 'backup')!r}))\n"
    )
    env = os.environ | {"MUKATABAT_BACKUP_PASSWORD_FILE": str(tmp_path / "backup-password")}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", before], env=env, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (tmp_path / "backup" / "unfinished" / "database.dump").exists()
    with pytest.raises(NoBackup):
        making.verify(tmp_path / "backup")


def test_a_full_backup_disk_leaves_the_earlier_point_whole(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_something(cast)
    first = making.create(tmp_path / "backup")
    file_something(cast)

    def full(*_: Any, **__: Any) -> None:
        raise StoreUnavailable(reason="ENOSPC")

    monkeypatch.setattr(FolderStore, "put", full)
    with pytest.raises(StoreUnavailable):
        making.create(tmp_path / "backup")
    assert BackupFolder(tmp_path / "backup").names() == [first.folder.name]
    assert making.verify(tmp_path / "backup").whole
