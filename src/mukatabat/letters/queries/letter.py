# SPDX-License-Identifier: EUPL-1.2
"""One letter, and the letters that it answers or that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mukatabat.access.grants.queries import granted, require_granted
from mukatabat.directory.models import Person, Post, Unit
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.models import DraftVersion, Lease, Letter, Link
from mukatabat.letters.rules import LetterState, LinkKind
from mukatabat.press.content import Content, validate
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work.models import Item
from mukatabat.work.queries import holders_of


def access_letter(actor: Actor, letter_id: UUID) -> Letter:
    """The letter, if the actor may see it; missing and forbidden are the same "not found"."""
    with reading(actor):
        require_granted(actor, letter_id)
        letter = Letter.objects.filter(id=letter_id).first()
    if letter is None:  # granted, and yet no letter: an arrival has a grant as well
        raise NotFoundOrForbidden
    return letter


def content_of(letter: Letter) -> Content:
    """The stored text of a letter; empty where nothing was written."""
    return validate(letter.content) if letter.content else Content(())


def own_draft(actor: Actor, draft_id: UUID) -> Letter | None:
    """The letter under an identifier that the author's page chose, or None while nothing of it was saved."""
    with reading(actor):
        return Letter.objects.filter(id=draft_id, author_id=actor.person_id).first()


def writable_draft(actor: Actor, draft_id: UUID) -> Letter | None:
    """The actor's own draft, or one that was handed to the actor and is still held; else None."""
    with reading(actor):
        own = own_draft(actor, draft_id)
        if own is not None or not granted(actor, [draft_id]):
            return own
        held = Lease.objects.filter(letter_id=draft_id, person_id=actor.person, until__gt=clock.now())
        return Letter.objects.filter(id__in=held.values("letter_id"), state=LetterState.DRAFT).first()


def versions_of(actor: Actor, letter: Letter) -> tuple[DraftVersion, ...]:
    """The kept versions of a letter, the newest first: for its author and for the posts of its route.

    What was written on the way is not for everybody who may read the letter; raises "not found" for all others.
    """
    with reading(actor):
        of_route = letter.route.filter(post_id__in=actor.post_ids).exists()
        if not of_route and (actor.person_id is None or letter.author_id != actor.person_id):
            raise NotFoundOrForbidden
        return tuple(letter.versions.order_by("-number"))


@dataclass(frozen=True, slots=True)
class Conversation:
    """The letters before and after one letter that the actor may see as well."""

    answers: Letter | None
    answered_by: tuple[Letter, ...]
    corrects: Letter | None = None
    corrected_by: tuple[Letter, ...] = ()


def conversation(actor: Actor, letter: Letter) -> Conversation:
    """What a letter answers or corrects, and what answers or corrects it; what the actor may not see is absent."""
    kinds = (LinkKind.REPLY, LinkKind.CORRECTION)
    with reading(actor):
        links = list(Link.objects.filter(letter=letter, kind__in=kinds).select_related("to"))
        back = list(Link.objects.filter(to=letter, kind__in=kinds).select_related("letter"))
        visible = granted(actor, [*(one.to_id for one in links), *(one.letter_id for one in back)])
    before = {LinkKind(one.kind): one.to for one in links if one.to_id in visible}
    after = [one for one in back if one.letter_id in visible and one.letter.reference]
    return Conversation(
        answers=before.get(LinkKind.REPLY), corrects=before.get(LinkKind.CORRECTION),
        answered_by=tuple(one.letter for one in after if one.kind == LinkKind.REPLY),
        corrected_by=tuple(one.letter for one in after if one.kind == LinkKind.CORRECTION),
    )  # fmt: skip


def holder_of(item: Item) -> Person | Post | Unit | None:
    """Who holds an item: a person, a post or a unit, with its name in both languages."""
    return holders_of([item]).get(item.holder_id)
