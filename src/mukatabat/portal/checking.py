# SPDX-License-Identifier: EUPL-1.2
"""The public check of a printed letter: a code in, one of four answers out. No sign-in, no script needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from mukatabat.access.decisions import PUBLIC, access
from mukatabat.access.limits import Limit
from mukatabat.kernel import clock
from mukatabat.kernel.codes import ShortCode, UnreadableCode
from mukatabat.portal.verifying import Printed, Verdict, look_up

CHECK = Limit("verification", 60)
"""A person checks a handful of prints; codes are keyed, so that more tries find nothing either."""


@access(PUBLIC, limit=CHECK)
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a code that was typed leads to its own address, an unreadable one back to the form."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return _page(request)
    try:
        return redirect("verify:printed", code=str(ShortCode.parse(typed)))
    except UnreadableCode:
        return _page(request, typed=typed, status=400)


@access(PUBLIC, limit=CHECK)
@require_safe
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """What became of the letter with this code; the address behind the QR code on the print."""
    try:
        read = ShortCode.parse(code)
    except UnreadableCode:
        return _page(request, typed=code, status=404)
    found = look_up(read)
    return _page(request, typed=str(read), result=found, status=404 if found.verdict is Verdict.UNKNOWN else 200)


def _page(request: HttpRequest, *, typed: str = "", result: Printed | None = None, status: int = 200) -> HttpResponse:
    context = {"typed": typed, "result": result, "unreadable": typed and result is None, "checked_at": clock.now()}
    response = render(request, "portal/verify.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response
