# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """The numbered books of a body: gapless, per kind and year, voids visible."""

    name = "mukatabat.registers"
    label = "registers"
