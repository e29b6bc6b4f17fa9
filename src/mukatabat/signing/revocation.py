# SPDX-License-Identifier: EUPL-1.2
"""A list of revoked certificates reached over HTTP, where its authority publishes it (RFC 5280 §4.2.1.13)."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import Request

from mukatabat.kernel.http import NoAnswer, fetch
from mukatabat.signing.errors import RevocationUnavailable
from mukatabat_verify.lists import LARGEST


class HttpRevocationSource:
    """Asks for one list, once per call, and never longer than its time limit."""

    def __init__(self, url: str, *, seconds: float = 15.0) -> None:
        """Take the address of the list (http or https) and the limit in seconds for a whole call."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("a list of revoked certificates is reached over http or https")
        self.url = url
        self.seconds = seconds

    def newest(self) -> bytes:
        """See :meth:`mukatabat.signing.ports.RevocationSource.newest`."""
        request = Request(self.url, headers={"Accept": "application/pkix-crl"})  # noqa: S310 - the scheme was checked
        try:
            return fetch(request, seconds=self.seconds, most=LARGEST)
        except NoAnswer as error:
            raise RevocationUnavailable(detail=str(error)) from error
