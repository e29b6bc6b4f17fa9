# SPDX-License-Identifier: EUPL-1.2
"""One letter: the document beside its panel, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.directory.models import Body
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.rules import ConsignmentState, Event, after
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import Place, PlaceKind, access_letter, content_of, conversation
from mukatabat.letters.queries.proof import Standing
from mukatabat.letters.queries.texts import received_content
from mukatabat.letters.rules import Direction, IssueState, LetterState
from mukatabat.letters.transitions import present_step, takes_step
from mukatabat.letters.views import panels
from mukatabat.letters.views.mentions import Mentions
from mukatabat.letters.views.paper import Paper, draft_paper, sent_paper
from mukatabat.letters.views.shown import back_of, letter_url, note_seen
from mukatabat.letters.views.timeline import Story, story_of
from mukatabat.letters.views.viewer import Part, Stand, chosen, document_pane
from mukatabat.press.content import Content
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work import queries as work
from mukatabat.work.models import Item, Referral
from mukatabat.work.rules import Act, ItemState

PANELS = ("track", "referrals", "files", "data")
STATUS = {
    LetterState.REVIEW: "in_approval",
    LetterState.APPROVED: "awaiting_signature",
    LetterState.ISSUING: "issuing",
    LetterState.DRAFT: "draft",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One letter as its page shows it."""

    actor: Actor
    letter: Letter
    item: Item | None
    referrals: list[Referral]

    @property
    def is_holder(self) -> bool:
        """Whether the actor is the one who has to do something about it."""
        item = self.item
        return item is not None and item.state != ItemState.DONE and item.holder_id in self.actor.grantees

    @property
    def asks_correction(self) -> bool:
        """Whether a recipient returned it and the actor is to answer for that."""
        item = self.item
        asked = item is not None and item.state != ItemState.DONE and item.act == Act.CORRECT
        return asked and (self.is_holder or self.is_author)

    @property
    def is_author(self) -> bool:
        """Whether the actor wrote it."""
        return self.letter.author_id is not None and self.letter.author_id == self.actor.person_id


@access("signed-in")
@require_GET
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """A letter; without an explicit panel or view, whoever has a step to make on it is sent to that step's page."""
    actor = actor_of_request(request)
    found = access_letter(actor, letter_id)
    step = "" if request.GET else step_of(actor, found)
    if step:
        return redirect(f"letters:{step}", letter_id)
    note_seen(actor, found)
    with reading(actor):
        page = letter_page(_opened(actor, found), request)
    # Outside of the transaction, which need not stay open while pages are measured.
    document = document_view(actor, found, request.GET)
    if document["integrity"] == Standing.BROKEN:
        page["actions"] = []
    return render(request, "letters/letter.html", page | document)


def step_of(actor: Actor, found: Letter) -> str:
    """The page on which the actor has a step to make now: edit, review, sign or signing; else nothing."""
    if found.state == LetterState.DRAFT:
        return "edit" if found.author_id == actor.person_id and actor.may(Capability.DRAFT) else ""
    with reading(actor):
        if found.state == LetterState.ISSUING:
            running = found.issues.filter(state=IssueState.SIGNING, signer_id=actor.person).exists()
            return "signing" if running else ""
        if found.state not in {LetterState.REVIEW, LetterState.APPROVED}:
            return ""
        step = present_step(found)
    if step is None or not takes_step(actor, found, step):
        return ""
    return "sign" if found.state == LetterState.APPROVED else "review"


def _opened(actor: Actor, found: Letter) -> Opened:
    return Opened(
        actor=actor, letter=found, item=work.item_of(actor, found.id), referrals=work.referrals_of(actor, found.id)
    )


def letter_page(opened: Opened, request: HttpRequest) -> dict[str, Any]:
    """The context of ``letters/letter.html`` but for the document; call inside a reading scope."""
    actor, found = opened.actor, opened.letter
    panel = request.GET.get("panel", "")
    panel = panel if panel in PANELS else "track"
    story = story_of(actor, found, opened.referrals)
    return {
        "letter": _heading(opened, story), "back": back_of(found), "actions": _actions(opened),
        "more": _more(opened, story), "panel": panel, "tabs": _tabs(opened, panel),
        **_panel(opened, story, request, panel=panel),
    }  # fmt: skip


def _panel(opened: Opened, story: Story, request: HttpRequest, *, panel: str) -> dict[str, Any]:
    if panel == "referrals":
        may_refer = opened.is_holder and opened.letter.state in {LetterState.REGISTERED, LetterState.ISSUED}
        return panels.referrals_panel(
            opened.actor, opened.letter, opened.item, referrals=opened.referrals, may_refer=may_refer
        )
    if panel == "files":
        return panels.files_panel(opened.letter)
    if panel == "data":
        return panels.data_panel(opened.actor, opened.letter)
    return panels.track_panel(story, partial(in_readers_digits, request), chosen=request.GET.get("to", ""))


def _tabs(opened: Opened, panel: str) -> list[dict[str, Any]]:
    url = letter_url(opened.letter.id)
    labels = {
        "track": (gettext("Track and evidence"), ""), "referrals": (gettext("Referrals"), len(opened.referrals)),
        "files": (gettext("Attachments"), opened.letter.attachments.count()), "data": (gettext("Data"), ""),
    }  # fmt: skip
    return [
        {"label": label, "url": f"{url}?panel={code}", "count": count or None, "current": code == panel}
        for code, (label, count) in labels.items()
    ]


def _heading(opened: Opened, story: Story) -> dict[str, Any]:
    found = opened.letter
    around = conversation(opened.actor, found)
    return {
        "reference": found.reference, "subject": found.subject or gettext("Without a subject"), "sealed": False,
        "status": _status(opened, story), "secrecy": found.secrecy, "urgency": found.urgency,
        "on_paper": found.on_paper, "kind": "incoming" if found.direction == Direction.IN else "outgoing",
        "reply_to": _other(around.answers) if around.answers else None,
        "replies": [_other(one) for one in around.answered_by],
        "corrects": _other(around.corrects) if around.corrects else None,
        "corrections": [_other(one) for one in around.corrected_by],
    }  # fmt: skip


def _other(found: Letter) -> dict[str, str]:
    return {"reference": found.reference, "url": letter_url(found.id)}


def _status(opened: Opened, story: Story) -> str:
    found = opened.letter
    if found.state == LetterState.DISCARDED:
        return gettext("Discarded")
    if found.state == LetterState.REGISTERED:
        if opened.item is not None and opened.item.state == ItemState.DONE:
            return "done"
        return "referred" if opened.referrals else "entered"
    if found.state == LetterState.ISSUED:
        states = {one.state for one in story.consignments}
        return states.pop() if len(states) == 1 and states != {ConsignmentState.ORDERED} else "issued"
    return STATUS[LetterState(found.state)]


# ── acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _act(label: str, icon: str, name: str, *where: object, **more: Any) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": reverse(f"letters:{name}", args=where), **more}


def _actions(opened: Opened) -> list[dict[str, Any]]:
    """The acts in the head of the page: one of them filled, those that are not the actor's absent."""
    actor, found = opened.actor, opened.letter
    shown: list[dict[str, Any]] = []
    if found.direction == Direction.IN and actor.may(Capability.DRAFT):
        shown.append(_act(gettext("Prepare a reply"), "reply", "reply", found.id, key="R", primary=opened.is_holder))
    if opened.asks_correction and actor.may(Capability.DRAFT):
        word = gettext("Prepare a corrected letter")
        shown.append(_act(word, "file-pen-line", "correct", found.id, primary=True, post=True))
    if opened.is_holder and found.state in {LetterState.REGISTERED, LetterState.ISSUED}:
        shown.append(_act(gettext("Refer"), "forward", "refer", found.id, key="F", sheet=True))
        shown.append(_act(gettext("Mark done"), "check", "complete", found.id, key="E", confirm=True))
    if step := step_of(actor, found):
        words = {"edit": gettext("Edit"), "review": gettext("Review"), "sign": gettext("Sign")}
        shown.append(_act(words.get(step, gettext("Signing")), "pen-line", step, found.id, primary=True))
    if opened.is_author and found.state in {LetterState.REVIEW, LetterState.APPROVED}:
        shown.append(_act(gettext("Take back"), "undo-2", "recall", found.id, post=True))
    if found.document_id:
        shown.append(_act(gettext("Print"), "printer", "letter_print", found.id, found.document_id, key="P"))
    elif found.content:
        shown.append(_act(gettext("Preview"), "eye", "preview", found.id, key="P"))
    return shown


def _more(opened: Opened, story: Story) -> list[dict[str, Any]]:
    actor, found = opened.actor, opened.letter
    shown: list[dict[str, Any]] = []
    if found.direction == Direction.IN and found.entry_id:
        shown.append(_act(gettext("Stamp of receipt"), "stamp", "stamp", found.id))
        if found.document_id:
            shown.append(_act(gettext("Stamped copy"), "printer", "stamped", found.id))
    if found.reference:
        shown.append(_act(gettext("Sheet of notes"), "printer", "minutes", found.id))
    if opened.is_author or actor.may(Capability.DISPATCH) or actor.may(Capability.SIGN):
        for one in story.consignments:
            if after(ConsignmentState(one.state), Event.WITHDRAW) is not None:
                label = gettext("Withdraw from %(body)s") % {"body": story.name(one)}
                shown.append(_act(label, "circle-slash", "withdraw", found.id, one.id, confirm=True))
    return shown


# ── the document ────────────────────────────────────────────────────────────────────────────────────────────────────


def document_view(actor: Actor, found: Letter, asked: QueryDict) -> dict[str, Any]:
    """The context of ``letters/_document.html``: a document as it was signed or stored, or the letter as text."""
    if found.document_id is None:
        with reading(actor):
            paper = draft_paper(Body.objects.get(id=actor.body_id), found)
        return {
            "view": "text", "viewer": None, "integrity": "", "paper": _linked(actor, found, paper), "is_letter": True,
        }  # fmt: skip
    with reading(actor):
        stand = _stand(found, found.document_id)
    shown = chosen(actor, stand, asked)
    page = document_pane(actor, stand, shown, asked)
    if shown.as_paper:
        with reading(actor):
            page["paper"] = _linked(actor, found, _issued_paper(actor, found))
    return page


def _linked(actor: Actor, found: Letter, paper: Paper) -> Paper:
    """The paper with the letters that it cites a click away, where the reader may read them."""
    body = paper["body_html"]
    return paper | {"body_html": Mentions(actor, found.id, [body]).html(body)}


def _stand(found: Letter, document_id: UUID) -> Stand:
    # The image of a letter on paper carries no signature, and is read as any other file is.
    letter = Part(
        document_id=document_id, digest=found.document_digest, name=gettext("The letter"), is_letter=not found.on_paper
    )
    attached = [
        Part(document_id=one.document_id, digest=one.digest, name=one.name)
        for one in found.attachments.order_by("position")
    ]
    return Stand(
        place=Place(PlaceKind.LETTER, found.id), url=letter_url(found.id), secrecy=Secrecy(found.secrecy),
        parts=[letter, *attached],
    )  # fmt: skip


def _issued_paper(actor: Actor, found: Letter) -> Paper:
    manifest = _manifest(actor, found)
    if manifest is None:
        return draft_paper(Body.objects.get(id=actor.body_id), found)
    sender = Body.objects.get(id=manifest.sender.body_id)
    content: Content | None = content_of(found)
    if found.direction == Direction.IN and found.document_id:
        content = received_content(actor, found.document_id, found.document_digest)
    return sent_paper(sender, manifest, content)


def _manifest(actor: Actor, found: Letter) -> Manifest | None:
    if found.direction == Direction.IN:
        arrival = exchange.arrival_of_letter(actor, found.id)
        return arrival.read() if arrival else None
    parcel = exchange.parcel_of_letter(actor, found.id)
    return parcel.read() if parcel else None
