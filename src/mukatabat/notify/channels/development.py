# SPDX-License-Identifier: EUPL-1.2
"""A channel that brings nothing to anybody: it says so, loudly, and keeps what it was given for whoever tries out."""

from __future__ import annotations

import logging
import warnings
from collections import deque

from mukatabat.notify.ports import ChannelName, Outgoing, Undeliverable

logger = logging.getLogger(__name__)
REMEMBERED = 100


class InsecureChannelWarning(UserWarning):
    """A channel of development is in use; in production this must never be seen."""


class DevelopmentChannel:
    """Stands for a real channel while somebody tries out."""

    def __init__(self, name: ChannelName) -> None:
        """Announce that nothing will be sent by the channel of this name."""
        message = f"The channel {name} is for development only: it sends nothing to anybody."
        warnings.warn(message, InsecureChannelWarning, stacklevel=2)
        logger.warning(message)
        self._name = name
        self.sent: deque[Outgoing] = deque(maxlen=REMEMBERED)

    def send(self, message: Outgoing) -> None:
        """See :meth:`mukatabat.notify.ports.Channel.send`."""
        if not message.to.strip():
            raise Undeliverable("empty")
        self.sent.append(message)
        logger.info("%s to %s: not sent, this is development", self._name, message.to)
