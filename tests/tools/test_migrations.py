# SPDX-License-Identifier: EUPL-1.2
"""A migration that people would feel, or that breaks the former release, does not pass `./run check`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tools import migrations

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [("web", "0001_site")]
    operations = [{operation}("site", models.Index(fields=["reason"], name="site_reason"))]
"""


def test_every_migration_of_the_first_release_is_still_in_the_tree() -> None:
    named = [line for line in migrations.FIRST_RELEASE.read_text().splitlines() if not line.startswith("#")]
    assert named == sorted(set(named))
    apps = [name.split(".") for name in named]
    assert [name for name in apps if not (migrations.PRODUCT / name[0] / "migrations" / f"{name[1]}.py").exists()] == []


def test_a_migration_is_read_unless_the_first_release_had_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "PRODUCT", tmp_path)
    place = tmp_path / "web" / "migrations"
    place.mkdir(parents=True)
    for name in ("__init__", "0001_site", "0002_late"):
        (place / f"{name}.py").touch()
    assert migrations.unreleased() == [("web", "0002_late")]


@pytest.mark.parametrize(
    ("sql", "in_transaction", "rule"),
    [
        ("CREATE INDEX a ON b (c)", True, "require-concurrent-index-creation"),
        ("CREATE INDEX CONCURRENTLY a ON b (c)", False, None),
        ("ALTER TABLE b ADD COLUMN c bigint NOT NULL", True, "adding-required-field"),
        (
            "ALTER TABLE b ADD COLUMN c bigint DEFAULT 0 NOT NULL; ALTER TABLE b ALTER c DROP DEFAULT",
            True,
            "ban-drop-d",
        ),
        ("ALTER TABLE b ADD COLUMN c bigint DEFAULT 0 NOT NULL", True, None),
        ("ALTER TABLE b ADD COLUMN c varchar(20) NULL", True, None),
        ("ALTER TABLE b DROP COLUMN c", True, "ban-drop-column"),
        ("ALTER TABLE b RENAME COLUMN c TO d", True, "renaming-column"),
        ("ALTER TABLE b ALTER c TYPE text", True, "changing-column-type"),
        ("CREATE TABLE b (c bigint PRIMARY KEY, d varchar(9) NOT NULL); CREATE INDEX a ON b (d)", True, None),
    ],
)
def test_what_blocks_people_or_breaks_the_former_release_is_refused(
    sql: str, in_transaction: bool, rule: str | None
) -> None:
    found = migrations.squawked(f"{sql};", in_transaction=in_transaction)
    assert (rule in found) if rule else not found, found


@pytest.mark.parametrize(
    ("atomic", "operation", "rule"),
    [
        (True, "migrations.AddIndex", "require-concurrent-index-creation"),
        (False, "migrations.AddIndex", "require-concurrent-index-creation"),
        (False, "AddIndexConcurrently", None),
    ],
)
def test_a_migration_of_ours_is_read_as_its_owner_would_run_it(
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    atomic: bool,
    operation: str,
    rule: str,
) -> None:
    place = tmp_path / f"late_{operation.rpartition('.')[2]}_{atomic}".lower()
    place.mkdir()
    (place / "__init__.py").touch()
    shutil.copy(migrations.PRODUCT / "web" / "migrations" / "0001_site.py", place)
    (place / "0002_late.py").write_text(INDEX.format(atomic=atomic, operation=operation))
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"web": place.name}
    said = migrations.complaints([("web", "0002_late")])
    assert [one.split("\n")[0] for one in said] == (["web.0002_late"] if rule else [])
    assert all(rule in one for one in said)
