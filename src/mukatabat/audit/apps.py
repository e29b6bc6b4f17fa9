# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only entries, written in the act's own transaction and chained by one sequencer."""

    name = "mukatabat.audit"
    label = "audit"
