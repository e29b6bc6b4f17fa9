# SPDX-License-Identifier: EUPL-1.2
"""Signing: a confirmation with its content, the second factor, and the wait for the signature."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access import sessions
from mukatabat.access.actions.door import confirm_second_factor
from mukatabat.access.decisions import access, actor_of_request, keep_actor
from mukatabat.access.errors import SecondFactorRefused
from mukatabat.access.models import Account
from mukatabat.access.queries import actor_of
from mukatabat.access.second_factor import fresh
from mukatabat.directory.models import Body
from mukatabat.directory.queries import mandate_for
from mukatabat.directory.rules import MandateKind
from mukatabat.exchange.rules import Role
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions import approval
from mukatabat.letters.actions.issuing import LATE_REASONS, begin_issue, collect_signature, give_up
from mukatabat.letters.actions.leaving import require_seals
from mukatabat.letters.choices import electronic
from mukatabat.letters.errors import NoSuchMove, NotRead, SignatureRefused, SignatureTimedOut
from mukatabat.letters.manifests import highest_recipient, recipients_of
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.queries import access_letter
from mukatabat.letters.rules import IssueState
from mukatabat.letters.views.desk import files_of, readiness
from mukatabat.letters.views.letter import step_of
from mukatabat.letters.views.paper import draft_paper
from mukatabat.letters.views.review import version_read
from mukatabat.letters.views.shown import back_of, letter_or_list, letter_url, note_seen, refused
from mukatabat.registers.rules import void_reason
from mukatabat.signing import service
from mukatabat.signing.providers.csc import provider as csc
from mukatabat.signing.queries import telephone_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

SIGN = "letters/sign.html"
MAY_SIGN = "capability:sign"
STATES = {IssueState.SIGNING: "issuing", IssueState.SIGNED: "issued"}


@access(MAY_SIGN)
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter before its signer. Posting proves the second factor, takes the number and asks for the signature."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if request.method == "POST":
        return _signed(request, letter)
    if step_of(actor, letter) != "sign":
        return redirect(f"{letter_url(letter_id)}?panel=track")
    note_seen(actor, letter)
    return render(request, SIGN, sign_page(actor, letter))


def _signed(request: HttpRequest, letter: Letter) -> HttpResponse:
    try:
        if request.POST.get("read") != "yes":
            raise NotRead
        prove(request)
        actor = actor_of_request(request)
        issue = begin_issue(actor, letter.id, provider=service.provider(), version=version_read(request))
        collect_signature(
            actor, issue.id, provider=service.provider_named(issue.provider), time_stamps=service.time_stamps()
        )
    except MukatabatError as error:
        actor = actor_of_request(request)
        if isinstance(error, NoSuchMove) and _last_issue(actor, letter) is not None:
            return redirect("letters:signing", letter.id)  # the second half of a double click
        return refused(request, SIGN, sign_page(actor, access_letter(actor, letter.id)), error)
    return redirect("letters:signing", letter.id)


def prove(request: HttpRequest) -> None:
    """Make sure that the second factor was proved in the last five minutes.

    The proof is written into the session at once: a doubled click sends the same code twice, the second is refused
    because it is spent, and must find that this very session has just proved it.
    """
    if fresh(actor_of_request(request), clock.now()):
        return
    try:
        confirm_second_factor(request, request.POST.get("code", ""))
        request.session.save()
    except SecondFactorRefused:
        if not _proved_meanwhile(request):
            raise


def _proved_meanwhile(request: HttpRequest) -> bool:
    account = request.user
    assert isinstance(account, Account)
    stored = type(request.session)(request.session.session_key)
    at = sessions.second_factor_at(stored, account)
    if at is None:
        return False
    sessions.remember_second_factor(request.session, account, at)
    keep_actor(request, actor_of(account, session=request.session))
    return fresh(actor_of_request(request), clock.now())


def sign_page(actor: Actor, letter: Letter) -> dict[str, Any]:
    """The context of ``letters/sign.html``; a missing mandate or seal is among the errors before anything is typed."""
    with reading(actor):
        page = {
            "letter": {
                "subject": letter.subject, "secrecy": letter.secrecy, "urgency": letter.urgency,
                "letter_type": letter.letter_type,
            },
            "back": back_of(letter), "paper": draft_paper(Body.objects.get(id=actor.body_id), letter),
            "files": files_of(letter), "readiness": readiness(letter), "version": letter.version, "errors": [],
            "mandate": None,
            "recipients": _recipients(letter),
            "second_factor_fresh": fresh(actor, clock.now()), "post_url": reverse("letters:sign", args=[letter.id]),
            "refuse_url": reverse("letters:refuse", args=[letter.id]),
            "telephone": service.trust_service() is not None, "trial": service.announcement(),
        }  # fmt: skip
        try:
            page["mandate"] = _mandate(actor, letter)
            require_seals(actor, [one.recipient_id for one in letter.addressees.all()])
        except MukatabatError as error:
            page["errors"] = [{"field": "", "text": f"{error.happened} {error.do}"}]
        return page


def _recipients(letter: Letter) -> list[dict[str, Any]]:
    found = recipients_of(letter, clock.now())
    connected = electronic(one.body_id for one in found)
    return [
        {
            "name": spoken(one.office_ar or one.ar, one.office_en or one.en), "is_copy": one.role == Role.COPY,
            "on_paper": one.unit_id is None and one.body_id not in connected,
        }
        for one in found
    ]  # fmt: skip


def _mandate(actor: Actor, letter: Letter) -> dict[str, Any]:
    if actor.person_id is None:
        raise NotFoundOrForbidden
    chosen = mandate_for(
        actor.person_id, letter_type=letter.letter_type, recipient_level=highest_recipient(letter), on=clock.today()
    ).mandate
    return {
        "kind_label": MandateKind(chosen.kind).label, "instrument": chosen.instrument_number,
        "post": spoken(chosen.post_ar, chosen.post_en), "until": chosen.valid_to,
    }  # fmt: skip


@access(MAY_SIGN)
@require_POST
def refuse(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The signer returns the letter with a reason instead of signing it."""
    actor = actor_of_request(request)
    try:
        approval.send_back(actor, letter_id, request.POST.get("reason", ""))
    except MukatabatError as error:
        page = sign_page(actor, access_letter(actor, letter_id))
        page["typed"] = {"reason": request.POST.get("reason", "")}
        return refused(request, SIGN, page, error)
    messages.success(request, gettext("Returned to its author."))
    if request.POST.get("from") == "batch":
        return redirect("letters:batch")
    return redirect(letter_or_list(actor, letter_id))


# ── waiting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@access("signed-in")
@require_GET
def signing(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """How the signing stands; the page asks every two seconds. The signer's own look also fetches the answer.

    Where nothing has changed since, nothing is sent: a reader who listens hears each state once.
    """
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    issue = _last_issue(actor, letter)
    if issue is None:
        return redirect(letter_url(letter_id))
    if issue.state == IssueState.SIGNING and issue.signer_id == actor.person_id:
        collect_signature(
            actor, issue.id, provider=service.provider_named(issue.provider), time_stamps=service.time_stamps()
        )
        letter, issue = access_letter(actor, letter_id), _last_issue(actor, letter) or issue
    page = signing_page(actor, letter, issue)
    if request.headers.get("HX-Request") == "true" and request.GET.get("seen") == page["seen"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "letters/signing.html", page)


def _last_issue(actor: Actor, letter: Letter) -> Issue | None:
    with reading(actor):
        return letter.issues.order_by("-started_at").first()


def signing_page(actor: Actor, letter: Letter, issue: Issue) -> dict[str, Any]:
    """The context of ``letters/signing.html``."""
    state = STATES.get(IssueState(issue.state), "timed_out" if issue.reason in LATE_REASONS else "refused")
    error: MukatabatError | None = None
    if issue.state == IssueState.VOID:
        kind = SignatureTimedOut if state == "timed_out" else SignatureRefused
        error = kind(reference=issue.reference, reason=spoken(*void_reason(issue.reason)))
    running = issue.state == IssueState.SIGNING and issue.signer_id == actor.person_id
    telephone = telephone_of(actor, issue.id) if running and issue.provider == csc.NAME else None
    rung = (telephone.standing, str(telephone.rung)) if telephone else ()
    return {
        "letter": {"subject": letter.subject, "reference": issue.reference}, "state": state, "error": error,
        "poll_url": reverse("letters:signing", args=[letter.id]), "letter_url": letter_url(letter.id),
        "until": issue.deadline,
        "telephone": telephone, "seen": " ".join((str(issue.id), state, *rung)),
        "give_up_url": reverse("letters:give_up", args=[letter.id]) if running else "",
    }  # fmt: skip


@access(MAY_SIGN)
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Ask, then stop a running issue; its number becomes void with the reason."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if request.method == "GET":
        return render(request, "web/confirm.html", _stop_page(request, letter))
    try:
        give_up(actor, letter_id, request.POST.get("reason", ""))
    except MukatabatError as error:
        return refused(request, "web/confirm.html", _stop_page(request, letter), error)
    return redirect("letters:signing", letter_id)


def _stop_page(request: HttpRequest, letter: Letter) -> dict[str, Any]:
    back = reverse("letters:signing", args=[letter.id])
    return {
        "title": gettext("Give up signing"), "post_url": request.path, "act_label": gettext("Give up"),
        "text": gettext("The number becomes void and shows your reason; the letter waits for you again."),
        "act_icon": "ban", "danger": True, "reason": gettext("Reason"), "errors": [],
        "typed": {"reason": request.POST.get("reason", "")}, "back": {"url": back, "label": gettext("Back")},
    }  # fmt: skip
