# SPDX-License-Identifier: EUPL-1.2
"""The side panel of a letter: track and evidence, referrals, attachments, data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mukatabat.access.grants.queries import why
from mukatabat.access.grants.rules import Reason
from mukatabat.access.rules import Capability
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.bundle import Receipt, receipts_of
from mukatabat.exchange.manifest import Recipient
from mukatabat.exchange.models import Consignment, PaperRecord
from mukatabat.exchange.paper import records_of
from mukatabat.exchange.rules import ConsignmentState, Event, Role, after
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.choices import named
from mukatabat.letters.custody import held
from mukatabat.letters.manifests import recipients_of
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import holder_of
from mukatabat.letters.rules import Direction, LetterKind, LetterState
from mukatabat.letters.texts import WHY, refusal_text
from mukatabat.letters.transitions import present_step
from mukatabat.letters.types import CATALOGUE
from mukatabat.letters.views.desk import comments_of, files_of
from mukatabat.letters.views.mentions import Mentions
from mukatabat.letters.views.shown import sentence
from mukatabat.letters.views.timeline import Story, timeline
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import readers_at
from mukatabat.work.models import Item, Referral
from mukatabat.work.queries import parties_of
from mukatabat.work.rules import Act, ItemState, ReferralState

_S = ConsignmentState
STEPS = (
    ("dispatched", "dispatched_at"),
    ("delivered", "delivered_at"),
    ("registered", "registered_at"),
    ("opened", "opened_at"),
)
PAPER_STEPS = (
    ("paper", "dispatched_at"),
    ("handed", "delivered_at"),
    ("registered", "registered_at"),
)
"""On paper nothing is dispatched and nothing proves an opening: what is shown is what somebody keyed in."""
FEW = 6
"""So many recipients are told whole, one below the other."""
BROKEN = frozenset({_S.RETURNED, _S.REDIRECTED, _S.FAILED, _S.HELD, _S.WITHDRAWN})
RECEIVED = frozenset({_S.REGISTERED, _S.OPENED, _S.ANSWERED})
"""The states in which a recipient's registry has taken the letter in."""
CHECKERS = (Capability.ARCHIVE, Capability.READ_AUDIT, Capability.OPERATE)
"""Whose work it is to check an evidence bundle; to everybody else a command line is noise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the consignments of a letter come to: a tone, a title and the sentence under it."""

    tone: str
    title: str | Promise
    text: str | Promise
    bundle_url: str = ""


VERDICTS: dict[ConsignmentState, Verdict] = {
    _S.ORDERED: Verdict("info", _("In the outbox"), _("It leaves by itself; nothing is left to do.")),
    _S.DISPATCHED: Verdict("info", _("Dispatched"), _("It left this body and has not been delivered yet.")),
    _S.PAPER: Verdict(
        "info", _("For paper delivery"), _("The recipient is not connected. The registry hands it over.")
    ),
    _S.HANDED: Verdict(
        "info", _("Handed over on paper"), _("The registry keyed in who took it; no number is known yet.")
    ),
    _S.DELIVERED: Verdict("info", _("Delivered, not registered yet"), _("It lies in the recipient's registry tray.")),
    _S.REGISTERED: Verdict("ok", _("Registered by the recipient"), _("Their registry took it in under a number.")),
    _S.OPENED: Verdict("ok", _("Opened by the recipient"), _("It is registered there, and an addressee opened it.")),
    _S.ANSWERED: Verdict("ok", _("Answered"), _("The recipient issued an answer to this letter.")),
    _S.RETURNED: Verdict("warn", _("Returned"), _("The recipient's registry returned it with a reason.")),
    _S.REDIRECTED: Verdict("warn", _("Redirected"), _("The recipient passed it on to the competent body.")),
    _S.FAILED: Verdict("danger", _("Not delivered"), _("It could not be delivered; the last attempt has failed.")),
    _S.HELD: Verdict(
        "danger", _("Could not be opened"), _("The recipient's side refused the sealed parcel. Nothing was delivered.")
    ),
    _S.WITHDRAWN: Verdict("warn", _("Withdrawn"), _("You took it back before it was registered there.")),
}


def verdict(consignments: Sequence[Consignment], digits: Callable[[object], str]) -> Verdict | None:
    """One sentence over all recipients, its numbers by ``digits``; a redirected one counts as its further station."""
    standing = [one for one in consignments if one.state != _S.REDIRECTED] or list(consignments)
    if len(standing) == 1:
        return VERDICTS[_S(standing[0].state)]
    if not standing:
        return None
    done = sum(_S(one.state) in RECEIVED for one in standing)
    broken = sum(_S(one.state) in BROKEN for one in standing)
    title = sentence(_("Registered by %(done)s of %(all)s recipients"), done=digits(done), all=digits(len(standing)))
    if broken:
        text = ngettext("%(count)s recipient needs attention.", "%(count)s recipients need attention.", broken)
        return Verdict("warn", title, text % {"count": digits(broken)})
    tone = "ok" if done == len(standing) else "info"
    return Verdict(tone, title, gettext("Each has its own track below."))


def under_way(letter: Letter) -> Verdict | None:
    """With whom a letter is that was sent along its route and is not issued yet."""
    titles = {LetterState.REVIEW: _("In approval"), LetterState.APPROVED: _("Awaiting signature")}
    title = titles.get(LetterState(letter.state))
    step = present_step(letter) if title else None
    if title is None or step is None:
        return None
    return Verdict("info", title, sentence(_("Now with %(who)s"), who=spoken(step.post_ar, step.post_en)))


def chain(letter: Letter, consignment: Consignment) -> list[dict[str, Any]]:
    """The steps of delivery with their times; the step that did not come about is marked as failed."""
    steps: list[dict[str, Any]] = [{"code": "signed", "at": letter.issued_at, "failed": False}]
    kept = PAPER_STEPS if consignment.on_paper else STEPS
    steps += [{"code": code, "at": getattr(consignment, field), "failed": False} for code, field in kept]
    if _S(consignment.state) in BROKEN:
        missing = next((step for step in steps if step["at"] is None), None)
        if missing is not None:
            missing["failed"] = True
    return steps


def track_panel(story: Story, digits: Callable[[object], str], *, chosen: str = "") -> dict[str, Any]:
    """The context of ``letters/_track.html``; ``digits`` writes a number as its reader reads it.

    Of more recipients than a few each is a line, and the ``chosen`` one alone is told whole: its receipt is checked
    while the page is made, and those of a circular to everybody would be hundreds.
    """
    letter = story.letter
    received = letter.direction == Direction.IN
    many = len(story.consignments) > FEW
    told = [one for one in story.consignments if not many or str(one.id) == chosen]
    on_paper = [one.id for one in told if one.on_paper]
    keyed = records_of(story.actor, on_paper) if on_paper else {}
    receipts = receipts_of(story.actor, told) if told else {}
    return {
        "checks_proof": any(story.actor.may(one) for one in CHECKERS)
        and any(proof_url(story.letter, one) for one in story.consignments),
        "verdict": _with_bundle(verdict(story.consignments, digits), story) or under_way(letter),
        "recipients": [
            {
                "name": story.name(one), "is_copy": one.role == Role.COPY, "status": one.state,
                "steps": chain(letter, one), "their_number": one.their_reference,
                "receipt": _receipt(receipts[one.id]) if one.id in receipts else None,
                "proof_url": proof_url(story.letter, one),
                "refusal": refusal_text(one.refusal), "retry_url": retry_url(story.actor, story.letter, one),
                "on_paper": one.on_paper, "paper": [_keyed(letter, record) for record in keyed.get(one.id, ())],
            }
            for one in told
        ],
        "lines": _lines(story, chosen) if many else [],
        "ours": _ours(story) if received else None,
        "comment_url": reverse("letters:comment", args=[letter.id]), **_said(replace(story, consignments=told)),
    }  # fmt: skip


def _lines(story: Story, chosen: str) -> list[dict[str, Any]]:
    """Every recipient as a line that leads to its track; those that need a person come first."""
    url = reverse("letters:letter", args=[story.letter.id])
    return [
        {
            "name": story.name(one), "is_copy": one.role == Role.COPY, "on_paper": one.on_paper, "status": one.state,
            "url": f"{url}?{urlencode({'panel': 'track', 'to': one.id})}", "current": str(one.id) == chosen,
        }
        for one in sorted(story.consignments, key=lambda one: _S(one.state) not in BROKEN)
    ]  # fmt: skip


def _ours(story: Story) -> dict[str, Any]:
    """Our own register's line of an incoming letter, and where the bundle of evidence of what came is taken."""
    letter, arrival = story.letter, story.arrival
    url = reverse("letters:proof", args=[letter.id, arrival.consignment_id]) if arrival else ""
    return {"register_number": letter.reference, "registered_at": letter.registered_at, "proof_url": url}


def _with_bundle(found: Verdict | None, story: Story) -> Verdict | None:
    """The verdict over one recipient offers what proves it; of several each has its own."""
    url = proof_url(story.letter, story.consignments[0]) if found and len(story.consignments) == 1 else ""
    return replace(found, bundle_url=url) if found and url else found


def proof_url(letter: Letter, consignment: Consignment) -> str:
    """Where the bundle of evidence of a delivery is taken, once the parcel has left."""
    if consignment.sealed_id is None or consignment.dispatched_at is None:
        return ""
    return reverse("letters:proof", args=[letter.id, consignment.id])


def _receipt(found: Receipt) -> dict[str, Any]:
    """What is proven of a delivery: checked now, not believed from before."""
    stamped = _("Time-stamped") if found.stamp else _("The time-stamp is still to come")
    checks = [(_("Signed by the platform, and unchanged"), True), (stamped, bool(found.stamp))]
    return {
        "number": str(found.row.evidence_id), "hash": found.row.digest, "holds": found.holds,
        "checks": checks if found.holds else [],
    }  # fmt: skip


def _said(story: Story) -> dict[str, Any]:
    """The remarks and the timeline, with the letters that they name a click away."""
    comments, events = comments_of(story.letter), timeline(story)
    texts = [*(one["text"] for one in comments), *(one.quote for one in events)]
    mentions = Mentions(story.actor, story.letter.id, texts)
    return {
        "comments": [one | {"text": mentions.text(one["text"])} for one in comments],
        "timeline": [replace(one, quote=mentions.text(one.quote)) for one in events],
    }


def retry_url(actor: Actor, letter: Letter, consignment: Consignment) -> str:
    """Where a delivery that waits for a person is ordered again, for those who decide on it."""
    decides = letter.author_id == actor.person_id or actor.may(Capability.DISPATCH) or actor.may(Capability.SIGN)
    waits = after(_S(consignment.state), Event.RETRY) is not None
    return reverse("letters:retry", args=[letter.id, consignment.id]) if decides and waits else ""


def _keyed(letter: Letter, record: PaperRecord) -> dict[str, Any]:
    """One acknowledgement on paper: what the slip says, and who typed it when."""
    scan = reverse("letters:document", args=[letter.id, record.scan_id]) if record.scan_id else ""
    return {
        "event": record.event, "at": record.at, "taken_by": record.taken_by, "their_number": record.their_reference,
        "reason": record.reason, "typed_by": spoken(record.typed_by_ar, record.typed_by_en),
        "typed_at": record.typed_at, "scan_url": scan,
    }  # fmt: skip


def referrals_panel(
    actor: Actor, letter: Letter, item: Item | None, *, referrals: Sequence[Referral], may_refer: bool
) -> dict[str, Any]:
    """The context of ``letters/_referrals.html``: the tree, who is responsible now, and what is asked of them."""
    open_item = item if item is not None and item.state != ItemState.DONE else None
    mentions = Mentions(actor, letter.id, [text for one in referrals for text in (one.note, one.outcome)])
    return {
        "referrals": _branches(referrals, None, mentions),
        "holder": named(holder_of(open_item)) if open_item else "",
        "next_step": Act(open_item.act).label if open_item else "",
        "minute_sheet_url": reverse("letters:minutes", args=[letter.id]) if letter.reference else "",
        "refer_url": reverse("letters:refer", args=[letter.id]) if may_refer else "",
    }


def _branches(referrals: Sequence[Referral], parent: UUID | None, mentions: Mentions) -> list[dict[str, Any]]:
    return [
        {
            "to": spoken(one.to_ar, one.to_en), "from": spoken(one.from_ar, one.from_en),
            "act_label": Act(one.act).label, "note": mentions.text(one.note), "at": one.at, "due": one.due,
            "done_at": one.ended_at if one.state == ReferralState.DONE else None,
            "undone": one.state == ReferralState.UNDONE,
            "is_holder": one.is_primary and one.state == ReferralState.OPEN, "outcome": mentions.text(one.outcome),
            "children": _branches(referrals, one.id, mentions),
        }
        for one in referrals
        if one.parent_id == parent
    ]  # fmt: skip


def files_panel(letter: Letter) -> dict[str, Any]:
    """The context of ``letters/_files.html``."""
    files = files_of(letter)
    if letter.document_id is None:  # a draft has no viewer yet
        return {"files": files, "all_url": ""}
    for file in files:
        file["url"] = f"{reverse('letters:letter', args=[letter.id])}?panel=files&file={file['document']}"
    return {"files": files, "all_url": reverse("letters:letter_everything", args=[letter.id]) if files else ""}


def data_panel(actor: Actor, letter: Letter) -> dict[str, Any]:
    """The context of ``letters/_data.html``: the facts of the letter, why this reader sees it, and who else reads."""
    reasons = (grant.reason for grant in why(actor, letter.id) if not grant.denies and grant.ends is None)
    known = dict.fromkeys(Reason(one) for one in reasons if one != Reason.WALL)
    facts = [*_facts(letter), *_custody_facts(actor, letter), *_recipient_facts(actor, letter)]
    return {
        "data": [fact for fact in facts if fact["value"]], "why": [WHY[one] for one in known],
        "readers": _readers(actor, letter),
    }  # fmt: skip


def _custody_facts(actor: Actor, letter: Letter) -> list[dict[str, Any]]:
    """Who could read, seal or sign: where the keys really lie; of a draft nothing is said yet."""
    if letter.state not in {LetterState.ISSUED, LetterState.REGISTERED}:
        return []
    keys = held(actor, letter)
    return [
        fact(gettext("Custody of the keys"), keys.documents.label if keys.documents else ""),
        fact(gettext("Key of the seal"), keys.seal.label if keys.seal else ""),
        fact(gettext("Key of the signer"), keys.signer.label if keys.signer else ""),
    ]


def _readers(actor: Actor, letter: Letter) -> list[str]:
    """By name whose keys open the documents of a sealed letter; of another letter nobody's in particular."""
    if not Secrecy(letter.secrecy).is_sealed:
        return []
    return [named(one) for one in parties_of(readers_at(actor, letter.id))]


def _recipient_facts(actor: Actor, letter: Letter) -> list[dict[str, Any]]:
    """Everyone to whom the letter goes, as far as this body knows: hidden copies are known to their sender alone."""
    label = {Role.ORIGINAL: gettext("Addressed to"), Role.COPY: gettext("Copy to")}
    facts = []
    for one in _recipients(actor, letter):
        name = spoken(one.office_ar, one.office_en) if one.unit_id else spoken(one.ar, one.en)
        office = spoken(one.office_ar, one.office_en)
        shown = name if one.unit_id or not office or name in office else f"{office} — {name}"
        facts.append(fact(label[one.role], office if name in office else shown, "name"))
    return facts


def _recipients(actor: Actor, letter: Letter) -> Sequence[Recipient]:
    if letter.direction == Direction.IN:
        arrival = exchange.arrival_of_letter(actor, letter.id)
        return arrival.read().recipients if arrival else ()
    parcel = exchange.parcel_of_letter(actor, letter.id)
    return parcel.read().recipients if parcel else recipients_of(letter, clock.now())


def _facts(letter: Letter) -> list[dict[str, Any]]:
    received = letter.direction == Direction.IN
    kind = CATALOGUE.get(letter.letter_type)
    language = "ar" if reads_arabic() else "en"
    counterpart = gettext("From") if received else gettext("To")
    return [
        fact(gettext("Kind"), LetterKind(letter.kind).label),
        fact(gettext("Type"), kind.name(language) if kind else letter.letter_type),
        fact(gettext("Our reference"), letter.reference, "ref"),
        fact(gettext("Their reference"), letter.their_reference, "ref"),
        fact(counterpart, spoken(letter.counterpart_ar, letter.counterpart_en), "name"),
        fact(gettext("Letter date"), letter.their_date if received else letter.issued_at, "date"),
        fact(gettext("Registered on"), letter.registered_at, "moment"),
        fact(gettext("Signed by"), spoken(letter.signer_ar, letter.signer_en), "name"),
        fact(gettext("Drafted by"), spoken(letter.author_ar, letter.author_en), "name"),
        fact(gettext("Secrecy"), letter.secrecy, "secrecy"),
        fact(gettext("Importance"), letter.urgency, "urgency"),
        fact(gettext("General number"), letter.general_number, "ref"),
        fact(gettext("Original"), gettext("On paper, kept by the registry") if letter.on_paper else ""),
        fact(gettext("Enclosures as listed"), letter.attachments_listed, "name"),
        fact(gettext("Answer wanted by"), letter.answer_wanted_by, "date"),
        fact(gettext("Document hash"), letter.document_digest.removeprefix("sha256:"), "hash"),
    ]
