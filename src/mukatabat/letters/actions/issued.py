# SPDX-License-Identifier: EUPL-1.2
"""What follows from an issued letter, and from a number that became void, in the same transaction."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import prefetch_related_objects

from mukatabat.access.grants.actions import move as move_on_shelf
from mukatabat.access.grants.rules import Grantee, Reason
from mukatabat.directory import queries as directory
from mukatabat.exchange.actions import order_carriage
from mukatabat.exchange.manifest import DocumentPart, Manifest
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import add_working_days
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.correcting import end_correction
from mukatabat.letters.headings import heading_of
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import LinkKind
from mukatabat.letters.transitions import linked, protected
from mukatabat.letters.types import CATALOGUE
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import end_service, grant
from mukatabat.vault.models import Document
from mukatabat.work.actions import finish, hand_over, record_step, rename_item
from mukatabat.work.models import Item
from mukatabat.work.rules import Act, ItemState, Step, Task


def document_part(document: Document) -> DocumentPart:
    """The signed letter as a part of its parcel."""
    return DocumentPart(
        part="letter", digest=document.digest, size=document.size, media_type=document.media_type,
        name=document.name, pages=document.pages,
    )  # fmt: skip


def after_issue(actor: Actor, letter: Letter, issue: Issue, manifest: Manifest) -> None:
    """Order the carriage, put the letter on its shelf, follow the answer, close what it answers, tell the author."""
    order_carriage(actor, letter.id, manifest)
    end_service(actor, letter.id, [issue.prepared_id])
    letter.route.filter(done_at=None).update(
        done_at=clock.now(), done_by_ar=issue.signer_ar, done_by_en=issue.signer_en
    )
    move_on_shelf(protected(letter))
    if not Secrecy(letter.secrecy).is_sealed:
        registry = directory.registry_unit(actor.body_id)
        grant(actor, protected(letter), [Grantee.unit(registry.id)], reason=Reason.REGISTRY)
    rename_item(actor, heading_of(letter))
    record_step(actor, letter.id, Step.DRAFT_TO_SIGN, started=letter.created_at)
    _follow(actor, letter)
    prefetch_related_objects([letter], "links__to")
    for question in linked(letter, LinkKind.REPLY):
        finish(actor, question.id, outcome=letter.reference)
        if question.registered_at:
            record_step(actor, question.id, Step.RECEIPT_TO_REPLY, started=question.registered_at)
    end_correction(actor, letter)
    if letter.author_id:
        message = Message(
            kind=Kind.ISSUED,
            object_kind="letter",
            object_id=letter.id,
            reference=letter.reference,
            **outside(letter.subject, letter.secrecy, letter.data_class),
        )
        tell(actor, [letter.author_id], message)


def _follow(actor: Actor, letter: Letter) -> None:
    """A letter that expects an answer stays with its author until it comes; any other is done."""
    days = CATALOGUE[letter.letter_type].answer_in_days
    due = letter.answer_wanted_by or (_in_working_days(actor, days) if days else None)
    if due is None or letter.author_id is None:
        finish(actor, letter.id)
        return
    task = Task(holder=Grantee.person(letter.author_id), act=Act.FOLLOW, due=due)
    hand_over(actor, letter.id, task, state=ItemState.FOLLOWING)


def _in_working_days(actor: Actor, days: int) -> date:
    today = clock.today()
    holidays = directory.holidays(actor.realm, first=today, last=today + timedelta(days=366))
    return add_working_days(today, days, holidays)


def after_void(actor: Actor, letter: Letter, issue: Issue) -> None:
    """Tell signer and author that a number became void; the item stays with the signer's post."""
    end_service(actor, letter.id)
    Item.objects.filter(object_id=letter.id).update(seen_at=None)
    message = Message(
        kind=Kind.NUMBER_VOID,
        object_kind="letter",
        object_id=letter.id,
        reference=issue.reference,
        **outside(letter.subject, letter.secrecy, letter.data_class),
    )
    tell(actor, [one for one in (letter.author_id, issue.signer_id) if one], message)
