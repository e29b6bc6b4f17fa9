# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class PressConfig(AppConfig):
    """Everything that is printed."""

    name = "mukatabat.press"
    label = "press"
