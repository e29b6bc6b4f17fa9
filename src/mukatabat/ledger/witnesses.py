# SPDX-License-Identifier: EUPL-1.2
"""Witnesses over HTTP."""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from mukatabat.kernel.http import NoRedirect
from mukatabat.ledger.errors import WitnessSilent
from mukatabat.ledger.protocol import PATH, AddCheckpoint, Answer
from mukatabat_verify.log.policies import WitnessEntry

TIMEOUT = 5.0
LARGEST_ANSWER = 2**14

_OPENER = build_opener(NoRedirect, ProxyHandler({}))


class HttpWitnesses:
    """Implements :class:`mukatabat.ledger.ports.Witnesses`; waits for ``TIMEOUT`` seconds at most."""

    def add(self, witness: WitnessEntry, request: AddCheckpoint) -> Answer:
        """See :meth:`mukatabat.ledger.ports.Witnesses.add`."""
        posted = Request(  # noqa: S310 - the policy takes http and https alone
            witness.url + PATH, request.to_bytes(), {"Content-Type": "text/plain; charset=utf-8"}
        )
        try:
            with _OPENER.open(posted, timeout=TIMEOUT) as response:
                return Answer(response.status, response.read(LARGEST_ANSWER).decode("utf-8"))
        except HTTPError as error:
            with error:
                return _refused(witness, error)
        except (OSError, URLError, HTTPException, ValueError) as error:
            raise WitnessSilent(witness=witness.name, reason=type(error).__name__) from error


def _refused(witness: WitnessEntry, error: HTTPError) -> Answer:
    try:
        return Answer(error.code, error.read(LARGEST_ANSWER).decode("utf-8"), error.headers.get_content_type())
    except (OSError, HTTPException, ValueError) as broken:
        raise WitnessSilent(witness=witness.name, reason=type(broken).__name__) from broken
