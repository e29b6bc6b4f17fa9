# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Carrying issued letters from body to body: outbox, inbox, channels and what becomes of a parcel."""

    name = "mukatabat.exchange"
    label = "exchange"
