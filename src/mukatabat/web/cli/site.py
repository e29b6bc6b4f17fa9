# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the installation as a whole."""

from __future__ import annotations

import sys

import click

from mukatabat.web.cli.answers import answer, as_json_option
from mukatabat.web.watching.checks import ready
from mukatabat.web.watching.site import switch


@click.group()
def site() -> None:
    """The installation: read-only mode, readiness."""


@site.command("read-only")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="", help="What people are told beside the notice; a few words.")
@as_json_option
def read_only(state: str, *, reason: str, as_json: bool) -> None:
    """Take no changes from now on, or take them again; every process follows within seconds."""
    now = switch(read_only=state == "on", reason=reason[:200])
    answer({"read_only": now.read_only, "since": now.since}, [f"read-only: {state}"], as_json=as_json)


@site.command("ready")
@as_json_option
def readiness(*, as_json: bool) -> None:
    """Run every check of readiness. Exit code 1 when the site cannot serve."""
    good, checks = ready()
    answer({"ready": good, "checks": checks}, [f"{name}: {found}" for name, found in checks.items()], as_json=as_json)
    sys.exit(0 if good else 1)
