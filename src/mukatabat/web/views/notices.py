# SPDX-License-Identifier: EUPL-1.2
"""How the signed-in person is told outside of the application: which kinds, how soon, and in which hours not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mukatabat.access.decisions import SIGNED_IN, access, actor_of_request
from mukatabat.directory.queries import person
from mukatabat.kernel.language import reads_arabic
from mukatabat.notify import service
from mukatabat.notify.actions import Chosen, choose
from mukatabat.notify.errors import MobileNotShaped
from mukatabat.notify.ports import ChannelName
from mukatabat.notify.preferences import Choice, Pace
from mukatabat.notify.queries import choice_of, preference_of
from mukatabat.notify.rules import Kind
from mukatabat.web.forms import ToldForm

KINDS: dict[Kind, Any] = {
    Kind.ARRIVED: gettext_lazy("A letter arrived"),
    Kind.REFERRED: gettext_lazy("A letter was referred to me"),
    Kind.FOR_REVIEW: gettext_lazy("A draft awaits my review"),
    Kind.FOR_SIGNATURE: gettext_lazy("A letter awaits my signature"),
    Kind.SENT_BACK: gettext_lazy("My draft was sent back"),
    Kind.ISSUED: gettext_lazy("My letter was issued"),
    Kind.REGISTERED: gettext_lazy("My letter was registered"),
    Kind.RETURNED: gettext_lazy("My letter was returned"),
    Kind.REDIRECTED: gettext_lazy("My letter was redirected"),
    Kind.ANSWERED: gettext_lazy("My letter was answered"),
    Kind.WITHDRAWN: gettext_lazy("A letter was withdrawn by its sender"),
    Kind.FAILED: gettext_lazy("My letter could not be delivered"),
    Kind.HELD: gettext_lazy("A recipient could not open my letter"),
    Kind.FOR_HANDOVER: gettext_lazy("A letter waits for paper delivery"),
    Kind.NUMBER_VOID: gettext_lazy("A number became void"),
    Kind.CERTIFICATE_ENDS: gettext_lazy("My signing certificate ends"),
    Kind.WEBHOOK_SUSPENDED: gettext_lazy("A webhook was suspended"),
    Kind.SEAL_WITHDRAWN: gettext_lazy("A seal was revoked by its authority"),
    Kind.SEAL_RESTORED: gettext_lazy("A suspended seal is in force again"),
}
"""What happened, in the words of the one who is told."""


@access(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The person's own choices (`notify/preferences.html`); what is senseless in a request is left as it is."""
    actor = actor_of_request(request)
    choice, row = choice_of(actor, actor.person), preference_of(actor)
    mobile = row.mobile if row else ""
    form = ToldForm(request.POST or None, initial=_hours(choice) | {"mobile": mobile})
    status = 200
    if request.method == "POST":
        status = 400
        choice = _choice(request, choice)
        if form.is_valid():
            said = form.cleaned_data
            wanted = Choice(
                language="ar" if reads_arabic() else "en", email=choice.email, sms=choice.sms, hook=choice.hook,
                quiet_from=said["quiet_from"], quiet_until=said["quiet_until"], digest_at=said["digest_at"],
            )  # fmt: skip
            try:
                choose(actor, Chosen(choice=wanted, mobile=said["mobile"]))
            except MobileNotShaped as error:
                form.add_error("mobile", f"{error.happened} {error.do}")
            else:
                messages.success(request, _("Your choices were kept."))
                return redirect("notify:preferences")
    for name in form.errors:
        form.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}-why"}
    there = service.channels().keys()
    context = {
        "form": form, "rows": _rows(choice), "paces": [(str(one), one.label) for one in Pace],
        "has_sms": ChannelName.SMS in there, "has_hook": ChannelName.HOOK in there,
        "has_email": ChannelName.EMAIL in there, "address": person(actor.person, body_id=actor.body_id).email,
    }  # fmt: skip
    return render(request, "notify/preferences.html", context, status=status)


def _hours(choice: Choice) -> dict[str, Any]:
    return {"quiet_from": choice.quiet_from, "quiet_until": choice.quiet_until, "digest_at": choice.digest_at}


def _choice(request: HttpRequest, former: Choice) -> Choice:
    """The kinds as they were sent; a pace that is none leaves the former."""
    said = request.POST
    email = {
        kind: Pace(sent) if (sent := said.get(f"email-{kind}", "")) in list(Pace) else former.email[kind]
        for kind in Kind
    }
    return Choice(
        language=former.language, email=email, sms=frozenset(kind for kind in Kind if f"sms-{kind}" in said),
        hook=frozenset(kind for kind in Kind if f"hook-{kind}" in said), quiet_from=former.quiet_from,
        quiet_until=former.quiet_until, digest_at=former.digest_at,
    )  # fmt: skip


def _rows(choice: Choice) -> list[dict[str, Any]]:
    return [
        {
            "kind": str(kind), "label": label, "pace": str(choice.email[kind]), "sms": kind in choice.sms,
            "hook": kind in choice.hook,
        }
        for kind, label in KINDS.items()
    ]  # fmt: skip
