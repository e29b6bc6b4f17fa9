# SPDX-License-Identifier: EUPL-1.2
"""The sentences that stand for codes: what a draft lacks, why a letter may be seen, what happened to it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mukatabat.access.grants.rules import Reason
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel.language import reads_arabic
from mukatabat.letters.rules import Unready
from mukatabat_verify import errors

REFUSALS = {one.code: one for one in map(vars(errors).get, errors.__all__) if one is not None}
"""Every reason for which a parcel is refused; its sentences are those of the checking program, in both languages."""


class Lacking(NamedTuple):
    """The sentence of what a draft lacks, and the field of the form where it is mended."""

    text: str | Promise
    field: str


UNREADY: dict[Unready, Lacking] = {
    Unready.ADDRESSEE: Lacking(_("Name the recipient."), "id_to"),
    Unready.OWN_BODY: Lacking(_("A letter to your own body is an internal memo."), "id_to"),
    Unready.SUBJECT: Lacking(_("Write the subject."), "id_subject"),
    Unready.SECRECY_LOWERED: Lacking(_("A reply is at least as secret as the letter that it answers."), "id_secrecy"),
    Unready.BODY: Lacking(_("Write the text of the letter."), "id_body"),
    Unready.SIGNER: Lacking(_("Choose who signs."), "id_signer"),
}

WHY: dict[Reason, str | Promise] = {
    Reason.AUTHOR: _("You wrote it, or it answers what you wrote."),
    Reason.REGISTRY: _("Your unit keeps the registry, or the letter is addressed to your unit."),
    Reason.APPROVER: _("You approve it, or you approve its answer."),
    Reason.SIGNATORY: _("You sign it."),
    Reason.REFERRAL: _("It was referred to you, your post or your unit."),
    Reason.UNIT_HEAD: _("You head the unit that works on it."),
    Reason.ADDRESSEE: _("It is addressed to your post."),
    Reason.NAMED_READER: _("You are named among its readers."),
}


class Told(NamedTuple):
    """How an act stands in the timeline: icon, tone, and a sentence with the places who, body, number."""

    icon: str
    tone: str
    sentence: str | Promise


ACTS: dict[str, Told] = {
    "letters.draft-begun": Told("file-plus-2", "", _("%(who)s began the draft")),
    "letters.submit": Told("send", "", _("%(who)s sent the draft for approval")),
    "letters.pass-step": Told("check", "ok", _("%(who)s approved")),
    "letters.approve": Told("check", "ok", _("%(who)s approved")),
    "letters.send-back": Told("undo-2", "warn", _("%(who)s returned the draft")),
    "letters.recall": Told("undo-2", "", _("%(who)s took the draft back")),
    "letters.discard": Told("trash-2", "", _("%(who)s discarded the draft")),
    "letters.begin-issue": Told("pen-line", "brass", _("%(who)s began to sign; the number was taken")),
    "letters.signed": Told("badge-check", "brass", _("%(who)s signed; the letter was issued under %(number)s")),
    "letters.paper-registered": Told("scan-line", "ok", _("%(who)s registered it from paper under %(number)s")),
    "letters.correction-asked": Told("undo-2", "warn", _("A corrected letter was asked for")),
    "letters.correction-begun": Told("file-pen-line", "", _("%(who)s began the corrected letter")),
    "exchange.arrival-received": Told("server", "info", _("Delivered by %(body)s under %(number)s")),
    "exchange.arrival-accepted": Told("stamp", "ok", _("%(who)s registered it under %(number)s")),
    "letters.opened": Told("mail-open", "", _("%(who)s opened it")),
    "work.act-undone": Told("undo-2", "", _("%(who)s undid the last step")),
    "work.item-done": Told("check-check", "ok", _("%(who)s marked it done")),
}
"""What the audit trail tells of a letter; acts that stand nowhere here (each save) are not shown."""

STATIONS: dict[str, Told] = {
    f"exchange.consignment-{ConsignmentState.DISPATCHED}": Told("send", "info", _("Dispatched to %(body)s")),
    f"exchange.consignment-{ConsignmentState.PAPER}": Told(
        "printer", "info", _("Laid out for paper delivery to %(body)s")
    ),
    f"exchange.consignment-{ConsignmentState.HANDED}": Told(
        "file-check", "info", _("%(who)s keyed in its delivery on paper to %(body)s")
    ),
    f"exchange.consignment-{ConsignmentState.DELIVERED}": Told("server", "info", _("Delivered to %(body)s")),
    f"exchange.consignment-{ConsignmentState.REGISTERED}": Told(
        "check-check", "ok", _("%(body)s registered it under %(number)s")
    ),
    f"exchange.consignment-{ConsignmentState.OPENED}": Told("mail-open", "ok", _("Opened at %(body)s")),
    f"exchange.consignment-{ConsignmentState.ANSWERED}": Told("reply", "ok", _("%(body)s answered")),
    f"exchange.consignment-{ConsignmentState.RETURNED}": Told("undo-2", "warn", _("%(body)s returned it")),
    f"exchange.consignment-{ConsignmentState.REDIRECTED}": Told("forward", "warn", _("%(body)s redirected it")),
    f"exchange.consignment-{ConsignmentState.FAILED}": Told(
        "triangle-alert", "danger", _("Delivery to %(body)s failed")
    ),
    f"exchange.consignment-{ConsignmentState.HELD}": Told(
        "shield-alert", "danger", _("%(body)s could not open it; it is held here")
    ),
    f"exchange.consignment-{ConsignmentState.ORDERED}": Told(
        "refresh-cw", "", _("%(who)s ordered its delivery to %(body)s again")
    ),
    f"exchange.consignment-{ConsignmentState.WITHDRAWN}": Told(
        "circle-slash", "", _("%(who)s withdrew it from %(body)s")
    ),
}
"""What the sender's side of the trail tells of each recipient."""

REFERRED = Told("forward", "", _("%(who)s referred it to %(body)s"))
VOIDED = Told("circle-slash", "warn", _("The number %(number)s became void"))


def refusal_text(code: str) -> str:
    """Say in the reader's language why a parcel was refused, by the code of the reason; "" for none."""
    refusal = REFUSALS.get(code)
    return refusal.ar if refusal and reads_arabic() else refusal.en if refusal else ""
