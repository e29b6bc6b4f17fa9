# SPDX-License-Identifier: EUPL-1.2
"""The ways by which a person is told outside of the application."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ChannelName(StrEnum):
    """The channels beside the bell, which every notice reaches."""

    EMAIL = "email"
    SMS = "sms"
    HOOK = "hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one person. ``identifier`` stays the same when it is sent again; ``lines`` are plain text.

    Whatever was inserted is one line and bidi-isolated already; ``language`` ("ar" or "en") gives the direction.
    """

    identifier: str
    to: str
    language: str
    subject: str
    lines: tuple[str, ...]


class Undeliverable(Exception):
    """This message will never be taken, for instance because the address is refused; it is not tried again."""


class ChannelDown(Exception):
    """Nobody takes messages now; the same message is tried again later."""


class Channel(Protocol):
    """Hands a message over to whoever brings it to the person."""

    def send(self, message: Outgoing) -> None:
        """Hand one message over, in seconds at most; raises Undeliverable or ChannelDown."""
        ...
