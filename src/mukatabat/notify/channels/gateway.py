# SPDX-License-Identifier: EUPL-1.2
"""A gateway that the operator runs or rents: it takes a message by HTTP and brings it on, by SMS or to an application.

It is called like a webhook, signed after Standard Webhooks, so that a gateway can know us.
"""

from __future__ import annotations

import json

from mukatabat.kernel import clock
from mukatabat.notify.outgoing.addresses import Policy
from mukatabat.notify.outgoing.posting import NotPosted, post
from mukatabat.notify.outgoing.signatures import signed_headers
from mukatabat.notify.ports import ChannelDown, Outgoing, Undeliverable


class Gateway:
    """Posts messages to one address, which the operator chose."""

    def __init__(self, url: str, secret: str, *, policy: Policy) -> None:
        """Take the address, the secret that signs the calls (``whsec_…``), and where calls may lead."""
        self._url, self._secret, self._policy = url, secret, policy

    def send(self, message: Outgoing) -> None:
        """See :meth:`mukatabat.notify.ports.Channel.send`."""
        said = {"to": message.to, "language": message.language, "text": "\n".join((message.subject, *message.lines))}
        body = json.dumps(said, ensure_ascii=False).encode()
        headers = signed_headers([self._secret], message.identifier, clock.now(), body)
        try:
            status = post(self._url, body, headers, policy=self._policy)
        except NotPosted as error:
            raise ChannelDown(error.reason) from None
        if status in {400, 404, 410, 422}:
            raise Undeliverable(str(status))
        if not 200 <= status < 300:
            raise ChannelDown(str(status))
