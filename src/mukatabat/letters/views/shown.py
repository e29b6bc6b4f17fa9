# SPDX-License-Identifier: EUPL-1.2
"""What the pages of letters share: sentences with isolated values, errors in place, the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from mukatabat.access.rules import Capability
from mukatabat.directory.errors import NotAddressable
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.text import TextRefused
from mukatabat.letters.actions.receiving import note_opened
from mukatabat.letters.errors import (
    AlreadyRegistered,
    BodyUnprintable,
    DueDayUnsuitable,
    LetterDateUnsuitable,
    NotReady,
    QuestionUnknown,
    ScanUnsuitable,
    SourceUnsuitable,
    SubjectMissing,
    SubjectUnprintable,
    TextHasForm,
    TooManyAttachments,
    TooManyRecipients,
)
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import Place, access_letter
from mukatabat.letters.rules import Direction, LetterKind, LetterState
from mukatabat.letters.texts import UNREADY
from mukatabat.notify.actions import mark_seen as mark_heard
from mukatabat.press.errors import PressError
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import FileRefused
from mukatabat.work.actions import mark_seen
from mukatabat.work.errors import UnknownHolder
from mukatabat.work.queries import item_of

FIELDS: tuple[tuple[type[MukatabatError], str], ...] = (
    (TextRefused, "id_subject"),
    (SubjectUnprintable, "id_subject"),
    (BodyUnprintable, "id_body"),
    (PressError, "id_body"),
    (TextHasForm, "id_body"),
    (NotAddressable, "id_to"),
    (TooManyRecipients, "id_to"),
    (FileRefused, "id_files"),
    (TooManyAttachments, "id_files"),
    (SubjectMissing, "id_subject"),
    (QuestionUnknown, "id_answers"),
    (LetterDateUnsuitable, "id_their_date"),
    (SourceUnsuitable, "id_source"),
    (AlreadyRegistered, "id_their_reference"),
    (ScanUnsuitable, "id_files"),
    (UnknownHolder, "id_to"),
    (DueDayUnsuitable, "id_due_date"),
)
"""Which field of a form an error is about."""


def sentence(template: str | Promise, **values: object) -> SafeString:
    """A translated sentence whose values are isolated and escaped; a value that is marked safe stays as it is."""
    shown = {
        name: value if isinstance(value, SafeString) else format_html("<bdi>{}</bdi>", value)
        for name, value in values.items()
    }
    return mark_safe(escape(str(template)) % shown)  # noqa: S308 - every part was escaped just now


def reference(value: str) -> SafeString:
    """A reference inside a sentence: left to right, unbroken."""
    return format_html('<bdi class="ref">{}</bdi>', value)


def summary(error: MukatabatError) -> list[dict[str, str]]:
    """An error as the lines of a form's summary: what happened, what is safe, what to do; lacking things one by one."""
    if isinstance(error, NotReady) and (lacking := error.params.get("lacking")):
        return [{"field": UNREADY[one].field, "text": str(UNREADY[one].text)} for one in lacking]  # type: ignore[attr-defined]
    field = next((field for kind, field in FIELDS if isinstance(error, kind)), "")
    return [{"field": field, "text": f"{error.happened} {error.safe} {error.do}"}]


def refused(request: HttpRequest, template: str, page: dict[str, Any], error: MukatabatError) -> HttpResponse:
    """The same page again with the error in its place and what was typed; "not found" stays a page of its own."""
    if isinstance(error, NotFoundOrForbidden):
        raise error
    page["errors"] = [*page.get("errors", ()), *summary(error)]
    return render(request, template, page, status=error.http_status)


def letter_url(letter_id: UUID) -> str:
    """The page of a letter."""
    return reverse("letters:letter", args=[letter_id])


def where_read(at: Place) -> str:
    """The page on which the documents of a letter, an arrival or a scan are read."""
    return reverse(f"letters:{at.kind}", args=[at.id])


def note_seen(actor: Actor, letter: Letter) -> None:
    """Note that the holder opened the item, and tell the sender of a received letter that an addressee did.

    The registry's own look is no opening by an addressee. What the bell said of the letter has been read by that.
    """
    mark_heard(actor, letter.id)
    item = item_of(actor, letter.id)
    if item is None or item.seen_at is not None or item.holder_id not in actor.grantees:
        return
    if mark_seen(actor, letter.id) and not actor.may(Capability.REGISTER_INCOMING):
        note_opened(actor, letter)


def letter_or_list(actor: Actor, letter_id: UUID) -> str:
    """The page of a letter that an act has just touched, or the first page for an actor who may not see it."""
    try:
        access_letter(actor, letter_id)
    except NotFoundOrForbidden:
        return "/"
    return letter_url(letter_id)


def place(name: str) -> str:
    """The address of a list that an upper room composes, or the first page where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"


def back_of(letter: Letter) -> dict[str, str]:
    """The list from which a letter is usually opened."""
    if letter.state not in {LetterState.ISSUED, LetterState.REGISTERED}:
        return {"url": place("work:queue"), "label": gettext("My work")}
    if letter.kind == LetterKind.MEMO:
        return {"url": place("web:memos"), "label": gettext("Memos")}
    if letter.direction == Direction.IN:
        return {"url": place("web:incoming"), "label": pgettext("list", "Incoming")}
    return {"url": place("web:outgoing"), "label": pgettext("list", "Outgoing")}


def in_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a script: a session that ended is 401 instead of a redirect, so that the page keeps its text."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            text = gettext("You were signed out. Your text stays on this page; sign in again in another tab.")
            return JsonResponse({"code": "access.signed-out", "message": text}, status=401)
        return response

    return answered
