# SPDX-License-Identifier: EUPL-1.2
"""The check that a court makes, as a verb."""

from __future__ import annotations

import sys

import click

from mukatabat.ledger.policy import witness_policy
from mukatabat.ledger.queries import policy_for_readers
from mukatabat.signing.service import trusted_roots
from mukatabat.vault.queries import unmarked_nodes
from mukatabat_verify.__main__ import main


@click.command("verify", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify(arguments: tuple[str, ...]) -> None:
    """Check a bundle of evidence, a parcel, a container or an evidence, offline: FILE [--trust FOLDER] [--json].

    Without a folder of roots those are trusted that this installation trusts, and its own log, witnesses and former
    certificates. Exit code 1 when something is refused.
    """
    roots, log = trusted_roots(), policy_for_readers(witness_policy())
    sys.exit(main(arguments, roots=roots, log=log, nodes=frozenset(one.fingerprint for one in unmarked_nodes())))
