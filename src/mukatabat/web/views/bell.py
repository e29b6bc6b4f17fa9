# SPDX-License-Identifier: EUPL-1.2
"""The bell: a person's newest notices, as a menu and as a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import SIGNED_IN, access, actor_of_request
from mukatabat.access.grants.queries import granted, visible
from mukatabat.kernel.errors import isolated
from mukatabat.kernel.language import spoken
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Letter
from mukatabat.notify import queries
from mukatabat.notify.actions import mark_seen
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import CERTIFICATE, SEAL, SENTENCES, Kind
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

ICONS = {
    Kind.ARRIVED: "inbox", Kind.REFERRED: "forward", Kind.FOR_REVIEW: "eye", Kind.FOR_SIGNATURE: "pen-line",
    Kind.SENT_BACK: "undo-2", Kind.ISSUED: "badge-check", Kind.REGISTERED: "check-check", Kind.RETURNED: "undo-2",
    Kind.REDIRECTED: "forward", Kind.ANSWERED: "reply", Kind.WITHDRAWN: "circle-slash",
    Kind.FAILED: "triangle-alert", Kind.HELD: "shield-alert", Kind.FOR_HANDOVER: "printer",
    Kind.NUMBER_VOID: "circle-slash", Kind.CERTIFICATE_ENDS: "badge-check", Kind.WEBHOOK_SUSPENDED: "triangle-alert",
    Kind.SEAL_WITHDRAWN: "shield-alert", Kind.SEAL_RESTORED: "badge-check",
}  # fmt: skip
ROUTES = {
    "letter": "letters:letter", "arrival": "letters:arrival", "consignment": "registers:key_in",
    "webhook": "directory:webhook", SEAL: "directory:body",
}  # fmt: skip
NO_LETTER = (CERTIFICATE, SEAL, "webhook")
"""What nobody needs a grant to be told of, because no letter stands behind it; its page asks for its own power."""


@access(SIGNED_IN)
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The newest notices of what the person may still see (`notify/bell.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        notices = queries.bell(actor)
        open_to = granted(actor, [one.object_id for one in notices])
        open_to |= {one.object_id for one in notices if one.object_kind in NO_LETTER}
        context = {
            "notices": _rows(notices, _subjects(notices, open_to)), "read_url": reverse("notify:seen"),
            "all_url": reverse("notify:bell"), "more_url": None,
        }  # fmt: skip
        return render(request, "notify/bell.html", context)


def _subjects(notices: Collection[Notification], visible_ids: Collection[UUID]) -> dict[UUID, str]:
    """The visible objects; those that have no number yet with the subject by which their reader knows them."""
    drafts = {one.object_id for one in notices if not one.reference and one.object_id in visible_ids}
    found = Letter.objects.filter(id__in=drafts).only("id", "subject", "secrecy") if drafts else ()
    return dict.fromkeys(visible_ids, "") | {one.id: one.subject for one in found if not Secrecy(one.secrecy).is_sealed}


def _rows(notices: Collection[Notification], subjects: Mapping[UUID, str]) -> list[dict[str, Any]]:
    return [
        _row(one, subjects[one.object_id])
        for one in notices
        if one.object_id in subjects and one.object_kind in {*ROUTES, CERTIFICATE}
    ]


def _row(notice: Notification, subject: str) -> dict[str, Any]:
    kind = Kind(notice.kind)
    said = {
        "counterpart": isolated(spoken(notice.counterpart_ar, notice.counterpart_en)),
        "reference": isolated(notice.reference or subject) if notice.reference or subject else "—",
    }
    return {
        "url": _url(notice), "icon": ICONS[kind],
        "title": gettext(SENTENCES[kind]) % said, "detail": "", "at": notice.at, "unread": notice.seen_at is None,
        "sealed": False,
    }  # fmt: skip


def _url(notice: Notification) -> str:
    if notice.object_kind == CERTIFICATE:
        return reverse("letters:signature")
    return reverse(ROUTES[notice.object_kind], args=[notice.object_id])


def unseen(actor: Actor) -> int:
    """How many notices of what the actor may still see were not seen yet, at most ``COUNTED``."""
    with reading(actor):
        told = visible(actor) | Q(object_kind__in=NO_LETTER)
        mine = Notification.objects.filter(told, person_id=actor.person, seen_at=None)
        return mine[: queries.COUNTED].count()


@access(SIGNED_IN)
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Mark all notices as seen and come back to them."""
    mark_seen(actor_of_request(request))
    return redirect("notify:bell")
