# SPDX-License-Identifier: EUPL-1.2
"""Start the command line: settings first, then the groups of verbs."""

from __future__ import annotations

import os
import sys

import click
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")
django.setup()

from mukatabat.kernel.errors import MukatabatError  # noqa: E402 - needs the settings
from mukatabat.ledger.witness.__main__ import witness  # noqa: E402
from mukatabat.web.cli.accounts import accounts  # noqa: E402
from mukatabat.web.cli.audit import audit  # noqa: E402
from mukatabat.web.cli.backup import backup  # noqa: E402
from mukatabat.web.cli.bodies import bodies  # noqa: E402
from mukatabat.web.cli.demo import demo  # noqa: E402
from mukatabat.web.cli.keys import keys  # noqa: E402
from mukatabat.web.cli.ledger import ledger  # noqa: E402
from mukatabat.web.cli.letters import letters  # noqa: E402
from mukatabat.web.cli.people import people  # noqa: E402
from mukatabat.web.cli.registers import registers  # noqa: E402
from mukatabat.web.cli.site import site  # noqa: E402
from mukatabat.web.cli.tokens import tokens  # noqa: E402
from mukatabat.web.cli.verify import verify  # noqa: E402
from mukatabat.web.cli.webhooks import webhooks  # noqa: E402
from mukatabat_verify.certificates import take_long_names  # noqa: E402


@click.group()
def mukatabat() -> None:
    """Mukatabat: official letters between government bodies."""


GROUPS = (
    accounts, audit, backup, bodies, demo, keys, ledger, letters, people, registers, site, tokens, verify, webhooks,
    witness,
)  # fmt: skip
for group in GROUPS:
    mukatabat.add_command(group)


def main() -> None:
    """Run a verb; a typed error is shown in its three parts and ends with exit code 2."""
    take_long_names()
    try:
        mukatabat(prog_name="mukatabat")
    except MukatabatError as error:
        click.echo(f"{error.happened}\n{error.safe}\n{error.do}\n({error.code})", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
