# SPDX-License-Identifier: EUPL-1.2
"""An arrival before the registry: the document beside the form; register, return, redirect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.queries import granted
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, Post
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.errors import ArrivalAlreadyDecided
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import ArrivalState
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.language import spoken
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters import choices
from mukatabat.letters.actions import receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.errors import UnknownChoice
from mukatabat.letters.forms import ReferralForm, uuid_or_none
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import Place, PlaceKind, access_arrival
from mukatabat.letters.queries.texts import received_content
from mukatabat.letters.rules import ReturnGround
from mukatabat.letters.views.paper import sent_paper
from mukatabat.letters.views.scans import twin_of
from mukatabat.letters.views.shown import letter_url, place, refused
from mukatabat.letters.views.viewer import Part, Stand, chosen, document_pane
from mukatabat.notify.actions import mark_seen as mark_heard
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work.rules import Act, ReferralCommand

ARRIVAL = "letters/arrival.html"
MAY_TAKE_IN = "capability:register_incoming|work_items"
"""The registry takes in what other bodies send; a memo lies in its unit's own tray."""


@access(MAY_TAKE_IN)
@require_GET
def arrival(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """One arrival; of a sealed one the envelope alone. One that is decided says by whom."""
    actor = actor_of_request(request)
    found = access_arrival(actor, arrival_id)
    mark_heard(actor, found.id)
    return render(request, ARRIVAL, arrival_page(actor, found, _proposed(actor, found), asked=request.GET))


def _proposed(actor: Actor, found: Arrival) -> ReferralForm:
    """The form as it opens: an answer is for whoever asked, to act on and not in days, while in office."""
    question = _own_question(actor, found.read())
    if question is None or question.author_id is None or not directory.posts_held(question.author_id).exists():
        return ReferralForm()
    return ReferralForm(to=f"person:{question.author_id}", act=Act.ACT, due="")


@access(MAY_TAKE_IN)
@require_POST
def register(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Accept: the arrival gets the body's own number and, when one is chosen, its first holder."""
    actor = actor_of_request(request)
    found = access_arrival(actor, arrival_id)
    form = ReferralForm.from_post(request.POST)
    try:
        despite = uuid_or_none(request.POST.get("despite"))
        command = AcceptCommand(referral=_first_referral(actor, found, form), despite=despite)
        letter = receiving.accept_arrival(actor, arrival_id, command)
    except MukatabatError as error:
        return _again(request, actor, arrival_id, error)
    messages.success(request, gettext("Registered under %(number)s.") % {"number": f"\u2066{letter.reference}\u2069"})
    return redirect(_next_waiting(actor) or place("registers:tray"))


def _next_waiting(actor: Actor) -> str:
    """The arrival that waits longest now, so that a registry works through its tray without going back to it."""
    waiting, _after = exchange.waiting(actor, limit=1)
    return reverse("letters:arrival", args=[waiting[0].id]) if waiting else ""


def _first_referral(actor: Actor, found: Arrival, form: ReferralForm) -> ReferralCommand | None:
    """The referral that the clerk chose; a sealed letter goes to its named addressee and to nobody else."""
    if not form.to or Secrecy(found.secrecy).is_sealed:
        return None
    return form.command(clock.today(), choices.holidays(actor))


@access(MAY_TAKE_IN)
@require_POST
def send_back(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Return the arrival to its sender with a ground and a reason."""
    actor = actor_of_request(request)
    access_arrival(actor, arrival_id)
    reason = request.POST.get("reason", "").strip()
    ground = request.POST.get("reason_code", "")
    if reason and ground in set(ReturnGround) and ground != ReturnGround.OTHER:
        reason = f"{ReturnGround(ground).label_ar}: {reason}"
    try:
        receiving.return_arrival(actor, arrival_id, reason)
    except MukatabatError as error:
        return _again(request, actor, arrival_id, error)
    messages.success(request, gettext("Returned to the sender."))
    return redirect(place("registers:tray"))


@access(MAY_TAKE_IN)
@require_POST
def pass_on(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Redirect the arrival to the competent body (تحويل لعدم الاختصاص)."""
    actor = actor_of_request(request)
    access_arrival(actor, arrival_id)
    try:
        competent = uuid_or_none(request.POST.get("body"))
        if competent is None:
            raise UnknownChoice
        receiving.redirect_arrival(actor, arrival_id, to=competent, reason=request.POST.get("reason", ""))
    except MukatabatError as error:
        return _again(request, actor, arrival_id, error)
    messages.success(request, gettext("Redirected to the competent body."))
    return redirect(place("registers:tray"))


def _again(request: HttpRequest, actor: Actor, arrival_id: UUID, error: MukatabatError) -> HttpResponse:
    page = arrival_page(actor, access_arrival(actor, arrival_id), ReferralForm.from_post(request.POST))
    page["typed"] = {"reason": request.POST.get("reason", ""), "body": request.POST.get("body", "")}
    if isinstance(error, ArrivalAlreadyDecided) and page["registered_by"]:
        return render(request, ARRIVAL, page, status=error.http_status)
    return refused(request, ARRIVAL, page, error)


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def arrival_page(actor: Actor, found: Arrival, form: ReferralForm, *, asked: QueryDict | None = None) -> dict[str, Any]:
    """The context of ``letters/arrival.html``, with the form as it was typed."""
    manifest = found.read()
    document = _document(actor, found, manifest, asked if asked is not None else QueryDict())
    with reading(actor):
        return document | {
            "letter": _heading(found, manifest),
            "back": {"url": place("registers:tray"), "label": gettext("New arrivals")},
            "copies": [
                {"name": spoken(one.office_ar or one.ar, one.office_en or one.en)}
                for one in manifest.recipients
                if one.body_id != actor.body_id
            ],
            "answers": _question(actor, manifest), "duplicate": _duplicate(actor, found),
            "this": {
                "their_reference": found.sender_reference, "date": manifest.issued_on,
                "subject": "" if found.shows_envelope_alone else found.subject,
            },
            "registered_by": _decision(found), "proof_url": reverse("letters:arrival_proof", args=[found.id]),
            "version": 1, "register_number": None, "errors": [],
            "files": [] if found.shows_envelope_alone else _files(found, manifest),
            "goes_to": _named_reader(actor, found, manifest) if _sealed(found) else "", **_forms(actor, found, form),
        }  # fmt: skip


def _named_reader(actor: Actor, found: Arrival, manifest: Manifest) -> str:
    """The post that a sealed arrival names as its reader here, empty where it names none."""
    post_id = exchange.named_reader(actor.body_id, manifest, found.unit_id)
    return choices.named(Post.objects.filter(id=post_id).first()) if post_id else ""


def _sealed(found: Arrival) -> bool:
    return Secrecy(found.secrecy).is_sealed


def _withdrawn(found: Arrival) -> bool:
    return found.state == ArrivalState.WITHDRAWN


def _heading(found: Arrival, manifest: Manifest) -> dict[str, Any]:
    return {
        "reference": found.sender_reference, "sealed": _sealed(found), "withdrawn": _withdrawn(found),
        "subject": "" if found.shows_envelope_alone else found.subject,
        "secrecy": found.secrecy, "urgency": found.urgency, "counterpart": spoken(found.sender_ar, found.sender_en),
        "unit": spoken(manifest.sender.office_ar, manifest.sender.office_en), "gregorian": manifest.issued_on,
        "hijri": HijriDate(*manifest.hijri), "delivered_at": found.arrived_at,
    }  # fmt: skip


def _decision(found: Arrival) -> dict[str, Any] | None:
    if found.state == ArrivalState.AVAILABLE:
        return None
    return {
        "name": found.decided_by, "at": found.decided_at, "number": found.our_reference, "state": found.state,
        "reason": found.reason,
    }  # fmt: skip


def _document(actor: Actor, found: Arrival, manifest: Manifest, asked: QueryDict) -> dict[str, Any]:
    """The signed letter and what is attached, or nothing but the notice of a sealed or withdrawn one."""
    if found.shows_envelope_alone:
        return {"view": "text", "viewer": None, "paper": None, "integrity": "", "is_letter": True}
    stand = _stand(found, manifest)
    shown = chosen(actor, stand, asked)
    page = document_pane(actor, stand, shown, asked)
    if shown.as_paper:
        with reading(actor):
            sender = Body.objects.get(id=manifest.sender.body_id)
            content = received_content(actor, shown.part.document_id, shown.part.digest)
            page["paper"] = sent_paper(sender, manifest, content)
    return page


def _stand(found: Arrival, manifest: Manifest) -> Stand:
    pairs = zip(manifest.documents, found.documents, strict=True)
    parts = [
        Part(document_id=UUID(document), digest=part.digest, name=part.name, is_letter=kind == "letter")
        for part, (kind, document) in pairs
    ]
    parts.sort(key=lambda one: not one.is_letter)
    return Stand(
        place=Place(PlaceKind.ARRIVAL, found.id), url=reverse("letters:arrival", args=[found.id]),
        secrecy=Secrecy(found.secrecy), parts=parts,
    )  # fmt: skip


def _files(found: Arrival, manifest: Manifest) -> list[dict[str, Any]]:
    pairs = zip(manifest.documents, found.documents, strict=True)
    return [
        {
            "name": part.name, "size": part.size, "pages": part.pages,
            "url": f"{reverse('letters:arrival', args=[found.id])}?file={document}",
        }
        for part, (kind, document) in pairs
        if kind == "attachment"
    ]  # fmt: skip


def _question(actor: Actor, manifest: Manifest) -> dict[str, str] | None:
    """The letter that this one answers, as the page names it."""
    own = _own_question(actor, manifest)
    return {"reference": own.reference, "url": letter_url(own.id)} if own else None


def _own_question(actor: Actor, manifest: Manifest) -> Letter | None:
    """The own letter that an arrival answers, when the clerk may see it."""
    if manifest.answers is None:
        return None
    with reading(actor):
        visible = granted(actor, exchange.letters_of_parcel(actor, manifest.answers.parcel_id))
        return Letter.objects.filter(id__in=visible).first()


def _duplicate(actor: Actor, found: Arrival) -> dict[str, Any] | None:
    """The letter of the same body under the same reference that is registered already, when the clerk may see it."""
    if found.state != ArrivalState.AVAILABLE:
        return None
    return twin_of(actor, found.sender_id, found.sender_reference)


def _forms(actor: Actor, found: Arrival, form: ReferralForm) -> dict[str, Any]:
    keeps = bool(found.unit_id) or actor.may(Capability.REGISTER_INCOMING)
    names = {"register_url": "register", "return_url": "return_arrival"} if keeps else {}
    redirects = receiving.names_reader(actor, found) if _sealed(found) else keeps
    if redirects and not found.unit_id:  # a memo stays inside
        names["redirect_url"] = "redirect_arrival"
    may_refer = actor.may(Capability.REFER) and not _sealed(found)
    due = choices.due_choices(actor)
    return {key: reverse(f"letters:{name}", args=[found.id]) for key, name in names.items()} | {
        "people": choices.referral_groups(actor) if may_refer else [], "acts": choices.acts(),
        "phrases": choices.PHRASES, "due_choices": due,
        "bodies": choices.body_choices(actor, without=[found.sender_id]), "reasons": choices.return_grounds(),
        "chosen": form.chosen(due[0]["value"]),
    }  # fmt: skip
