# SPDX-License-Identifier: EUPL-1.2
"""`python -m mukatabat.web.demo`: seed, list the cast, give a one-time code, play the story, fill the desks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")

SHOWN = ("clerk", "adviser", "head", "signer")
BODIES = ("mof", "fl")
BESIDE = ("admin.mof", "admin.fl", "auditor.fl", "president.fl", "operator.cait")
"""Who administers, audits and operates; the operator's own address is cait.localhost."""


@click.group()
def main() -> None:
    """The demonstration's own commands."""
    django.setup()


@main.command()
def seed() -> None:
    """Fill the directory with bodies and people, and give the cast their accounts; repeating changes nothing."""
    from mukatabat.access.demo import seed_accounts
    from mukatabat.directory.seed import CAST, load_directory
    from mukatabat.kernel import clock

    load_directory(clock.today())
    seed_accounts(CAST)


@main.command()
def cast() -> None:
    """Print the log-ins of the story's people with their password and a one-time code that is valid now."""
    from mukatabat.access.demo import DEMO_PASSWORD, demo_code
    from mukatabat.directory.seed import CAST

    click.echo(f"  كلمة المرور للجميع  password for all   {DEMO_PASSWORD}")
    click.echo("  رمز التحقق يتجدد كل 30 ثانية  codes change every 30 s:   ./run cli demo code LOGIN\n")
    members = {member.login: member for member in CAST}
    for group in (*([f"{role}.{body}" for role in SHOWN] for body in BODIES), BESIDE):
        for member in map(members.__getitem__, group):
            click.echo(f"    {member.login:14} {demo_code(member.login)}   {member.en}, {member.post_en}   {member.ar}")
        click.echo("")


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def link(folder: Path) -> None:
    """Write what the linked body's own system needs into FOLDER, and print the file that it starts with."""
    from mukatabat.web.demo.linked import link as connect

    click.echo(connect(folder, port=int(os.environ["MUKATABAT_PORT"])))


@main.command()
@click.option("--attach", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def story(attach: tuple[Path, ...]) -> None:
    """Play the first letter over HTTP between two bodies against the running site."""
    from mukatabat.web.demo.story import play

    sys.exit(play(attach))


@main.command()
def desks() -> None:
    """Lay a working week on the Department's desks: letters on paper, referrals, drafts; once."""
    from mukatabat.web.demo.desks import lay

    lay()


if __name__ == "__main__":
    main(prog_name="mukatabat demo")
