# SPDX-License-Identifier: EUPL-1.2
"""Verbs of a body's people."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mukatabat.directory import importer
from mukatabat.directory.queries import body_by_code
from mukatabat.web.cli.answers import acting, answer, as_json_option


@click.group()
def people() -> None:
    """The people of a body."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--body", "code", required=True, help="The body's code, such as MOF.")
@click.option("--apply", "apply_now", is_flag=True, help="Write what the preview shows; without it nothing changes.")
@as_json_option
def people_import(file: Path, *, code: str, apply_now: bool, as_json: bool) -> None:
    """Preview people from a CSV file with an error per row, and write all of them or none. Exit code 1 on an error."""
    body = body_by_code(code)
    actor = acting("people", body)
    data = file.read_bytes()
    preview = importer.preview(actor, data)
    good = preview.faulty == 0
    written = importer.apply(actor, data, preview.digest) if apply_now and good else 0
    problems = [
        {"line": row.line, "column": problem.column, "code": problem.code, "text": str(problem.text)}
        for row in preview.rows
        for problem in row.problems
    ]
    lines = [f"{preview.ready} rows can be taken, {preview.faulty} cannot, {written} were written"]
    lines += [f"line {one['line']}, {one['column']}: {one['text']}" for one in problems]
    found = {"ready": preview.ready, "faulty": preview.faulty, "written": written, "problems": problems}
    answer(found, lines, as_json=as_json)
    sys.exit(0 if good else 1)
