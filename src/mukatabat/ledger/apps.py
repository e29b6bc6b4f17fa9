# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The host's append-only log of commitments to evidence and to the audit trail, seen by witnesses."""

    name = "mukatabat.ledger"
    label = "ledger"
