# SPDX-License-Identifier: EUPL-1.2
"""Letters on paper («القيد والمسح الضوئي»): taking scans in, and registering each beside its image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.queries import granted
from mukatabat.access.rules import Capability
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.kernel.references import Reference, UnreadableReference
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters import choices
from mukatabat.letters.actions import intake
from mukatabat.letters.errors import QuestionUnknown
from mukatabat.letters.forms import PaperForm, ReferralForm, uuid_or_none
from mukatabat.letters.models import Letter, Scan
from mukatabat.letters.queries import Place, PlaceKind
from mukatabat.letters.queries.intake import access_scan, registered_twin, waiting_scans
from mukatabat.letters.rules import Direction, LetterState
from mukatabat.letters.types import CATALOGUE
from mukatabat.letters.views.documents import sent
from mukatabat.letters.views.shown import letter_url, refused
from mukatabat.letters.views.viewer import Part, Stand, chosen, document_pane
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import access_document
from mukatabat.vault.rules import Upload
from mukatabat.work.rules import ReferralCommand

SCANS, SCAN = "letters/scans.html", "letters/scan.html"
MAY_REGISTER = "capability:register_incoming"
SUGGESTED = 20


@access(MAY_REGISTER)
@require_http_methods(["GET", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """The scans that wait, and the place where more are taken in; the first of them opens when they came."""
    actor = actor_of_request(request)
    if request.method == "GET":
        return render(request, SCANS, _list_page(actor))
    taken: list[Scan] = []
    first: MukatabatError | None = None
    for file in request.FILES.getlist("files"):
        try:
            taken.append(intake.take_in(actor, Upload(file.name or "", cast(BinaryIO, file.file))))
        except MukatabatError as error:
            first = first or error
    if first is not None:
        return refused(request, SCANS, _list_page(actor), first)
    return redirect("letters:scan", taken[0].id) if taken else redirect("letters:scans")


def _list_page(actor: Actor) -> dict[str, Any]:
    return {"scans": [_strip(one) for one in waiting_scans(actor)], "errors": []}


def _strip(scan: Scan, *, current: bool = False) -> dict[str, Any]:
    return {
        "id": scan.id, "name": scan.name, "pages": scan.pages, "size": scan.size, "at": scan.at, "current": current,
        "by": spoken(scan.taken_by_ar, scan.taken_by_en), "url": reverse("letters:scan", args=[scan.id]),
        "away_url": reverse("letters:put_away", args=[scan.id]),
    }  # fmt: skip


@access(MAY_REGISTER)
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, scan_id: UUID) -> HttpResponse:
    """One scan beside its form. A registered one opens the next that waits, focused on its first field."""
    actor = actor_of_request(request)
    found = access_scan(actor, scan_id)
    if request.method == "GET":
        return render(request, SCAN, scan_page(actor, found, PaperForm(), referral=ReferralForm(), asked=request.GET))
    form, referral = PaperForm.from_post(request.POST), ReferralForm.from_post(request.POST)
    try:
        command = replace(form.command(_referral(actor, form, referral)), answers=_question(actor, form.answers))
        letter = intake.register_paper(actor, scan_id, command)
    except MukatabatError as error:
        page = scan_page(actor, access_scan(actor, scan_id), form, referral=referral, asked=request.GET)
        return refused(request, SCAN, page, error)
    messages.success(request, gettext("Registered under %(number)s.") % {"number": f"\u2066{letter.reference}\u2069"})
    following = waiting_scans(actor)
    return redirect("letters:scan", following[0].id) if following else redirect("letters:scans")


def _referral(actor: Actor, form: PaperForm, referral: ReferralForm) -> ReferralCommand | None:
    """The first referral that the clerk chose; a sealed letter goes to its reader and to nobody else."""
    sealed = form.secrecy in set(Secrecy) and Secrecy(form.secrecy).is_sealed
    if not referral.to or sealed:
        return None
    return referral.command(clock.today(), choices.holidays(actor))


def _question(actor: Actor, typed: str) -> UUID | None:
    """The own issued letter that was typed by its reference, in any digits; raises `QuestionUnknown`."""
    if not typed.strip():
        return None
    try:
        reference = str(Reference.parse(typed))
    except UnreadableReference:
        raise QuestionUnknown from None
    with reading(actor):
        own = Letter.objects.filter(reference=reference, direction=Direction.OUT, state=LetterState.ISSUED)
        visible = granted(actor, own.values_list("id", flat=True))
    if not visible:
        raise QuestionUnknown
    return next(iter(visible))


@access(MAY_REGISTER)
@require_GET
def scan_document(request: HttpRequest, scan_id: UUID) -> HttpResponseBase:
    """The image of a scan that still waits; afterwards the letter shows it, to whoever may see the letter."""
    actor = actor_of_request(request)
    with reading(actor):
        found = access_scan(actor, scan_id)
        if found.decided_at is not None:
            raise NotFoundOrForbidden
        document = access_document(actor, found.document_id)
    return sent(request, actor, document)


@access(MAY_REGISTER)
@require_POST
def away(request: HttpRequest, scan_id: UUID) -> HttpResponse:
    """Put a scan away that is no letter."""
    intake.put_away(actor_of_request(request), scan_id)
    messages.success(request, gettext("The scan was put away."))
    return redirect("letters:scans")


@access(MAY_REGISTER)
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """What is known while the form is typed: the letter under the same reference, and own letters that wait there."""
    actor, source = actor_of_request(request), uuid_or_none(request.GET.get("source"))
    with reading(actor):
        page = {
            "duplicate": twin_of(actor, source, request.GET.get("their_reference", "")),
            "questions": _questions(actor, source), "this": _typed(PaperForm.from_post(request.GET)),
        }  # fmt: skip
    return render(request, "letters/_suggested.html", page)


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def scan_page(
    actor: Actor, found: Scan, form: PaperForm, *, referral: ReferralForm, asked: QueryDict
) -> dict[str, Any]:
    """The context of ``letters/scan.html``, with both forms as they were typed; ``asked`` is the address's query."""
    source = uuid_or_none(form.source)
    with reading(actor):
        return {
            "scan": _strip(found, current=True), "decided": found.decided_at is not None,
            "registered_url": letter_url(found.letter_id) if found.letter_id else "",
            "strip": [
                _strip(one, current=one.id == found.id) | {"chosen": str(one.id) in form.more}
                for one in waiting_scans(actor)
            ],
            "form_typed": form, "errors": [], "post_url": reverse("letters:scan", args=[found.id]),
            "sources": choices.source_groups(actor), "today": clock.today(), "this": _typed(form),
            "duplicate": twin_of(actor, source, form.their_reference), "questions": _questions(actor, source),
            "suggestions_url": reverse("letters:scan_suggestions"), **_document(actor, found, asked), **_lists(),
            **_referrals(actor, referral),
        }  # fmt: skip


def _lists() -> dict[str, Any]:
    language = "ar" if reads_arabic() else "en"
    return {
        "letter_types": [(code, one.name(language)) for code, one in CATALOGUE.items()],
        "secrecies": Secrecy.choices(), "urgencies": Urgency.choices(),
    }  # fmt: skip


def _referrals(actor: Actor, referral: ReferralForm) -> dict[str, Any]:
    due = choices.due_choices(actor)
    return {
        "people": choices.referral_groups(actor) if actor.may(Capability.REFER) else [], "acts": choices.acts(),
        "due_choices": due,
        "chosen": referral.chosen(due[0]["value"]),
    }  # fmt: skip


def _document(actor: Actor, found: Scan, asked: QueryDict) -> dict[str, Any]:
    """The image in the viewer; one that was decided is shown by its letter alone."""
    if found.decided_at is not None:
        return {}
    stand = Stand(
        place=Place(PlaceKind.SCAN, found.id), url=reverse("letters:scan", args=[found.id]), secrecy=Secrecy.NORMAL,
        parts=[Part(document_id=found.document_id, digest=found.digest, name=found.name)],
    )  # fmt: skip
    return document_pane(actor, stand, chosen(actor, stand, asked), asked)


def _questions(actor: Actor, source: UUID | None) -> list[dict[str, Any]]:
    """Own letters to a body, the newest first, among which its answer probably finds its question."""
    if source is None:
        return []
    own = Letter.objects.filter(counterpart_id=source, direction=Direction.OUT, state=LetterState.ISSUED)
    newest = list(own.order_by("-sort_time", "-id").defer("content")[:SUGGESTED])
    visible = granted(actor, [one.id for one in newest])
    return [
        {"reference": one.reference, "subject": "" if Secrecy(one.secrecy).is_sealed else one.subject}
        for one in newest
        if one.id in visible
    ]


def _typed(form: PaperForm) -> dict[str, str]:
    return {"their_reference": form.their_reference, "their_date": form.their_date, "subject": form.subject}


def twin_of(actor: Actor, source: UUID | None, their_reference: str) -> dict[str, Any] | None:
    """The letter that is registered under the same body and reference, as a page shows it beside the new one."""
    twin = registered_twin(actor, source, their_reference) if source is not None else None
    if twin is None:
        return None
    return {
        "id": twin.id, "reference": twin.reference, "url": letter_url(twin.id), "at": twin.registered_at,
        "their_reference": twin.their_reference, "their_date": twin.their_date, "subject": twin.subject,
    }  # fmt: skip
