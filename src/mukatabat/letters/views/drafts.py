# SPDX-License-Identifier: EUPL-1.2
"""Writing: a new letter, a reply, the edit form and its autosave, files, discarding, the preview."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.actions.presence import presence
from mukatabat.letters.choices import body_options, group_options, unit_options
from mukatabat.letters.errors import NoSuchMove, NotTheAuthor
from mukatabat.letters.forms import DraftForm, uuid_or_none
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter
from mukatabat.letters.rules import LetterKind
from mukatabat.letters.sheets import preview_sheet
from mukatabat.letters.views.desk import (
    Desk,
    compose_page,
    desk_of,
    first_form,
    is_open,
    save,
    saved_form,
    standing,
)
from mukatabat.letters.views.documents import pdf
from mukatabat.letters.views.shown import in_json, letter_url, note_seen, place, refused
from mukatabat.letters.views.uploads import uploads_of
from mukatabat.press.actions import render_letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import FileRefused, UploadNotFound
from mukatabat.vault.rules import Upload

COMPOSE = "letters/compose.html"
MAY_DRAFT = "capability:draft"


@access(MAY_DRAFT)
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """An empty form under a fresh identifier, so that whatever is clicked twice makes one draft."""
    return _blank(request, uuid4(), None)


@access(MAY_DRAFT)
@require_GET
def reply(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """A form filled in from the letter that is to be answered."""
    return _blank(request, uuid4(), letter_id)


@access(MAY_DRAFT)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, draft_id: UUID, letter_id: UUID | None = None) -> HttpResponse:
    """Save a form for the first time; ``letter_id`` is the letter that it answers."""
    if request.method == "GET":
        return _blank(request, draft_id, letter_id)
    desk = desk_of(actor_of_request(request), draft_id, kind=_kind(request), answers=letter_id)
    return _write(request, desk)


@access(MAY_DRAFT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The form of a saved draft, for its author; anybody else, and any later state, gets the letter."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    desk = desk_of(actor, letter_id, kind=LetterKind.LETTER, answers=None)
    if not is_open(letter) and (desk.letter is None or request.method == "GET"):
        return redirect(f"{letter_url(letter_id)}?panel=track")
    if desk.letter is None or (request.method == "GET" and _held_by_another(actor, letter)):
        return _read_only(request, actor, letter)
    if request.method == "POST":
        return _write(request, desk)
    note_seen(actor, letter)
    return render(request, COMPOSE, compose_page(actor, desk, saved_form(actor, letter)))


def _held_by_another(actor: Actor, letter: Letter) -> bool:
    with reading(actor):
        return bool(presence(actor, letter).by)


def _read_only(request: HttpRequest, actor: Actor, letter: Letter) -> HttpResponse:
    """The draft before somebody who may read it while another writes it."""
    if request.method == "POST":
        raise NotTheAuthor
    with reading(actor):
        desk = Desk(draft_id=letter.id, kind=LetterKind(letter.kind), letter=letter)
        return render(request, COMPOSE, compose_page(actor, desk, saved_form(actor, letter), readonly=True))


def _blank(request: HttpRequest, draft_id: UUID, answers: UUID | None) -> HttpResponse:
    actor = actor_of_request(request)
    desk = desk_of(actor, draft_id, kind=_kind(request), answers=answers)
    if desk.letter is not None:
        return redirect("letters:edit", draft_id)
    return render(request, COMPOSE, compose_page(actor, desk, first_form(actor, desk)))


def _kind(request: HttpRequest) -> LetterKind:
    asked = request.GET.get("kind", "")
    return LetterKind(asked) if asked in set(LetterKind) else LetterKind.LETTER


def _write(request: HttpRequest, desk: Desk, *, detached: UUID | None = None) -> HttpResponse:
    """Save, then do what the pressed button says; an error shows the same form again with everything in it."""
    actor, form = actor_of_request(request), DraftForm.from_post(request.POST)
    try:
        form = replace(form, version=save(actor, desk, form))
        if detached is not None:
            drafting.detach(actor, desk.draft_id, detached)
        if request.FILES or request.POST.getlist("uploads"):
            _attach_all(request, actor, desk.draft_id)
        if request.POST.get("act") == "submit":
            return _submitted(request, actor, desk.draft_id)
    except MukatabatError as error:
        desk = desk_of(actor, desk.draft_id, kind=desk.kind, answers=desk.answers.id if desk.answers else None)
        return refused(request, COMPOSE, compose_page(actor, desk, form), error)
    return redirect(f"{reverse('letters:edit', args=[desk.draft_id])}{_took(request)}")


def _took(request: HttpRequest) -> str:
    """What tells the page that its text arrived, so that it does not offer the same text once more (autosave.js)."""
    page = uuid_or_none(request.POST.get("page"))
    return f"?took={page}" if page else ""


def _submitted(request: HttpRequest, actor: Actor, letter_id: UUID) -> HttpResponse:
    try:
        approval.submit(actor, letter_id)
    except NoSuchMove:
        # The form was saved, so it is the text that went: the second half of a double click.
        return redirect(f"{letter_url(letter_id)}?panel=track")
    messages.success(request, gettext("Sent along its route."))
    return redirect(f"{letter_url(letter_id)}?panel=track")


def _attach_all(request: HttpRequest, actor: Actor, letter_id: UUID) -> None:
    """Take every offered file that may be taken; the first refusal is raised when all were tried."""
    first: FileRefused | None = None
    for file in request.FILES.getlist("files"):
        try:
            drafting.attach(actor, letter_id, Upload(file.name or "", cast(BinaryIO, file.file)))
        except FileRefused as refusal:
            first = first or refusal
    for upload_id in uploads_of(request.POST):
        try:
            drafting.attach_upload(actor, letter_id, upload_id)
        except FileRefused as refusal:
            first = first or refusal
        except UploadNotFound:  # attached already, by the other half of a double click
            continue
    if first is not None:
        raise first


@access(MAY_DRAFT)
@require_POST
def detach(request: HttpRequest, letter_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a file off a draft. The whole form came along and is saved first: a stale page is refused."""
    actor = actor_of_request(request)
    desk = desk_of(actor, letter_id, kind=LetterKind.LETTER, answers=None)
    if desk.letter is None:
        raise NotFoundOrForbidden
    return _write(request, desk, detached=attachment_id)


@access(MAY_DRAFT)
@require_POST
def submit(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Send the draft along its route as it was saved last."""
    actor = actor_of_request(request)
    try:
        return _submitted(request, actor, letter_id)
    except MukatabatError as error:
        desk = desk_of(actor, letter_id, kind=LetterKind.LETTER, answers=None)
        if desk.letter is None or isinstance(error, NotFoundOrForbidden):
            raise
        return refused(request, COMPOSE, compose_page(actor, desk, saved_form(actor, desk.letter)), error)


@access(MAY_DRAFT)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Ask, then give a draft up."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if request.method == "POST":
        drafting.discard(actor, letter_id)
        messages.success(request, gettext("The draft was discarded."))
        return redirect(place("work:queue"))
    page = {
        "title": gettext("Discard this draft"), "text": gettext("It leaves your desk. The trail keeps that it was."),
        "facts": [{"label": gettext("Subject"), "value": letter.subject or "—", "kind": "name"}],
        "post_url": request.path, "act_label": gettext("Discard"), "act_icon": "trash-2", "danger": True,
        "back": {"url": letter_url(letter_id), "label": gettext("Back")},
    }  # fmt: skip
    return render(request, "web/confirm.html", page)


@access(MAY_DRAFT)
@require_GET
def options(request: HttpRequest) -> HttpResponse:
    """Recipients that answer typed text, for the token boxes of the form."""
    actor = actor_of_request(request)
    text = request.GET.get("q", "")[:100]
    kind = _kind(request)
    with reading(actor):
        found = unit_options(actor, text) if kind is LetterKind.MEMO else body_options(actor, text)
        if kind is LetterKind.CIRCULAR:
            found = [*group_options(actor, text), *found]
    field = "copy" if request.GET.get("for") == "copy" else "to"
    return render(request, "directory/options.html", {"options": found, "query": text, "field": field})


@access("signed-in")
@require_GET
def preview(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The draft as it would be printed, marked «مسودة»."""
    actor = actor_of_request(request)
    with reading(actor):
        letter = access_letter(actor, letter_id)
        if not letter.content:
            raise NotFoundOrForbidden
        sheet = preview_sheet(Body.objects.get(id=actor.body_id), letter)
    return pdf(render_letter(sheet), name="draft.pdf")


# ── autosave ────────────────────────────────────────────────────────────────────────────────────────────────────────


@in_json
@access(MAY_DRAFT)
@require_POST
def autosave(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Save what is typed so far in a draft: {version, saved_at, standing}; an error in three texts with its status."""
    desk = desk_of(actor_of_request(request), letter_id, kind=LetterKind.LETTER, answers=None)
    if desk.letter is None:
        raise NotFoundOrForbidden
    return _autosaved(request, desk)


@in_json
@access(MAY_DRAFT)
@require_POST
def autosave_new(request: HttpRequest, draft_id: UUID, letter_id: UUID | None = None) -> HttpResponse:
    """Save what is typed so far on a page that never saved before; ``letter_id`` is the letter that it answers."""
    desk = desk_of(actor_of_request(request), draft_id, kind=_kind(request), answers=letter_id)
    return _autosaved(request, desk)


def _autosaved(request: HttpRequest, desk: Desk) -> HttpResponse:
    actor = actor_of_request(request)
    try:
        version = save(actor, desk, DraftForm.from_post(request.POST))
    except MukatabatError as error:
        told = error.as_dict()
        message = f"{told['happened']} {told['safe']} {told['do']}"
        return JsonResponse({**told, "message": message}, status=error.http_status)
    shown = render_to_string("letters/_standing.html", standing(actor, desk.draft_id), request=request)
    at = in_readers_digits(request, f"{clock.now().astimezone(clock.KUWAIT):%H:%M}")
    return JsonResponse({"version": version, "saved_at": at, "standing": shown})
