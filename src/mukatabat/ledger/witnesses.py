# SPDX-License-Identifier: EUPL-1.2
"""Witnesses over HTTP."""

from __future__ import annotations

from urllib.request import ProxyHandler, Request

from mukatabat.kernel.http import NoAnswer, ask
from mukatabat.ledger.errors import WitnessSilent
from mukatabat.ledger.protocol import PATH, AddCheckpoint, Answer
from mukatabat_verify.log.policies import WitnessEntry

TIMEOUT = 5.0
LARGEST_ANSWER = 2**14


class HttpWitnesses:
    """Implements :class:`mukatabat.ledger.ports.Witnesses`; a whole answer takes ``TIMEOUT`` seconds at most."""

    def add(self, witness: WitnessEntry, request: AddCheckpoint) -> Answer:
        """See :meth:`mukatabat.ledger.ports.Witnesses.add`."""
        posted = Request(  # noqa: S310 - the policy takes http and https alone
            witness.url + PATH, request.to_bytes(), {"Content-Type": "text/plain; charset=utf-8"}
        )
        try:
            reply = ask(posted, seconds=TIMEOUT, most=LARGEST_ANSWER, handlers=(ProxyHandler({}),))
            return Answer(reply.status, reply.body.decode("utf-8"), reply.media_type)
        except (NoAnswer, ValueError) as error:
            raise WitnessSilent(witness=witness.name, reason=str(error)) from error
