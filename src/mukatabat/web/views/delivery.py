# SPDX-License-Identifier: EUPL-1.2
"""The screen of delivery and evidence (DESIGN 8.9)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.tenancy.context import reading
from mukatabat.web.delivery import page_of, to_chase


@access("capability:work_items|see_registers")
@require_GET
def delivery(request: HttpRequest) -> HttpResponse:
    """What needs a person, then the steps of every recipient (`registers/delivery.html`, `_deliveries.html`)."""
    actor, cursor = actor_of_request(request), request.GET.get("cursor") or None
    with reading(actor):
        page = page_of(actor, cursor=cursor)
        after = urlencode({"cursor": page.after}) if page.after else ""
        context: dict[str, Any] = {
            "rows": page.rows,
            "more_url": f"{reverse('web:delivery')}?{after}" if after else None,
        }
        if request.headers.get("HX-Request") == "true" and cursor is not None:
            return render(request, "registers/_deliveries.html", context)
        return render(request, "registers/delivery.html", context | {"chased": to_chase(actor)})
