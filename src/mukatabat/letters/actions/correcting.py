# SPDX-License-Identifier: EUPL-1.2
"""A returned letter: its sender is asked for a correction, which is always a further letter and never a change."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.rules import Grantee
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.audit.queries import history_of
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, Post, effective
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState, Role
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency
from mukatabat.letters.actions.drafting import begin_draft, may_stand
from mukatabat.letters.actions.sealing import follow_secrecy
from mukatabat.letters.commands import AddresseeCommand, DraftCommand
from mukatabat.letters.errors import NothingReturned
from mukatabat.letters.models import Addressee, Attachment, Letter, Link
from mukatabat.letters.rules import Direction, LetterKind, LetterState, LinkKind, RouteKind
from mukatabat.letters.transitions import linked, locked
from mukatabat.press.content import Content, from_plain_text, validate
from mukatabat.press.dates import gregorian_text
from mukatabat.registers.printing import look_of
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.work.actions import finish, hand_over, reopen
from mukatabat.work.errors import NotTheHolder
from mukatabat.work.models import Item
from mukatabat.work.parties import party
from mukatabat.work.rules import Act, ItemState, Task

ASKED = "letters.correction-asked"
UNDER_WAY = (LetterState.DRAFT, LetterState.REVIEW, LetterState.APPROVED, LetterState.ISSUING)


def ask_for_correction(actor: Actor, letter: Letter, consignment: Consignment) -> None:
    """Lay a returned letter before the one who answers for it; asking twice for one return asks once."""
    asked = {str(one.detail.get("consignment")) for one in history_of(actor, letter.id) if one.act == ASKED}
    if str(consignment.id) in asked:
        return
    reopen(actor, letter.id, Act.CORRECT, otherwise=_responsible(letter))
    record(
        actor, act=ASKED, object_kind="letter", object_id=letter.id, detail={"consignment": str(consignment.id)}
    )  # fmt: skip


def _responsible(letter: Letter) -> Grantee:
    """Its author; when they are no longer in office, the post that signed it, which may see it as well."""
    signing = letter.route.filter(kind=RouteKind.SIGN).values_list("post_id", flat=True).first()
    if signing is not None and not (letter.author_id and directory.posts_held(letter.author_id).exists()):
        return Grantee.post(signing)
    if letter.author_id is None:  # no letter is issued without author or signer
        message = f"letter {letter.id} has neither author nor signer"
        raise ValueError(message)
    return Grantee.person(letter.author_id)


def begin_correction(actor: Actor, letter_id: UUID) -> Letter:
    """Open a draft that corrects a returned letter: its text, files and route, to those who returned it.

    One correction is under way at a time: whoever asks again, by a doubled click as well, gets the same draft.
    Raises `NothingReturned`, and `NotTheHolder` for who neither wrote the letter nor holds its item.
    """
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        _require_answerable(actor, letter)
        begun = Letter.objects.filter(
            links__to=letter, links__kind=LinkKind.CORRECTION, author_id=actor.person_id, state__in=UNDER_WAY
        ).first()
        if begun is not None:
            return begun
        returned = _returned(actor, letter)
        if letter.direction != Direction.OUT or not returned:
            raise NothingReturned
        draft = begin_draft(actor, _command(actor, letter, returned))
        Link.objects.create(letter=draft, to=letter, kind=LinkKind.CORRECTION)
        _copy_files(letter, draft)
        follow_secrecy(actor, draft)
        record(
            actor, act="letters.correction-begun", object_kind="letter", object_id=letter.id,
            detail={"draft": str(draft.id)},
        )  # fmt: skip
    return draft


def end_correction(actor: Actor, letter: Letter) -> None:
    """The issue of a correction ends what was asked; other recipients of the returned letter may still answer it."""
    for returned in linked(letter, LinkKind.CORRECTION):
        item = Item.objects.filter(object_id=returned.id, act=Act.CORRECT).exclude(state=ItemState.DONE).first()
        if item is None:
            continue
        if exchange.awaits_answer(actor, returned.id) and returned.author_id:
            task = Task(holder=Grantee.person(returned.author_id), act=Act.FOLLOW, due=returned.answer_wanted_by)
            hand_over(actor, returned.id, task, state=ItemState.FOLLOWING)
        else:
            finish(actor, returned.id, outcome=letter.reference)


def _require_answerable(actor: Actor, letter: Letter) -> None:
    item = Item.objects.filter(object_id=letter.id).first()
    if letter.author_id == actor.person_id or item is None or item.holder_id in actor.grantees:
        return
    raise NotTheHolder(holder=party(actor.body_id, item.holder).ar)


def _returned(actor: Actor, letter: Letter) -> list[Consignment]:
    """The consignments that went back and whose recipient no issued correction has reached since."""
    sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    corrected = Link.objects.filter(to=letter, kind=LinkKind.CORRECTION, letter__state=LetterState.ISSUED)
    reached = set(
        Addressee.objects.filter(letter__in=corrected.values("letter")).values_list("recipient_id", "unit_id")
    )
    return [
        one
        for one in sent
        if one.state == ConsignmentState.RETURNED and (one.recipient_id, one.recipient_unit_id) not in reached
    ]


def _command(actor: Actor, letter: Letter, returned: list[Consignment]) -> DraftCommand:
    to = [_again(letter, one) for one in returned]
    if all(one.role == Role.COPY for one in to):  # a copy that goes again goes as a letter of its own
        to = [AddresseeCommand(one.body_id, Role.ORIGINAL, one.post_id, one.unit_id) for one in to]
    approvers, signer = _route(actor, letter)
    return DraftCommand(
        kind=LetterKind(letter.kind), letter_type=letter.letter_type, subject=letter.subject,
        content=_content(actor, letter), secrecy=Secrecy(letter.secrecy), data_class=DataClass(letter.data_class),
        urgency=Urgency(letter.urgency), general_number=letter.general_number,
        answer_wanted_by=letter.answer_wanted_by, addressees=tuple(to), approvers=approvers, signer=signer,
    )  # fmt: skip


def _again(letter: Letter, consignment: Consignment) -> AddresseeCommand:
    """The recipient as the draft named it; one to whom the letter was redirected was named by nobody."""
    named = letter.addressees.filter(
        recipient_id=consignment.recipient_id, unit_id=consignment.recipient_unit_id
    ).first()
    return AddresseeCommand.of(named) if named else AddresseeCommand(consignment.recipient_id, Role(consignment.role))


def _content(actor: Actor, letter: Letter) -> Content:
    """The returned text under one line that names what it corrects, as official letters do."""
    issued = letter.issued_at or letter.created_at
    digits = look_of(Body.objects.get(id=actor.body_id)).digits
    day = gregorian_text(issued.astimezone(clock.KUWAIT).date(), "ar", digits)
    word, dated = ("مذكرتنا", "المؤرخة") if letter.kind == LetterKind.MEMO else ("كتابنا", "المؤرخ")
    line = from_plain_text(f"تصحيحًا ل{word} رقم {letter.reference} {dated} {day}،")
    return Content((*line.blocks, *validate(letter.content).blocks))


def _route(actor: Actor, letter: Letter) -> tuple[tuple[UUID, ...], UUID | None]:
    """The posts of the former route that may still stand in one; the author chooses what is missing."""
    steps = [(RouteKind(step.kind), step.post_id) for step in letter.route.order_by("position")]
    posts = Post.objects.filter(effective(clock.today()), body_id=actor.body_id).in_bulk([post for _, post in steps])
    standing = [(kind, one) for kind, one in steps if one in posts and may_stand(actor, kind, posts[one])]
    approvers = tuple(post for kind, post in standing if kind is RouteKind.APPROVE)
    return approvers, next((post for kind, post in standing if kind is RouteKind.SIGN), None)


def _copy_files(letter: Letter, draft: Letter) -> None:
    Attachment.objects.bulk_create(
        Attachment(
            letter=draft, position=one.position, document_id=one.document_id, digest=one.digest, name=one.name,
            media_type=one.media_type, size=one.size, pages=one.pages,
        )
        for one in letter.attachments.order_by("position")
    )  # fmt: skip
