# SPDX-License-Identifier: EUPL-1.2
"""Paper delivery («التسليم الورقي»): the list, the printed slip, and the keyed-in acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.queries import granted
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.directory.rules import BodyLabel
from mukatabat.exchange.errors import (
    KeyedTimeUnsuitable,
    PaperReasonMissing,
    TakerMissing,
    TheirNumberMissing,
)
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.paper import Acknowledgement, access_paper, key_in, to_hand_over
from mukatabat.exchange.rules import KEYED, ConsignmentState, Event, after
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.language import spoken
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.press.actions import render_delivery_slip
from mukatabat.press.rules import DeliverySlip, SlipRow
from mukatabat.registers.printing import letterhead_of, look_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import FileRefused
from mukatabat.vault.rules import Upload

FORM = "registers/key_in.html"
MAY_HAND_OVER = "capability:dispatch"
MOST_ON_A_SLIP = 40
FIELDS: tuple[tuple[type[MukatabatError], str], ...] = (
    (TakerMissing, "id_taken_by"), (TheirNumberMissing, "id_their_reference"), (PaperReasonMissing, "id_reason"),
    (KeyedTimeUnsuitable, "id_day"), (FileRefused, "id_scan"),
)  # fmt: skip
EVENTS = {
    Event.HAND_OVER: _("Handed over"),
    Event.REGISTER: _("Numbered there"),
    Event.RETURN: _("Returned"),
}
DONE = {
    Event.HAND_OVER: _("The hand-over was keyed in."),
    Event.REGISTER: _("Their number was keyed in."),
    Event.RETURN: _("The return was keyed in."),
}


@access(MAY_HAND_OVER)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What is to be handed over on paper, and what was and has no number there yet (`registers/handover.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        rows = _rows(actor, to_hand_over(actor))
        return render(request, "registers/handover.html", {"rows": rows, "slip_url": reverse("registers:slip")})


def _rows(actor: Actor, consignments: Sequence[Consignment]) -> list[dict[str, Any]]:
    names = directory.body_names([one.recipient_id for one in consignments])
    open_to = granted(actor, [one.letter_id for one in consignments])
    return [_row(one, names, is_open=one.letter_id in open_to) for one in consignments]


def _row(one: Consignment, names: dict[UUID, BodyLabel], *, is_open: bool) -> dict[str, Any]:
    manifest = one.parcel.read()
    sealed = Secrecy(manifest.secrecy).is_sealed
    label = names[one.recipient_id]
    return {
        "id": one.id, "counterpart": spoken(label.ar, label.en), "reference": manifest.reference,
        "subject": "" if sealed else manifest.subject, "sealed": sealed, "secrecy": manifest.secrecy,
        "urgency": manifest.urgency, "state": one.state, "since": one.dispatched_at,
        "attachments": sum(part.part == "attachment" for part in manifest.documents),
        "letter_url": reverse("letters:letter", args=[one.letter_id]) if is_open else "",
        "url": reverse("registers:key_in", args=[one.id]),
    }  # fmt: skip


@access(MAY_HAND_OVER)
@require_GET
def slip(request: HttpRequest) -> HttpResponse:
    """The delivery slip (سركي التسليم) of the chosen letters, or of all that wait, as an archival PDF; audited."""
    actor = actor_of_request(request)
    chosen = set(request.GET.getlist("c"))
    with reading(actor):
        waiting_now = [one for one in to_hand_over(actor) if one.state == ConsignmentState.PAPER]
        printed = [one for one in waiting_now if not chosen or str(one.id) in chosen][:MOST_ON_A_SLIP]
        if not printed:
            raise NotFoundOrForbidden
        body = Body.objects.get(id=actor.body_id)
        names = directory.body_names([one.recipient_id for one in printed])
    rows = tuple(_slip_row(one, names[one.recipient_id].ar) for one in printed)
    sheet = DeliverySlip(
        letterhead=letterhead_of(body), rows=rows, drawn_at=clock.now(), drawn_by=actor.name_ar, look=look_of(body)
    )
    document = render_delivery_slip(sheet)
    record(actor, act="registers.slip-printed", object_kind="register", detail={"letters": len(rows)})
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{body.code}-slip-{clock.today().isoformat()}.pdf"'
    return response


def _slip_row(one: Consignment, recipient: str) -> SlipRow:
    manifest = one.parcel.read()
    secrecy = Secrecy(manifest.secrecy)
    return SlipRow(
        recipient=recipient, reference=manifest.reference, issued_on=manifest.issued_on,
        subject="" if secrecy.is_sealed else manifest.subject, secrecy=secrecy, urgency=Urgency(manifest.urgency),
        attachments_count=sum(part.part == "attachment" for part in manifest.documents),
    )  # fmt: skip


@access(MAY_HAND_OVER)
@require_http_methods(["GET", "POST"])
def keying(request: HttpRequest, consignment_id: UUID) -> HttpResponse:
    """Key in what the other side acknowledged; one transaction, and what was typed is kept when it is refused."""
    actor = actor_of_request(request)
    consignment = access_paper(actor, consignment_id)
    if request.method == "GET":
        return render(request, FORM, _page(actor, consignment, _first(consignment)))
    typed = {name: request.POST.get(name, "") for name in _first(consignment)}
    try:
        said = _said(request, typed)
        key_in(actor, consignment_id, said)
    except MukatabatError as error:
        if isinstance(error, NotFoundOrForbidden):
            raise
        page = _page(actor, access_paper(actor, consignment_id), typed)
        field = next((field for kind, field in FIELDS if isinstance(error, kind)), "")
        page["errors"] = [{"field": field, "text": f"{error.happened} {error.safe} {error.do}"}]
        return render(request, FORM, page, status=error.http_status)
    messages.success(request, str(DONE[said.event]))
    return redirect("registers:handover")


def _first(consignment: Consignment) -> dict[str, str]:
    """The form as it opens: today and now, because a slip is keyed in when its messenger is back."""
    now = clock.now().astimezone(clock.KUWAIT)
    event = Event.HAND_OVER if consignment.state == ConsignmentState.PAPER else Event.REGISTER
    return {
        "event": str(event), "day": now.date().isoformat(), "time": f"{now:%H:%M}", "taken_by": "",
        "their_reference": "", "reason": "",
    }  # fmt: skip


def _said(request: HttpRequest, typed: dict[str, str]) -> Acknowledgement:
    if typed["event"] not in KEYED:
        raise NotFoundOrForbidden
    try:
        at = datetime.fromisoformat(f"{typed['day']}T{typed['time']}").replace(tzinfo=clock.KUWAIT)
    except ValueError:
        raise KeyedTimeUnsuitable from None
    file = request.FILES.get("scan")
    scan = Upload(file.name or "", cast(BinaryIO, file.file)) if file is not None else None
    return Acknowledgement(
        event=Event(typed["event"]), at=at, taken_by=typed["taken_by"], their_reference=typed["their_reference"],
        reason=typed["reason"], scan=scan,
    )  # fmt: skip


def _page(actor: Actor, consignment: Consignment, typed: dict[str, str]) -> dict[str, Any]:
    state = ConsignmentState(consignment.state)
    events = [(event.value, EVENTS[event]) for event in EVENTS if after(state, event) is not None]
    with reading(actor):
        (row,) = _rows(actor, [consignment])
    return {
        "row": row, "events": events, "typed": typed, "post_url": row["url"], "errors": [], "state_label": state.label,
        "back": {"url": reverse("registers:handover"), "label": gettext("Paper delivery")},
    }  # fmt: skip
