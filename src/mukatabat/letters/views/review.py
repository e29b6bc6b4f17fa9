# SPDX-License-Identifier: EUPL-1.2
"""A draft along its route: read, comment, approve, return, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory.models import Body
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions import approval
from mukatabat.letters.models import Letter, RouteStep
from mukatabat.letters.queries import access_letter, conversation
from mukatabat.letters.rules import LetterState, RouteKind
from mukatabat.letters.transitions import present_step
from mukatabat.letters.views.desk import comments_of, files_of, readiness
from mukatabat.letters.views.letter import step_of
from mukatabat.letters.views.paper import draft_paper
from mukatabat.letters.views.shown import back_of, letter_or_list, letter_url, note_seen, refused
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

REVIEW = "letters/review.html"
MAY_APPROVE = "capability:approve|sign"


@access(MAY_APPROVE)
@require_GET
def review(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter before whoever approves it now; everybody else gets the letter's own page."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if step_of(actor, letter) != "review":
        return redirect(f"{letter_url(letter_id)}?panel=track")
    note_seen(actor, letter)
    return render(request, REVIEW, review_page(actor, letter))


def review_page(actor: Actor, letter: Letter) -> dict[str, Any]:
    """The context of ``letters/review.html``."""
    with reading(actor):
        steps = list(letter.route.order_by("position"))
        approvals_left = sum(step.kind == RouteKind.APPROVE and step.done_at is None for step in steps)
        answers = conversation(actor, letter).answers
        return {
            "letter": {
                "number": letter.version, "subject": letter.subject, "secrecy": letter.secrecy,
                "urgency": letter.urgency, "status": "in_approval",
                "drafted_by": spoken(letter.author_ar, letter.author_en), "submitted_at": letter.updated_at,
                "reply_to": {"reference": answers.their_reference, "url": letter_url(answers.id)} if answers else None,
            },
            "back": back_of(letter), "paper": draft_paper(Body.objects.get(id=actor.body_id), letter),
            "files": files_of(letter), "route": route_stops(letter, steps), "readiness": readiness(letter),
            "comments": comments_of(letter, resolvable=True), "version": letter.version, "errors": [],
            "approve_url": reverse("letters:approve", args=[letter.id]),
            "return_url": reverse("letters:send_back", args=[letter.id]),
            "comment_url": reverse("letters:comment", args=[letter.id]),
            "versions_url": reverse("letters:versions", args=[letter.id]),
            "approve_label": gettext("Approve") if approvals_left > 1 else gettext("Approve and send for signature"),
        }  # fmt: skip


def route_stops(letter: Letter, steps: list[RouteStep]) -> list[dict[str, Any]]:
    """The approval route as the page draws it: who, what for, and where it stands."""
    now = present_step(letter) if letter.state in {LetterState.REVIEW, LetterState.APPROVED} else None
    return [
        {
            "name": spoken(step.post_ar, step.post_en), "initials": "", "done": step.done_at is not None,
            "now": now is not None and step.id == now.id, "signs": step.kind == RouteKind.SIGN,
            "act_label": gettext("Signature") if step.kind == RouteKind.SIGN else gettext("Approval"),
        }
        for step in steps
    ]  # fmt: skip


def version_read(request: HttpRequest) -> int | None:
    """The version of the letter that the page showed; a page that does not say so is refused by version 0."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0


@access(MAY_APPROVE)
@require_POST
def approve(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Approve exactly what was read."""
    actor = actor_of_request(request)
    try:
        approval.approve(actor, letter_id, version=version_read(request))
    except MukatabatError as error:
        return _again(request, actor, letter_id, error)
    messages.success(request, gettext("Approved."))
    return redirect(letter_or_list(actor, letter_id))


@access(MAY_APPROVE)
@require_POST
def send_back(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Return the letter to its author with a reason."""
    actor = actor_of_request(request)
    try:
        approval.send_back(actor, letter_id, request.POST.get("reason", ""))
    except MukatabatError as error:
        return _again(request, actor, letter_id, error)
    messages.success(request, gettext("Returned to its author."))
    return redirect(letter_or_list(actor, letter_id))


def _again(request: HttpRequest, actor: Actor, letter_id: UUID, error: MukatabatError) -> HttpResponse:
    page = review_page(actor, access_letter(actor, letter_id))
    page["typed"] = {"reason": request.POST.get("reason", ""), "text": request.POST.get("text", "")}
    return refused(request, REVIEW, page, error)


@access("signed-in")
@require_POST
def comment(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Write an internal remark; it is never sent."""
    actor = actor_of_request(request)
    try:
        place = request.POST.get("position", "")
        approval.comment(
            actor, letter_id, request.POST.get("text", ""), quote=request.POST.get("quote", ""),
            position=int(place) if place.isascii() and place.isdecimal() and len(place) < 8 else None,
        )  # fmt: skip
    except MukatabatError as error:
        if step_of(actor, access_letter(actor, letter_id)) != "review":
            raise
        return _again(request, actor, letter_id, error)
    return redirect(letter_or_list(actor, letter_id))


@access("signed-in")
@require_POST
def resolve(request: HttpRequest, letter_id: UUID, comment_id: UUID) -> HttpResponse:
    """Mark a remark as dealt with."""
    actor = actor_of_request(request)
    approval.resolve_comment(actor, letter_id, comment_id)
    if request.headers.get("Accept") == "application/json":  # a page that is being written is not loaded anew
        return JsonResponse({"message": gettext("Resolved")})
    return redirect(letter_or_list(actor, letter_id))


@access("signed-in")
@require_POST
def recall(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The author takes the letter back to go on writing."""
    actor = actor_of_request(request)
    approval.recall(actor, letter_id)
    messages.success(request, gettext("The letter is a draft again."))
    return redirect(letter_or_list(actor, letter_id))
