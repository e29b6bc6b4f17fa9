# SPDX-License-Identifier: EUPL-1.2
"""The sheets printed beside a letter: the preview of a draft, the sheet of notes, the stamp of receipt."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters.manifests import recipients_of
from mukatabat.letters.models import Letter
from mukatabat.letters.printing import (
    CLOSING,
    GREETING,
    addressed,
    name_on_letter,
)
from mukatabat.letters.queries import content_of, holder_of
from mukatabat.letters.rules import RouteKind
from mukatabat.press.content import from_plain_text
from mukatabat.press.rules import IncomingStamp, LetterKind, LetterSheet, Minute, MinuteSheet
from mukatabat.registers.models import Entry
from mukatabat.registers.printing import letterhead_of, look_of
from mukatabat.tenancy.rules import Actor
from mukatabat.work.models import Item, Referral
from mukatabat.work.rules import Act, ReferralState

DRAFT_NOTE = "مسودة، لم تُوقّع ولم تصدر"
SPECIMEN_TO = "إلى من يطّلع على هذا النموذج"
SPECIMEN_SUBJECT = "نموذج لموضع التوقيع"
SPECIMEN_TEXT = "هذا نموذج يبيّن موضع صورة التوقيع على كتب الجهة، وليس كتابًا صادرًا."
STATES = {
    ReferralState.OPEN: "قيد الإجراء",
    ReferralState.PASSED_ON: "أُحيلت",
    ReferralState.DONE: "أُنجزت",
    ReferralState.INFORMED: "للعلم",
    ReferralState.UNDONE: "تُراجع عنها",
}


def signer_of(letter: Letter) -> tuple[str, str]:
    """The post that is to sign a draft and the person who holds it today, in Arabic; empty while none is chosen."""
    step = letter.route.filter(kind=RouteKind.SIGN).first()
    if step is None:
        return "", ""
    holder = directory.holders_of(step.post_id).first()
    return step.post_ar, holder.ar if holder else ""


def preview_sheet(body: Body, letter: Letter) -> LetterSheet:
    """A draft as it would be printed today: without number, with «مسودة» in place of reference and signature."""
    today = clock.today()
    recipients = recipients_of(letter, clock.now())
    to = addressed([one for one in recipients if one.role == "original"])
    post, name = signer_of(letter)
    return LetterSheet(
        letterhead=letterhead_of(body), reference=None, date=today,
        hijri=directory.hijri_on(body.realm, today), addressee=to.line,
        honorific_end=to.end, also_to=to.also, distribution=to.distribution, greeting=GREETING, closing=CLOSING,
        subject=letter.subject, content=content_of(letter),
        signer_post=post, signer_name=name, signed_note=DRAFT_NOTE, source=b'{"draft":true}',
        copies=tuple(name_on_letter(one) for one in recipients if one.role == "copy" and one.visible),
        attachments_count=letter.attachments.count(), kind=LetterKind(letter.kind), secrecy=Secrecy(letter.secrecy),
        urgency=Urgency(letter.urgency), look=look_of(body),
    )  # fmt: skip


def specimen_sheet(body: Body, office: str, name: str, *, drawn: bool) -> LetterSheet:
    """A letter that is none, to show a person how their signature stands on the paper of their body."""
    today = clock.today()
    return LetterSheet(
        letterhead=letterhead_of(body), reference=None, date=today, hijri=directory.hijri_on(body.realm, today),
        addressee=SPECIMEN_TO, greeting=GREETING, closing=CLOSING, subject=SPECIMEN_SUBJECT,
        content=from_plain_text(SPECIMEN_TEXT), signer_post=office, signer_name=name, source=b'{"specimen":true}',
        drawn_signature=drawn, look=look_of(body),
    )  # fmt: skip


def minute_sheet(actor: Actor, letter: Letter, *, item: Item | None, referrals: Sequence[Referral]) -> MinuteSheet:
    """The referrals of a letter as the sheet of notes (ورقة شروح), in Arabic, the tree as it grew."""
    body = Body.objects.get(id=actor.body_id)
    holder = holder_of(item) if item is not None else None
    return MinuteSheet(
        letterhead=letterhead_of(body), reference=Reference.parse(letter.reference), subject=letter.subject,
        counterpart=letter.counterpart_ar, minutes=_minutes(referrals, None), drawn_at=clock.now(),
        drawn_by=actor.name_ar, their_reference=letter.their_reference,
        holder=holder.ar if holder else "", secrecy=Secrecy(letter.secrecy),
        look=look_of(body),
    )  # fmt: skip


def _minutes(referrals: Sequence[Referral], parent: UUID | None) -> tuple[Minute, ...]:
    return tuple(
        Minute(
            at=one.at, author=one.from_ar, author_post="", addressee=one.to_ar, instruction=Act(one.act).label_ar,
            text=one.note, responsible=one.is_primary, state=_state(one), replies=_minutes(referrals, one.id),
        )
        for one in referrals
        if one.parent_id == parent
    )  # fmt: skip


def _state(referral: Referral) -> str:
    word = STATES[ReferralState(referral.state)]
    return f"{word}: {referral.outcome}" if referral.outcome else word


def incoming_stamp(actor: Actor, letter: Letter) -> IncomingStamp:
    """The stamp of receipt (ختم الوارد) of a registered letter."""
    body = Body.objects.get(id=actor.body_id)
    at = letter.registered_at or letter.created_at
    entry = Entry.objects.get(object_id=letter.id, reference=letter.reference)
    return IncomingStamp(
        letterhead=letterhead_of(body), reference=Reference.parse(letter.reference), registered_at=at,
        hijri=entry.hijri_date, attachments_count=letter.attachments.count(),
        sender=letter.counterpart_ar, subject=letter.subject, their_reference=letter.their_reference,
        their_date=letter.their_date, secrecy=Secrecy(letter.secrecy), urgency=Urgency(letter.urgency),
        look=look_of(body),
    )  # fmt: skip
