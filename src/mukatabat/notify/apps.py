# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """What a person is told: in the application's bell, and later by other channels."""

    name = "mukatabat.notify"
    label = "notify"
