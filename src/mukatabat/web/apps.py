# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell around every room's pages, and the entry points."""

    name = "mukatabat.web"
    label = "web"
