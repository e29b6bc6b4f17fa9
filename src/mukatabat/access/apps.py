# SPDX-License-Identifier: EUPL-1.2
"""The room as Django sees it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Sign-in, second factor, sessions, and who may see what."""

    name = "mukatabat.access"
    label = "access"
