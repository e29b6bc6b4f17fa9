# SPDX-License-Identifier: EUPL-1.2
"""Django's entry for the vault."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Content-addressed documents, checked by content before they are taken."""

    name = "mukatabat.vault"
    label = "vault"

    def ready(self) -> None:
        """Say who gives the keys of sealed columns."""
        from mukatabat.vault.fields import install
        from mukatabat.vault.texts import BodyTextKeys

        install(BodyTextKeys())
