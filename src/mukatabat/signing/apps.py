# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Persons' signatures, certificates and time-stamps."""

    name = "mukatabat.signing"
    label = "signing"
