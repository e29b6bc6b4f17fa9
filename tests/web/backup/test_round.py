# SPDX-License-Identifier: EUPL-1.2
"""The whole way round on the real PostgreSQL: made, checked, restored, opened."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection

from mukatabat.audit.actions import chain_pending
from mukatabat.exchange import carrier
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Attachment, Letter
from mukatabat.tenancy.context import scope
from mukatabat.web.backup import documents, making, restoring
from mukatabat.web.backup.drill import drill
from mukatabat.web.backup.errors import (
    BackupUnderWay,
    DatabaseRefused,
    ProgramsMissing,
    RoleWithoutPassword,
)
from mukatabat.web.backup.folder import BackupFolder
from mukatabat.web.backup.rules import NOT_KEPT
from tests.cast import MOF, Cast
from tests.database import test_database
from tests.exchange.support import arrivals, dispatched
from tests.story import issued_letter, registered
from tests.vault.objects import KEY, running_server
from tests.vault.test_thief import BODY, FILE, INSIDE, SUBJECT, reads, told
from tests.web.backup.installation import address_of_letter, addresses, file_something, lose, moved_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def test_a_parcel_on_its_way_is_in_the_backup_and_is_delivered_after_the_restore(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    consignment = dispatched(cast)
    assert making.create(tmp_path / "backup").manifest.missing == ()
    settings.MUKATABAT_VAULT_DIR = tmp_path / "another host"
    with moved_to(elsewhere):
        restoring.restore(tmp_path / "backup")
        carrier.deliver(carrier.carrier(MOF), consignment.id)
        assert [one.consignment_id for one in arrivals(cast)] == [consignment.id]


def test_a_restored_installation_opens_its_letters_and_proves_its_books_and_its_trail(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    letter = told(cast, subject=SUBJECT, secrecy=Secrecy.NORMAL)
    incoming = registered(cast)
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    assert chain_pending()
    made = making.create(tmp_path / "backup")
    assert made.manifest.roots == ("root-1",)
    assert made.manifest.missing == ()
    assert set(made.manifest.tables).isdisjoint(NOT_KEPT)
    settings.MUKATABAT_VAULT_DIR = tmp_path / "another host"
    with moved_to(elsewhere):
        restored = restoring.restore(tmp_path / "backup")
        assert restored.manifest == made.manifest
        found = drill(100)
        assert found.faults == ()
        assert found.letters >= 2
        assert found.documents > 2
        assert found.locked, "what only named readers open is read as it lies"
        assert found.chained
        assert found.books
        with scope(cast("adviser.mof")):
            assert Letter.objects.get(id=letter.id).subject == SUBJECT
            assert Attachment.objects.get(letter=letter).name == f"{FILE}.txt"
        with scope(cast("clerk.fl")):
            assert Letter.objects.get(id=incoming.id).reference == incoming.reference


def test_documents_of_a_bucket_are_backed_up_and_restored_into_another_bucket(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    (tmp_path / "access").write_text(f"{KEY.key_id}\n{KEY.secret}\n")
    settings.MUKATABAT_STORE_BUCKET, settings.MUKATABAT_STORE_REGION = "vault", "us-east-1"
    settings.MUKATABAT_STORE_CREDENTIALS_FILE = tmp_path / "access"
    (tmp_path / "former").mkdir()
    (tmp_path / "fresh").mkdir()
    with running_server(tmp_path / "former") as former:
        settings.MUKATABAT_STORE_ENDPOINT = f"http://127.0.0.1:{former.port}"
        issued_letter(cast)
        registered(cast)
        assert making.create(tmp_path / "backup").manifest.missing == ()
    with running_server(tmp_path / "fresh") as fresh, moved_to(elsewhere):
        settings.MUKATABAT_STORE_ENDPOINT = f"http://127.0.0.1:{fresh.port}"
        restoring.restore(tmp_path / "backup")
        found = drill(100)
        assert found.passed, found.faults
        assert found.letters >= 2
        assert not settings.MUKATABAT_VAULT_DIR.exists(), "nothing lies in a folder"


def test_row_security_and_grants_come_back_as_they_were(
    cast: Cast, settings: Any, tmp_path: Path, elsewhere: str
) -> None:
    issued_letter(cast)
    making.create(tmp_path / "backup")
    kept = "relname::text, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text"
    ours = "pronamespace = 'public'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')"
    catalogue = (
        f"SELECT {kept} FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v') ORDER BY 1",
        "SELECT tablename::text, policyname::text, qual, with_check FROM pg_policies ORDER BY 1, 2",
        f"SELECT proname::text, proowner::regrole::text, prosecdef, proacl::text FROM pg_proc WHERE {ours} ORDER BY 1, 4",
    )

    def seen() -> list[Any]:
        with connection.cursor() as cursor:
            found = []
            for question in catalogue:
                cursor.execute(question)
                found.append(cursor.fetchall())
            return found

    before = seen()
    with moved_to(elsewhere):
        restoring.restore(tmp_path / "backup")
        assert seen() == before
        assert Letter.objects.model is Letter
        with scope(cast("adviser.moh")):
            assert not Letter.objects.exists(), "another body sees nothing of it"


def test_a_second_backup_copies_only_what_is_new_and_the_oldest_goes_when_asked(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_something(cast)
    first = making.create(tmp_path / "backup")
    copied: list[str] = []
    original = documents._copied
    monkeypatch.setattr(documents, "_copied", lambda *given: copied.append(given[2]) or original(*given))
    monkeypatch.setattr(making.clock, "now", lambda: first.manifest.made_at.replace(year=2100))
    file_something(cast)
    second = making.create(tmp_path / "backup")
    assert len(copied) == second.manifest.blobs - first.manifest.blobs > 0
    folder = BackupFolder(tmp_path / "backup")
    assert folder.names() == [first.folder.name, second.folder.name]
    assert folder.forget(keep=1) == [first.folder.name]
    assert making.verify(tmp_path / "backup").whole


def test_two_backups_of_one_second_are_two_points_in_time(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_something(cast)
    first = making.create(tmp_path / "backup")
    monkeypatch.setattr(making.clock, "now", lambda: first.manifest.made_at)
    second = making.create(tmp_path / "backup")
    assert second.manifest.made_at == first.manifest.made_at
    folder = BackupFolder(tmp_path / "backup")
    assert folder.names() == [first.folder.name, second.folder.name]
    assert [folder.point().folder, folder.point(first.folder.name).folder] == [second.folder, first.folder]


def test_letters_of_one_moment_are_kept_though_others_are_issued_meanwhile(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_something(cast)
    original = making.run_program

    def slow(*given: Any, **named: Any) -> None:
        file_something(cast)  # committed after the snapshot, before the dump
        original(*given, **named)

    monkeypatch.setattr(making, "run_program", slow)
    before = len(addresses())
    made = making.create(tmp_path / "backup")
    assert len(addresses()) > before
    assert making.verify(tmp_path / "backup").whole
    assert made.manifest.blobs == len(set(addresses())) - (len(addresses()) - before)


def test_two_backups_into_one_folder_do_not_mix(cast: Cast, tmp_path: Path) -> None:
    with BackupFolder(tmp_path / "backup").alone(), pytest.raises(BackupUnderWay):
        making.create(tmp_path / "backup")


def test_a_thief_of_the_backup_reads_nothing_and_finds_no_key(cast: Cast, settings: Any, tmp_path: Path) -> None:
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    making.create(tmp_path / "backup")
    files = [file for file in (tmp_path / "backup").rglob("*") if file.is_file()]
    dump = next(file for file in files if file.name == "database.dump")
    program = making.run_program.__globals__["program"](
        "pg_restore", BackupFolder(tmp_path / "backup").point().manifest.postgres
    )
    plain = subprocess.run([program, "--file=-", dump], capture_output=True, check=True).stdout
    loot = b"\n".join([plain, *(file.read_bytes() for file in files)])
    for text in (BODY, FILE, INSIDE, SUBJECT):
        assert not reads(loot, text), text
    assert b"%PDF" not in loot
    assert b"COPY public.django_session" not in plain
    roots = json.loads((Path(settings.MUKATABAT_KEYS_DIR) / "root-keys.json").read_bytes())["roots"]
    for secret in (*(root["sealed"] for root in roots), test_database().server.passwords.app):
        assert secret.encode() not in loot
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "backup").iterdir() if file.is_dir())


def test_the_backup_s_role_reads_all_and_changes_nothing() -> None:
    server = test_database().server
    from tools.database import with_role

    url = with_role(server.administrator, "mukatabat_backup", server.passwords.backup, test_database().name)
    with psycopg.connect(url) as role:
        found = role.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert found.fetchone() == (False, True, False)
        granted = role.execute(
            "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE grantee = current_user"
        ).fetchall()
        assert granted == [("SELECT",)]
        role.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        role.commit()
        for statement in (
            "DELETE FROM audit_entry",
            "CREATE TABLE mine (id integer)",
            "UPDATE access_account SET id = id",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(statement)
            role.rollback()


def test_what_is_not_at_hand_is_said(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.MUKATABAT_POSTGRES_PROGRAMS = tmp_path
    with pytest.raises(ProgramsMissing):
        making.create(tmp_path / "backup")
    settings.MUKATABAT_BACKUP_PASSWORD_FILE = None
    with pytest.raises(RoleWithoutPassword):
        making.create(tmp_path / "backup")


def test_a_wrong_password_is_refused_without_being_told(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.MUKATABAT_BACKUP_PASSWORD_FILE.write_text("not-this-one")
    with pytest.raises(DatabaseRefused) as refused:
        making.create(tmp_path / "backup")
    assert "not-this-one" not in str(refused.value.happened)


def test_the_command_line_answers_a_script(cast: Cast, settings: Any, tmp_path: Path, elsewhere: str) -> None:
    from mukatabat.web.cli.backup import backup

    letter = issued_letter(cast)
    place = str(tmp_path / "backup")

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(backup, [*arguments, "--json"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout)

    code, made = run("create", place)
    assert code == 0
    assert made["documents"] > 0
    assert run("list", place) == (0, [made["point"]])
    assert run("verify", place)[0] == 0
    with moved_to(elsewhere):
        code, restored = run("restore", place, "--drill", "100")
        assert (code, restored["drill"]["faults"]) == (0, [])
    lose(settings.MUKATABAT_VAULT_DIR, address_of_letter(cast, letter))
    assert run("drill")[0] == 1
    assert run("create", place)[0] in {0, 1}
    shutil.rmtree(tmp_path / "backup" / "blobs")
    assert run("verify", place)[0] == 1
