# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell around every room's pages, and the entry points."""

    name = "mukatabat.web"
    label = "web"

    def ready(self) -> None:
        """Count the acts of the trail."""
        from mukatabat.audit.hooks import recorded
        from mukatabat.web.watching.metrics import count_act

        recorded.connect(count_act, dispatch_uid="web.count_act")
