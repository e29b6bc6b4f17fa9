# SPDX-License-Identifier: EUPL-1.2
"""How answers are written: JSON in UTF-8, Arabic as Arabic letters."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

RATE = "mukatabat_rate"


class Rate(NamedTuple):
    """How many requests a token may make in one minute, and how many are left of them."""

    quota: int
    left: int


class Readable(BaseRenderer):
    """JSON that a person can read too."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """Write an answer."""
        return json.dumps(data, cls=NinjaJSONEncoder, ensure_ascii=False, separators=(",", ":"))


class Api(NinjaAPI):
    """The API with its headers: what is left of the token's rate."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Make the empty answer that an operation fills."""
        response: HttpResponse = super().create_temporal_response(request)
        if rate := request.__dict__.get(RATE):
            # draft-ietf-httpapi-ratelimit-headers: what is left of the quota of one minute.
            response.headers["RateLimit-Policy"] = f'"minute";q={rate.quota};w=60'
            response.headers["RateLimit"] = f'"minute";r={rate.left}'
        return response
