# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The house's other face: linked bodies reach their letters and trays by program."""

    name = "mukatabat.portal"
    label = "portal"
