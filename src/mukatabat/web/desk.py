# SPDX-License-Identifier: EUPL-1.2
"""The work queue's rows and the preview of one item, composed of work, letters and what was said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.language import spoken
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import conversation, open_checked
from mukatabat.letters.rules import Direction
from mukatabat.letters.sources import embedded_content
from mukatabat.press.content import to_plain_text, validate
from mukatabat.tenancy.rules import Actor
from mukatabat.web.statuses import status_of
from mukatabat.work import queries as work
from mukatabat.work.models import Item
from mukatabat.work.rules import REFERABLE, ROUTED, Act, DueGroup, ItemState, due_group

EXCERPT = 600
ACT_ICONS = {
    Act.STUDY: "book-open", Act.REPLY: "reply", Act.REVIEW: "eye", Act.APPROVE: "circle-check", Act.SIGN: "pen-line",
    Act.ACT: "list-checks", Act.INFORM: "info", Act.FILE: "archive", Act.REFER: "forward", Act.DRAFT: "file-pen-line",
    Act.FOLLOW: "bookmark", Act.CORRECT: "undo-2",
}  # fmt: skip
ROUTES = {Act.DRAFT: "letters:edit", Act.APPROVE: "letters:review", Act.SIGN: "letters:sign"}
"""Where the acts of a letter's way to its issue are done; every other act is done on the letter's own page."""


def place_of(item: Item) -> str:
    """The address of the page on which an item is worked; whoever has no step on it is sent on from there."""
    route = ROUTES.get(Act(item.act)) if item.state == ItemState.OPEN else None
    return reverse(route or "letters:letter", args=[item.object_id])


def groups(items: Sequence[Item], actor: Actor, *, today: date, by_due: bool) -> list[dict[str, Any]]:
    """The rows of a queue under their headings; without ``by_due`` under none."""
    elsewhere = [item for item in items if not _is_mine(item, actor) and item.state != ItemState.DONE]
    names = {one: spoken(holder.ar, holder.en) for one, holder in work.holders_of(elsewhere).items()}
    around = Around(actor, names, _sealed_subjects(items))
    if not by_due:
        rows = [_row(item, around) for item in items]
        return [{"code": "", "rows": rows}] if rows else []
    found: dict[DueGroup, list[dict[str, Any]]] = {group: [] for group in DueGroup}
    for item in items:
        found[due_group(item.due, today)].append(_row(item, around))
    return [{"code": str(group), "rows": rows} for group, rows in found.items() if rows]


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of one queue need beside their items: who reads, who holds, and the subjects of sealed letters."""

    actor: Actor
    holders: Mapping[UUID, str]
    subjects: Mapping[UUID, str]


def _sealed_subjects(items: Sequence[Item]) -> dict[UUID, str]:
    """The subjects of the sealed letters among items that were found visible; no item carries one."""
    ids = [item.object_id for item in items if Secrecy(item.secrecy).is_sealed]
    return {one.id: one.subject for one in Letter.objects.only("id", "subject").filter(id__in=ids)} if ids else {}


def _is_mine(item: Item, actor: Actor) -> bool:
    return item.holder_id in actor.grantees


def _row(item: Item, around: Around) -> dict[str, Any]:
    actor, mine = around.actor, _is_mine(item, around.actor)
    holder = "" if mine else around.holders.get(item.holder_id, "")
    subject = around.subjects.get(item.object_id, item.subject)
    handed = mine and Act(item.act) in REFERABLE and item.handed_by_ar != actor.name_ar
    return {
        "id": item.object_id, "url": place_of(item), "peek_url": reverse("work:peek", args=[item.object_id]),
        "subject": subject or _("No subject yet"), "counterpart": counterpart_of(item),
        "reference": item.reference, "required_label": Act(item.act).label,
        "required_icon": ACT_ICONS[Act(item.act)], "due": item.due, "overdue_days": None, "urgency": item.urgency,
        "secrecy": item.secrecy, "unread": item.seen_at is None and item.state == ItemState.OPEN,
        "referred_by": spoken(item.handed_by_ar, item.handed_by_en) if handed else "", "mine": mine, "now_with": holder,
    }  # fmt: skip


def counterpart_of(item: Item) -> str:
    """The other body's name; empty for what stays inside the own one."""
    return "" if item.counterpart_id == item.body_id else spoken(item.counterpart_ar, item.counterpart_en)


def peek(actor: Actor, item: Item) -> dict[str, Any]:
    """The preview of an item that the actor may see (`work/peek.html`); call inside an open reading."""
    letter = Letter.objects.get(id=item.object_id)
    sealed = Secrecy(letter.secrecy).is_sealed
    incoming = letter.direction == Direction.IN
    when = letter.their_date if incoming else letter.issued_at and letter.issued_at.astimezone(clock.KUWAIT).date()
    return {
        "reference": letter.their_reference if incoming else letter.reference,
        "register_number": _serial(letter) if incoming else None, "status": status_of(letter, item),
        "urgency": letter.urgency, "secrecy": letter.secrecy, "sealed": sealed,
        "subject": letter.subject or _("No subject yet"),
        "counterpart": spoken(letter.counterpart_ar, letter.counterpart_en), "unit": "",
        "date": when, "hijri": hijri(when) if when else None,
        "note": _note(actor, item), "excerpt": "" if sealed else _excerpt(actor, letter),
        "files": [] if sealed else _files(letter), "related": _related(actor, letter), "actions": acts(actor, item),
    }  # fmt: skip


def _serial(letter: Letter) -> int | None:
    """The number in the own book, as people say it; the year and the book stand on the letter's page."""
    return Reference.parse(letter.reference).serial if letter.reference else None


def _note(actor: Actor, item: Item) -> dict[str, Any] | None:
    """What the present holder was told: why the letter came back, or the latest referral that carries a note."""
    if item.act == Act.CORRECT:
        return _return_note(actor, item)
    noted = [one for one in work.referrals_of(actor, item.object_id) if one.note]
    if not noted:
        return None
    last = noted[-1]
    return {"by": spoken(last.from_ar, last.from_en), "at": last.at, "text": last.note}


def _return_note(actor: Actor, item: Item) -> dict[str, Any] | None:
    sent = exchange.consignments_of(actor, [item.object_id]).get(item.object_id, [])
    back = [one for one in sent if one.state == ConsignmentState.RETURNED and one.ended_at]
    if not back:
        return None
    last = max(back, key=lambda one: one.ended_at or one.ordered_at)
    label = directory.body_names([last.recipient_id]).get(last.recipient_id)
    return {"by": spoken(label.ar, label.en) if label else "", "at": last.ended_at, "text": last.reason}


def _excerpt(actor: Actor, letter: Letter) -> str:
    content = validate(letter.content) if letter.content else None
    if content is None and letter.document_id is not None:
        stream = open_checked(actor, letter.document_id, letter.document_digest)
        if stream is not None:
            with stream:
                content = embedded_content(stream)
    text = to_plain_text(content) if content is not None else ""
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + "…"


def _files(letter: Letter) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name, "pages": one.pages, "size": one.size,
            "url": reverse("letters:document", args=[letter.id, one.document_id]),
        }
        for one in letter.attachments.order_by("position")
    ]  # fmt: skip


def _related(actor: Actor, letter: Letter) -> list[dict[str, Any]]:
    found = conversation(actor, letter)
    pairs = [(_("In reply to"), "corner-up-left", found.answers)] if found.answers else []
    pairs += [(_("In correction of"), "undo-2", found.corrects)] if found.corrects else []
    pairs += [(_("Corrected by"), "file-pen-line", one) for one in found.corrected_by]
    pairs += [(_("Answered by"), "reply", one) for one in found.answered_by]
    return [
        {
            "icon": icon, "label": label, "reference": one.reference, "url": reverse("letters:letter", args=[one.id]),
            "when": one.issued_at or one.registered_at,
        }
        for label, icon, one in pairs
    ]  # fmt: skip


def acts(actor: Actor, item: Item) -> list[dict[str, Any]]:
    """What the actor may do with an item from its preview, the required act first."""
    if item.state == ItemState.DONE or not _is_mine(item, actor):
        found = [_link(_("Open"), "mail-open", item, "letters:letter", key="")]
        if item.state == ItemState.OPEN and work.follows(actor, item):
            found.append(_post(_("Stop following"), "bookmark", item, "unfollow", key="W"))
        return found
    act = Act(item.act)
    if act in ROUTED:
        return [_link(act.label, ACT_ICONS[act], item, ROUTES[act], key="", primary=True, sign=act is Act.SIGN)]
    found = _working_acts(actor, item, act)
    keeping = item.state == ItemState.FOLLOWING
    word, kept = (_("Take back"), "resume") if keeping else (_("Follow"), "follow")
    follow = _post(word, "bookmark", item, kept, key="W") | {"compact": bool(found)}
    return [*found, _post(_("Mark done"), "check", item, "done", key="E"), follow]


def _working_acts(actor: Actor, item: Item, act: Act) -> list[dict[str, Any]]:
    if act is Act.CORRECT and actor.may(Capability.DRAFT):
        url = reverse("letters:correct", args=[item.object_id])
        word = _("Prepare a corrected letter")
        return [{"label": word, "icon": "file-pen-line", "url": url, "post": True, "key": "", "primary": True}]
    replying = actor.may(Capability.DRAFT) and item.shelf == "incoming"
    reply = [_link(_("Prepare a reply"), "reply", item, "letters:reply", key="R", primary=act is not Act.REFER)]
    refer = [_link(_("Refer"), "forward", item, "letters:refer", key="F", sheet=True, primary=act is Act.REFER)]
    found = (reply if replying else []) + (refer if actor.may(Capability.REFER) else [])
    return found[::-1] if act is Act.REFER else found


def _link(label: object, icon: str, item: Item, route: str, **more: object) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": reverse(route, args=[item.object_id]), **more}


def _post(label: str, icon: str, item: Item, act: str, *, key: str) -> dict[str, Any]:
    url = reverse("work:act_on", args=[item.object_id])
    return {"label": label, "icon": icon, "url": url, "post": True, "name": "act", "value": act, "key": key}


def chosen_ids(values: Sequence[str]) -> list[UUID]:
    """The identifiers among what a form sent, each once, in their order."""
    found: dict[UUID, None] = {}
    for value in values:
        try:
            found[UUID(value)] = None
        except ValueError:
            continue
    return list(found)
