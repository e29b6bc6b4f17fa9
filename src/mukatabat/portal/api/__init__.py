# SPDX-License-Identifier: EUPL-1.2
"""The REST API of linked bodies, version 1, described by OpenAPI 3.1 at ``/api/v1/openapi.json``."""

from __future__ import annotations

from mukatabat.portal.api import arrivals, bodies, directory, events, letters, tokens, webhooks
from mukatabat.portal.api.problems import explain
from mukatabat.portal.api.rendering import Api, Readable

api = Api(
    title="Mukatabat / مكاتبات",
    version="1",
    description=(
        "Official letters of a linked body: write and issue them, take in what arrives, follow what becomes of both. "
        "Errors are application/problem+json (RFC 9457) with their texts in Arabic and English."
    ),
    openapi_url=None,
    docs_url=None,
    renderer=Readable(),
    urls_namespace="portal",
)
api.add_router("/", tokens.router, tags=["token"])
api.add_router("/bodies", bodies.router, tags=["directory"])
api.add_router("/directory", directory.router, tags=["directory"])
api.add_router("/letters", letters.router, tags=["letters"])
api.add_router("/arrivals", arrivals.router, tags=["arrivals"])
api.add_router("/events", events.router, tags=["events"])
api.add_router("/webhooks", webhooks.router, tags=["webhooks"])
explain(api)
