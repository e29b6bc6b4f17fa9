# SPDX-License-Identifier: EUPL-1.2
"""Whom the log of this installation asks to witness it, from its policy file."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from mukatabat.ledger.errors import PolicyUnreadable
from mukatabat_verify.log.policies import WitnessPolicy, parse


def witness_policy() -> WitnessPolicy:
    """Read this installation's policy; raises PolicyUnreadable."""
    return read(settings.MUKATABAT_LEDGER_POLICY_FILE)


def read(path: Path | None) -> WitnessPolicy:
    """Read the policy file, in which every witness has an address; without one there are no witnesses.

    Raises PolicyUnreadable.
    """
    if path is None:
        return WitnessPolicy()
    try:
        found = parse(path.read_text(encoding="utf-8"))
        if not all(one.url for one in found.witnesses):
            raise ValueError("a witness has no address")
    except (OSError, ValueError) as error:
        raise PolicyUnreadable(reason=str(error)) from error
    return found
