# SPDX-License-Identifier: EUPL-1.2
"""Which channels this installation has."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from mukatabat.notify.channels.development import DevelopmentChannel
from mukatabat.notify.channels.email import Email, Server
from mukatabat.notify.channels.gateway import Gateway
from mukatabat.notify.outgoing.addresses import Policy
from mukatabat.notify.ports import Channel, ChannelName


def channels() -> dict[ChannelName, Channel]:
    """The channels by name: those that were configured; in development also the others, which send nothing."""
    found = {name: channel for name in ChannelName if (channel := _configured(name)) is not None}
    if settings.MUKATABAT_DEVELOPMENT:
        for name in ChannelName:
            if name not in found:
                found[name] = _stand_in(name)
    return found


def _configured(name: ChannelName) -> Channel | None:
    if name is ChannelName.EMAIL:
        known: dict[str, Any] = settings.MUKATABAT_MAIL
        if not known["host"]:
            return None
        return Email(
            Server(
                host=known["host"], port=known["port"], sender=known["sender"], encryption=known["encryption"],
                user=known["user"], password=_secret(known["password_file"]),
            )
        )  # fmt: skip
    url, file = settings.MUKATABAT_GATEWAYS[str(name)]
    policy = Policy.of(settings.MUKATABAT_WEBHOOK_NETWORKS, loopback=settings.MUKATABAT_DEVELOPMENT)
    return Gateway(url, _secret(file), policy=policy) if url else None


def _secret(file: Path | None) -> str:
    return file.read_text(encoding="ascii").strip() if file is not None else ""


@cache
def _stand_in(name: ChannelName) -> DevelopmentChannel:
    return DevelopmentChannel(name)
