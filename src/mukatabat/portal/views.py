# SPDX-License-Identifier: EUPL-1.2
"""The description of the API, for everybody who builds a client."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import PUBLIC, access
from mukatabat.portal.api import api


@access(PUBLIC)
@require_GET
def description(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1, Arabic as Arabic letters."""
    root = request.path.removesuffix("openapi.json")
    schema = api.get_openapi_schema(path_prefix=root)
    return JsonResponse(schema, json_dumps_params={"ensure_ascii": False})
