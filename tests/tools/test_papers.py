# SPDX-License-Identifier: EUPL-1.2
"""The papers that come with the tree say what is true of it."""

from __future__ import annotations

import re
import tomllib

from tools.bootstrap import DEVELOPMENT
from tools.paths import REQUIREMENTS, ROOT


def test_every_locked_package_is_named_with_its_licence() -> None:
    named = set(re.findall(r"^\| ([A-Za-z0-9._-]+) \| \S", (ROOT / "NOTICE.md").read_text(), re.MULTILINE))
    locked = set()
    for group in DEVELOPMENT:
        locked |= set(
            re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", (REQUIREMENTS / f"{group}.txt").read_text(), re.MULTILINE)
        )
    assert locked - named == set()
    assert {name for name in named if name.islower()} - locked <= {"psycopg"}


def test_every_package_that_we_ask_for_has_its_reason() -> None:
    lines = (REQUIREMENTS / "runtime.in").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#") and "#" not in line] == []


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"softwareVersion: {project['version']}\n" in (ROOT / "publiccode.yml").read_text()
    assert f"license: {project['license']}\n" in (ROOT / "publiccode.yml").read_text()
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    half = len(headings) // 2
    assert headings[:half] == headings[half:], "both languages tell of the same releases"
    assert headings[0] == project["version"], "the newest release comes first"


def test_the_licence_is_whole() -> None:
    words = re.findall(r"\w+", (ROOT / "LICENSE").read_text(encoding="utf-8"))
    assert " ".join(words[:6]) == "EUROPEAN UNION PUBLIC LICENCE v 1"
    assert " ".join(words[-6:]) == "production of a new EUPL version"
    assert len(words) > 2200


def test_the_reader_meets_the_two_commands_first_in_both_languages() -> None:
    arabic, _, english = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n# Mukatabat\n")
    for text in (arabic, english):
        assert "./run demo" in text[:900]
        assert "./run test" in text[:900]
