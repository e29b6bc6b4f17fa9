# SPDX-License-Identifier: EUPL-1.2
"""People from a table: the file, the preview row by row, and taking them (`directory/import.html`)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.directory import importer
from mukatabat.directory.errors import ImportNotPreviewed
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.language import reads_arabic
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import ImportForm
from mukatabat.web.views.directory.frame import administration_tabs

ADMINISTER = "capability:administer_body"
SHOWN = 200
"""Rows of a preview that are listed: the faulty ones first, in the order of the file."""


@access(ADMINISTER)
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Choose a file, see what it would do, take it. The file comes back with the confirmation; nothing is kept."""
    actor = actor_of_request(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "tabs": administration_tabs(actor, "directory:import"),
        "form": form,
        "most": importer.MOST_ROWS,
    }
    status = 200
    if request.method == "POST":
        try:
            if "digest" in request.POST:
                return _taken(request, actor)
            if form.is_valid():
                context |= _preview(actor, form.cleaned_data["file"].read(importer.MOST_BYTES + 1))
        except MukatabatError as error:
            context["error"] = error
            status = error.http_status
    return render(request, "directory/import.html", context, status=status)


def _preview(actor: Actor, data: bytes) -> dict[str, Any]:
    shown = importer.preview(actor, data)
    labels = _labels()
    rows = [
        {
            "line": row.line, "staff_number": row.staff_number, "ar": row.ar, "unit": row.unit, "post": row.post,
            "problems": [{"label": labels[one.column], "text": one.text} for one in row.problems],
        }
        for row in sorted(shown.rows, key=lambda row: (not row.problems, row.line))
    ]  # fmt: skip
    return {
        "rows": rows[:SHOWN], "unlisted": max(0, len(rows) - SHOWN), "ready": shown.ready, "faulty": shown.faulty,
        "digest": shown.digest, "data": base64.b64encode(data).decode("ascii"), "labels": labels,
    }  # fmt: skip


def _labels() -> dict[str, str]:
    """What the preview calls a column: the header word that our own template writes."""
    place = 1 if reads_arabic() else 2
    return {column: words[min(place, len(words) - 1)] for column, words in importer.HEADERS.items()}


def _taken(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        data = base64.b64decode(request.POST.get("data", ""), validate=True)
    except (ValueError, binascii.Error) as error:
        raise ImportNotPreviewed from error
    count = importer.apply(
        actor, data, request.POST["digest"], good_rows_alone=request.POST.get("good_rows_alone") == "yes"
    )  # fmt: skip
    told = ngettext("%(n)s person was added.", "%(n)s people were added.", count)
    messages.success(request, told % {"n": in_readers_digits(request, count)})
    return redirect("directory:people")


@access(ADMINISTER)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty table with the headers of the reader's language, for a spreadsheet (CSV, UTF-8 with BOM)."""
    response = HttpResponse(
        f"{','.join(_labels().values())}\r\n".encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response
