# SPDX-License-Identifier: EUPL-1.2
"""What our own questions to other servers have in common."""

from __future__ import annotations

from urllib.request import HTTPRedirectHandler


class NoRedirect(HTTPRedirectHandler):
    """Follows nothing: a redirect would carry a request, and its secret, to whoever it names."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Go nowhere else than where the configuration says."""
