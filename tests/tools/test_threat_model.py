# SPDX-License-Identifier: EUPL-1.2
"""The threat model claims nothing without a test, and names no test that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
BY_NAME = (
    "IDOR", "CSRF", "open redirect", "header injection", "stored XSS", "SSRF", "session fixation", "timing of log-in",
    "replay", "flood",
)  # fmt: skip
"""The attacks that everybody asks about: each has a row of its own."""


def tables() -> Iterator[list[list[str]]]:
    """Every table of the threat model as rows of cells, its head first."""
    rows: list[list[str]] = []
    for line in [*MODEL.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            yield rows
            rows = []


def claims() -> Iterator[tuple[str, str]]:
    """Every claim with its proof; "the same" is the proof of the row above it."""
    for head, _rule, *rows in tables():
        former = ""
        for row in rows:
            proof = row[head.index("Proof")] if "Proof" in head and len(row) == len(head) else ""
            former = f"{former} {proof}" if proof.startswith("the same") else proof
            yield " | ".join(row[:-1]), former


@cache
def written() -> str:
    """The code of all tests."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests").rglob("test_*.py")))


def test_every_table_is_whole() -> None:
    assert len(list(tables())) >= 5
    for table in tables():
        assert set(table[1][0]) <= {"-"}, f"a blank line parts these rows from their table: {table[0]}"


@pytest.mark.parametrize(("claim", "proof"), list(claims()))
def test_every_claim_names_tests_that_are_there(claim: str, proof: str) -> None:
    named = re.findall(r"`([^`]+)`", proof)
    assert named, f"no test beside: {claim}"
    for name in named:
        if name.startswith("tests/"):
            assert (ROOT / name).exists(), name
        else:
            begins = re.escape(name.removesuffix("…"))
            assert re.search(rf"^def {begins}{'' if name.endswith('…') else chr(92) + '('}", written(), re.MULTILINE), (
                name
            )


@pytest.mark.parametrize("attack", BY_NAME)
def test_every_attack_that_has_a_name_has_a_row(attack: str) -> None:
    rows = [claim for claim, _proof in claims() if claim.casefold().startswith(attack.casefold())]
    assert len(rows) == 1, attack
