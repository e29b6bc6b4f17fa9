# SPDX-License-Identifier: EUPL-1.2
"""A draft's way along its route: submit, comment, approve, send back, recall."""

from __future__ import annotations

from uuid import UUID

from django.db.models import prefetch_related_objects

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.rules import Grantee, Reason
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import bidi_controls
from mukatabat.kernel.text import clean_text
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.drafting import author_guard
from mukatabat.letters.actions.presence import writer_guard
from mukatabat.letters.actions.versions import keep_version
from mukatabat.letters.errors import NoSuchMove, NotYourStep
from mukatabat.letters.headings import heading_of
from mukatabat.letters.models import Comment, Letter, RouteStep
from mukatabat.letters.printable import require_printable_body
from mukatabat.letters.queries import content_of
from mukatabat.letters.rules import (
    DraftFacts,
    Guard,
    LetterEvent,
    LetterKind,
    LetterState,
    LinkKind,
    RouteKind,
    Unready,
    VersionReason,
    lacks,
)
from mukatabat.letters.transitions import linked, locked, move, present_step, protected, require_version, step_guards
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.press.content import to_plain_text
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import grant, revoke
from mukatabat.work.actions import hand_over, rename_item
from mukatabat.work.rules import Act, Task

COMMENT_LIMIT = 2000
QUOTE_LIMIT = 300
ON_ITS_WAY = frozenset({LetterState.DRAFT, LetterState.REVIEW, LetterState.APPROVED})


def submit(actor: Actor, letter_id: UUID) -> Letter:
    """Send a draft along its route; what it lacks is named and nothing moves.

    Who saw an earlier round sees this one when it comes to their step.
    """
    with scope(actor):
        letter = locked(actor, letter_id)
        submit_locked(actor, letter)
    return letter


def submit_locked(actor: Actor, letter: Letter) -> None:
    """As :func:`submit`, a letter that this transaction has locked."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        prefetch_related_objects([letter], "addressees", "links__to", "route")
        missing = unready(letter)
        require_printable_body(content_of(letter))
        met = author_guard(actor, letter) and writer_guard(actor, letter)
        met |= set() if missing else {Guard.READY}
        move(actor, letter, LetterEvent.SUBMIT, met=met, params={"lacking": missing})
        keep_version(actor, letter, VersionReason.SUBMIT)
        _close_to_route(actor, letter)
        _begin_route_again(letter)
        rename_item(actor, heading_of(letter))
        step = present_step(letter)
        if step is not None and step.kind == RouteKind.SIGN:  # a route without approvers goes to the signer at once
            move(actor, letter, LetterEvent.APPROVE, met={Guard.STEP_HOLDER, Guard.LAST_STEP})
        _hand_to_step(actor, letter)


def approve(actor: Actor, letter_id: UUID, *, version: int | None = None) -> Letter:
    """Approve at one's own step; the last approval brings the letter to its signer.

    ``version`` is the one that was read: another one since is refused with ``ChangedSinceRead``.
    """
    with scope(actor):
        letter = locked(actor, letter_id)
        require_version(letter, version)
        prefetch_related_objects([letter], "links__to", "route")
        met = step_guards(actor, letter)
        event = LetterEvent.APPROVE if Guard.LAST_STEP in met else LetterEvent.PASS_STEP
        step = present_step(letter)
        move(actor, letter, event, met=met)
        if step is not None:
            _mark_done(actor, step)
        _hand_to_step(actor, letter)
    return letter


def send_back(actor: Actor, letter_id: UUID, reason: str) -> Letter:
    """Return the letter to its author with a reason; the route starts anew."""
    text = clean_text(reason, COMMENT_LIMIT)
    with scope(actor):
        letter = locked(actor, letter_id)
        met = step_guards(actor, letter) | ({Guard.REASON} if text else set())
        move(actor, letter, LetterEvent.SEND_BACK, met=met)
        keep_version(actor, letter, VersionReason.RETURN)
        _write_comment(actor, letter, text, sends_back=True)
        _return_to_author(actor, letter, Kind.SENT_BACK)
    return letter


def recall(actor: Actor, letter_id: UUID) -> Letter:
    """The author takes the letter back before it is issued; the route sees it again when it comes to each step."""
    with scope(actor):
        letter = locked(actor, letter_id)
        move(actor, letter, LetterEvent.RECALL, met=author_guard(actor, letter))
        _close_to_route(actor, letter)
        _return_to_author(actor, letter, None)
    return letter


def comment(
    actor: Actor, letter_id: UUID, text: str, *, quote: str = "", position: int | None = None
) -> Comment | None:
    """Write an internal remark on a letter that one may see; an empty one is not kept.

    ``quote`` are the words that it is about and ``position`` where they began in the text, counted in characters.
    """
    cleaned = clean_text(text, COMMENT_LIMIT)
    quoted = " ".join(quote.split())[:QUOTE_LIMIT]
    with scope(actor):
        letter = locked(actor, letter_id)
        if not cleaned:
            return None
        record(actor, act="letters.commented", object_kind="letter", object_id=letter.id)
        written = _write_comment(actor, letter, cleaned)
        if quoted and not bidi_controls(quoted):
            written.quote, written.position = quoted, position
            written.save(update_fields=["quote", "position"])
        return written


def resolve_comment(actor: Actor, letter_id: UUID, comment_id: UUID) -> None:
    """Mark a remark as dealt with: its writer, the author, or whoever has the step now, until the letter is issued."""
    with scope(actor):
        letter = locked(actor, letter_id)
        if letter.state not in ON_ITS_WAY:
            raise NoSuchMove(state=LetterState(letter.state).label)
        own = letter.comments.filter(id=comment_id, author_id=actor.person).exists()
        if not (own or author_guard(actor, letter) or Guard.STEP_HOLDER in step_guards(actor, letter)):
            raise NotYourStep
        if letter.comments.filter(id=comment_id, resolved_at=None).update(resolved_at=clock.now()):
            record(actor, act="letters.comment-resolved", object_kind="letter", object_id=letter.id)


def unready(letter: Letter) -> tuple[Unready, ...]:
    """What the draft lacks now."""
    addressees = list(letter.addressees.all())
    answered = next((one.secrecy for one in linked(letter, LinkKind.REPLY)), None)
    content = to_plain_text(content_of(letter))
    return lacks(
        DraftFacts(
            kind=LetterKind(letter.kind), subject=letter.subject, plain_body=content,
            originals=sum(one.role == "original" for one in addressees),
            addresses_own_body=any(one.recipient_id == letter.body_id for one in addressees),
            has_signer=any(one.kind == RouteKind.SIGN for one in letter.route.all()), secrecy=Secrecy(letter.secrecy),
            answered_secrecy=Secrecy(answered) if answered else None,
        )
    )  # fmt: skip


def _mark_done(actor: Actor, step: RouteStep) -> None:
    step.done_at, step.done_by_ar, step.done_by_en = clock.now(), actor.name_ar, actor.name_en
    step.save(update_fields=["done_at", "done_by_ar", "done_by_en"])


def _begin_route_again(letter: Letter) -> None:
    done = [step for step in letter.route.all() if step.done_at is not None]
    for step in done:
        step.done_at, step.done_by_ar, step.done_by_en = None, "", ""
    RouteStep.objects.bulk_update(done, ["done_at", "done_by_ar", "done_by_en"])


def _close_to_route(actor: Actor, letter: Letter) -> None:
    revoke(actor, letter.id, reason=(Reason.APPROVER, Reason.SIGNATORY))


def _hand_to_step(actor: Actor, letter: Letter) -> None:
    step = present_step(letter)
    if step is None:
        return
    holder = Grantee.post(step.post_id)
    signing = step.kind == RouteKind.SIGN
    grant(actor, protected(letter), [holder], reason=Reason.SIGNATORY if signing else Reason.APPROVER)
    hand_over(actor, letter.id, Task(holder=holder, act=Act.SIGN if signing else Act.APPROVE))
    for question in linked(letter, LinkKind.REPLY):
        if not Secrecy(question.secrecy).is_sealed:  # who approves an answer reads the question
            grant(actor, protected(question), [holder], reason=Reason.APPROVER, source_id=letter.id)
    people = directory.holders_of(step.post_id).values_list("id", flat=True)
    kind = Kind.FOR_SIGNATURE if signing else Kind.FOR_REVIEW
    tell(actor, people, _message(actor, letter, kind))


def _return_to_author(actor: Actor, letter: Letter, kind: Kind | None) -> None:
    """Hand the draft back as another version: no page of this round approves or signs what it did not show.

    The text may then change in ways that are no save of it, such as another attachment.
    """
    letter.version += 1
    letter.save(update_fields=["version"])
    if letter.author_id is None:
        return
    _begin_route_again(letter)
    hand_over(actor, letter.id, Task(holder=Grantee.person(letter.author_id), act=Act.DRAFT))
    if kind is not None:
        tell(actor, [letter.author_id], _message(actor, letter, kind))


def _message(actor: Actor, letter: Letter, kind: Kind) -> Message:
    return Message(
        kind=kind, object_kind="letter", object_id=letter.id, reference=letter.reference,
        counterpart_ar=actor.name_ar, counterpart_en=actor.name_en,
        **outside(letter.subject, letter.secrecy, letter.data_class),
    )  # fmt: skip


def _write_comment(actor: Actor, letter: Letter, text: str, *, sends_back: bool = False) -> Comment:
    return Comment.objects.create(
        letter=letter, author_id=actor.person, author_ar=actor.name_ar, author_en=actor.name_en, text=text,
        at=clock.now(), sends_back=sends_back,
    )  # fmt: skip
