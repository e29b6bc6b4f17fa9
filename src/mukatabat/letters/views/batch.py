# SPDX-License-Identifier: EUPL-1.2
"""The signer's desk: the letters that await one signature beside their text, one confirmation, and the signing itself.

What was confirmed is kept in the session, so that no address that somebody else made begins to sign anything.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.second_factor import fresh
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.letters.actions.batch import Chosen, ask_together, chosen_of, confirm_batch, sign_in_batch
from mukatabat.letters.actions.candidates import Candidate, candidates
from mukatabat.letters.errors import NothingChosen
from mukatabat.letters.headings import gist_of
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter
from mukatabat.letters.queries.batch import letters_of_batch, people_of
from mukatabat.letters.rules import LetterState
from mukatabat.letters.views.desk import files_of
from mukatabat.letters.views.paper import draft_paper
from mukatabat.letters.views.progress import batch_rows, next_of
from mukatabat.letters.views.shown import note_seen, refused, summary
from mukatabat.letters.views.signing import MAY_SIGN, prove
from mukatabat.signing import service
from mukatabat.signing.ports import ReleasesTogether
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

CONFIRM = "letters/batch_confirm.html"
logger = logging.getLogger(__name__)
KEPT = "signing_batch"
"""The session's key: {"letters": ["<id>.<version>"], "tried": ["<id>"], "at": ISO moment of the confirmation}."""


@access(MAY_SIGN)
@require_GET
def batch(request: HttpRequest) -> HttpResponse:
    """The letters that await the actor's signature, with one of them open (`letters/batch.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        found = candidates(actor)
        rows = _rows(actor, found)
        asked = next((one for one in found if str(one.letter.id) == request.GET.get("letter")), None)
        shown = asked or (found[0] if found else None)
        page = {"together": [row for row in rows if not row["why"]], "alone": [row for row in rows if row["why"]]}
        context = page | {"open": _open(actor, shown.letter) if shown else None}
        return render(request, "letters/batch.html", context)


def _rows(actor: Actor, found: list[Candidate]) -> list[dict[str, Any]]:
    people = people_of(actor, [one.letter for one in found])
    return [_row(one, people[one.letter.id]) for one in found]


def _row(candidate: Candidate, people: dict[str, str]) -> dict[str, Any]:
    letter = candidate.letter
    return {
        "id": letter.id, "value": str(Chosen(letter.id, letter.version)), "subject": letter.subject,
        "gist": gist_of(letter.content), "urgency": letter.urgency, "secrecy": letter.secrecy, **people,
        "files": len(letter.attachments.all()), "url": reverse("letters:sign", args=[letter.id]),
        "show_url": f"{reverse('letters:batch')}?letter={letter.id}",
        "read_url": reverse("letters:batch_read", args=[letter.id]),
        "why": " ".join(one["text"] for one in summary(candidate.obstacle)) if candidate.obstacle else "",
    }  # fmt: skip


def _open(actor: Actor, letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id, "subject": letter.subject, "secrecy": letter.secrecy, "urgency": letter.urgency,
        "paper": draft_paper(Body.objects.get(id=actor.body_id), letter), "files": files_of(letter),
        "version": letter.version, "refuse_url": reverse("letters:refuse", args=[letter.id]),
    }  # fmt: skip


@access(MAY_SIGN)
@require_GET
def read(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter of the desk, for htmx (`letters/_batch_letter.html`); it counts as opened."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    if letter.state != LetterState.APPROVED:
        raise NotFoundOrForbidden
    note_seen(actor, letter)
    with reading(actor):
        return render(request, "letters/_batch_letter.html", {"open": _open(actor, letter)})


# ── confirmation ────────────────────────────────────────────────────────────────────────────────────────────────────


@access(MAY_SIGN)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The chosen letters with their subjects and recipients, and the second factor; nothing is signed yet."""
    chosen = chosen_of(request.POST.getlist("letter"))
    if not chosen:
        error = NothingChosen()
        messages.warning(request, f"{error.happened} {error.do}")
        return redirect("letters:batch")
    return render(request, CONFIRM, _confirmation(actor_of_request(request), chosen))


def _confirmation(actor: Actor, chosen: list[Chosen]) -> dict[str, Any]:
    found = letters_of_batch(actor, [one.letter_id for one in chosen])
    waiting = [one for one in chosen if one.letter_id in found]
    people = people_of(actor, found.values())
    return {
        "letters": [
            {"value": str(one), "subject": found[one.letter_id].subject, **people[one.letter_id]} for one in waiting
        ],
        "second_factor_fresh": fresh(actor, clock.now()), "errors": [], "trial": service.announcement(),
        "telephone": service.trust_service() is not None,
        "back": {"url": reverse("letters:batch"), "label": gettext("Approval and signature")},
    }  # fmt: skip


@access(MAY_SIGN)
@sensitive_post_parameters("code")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Prove the second factor once for all letters that were confirmed, and go to the page that signs them."""
    chosen = chosen_of(request.POST.getlist("letter"))
    try:
        prove(request)
        confirm_batch(actor_of_request(request), chosen)
    except MukatabatError as error:
        return refused(request, CONFIRM, _confirmation(actor_of_request(request), chosen), error)
    if _letters(kept := _kept(request)) != chosen:  # a doubled click, and a renewed proof, go on where they were
        kept = {"letters": [str(one) for one in chosen], "tried": [], "at": clock.now().isoformat()}
    request.session[KEPT] = kept
    return redirect("letters:batch_run")


# ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@access(MAY_SIGN)
@require_GET
def run(request: HttpRequest) -> HttpResponse:
    """How the signing of the confirmed letters stands; the page asks for one letter after the other."""
    if not _kept(request):
        return redirect("letters:batch")
    return render(request, "letters/batch_run.html", _progress(request))


@access(MAY_SIGN)
@require_POST
def next_letter(request: HttpRequest) -> HttpResponse:
    """Sign the next of the confirmed letters and tell how all of them stand."""
    actor, kept = actor_of_request(request), _kept(request)
    one = next_of(actor, _letters(kept), tried=kept["tried"]) if kept else None
    is_running = one is not None and str(one.letter_id) in kept["tried"]
    # What was begun is only looked at: the proof belongs to its beginning, and a telephone may be answered later.
    if one is not None and (is_running or fresh(actor, clock.now())):
        if is_running and not kept.get("asked"):
            kept |= {"asked": _ask(actor, _letters(kept))}
        if not is_running or kept["asked"]:  # where the service is away, nobody is asked for one letter of many
            _sign(actor, one)
        tried = dict.fromkeys([*kept["tried"], str(one.letter_id)])
        request.session[KEPT] = kept | {"tried": list(tried)}
    if request.headers.get("HX-Request") != "true":
        return redirect("letters:batch_run")
    return render(request, "letters/_batch_progress.html", _progress(request))


def _sign(actor: Actor, one: Chosen) -> None:
    """Sign one letter; why it could not be signed is read from the letter itself when its row is shown.

    Whatever happens to one letter, the others are signed after it.
    """
    try:
        sign_in_batch(actor, one, provider=service.provider(), time_stamps=service.time_stamps())
    except MukatabatError as error:
        logger.info("%s %s", error.code, one.letter_id)
    except Exception:
        logger.exception("the letter %s could not be signed in its batch", one.letter_id)


def _ask(actor: Actor, letters: list[Chosen]) -> bool:
    """Have the signer asked for all of the batch at once, where one act releases it; tell whether that was done."""
    provider = service.provider()
    if not isinstance(provider, ReleasesTogether):
        return True
    try:
        ask_together(actor, letters, provider=provider)
    except MukatabatError as error:
        logger.info("%s: the signer of a batch could not be asked", error.code)
        return False
    return True


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(KEPT)
    return kept if isinstance(kept, dict) else {}


def _letters(kept: dict[str, Any]) -> list[Chosen]:
    return chosen_of(kept.get("letters", ()))


def _progress(request: HttpRequest) -> dict[str, Any]:
    actor, kept = actor_of_request(request), _kept(request)
    rows = batch_rows(actor, _letters(kept), tried=kept.get("tried", ()), since=kept.get("at", ""))
    states = [row["state"] for row in rows]
    left = sum(state in {"waiting", "signing"} for state in states)
    return {
        "rows": rows, "total": len(rows), "left": left, "failed": states.count("failed"),
        "signed": sum(state in {"signed", "before"} for state in states),
        "signing_alone": left > 0 and "waiting" not in states, "telephone": service.trust_service() is not None,
        "stale": "waiting" in states and not fresh(actor, clock.now()), "back_url": reverse("letters:batch"),
    }  # fmt: skip
