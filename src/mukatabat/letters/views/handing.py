# SPDX-License-Identifier: EUPL-1.2
"""Passing a letter on or ending it: referral, done, withdrawal from a recipient."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.letters import choices
from mukatabat.letters.actions.correcting import begin_correction
from mukatabat.letters.actions.following import retry as retry_delivery
from mukatabat.letters.actions.following import withdraw as withdraw_from
from mukatabat.letters.forms import ReferralForm
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter
from mukatabat.letters.views.shown import letter_or_list, letter_url, refused
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work import actions as work_actions
from mukatabat.work import queries as work
from mukatabat.work.undoing import undoably
from mukatabat.work.views import offer_undo

CONFIRM = "web/confirm.html"


@access("capability:refer|work_items")
@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Hand the item to somebody with an instruction; a side sheet, or a page without scripts."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if request.method == "GET":
        return render(request, "letters/refer.html", refer_page(actor, letter, ReferralForm()))
    form = ReferralForm.from_post(request.POST)
    try:
        command = form.command(clock.today(), choices.holidays(actor))
        step = undoably(actor, letter_id, lambda one: work_actions.refer(actor, one, command))
    except MukatabatError as error:
        return refused(request, "letters/refer.html", refer_page(actor, letter, form), error)
    offer_undo(request, gettext("Referred."), [step])
    return redirect(letter_or_list(actor, letter_id))


def refer_page(actor: Actor, letter: Letter, form: ReferralForm) -> dict[str, Any]:
    """The context of ``letters/refer.html``, with the form as it was typed."""
    with reading(actor):
        may_refer = actor.may(Capability.REFER)
        last = None if may_refer else work.present_referrals(actor, [letter.id]).get(letter.id)
        people = choices.referral_groups(actor) if may_refer else choices.return_group(actor, last)
        due = choices.due_choices(actor)
    return {
        "post_url": reverse("letters:refer", args=[letter.id]), "people": people, "acts": choices.acts(),
        "phrases": choices.PHRASES, "due_choices": due, "version": letter.version, "errors": [],
        "item": {"reference": letter.reference, "subject": letter.subject, "sealed": False},
        "chosen": form.chosen(due[0]["value"]),
        "back": {"url": letter_url(letter.id), "label": gettext("Back")},
    }  # fmt: skip


@access("capability:draft")
@require_POST
def correct(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Begin the corrected letter that a return asks for, or go on with the one that was begun."""
    draft = begin_correction(actor_of_request(request), letter_id)
    return redirect("letters:letter", draft.id)


@access("capability:work_items")
@require_http_methods(["GET", "POST"])
def complete(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The holder says in a sentence that what was asked is done."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    page = _confirmation(request, letter) | {
        "title": gettext("Mark done"), "text": gettext("The item leaves the queue and stays in the register."),
        "reason": gettext("Outcome, in one sentence"), "act_label": gettext("Mark done"), "act_icon": "check",
    }  # fmt: skip
    if request.method == "GET":
        return render(request, CONFIRM, page)
    try:
        outcome = request.POST.get("reason", "")
        step = undoably(actor, letter_id, lambda one: work_actions.complete(actor, one, outcome))
    except MukatabatError as error:
        return refused(request, CONFIRM, page, error)
    offer_undo(request, gettext("Marked done."), [step])
    return redirect(letter_or_list(actor, letter_id))


@access("capability:draft|dispatch|sign")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, letter_id: UUID, consignment_id: UUID) -> HttpResponse:
    """Take a letter back from one recipient whose registry has not accepted it."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    consignment = _consignment(actor, letter, consignment_id)
    page = _withdrawal(request, letter, consignment)
    if request.method == "GET":
        return render(request, CONFIRM, page)
    try:
        withdraw_from(actor, letter_id, consignment_id, request.POST.get("reason", ""))
    except MukatabatError as error:
        return refused(request, CONFIRM, page, error)
    messages.success(request, gettext("Withdrawn."))
    return redirect(letter_or_list(actor, letter_id))


@access("capability:draft|dispatch|sign")
@require_POST
def retry(request: HttpRequest, letter_id: UUID, consignment_id: UUID) -> HttpResponse:
    """Order the delivery to one recipient again, after it was held or has failed."""
    actor = actor_of_request(request)
    access_letter(actor, letter_id)
    retry_delivery(actor, letter_id, consignment_id)
    messages.success(request, gettext("Its delivery was ordered again."))
    return redirect(letter_or_list(actor, letter_id))


def _consignment(actor: Actor, letter: Letter, consignment_id: UUID) -> Consignment:
    sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    found = next((one for one in sent if one.id == consignment_id), None)
    if found is None:
        raise NotFoundOrForbidden
    return found


def _withdrawal(request: HttpRequest, letter: Letter, consignment: Consignment) -> dict[str, Any]:
    label = directory.body_names([consignment.recipient_id]).get(consignment.recipient_id)
    page = _confirmation(request, letter)
    page["facts"].append({"label": gettext("Recipient"), "value": choices.named(label), "kind": "name"})
    return page | {
        "title": gettext("Withdraw the letter"), "danger": True, "act_label": gettext("Withdraw"),
        "text": gettext("The recipient no longer gets it, and reads your reason. Your number stays issued."),
        "reason": gettext("Reason, which the recipient reads"), "act_icon": "circle-slash",
    }  # fmt: skip


def _confirmation(request: HttpRequest, letter: Letter) -> dict[str, Any]:
    return {
        "facts": [
            {"label": gettext("Reference"), "value": letter.reference, "kind": "ref"},
            {"label": gettext("Subject"), "value": letter.subject, "kind": "name"},
        ],
        "post_url": request.path, "errors": [], "typed": {"reason": request.POST.get("reason", "")},
        "back": {"url": letter_url(letter.id), "label": gettext("Back")},
    }  # fmt: skip
