# SPDX-License-Identifier: EUPL-1.2
"""A form of the administration as a page or a side sheet, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise

from mukatabat.kernel.errors import MukatabatError


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """What one form shows and does: ``perform`` gets the checked values and returns the sentence of its success.

    It may return a page of its own instead, such as one that shows a secret once.
    """

    title: str | Promise
    label: str | Promise
    back: str
    perform: Callable[[dict[str, Any]], str | HttpResponse]
    text: str | Promise = ""
    icon: str = "check"
    danger: bool = False
    facts: list[dict[str, Any]] = field(default_factory=list)
    tabs: list[dict[str, Any]] = field(default_factory=list)


def answer(request: HttpRequest, form: forms.Form, page: FormPage) -> HttpResponse:
    """Show a form (`directory/form.html`), or do what it asks for; a refusal comes back on the form with all typed."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                done = page.perform(dict(form.cleaned_data))
            except MukatabatError as error:
                form.add_error(None, f"{error.happened} {error.do}")
                status = error.http_status
            else:
                if isinstance(done, HttpResponse):
                    return done
                messages.success(request, done)
                return HttpResponseRedirect(page.back)
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}-why"}
    context = {
        "form": form, "title": page.title, "text": page.text, "act_label": page.label, "act_icon": page.icon,
        "danger": page.danger, "facts": page.facts, "back": {"url": page.back}, "post_url": request.get_full_path(),
        "tabs": page.tabs,
    }  # fmt: skip
    return render(request, "directory/form.html", context, status=status)
