# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the audit trail."""

from __future__ import annotations

import sys

import click

from mukatabat.audit.checking import chained, verify
from mukatabat.directory.models import Body
from mukatabat.web.cli.answers import answer, as_json_option, progress


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@as_json_option
def audit_verify(*, as_json: bool) -> None:
    """Prove the chain of the whole trail, and cover the entries that are not chained yet. Exit code 1 on a fault."""
    with progress("links", chained()) as advance:
        result = verify(Body.objects.values_list("id", "realm"), advance=advance)
    lines = [f"chained {result.last}, waiting {result.tail}, faults {len(result.faults)}", *result.faults]
    answer({"chained": result.last, "tail": result.tail, "faults": result.faults}, lines, as_json=as_json)
    sys.exit(0 if result.intact else 1)
