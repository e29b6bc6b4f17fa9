# SPDX-License-Identifier: EUPL-1.2
"""The `mukatabat` command line (`./run cli …`): what an administrator and an auditor ask of an installation."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")


@click.group()
def main() -> None:
    """Mukatabat: official letters between government bodies."""
    django.setup()


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def audit_verify(*, as_json: bool) -> None:
    """Prove the chain of the whole trail, and cover the entries that are not chained yet. Exit code 1 on a fault."""
    from mukatabat.audit.queries import verify
    from mukatabat.directory.models import Body

    result = verify(Body.objects.values_list("id", "realm"))
    lines = [f"chained {result.chained}, waiting {result.tail}, faults {len(result.faults)}", *result.faults]
    _answer({"chained": result.chained, "tail": result.tail, "faults": result.faults}, lines, as_json=as_json)
    sys.exit(0 if result.intact else 1)


@main.group()
def registers() -> None:
    """The numbered books."""


@registers.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def registers_check(*, as_json: bool) -> None:
    """Prove of every book of every body that no number is missing or double. Exit code 1 on a fault."""
    from mukatabat.directory.models import Body
    from mukatabat.registers.queries import check
    from mukatabat.tenancy.rules import system_actor

    books: dict[str, list[str]] = {}
    for body in Body.objects.order_by("realm", "code"):
        actor = system_actor("cli.registers", body_id=body.id, realm=body.realm)
        for book, faults in check(actor).items():
            books[f"{body.code}-{book}" if body.realm == "live" else f"TRN-{body.code}-{book}"] = list(faults)
    faulty = {book: faults for book, faults in books.items() if faults}
    lines = [f"{len(books)} books, {len(faulty)} with faults"]
    lines += [f"{book}: {fault}" for book, faults in faulty.items() for fault in faults]
    _answer(books, lines, as_json=as_json)
    sys.exit(1 if faulty else 0)


@main.group()
def people() -> None:
    """The people of a body."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--body", "code", required=True, help="The body's code, such as MOF.")
@click.option("--apply", "apply_now", is_flag=True, help="Write what the preview shows; without it nothing changes.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def people_import(file: Path, *, code: str, apply_now: bool, as_json: bool) -> None:
    """Preview people from a CSV file with an error per row, and write all of them or none. Exit code 1 on an error."""
    from mukatabat.directory import importer
    from mukatabat.directory.queries import body_by_code
    from mukatabat.tenancy.rules import system_actor

    body = body_by_code(code)
    actor = system_actor("cli.people", body_id=body.id, realm=body.realm)
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
    answer = {"ready": preview.ready, "faulty": preview.faulty, "written": written, "problems": problems}
    _answer(answer, lines, as_json=as_json)
    sys.exit(0 if good else 1)


@main.group()
def demo() -> None:
    """The demonstration's log-ins."""


@demo.command("code")
@click.argument("login")
def demo_code_of(login: str) -> None:
    """Print the one-time code of a demo LOGIN that is valid now (development installations only)."""
    from mukatabat.access.demo import demo_code

    click.echo(demo_code(login))


def _answer(value: Any, lines: list[str], *, as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


if __name__ == "__main__":
    main(prog_name="mukatabat")
