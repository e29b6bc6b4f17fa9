# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the numbered books."""

from __future__ import annotations

import sys

import click

from mukatabat.directory.models import Body
from mukatabat.kernel.references import marked_code
from mukatabat.registers.queries import check
from mukatabat.web.cli.answers import acting, answer, as_json_option


@click.group()
def registers() -> None:
    """The numbered books."""


@registers.command("check")
@as_json_option
def registers_check(*, as_json: bool) -> None:
    """Prove of every book of every body that no number is missing or double. Exit code 1 on a fault."""
    books: dict[str, list[str]] = {}
    for body in Body.objects.order_by("realm", "code"):
        actor = acting("registers", body)
        books |= {f"{marked_code(body.code, body.realm)}-{book}": list(faults) for book, faults in check(actor).items()}
    faulty = {book: faults for book, faults in books.items() if faults}
    lines = [f"{len(books)} books, {len(faulty)} with faults"]
    lines += [f"{book}: {fault}" for book, faults in faulty.items() for fault in faults]
    answer(books, lines, as_json=as_json)
    sys.exit(1 if faulty else 0)
