# SPDX-License-Identifier: EUPL-1.2
"""Writing a draft: begin, save, attach, discard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from mukatabat.access.capabilities import require_capability
from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.queries import is_known
from mukatabat.access.grants.rules import Grantee, Reason
from mukatabat.access.rules import ROLE_CAPABILITIES, Capability
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.errors import NotAddressablePost
from mukatabat.directory.models import Post, Unit, effective
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.text import clean_line
from mukatabat.letters.actions.presence import hold, writer_guard
from mukatabat.letters.actions.sealing import follow_secrecy, readers_of
from mukatabat.letters.actions.versions import keep_version
from mukatabat.letters.commands import AddresseeCommand, DraftCommand
from mukatabat.letters.errors import DraftChanged, NotTheAuthor, TooManyAttachments, TooManyRecipients, UnknownChoice
from mukatabat.letters.headings import heading_of, name_counterpart, name_unit
from mukatabat.letters.models import Addressee, Attachment, Letter, Link, RouteStep
from mukatabat.letters.printable import require_printable_subject
from mukatabat.letters.rules import (
    SUBJECT_LIMIT,
    Direction,
    Guard,
    LetterEvent,
    LetterKind,
    LetterState,
    LinkKind,
    RouteKind,
    VersionReason,
)
from mukatabat.letters.transitions import locked, move, protected
from mukatabat.letters.types import CATALOGUE
from mukatabat.press.content import to_json
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import end_upload, enter, grant, keep, keep_upload
from mukatabat.vault.rules import Kept, Upload
from mukatabat.work.actions import finish, open_item, rename_item
from mukatabat.work.rules import Act, Task

RECIPIENT_LIMIT = 300
ATTACHMENT_LIMIT = 100
"""More files than anybody reads one by one; a bigger bundle is one archive with a list of its parts."""


def begin_draft(
    actor: Actor, command: DraftCommand, *, answers: UUID | None = None, draft_id: UUID | None = None
) -> Letter:
    """Open a draft with its item at the author's desk; ``answers`` is the incoming letter that it replies to.

    A ``draft_id`` chosen by the page makes a doubled click harmless: the same id gives the same draft.
    """
    return begin_once(actor, command, answers=answers, draft_id=draft_id or new_id())[0]


def begin_once(actor: Actor, command: DraftCommand, *, answers: UUID | None, draft_id: UUID) -> tuple[Letter, bool]:
    """As :func:`begin_draft`; says besides whether this call opened the draft (False: it was there already)."""
    require_capability(actor, Capability.DRAFT)
    try:
        return _begin(actor, draft_id, command=command, answers=answers)
    except (IntegrityError, NotFoundOrForbidden):  # the other half of a doubled click was quicker, or it is not theirs
        existing = _own_draft(actor, draft_id)
        if existing is None:
            raise NotFoundOrForbidden from None
        return existing, False


def _own_draft(actor: Actor, draft_id: UUID) -> Letter | None:
    with scope(actor):
        return Letter.objects.filter(id=draft_id, author_id=actor.person_id).first()


def _begin(actor: Actor, draft_id: UUID, *, command: DraftCommand, answers: UUID | None) -> tuple[Letter, bool]:
    now = clock.now()
    with scope(actor):
        if is_known(actor, draft_id):  # else the author's grant would open what already has this identifier
            existing = _own_draft(actor, draft_id)
            if existing is None:
                raise NotFoundOrForbidden
            return existing, False
        letter = Letter(
            id=draft_id, direction=Direction.OUT, state=LetterState.DRAFT, author_id=actor.person_id,
            author_ar=actor.name_ar, author_en=actor.name_en, created_at=now, updated_at=now, sort_time=now,
        )  # fmt: skip
        _fill(actor, letter, command)
        letter.save(force_insert=True)
        _address(letter, command)
        _lay_route(actor, letter, command)
        if answers is not None:
            Link.objects.create(letter=letter, to=_question(actor, answers), kind=LinkKind.REPLY)
        author = Grantee.person(_person(actor))
        grant(actor, protected(letter), [author], reason=Reason.AUTHOR)
        open_item(actor, heading_of(letter), Task(holder=author, act=Act.DRAFT))
        record(actor, act="letters.draft-begun", object_kind="letter", object_id=letter.id)
    return letter, True


def _question(actor: Actor, letter_id: UUID) -> Letter:
    letter = locked(actor, letter_id)
    if letter.direction != Direction.IN:
        raise UnknownChoice
    return letter


def save_draft(actor: Actor, letter_id: UUID, command: DraftCommand, *, version: int) -> int:
    """Save the whole form over ``version``; returns the new version. A save over another one's save is refused.

    Saving twice what is already saved changes nothing, so that a repeated request is harmless.
    """
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        met = writer_guard(actor, letter)
        if not met:
            raise NotTheAuthor
        if letter.version != version:
            lays_route = bool(author_guard(actor, letter))
            if letter.version == version + 1 and says_the_same(letter, command, with_route=lays_route):
                return letter.version
            raise DraftChanged(version=letter.version)
        move(actor, letter, LetterEvent.SAVE, met=met)
        former = readers_of(letter)
        _fill(actor, letter, command)
        letter.version += 1
        letter.save()
        if readers_of(letter) != former:
            follow_secrecy(actor, letter)
        letter.addressees.all().delete()
        _address(letter, command)
        if author_guard(actor, letter):  # whoever was handed the text may be its approver: the route stays the author's
            letter.route.all().delete()
            _lay_route(actor, letter, command)
        hold(actor, letter)
        keep_version(actor, letter, VersionReason.TIME)
        rename_item(actor, heading_of(letter))
    return letter.version


def attach(actor: Actor, letter_id: UUID, upload: Upload) -> Attachment:
    """Examine an uploaded file, keep it, and add it to a draft; a refused file changes nothing."""
    require_capability(actor, Capability.DRAFT)
    return _attach(actor, letter_id, keep(upload))


def attach_upload(actor: Actor, letter_id: UUID, upload_id: UUID) -> Attachment:
    """As :func:`attach`, a file that came in parts; it stays where it is until it was attached."""
    require_capability(actor, Capability.DRAFT)
    attachment = _attach(actor, letter_id, keep_upload(actor, upload_id))
    end_upload(actor, upload_id)
    return attachment


def _attach(actor: Actor, letter_id: UUID, kept: Kept) -> Attachment:
    with scope(actor):
        letter = locked(actor, letter_id)
        move(actor, letter, LetterEvent.SAVE, met=writer_guard(actor, letter))
        if letter.attachments.count() >= ATTACHMENT_LIMIT:  # under the letter's lock: two uploads at once count both
            raise TooManyAttachments(limit=ATTACHMENT_LIMIT)
        document = enter(actor, kept, readers_of=readers_of(letter))
        return Attachment.objects.create(
            letter=letter, position=letter.attachments.count() + 1, document_id=document.id, digest=document.digest,
            name=document.name, media_type=document.media_type, size=document.size, pages=document.pages,
        )  # fmt: skip


def detach(actor: Actor, letter_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft; removing what is gone already changes nothing."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        move(actor, letter, LetterEvent.SAVE, met=writer_guard(actor, letter))
        letter.attachments.filter(id=attachment_id).delete()


def discard(actor: Actor, letter_id: UUID) -> None:
    """Give a draft up; it leaves the desk, and the audit keeps that it was."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        move(actor, letter, LetterEvent.DISCARD, met=author_guard(actor, letter))
        finish(actor, letter.id)


def author_guard(actor: Actor, letter: Letter) -> set[Guard]:
    """The guard AUTHOR, if the actor wrote the letter."""
    return {Guard.AUTHOR} if letter.author_id == actor.person_id and actor.person_id else set()


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise CapabilityMissing
    return actor.person_id


def _fields(command: DraftCommand) -> dict[str, Any]:
    subject = clean_line(command.subject, SUBJECT_LIMIT)
    require_printable_subject(subject)
    # A sealed letter's subject is in no index.
    folded = "" if command.secrecy.is_sealed else fold(subject)
    return {
        "kind": command.kind, "letter_type": command.letter_type, "subject": subject, "subject_folded": folded,
        "secrecy": command.secrecy, "data_class": command.data_class, "urgency": command.urgency,
        "general_number": clean_line(command.general_number, 40), "answer_wanted_by": command.answer_wanted_by,
        "content": to_json(command.content),
    }  # fmt: skip


def _fill(actor: Actor, letter: Letter, command: DraftCommand) -> None:
    if command.letter_type not in CATALOGUE:
        raise UnknownChoice
    for name, value in _fields(command).items():
        setattr(letter, name, value)
    if len(command.addressees) > RECIPIENT_LIMIT:
        raise TooManyRecipients(limit=RECIPIENT_LIMIT)
    _check_units(command)
    require_recipients(actor, command.addressees)
    first = command.addressees[0] if command.addressees else None
    if first is not None and first.unit_id is not None:
        name_unit(letter, first.body_id, first.unit_id)
    elif first is None or first.body_id != letter.counterpart_id or not letter.counterpart_ar:
        name_counterpart(letter, first.body_id if first else None)


def require_recipients(actor: Actor, addressees: Iterable[AddresseeCommand]) -> None:
    """Raise the directory's error for the first recipient that may not be written to today.

    A unit is one of the actor's own body: nobody knows the trays of another.
    """
    today, addressees = clock.today(), tuple(addressees)
    bodies = directory.bodies_at_once(one.body_id for one in addressees)
    offices = directory.addressable_posts_of((one.body_id for one in addressees if one.post_id), today)
    for one in addressees:
        directory.check_addressable(bodies.get(one.body_id), realm=actor.realm, on=today)
        if one.post_id and directory.office_among(offices.get(one.body_id, ()), one.post_id) is None:
            raise NotAddressablePost
        if one.unit_id:
            own = Unit.objects.filter(effective(today), id=one.unit_id, body_id=actor.body_id)
            if one.body_id != actor.body_id or not own.exists():
                raise UnknownChoice


def _check_units(command: DraftCommand) -> None:
    """A memo goes to units, and nothing else names a unit."""
    memo = command.kind is LetterKind.MEMO
    if any((one.unit_id is not None) is not memo for one in command.addressees):
        raise UnknownChoice


def _address(letter: Letter, command: DraftCommand) -> None:
    """Write the addressees of a letter that has none yet."""
    Addressee.objects.bulk_create(
        Addressee(letter=letter, position=position, **one) for position, one in enumerate(_addressed(command), start=1)
    )


def _lay_route(actor: Actor, letter: Letter, command: DraftCommand) -> None:
    """Write the route of a letter that has none yet."""
    steps = _steps(command)
    posts = Post.objects.filter(effective(clock.today()), body_id=actor.body_id).in_bulk([post for _, post in steps])
    if not all(post in posts and may_stand(actor, kind, posts[post]) for kind, post in steps):
        raise UnknownChoice
    RouteStep.objects.bulk_create(
        RouteStep(
            letter=letter, position=position, kind=kind, post_id=post, post_ar=posts[post].ar, post_en=posts[post].en
        )
        for position, (kind, post) in enumerate(steps, start=1)
    )


def _steps(command: DraftCommand) -> list[tuple[RouteKind, UUID]]:
    """The route that a form lays: who approves, in order, and who signs."""
    approving = [(RouteKind.APPROVE, post) for post in dict.fromkeys(command.approvers)]
    return approving + ([(RouteKind.SIGN, command.signer)] if command.signer else [])


def may_stand(actor: Actor, kind: RouteKind, post: Post) -> bool:
    """Whether a post of the body may stand in the route: it has the power, and nobody names the own as approver."""
    powers = ROLE_CAPABILITIES[PostRole(post.role)]
    if kind is RouteKind.SIGN:
        return Capability.SIGN in powers
    return Capability.APPROVE in powers and post.id not in actor.post_ids


def _distinct(addressees: tuple[AddresseeCommand, ...]) -> list[AddresseeCommand]:
    """One line per body and unit: who is addressed gets no copy besides."""
    chosen: dict[tuple[UUID, UUID | None], AddresseeCommand] = {}
    for one in sorted(addressees, key=lambda each: each.role != "original"):
        chosen.setdefault((one.body_id, one.unit_id), one)
    return list(chosen.values())


def _addressed(command: DraftCommand) -> list[dict[str, Any]]:
    """The lines of a letter's addressees, in order, as a form gives them."""
    return [
        {
            "role": one.role, "recipient_id": one.body_id, "post_id": one.post_id, "unit_id": one.unit_id,
            "visible": one.visible,
        }
        for one in _distinct(command.addressees)
    ]  # fmt: skip


def says_the_same(letter: Letter, command: DraftCommand, *, with_route: bool) -> bool:
    """Whether a saved letter, in the open scope, holds what a form holds: its fields, to whom it goes, and its route.

    Without the route where whoever saves does not lay it.
    """
    fields = _fields(command)
    if {name: getattr(letter, name) for name in fields} != fields:
        return False
    kept = letter.addressees.order_by("position").values("role", "recipient_id", "post_id", "unit_id", "visible")
    if list(kept) != _addressed(command):
        return False
    return not with_route or list(letter.route.order_by("position").values_list("kind", "post_id")) == _steps(command)


def was_begun_so(actor: Actor, letter: Letter, command: DraftCommand, *, answers: UUID | None) -> bool:
    """Whether a letter that was begun before holds all of what it is begun with now, also what it answers."""
    with reading(actor):
        linked = letter.links.filter(kind=LinkKind.REPLY).values_list("to_id", flat=True).first()
        return linked == answers and says_the_same(letter, command, with_route=True)
