# SPDX-License-Identifier: EUPL-1.2
"""The author's desk: which draft a page writes, its form filled in, and the context of ``letters/compose.html``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, Post
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.manifest import Party
from mukatabat.kernel import clock
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters import choices
from mukatabat.letters.actions.approval import unready
from mukatabat.letters.actions.drafting import begin_draft, save_draft
from mukatabat.letters.actions.presence import presence
from mukatabat.letters.device import device_key
from mukatabat.letters.errors import DraftChanged, UnknownChoice
from mukatabat.letters.forms import DraftForm, RecipientValue
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter, content_of, conversation, writable_draft
from mukatabat.letters.rules import Direction, LetterKind, LetterState, Unready, lacks
from mukatabat.letters.texts import UNREADY
from mukatabat.letters.types import CATALOGUE
from mukatabat.letters.views.paper import blank_paper, draft_paper
from mukatabat.letters.views.shown import letter_url
from mukatabat.press.content import is_plain
from mukatabat.press.dates import gregorian_text
from mukatabat.registers.printing import look_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.rules import DEFAULT_LIMIT

BUNDLE = "built/editor.js"
CONCERNING = ("بشأن", "في شأن", "بخصوص", "حول", "في خصوص")
HEADINGS = {
    LetterKind.LETTER: _("New letter"),
    LetterKind.MEMO: _("New internal memo"),
    LetterKind.CIRCULAR: _("New circular"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One draft in the making: the identifier that its page chose, and the row once something was saved."""

    draft_id: UUID
    kind: LetterKind
    answers: Letter | None = None
    letter: Letter | None = None


def desk_of(actor: Actor, draft_id: UUID, *, kind: LetterKind, answers: UUID | None) -> Desk:
    """The desk of a draft; a saved one knows its own kind and what it answers."""
    with reading(actor):
        letter = writable_draft(actor, draft_id)
        if letter is not None:
            return Desk(
                draft_id=draft_id, kind=LetterKind(letter.kind), answers=conversation(actor, letter).answers,
                letter=letter,
            )  # fmt: skip
        question = answerable(actor, answers) if answers is not None else None
    return Desk(draft_id=draft_id, kind=_kind_of_reply(question, kind), answers=question)


def answerable(actor: Actor, letter_id: UUID) -> Letter:
    """The received letter that a reply answers; raises "not found", and `UnknownChoice` for a letter of one's own."""
    letter = access_letter(actor, letter_id)
    if letter.direction != Direction.IN:
        raise UnknownChoice
    return letter


def _kind_of_reply(question: Letter | None, kind: LetterKind) -> LetterKind:
    if question is None:
        return kind
    return LetterKind.MEMO if question.kind == LetterKind.MEMO else LetterKind.LETTER


def save(actor: Actor, desk: Desk, form: DraftForm) -> int:
    """Save what the page sent and return the new version; the first save begins the draft.

    Version 0 comes from a page that was never told of a save. The draft's identifier is known to that page alone, so
    a draft at version 1 is its own first save whose answer was lost.
    """
    command = form.command(actor.body_id, desk.kind, desk.letter)
    if desk.letter is None:
        answers = desk.answers.id if desk.answers else None
        letter = begin_draft(actor, command, answers=answers, draft_id=desk.draft_id)
    else:
        letter = desk.letter
    try:
        return save_draft(actor, letter.id, command, version=form.version)
    except DraftChanged:
        if form.version or letter.version > 1:
            raise
        return save_draft(actor, letter.id, command, version=1)


# ── forms to begin with ─────────────────────────────────────────────────────────────────────────────────────────────


def first_form(actor: Actor, desk: Desk) -> DraftForm:
    """The form of a draft that is not saved yet: the usual route, and for a reply all that the question says."""
    with reading(actor):
        approvers, signer = choices.usual_route(actor)
        form = DraftForm(approvers=approvers, signer=signer)
        return _replying(actor, desk.answers, form) if desk.answers else form


def saved_form(actor: Actor, letter: Letter) -> DraftForm:
    """The form of a saved draft."""
    with reading(actor):
        return DraftForm.of_letter(letter, letter.addressees.order_by("position"), letter.route.order_by("position"))


def _replying(actor: Actor, question: Letter, form: DraftForm) -> DraftForm:
    arrival = exchange.arrival_of_letter(actor, question.id)
    to = str(RecipientValue(body_id=question.counterpart_id)) if question.counterpart_id else ""
    if arrival is not None:
        to = str(_back_to(arrival.read().sender, memo=question.kind == LetterKind.MEMO))
    return replace(
        form, to=(to,) if to else (), subject=question.subject, secrecy=question.secrecy, urgency=question.urgency,
        body=_opening(actor, question),
        letter_type="opinion" if question.letter_type == "opinion_request" else "general",
    )  # fmt: skip


def _back_to(sender: Party, *, memo: bool) -> RecipientValue:
    """Where a reply goes: the post that signed, if it receives letters, else its body; for a memo the post's unit."""
    post = Post.objects.filter(id=sender.post_id).first() if sender.post_id else None
    if memo and post is not None:
        return RecipientValue(unit_id=post.unit_id)
    receives = post is not None and directory.addressable_posts(sender.body_id).filter(id=post.pk).exists()
    return RecipientValue(body_id=sender.body_id, post_id=sender.post_id if receives else None)


def _opening(actor: Actor, question: Letter) -> str:
    """The first paragraph of a reply. The reference is recognised and isolated when the text is read."""
    digits = look_of(Body.objects.get(id=actor.body_id)).digits
    day = gregorian_text(question.their_date or clock.today(), "ar", digits)
    word = "مذكرتكم" if question.kind == LetterKind.MEMO else "كتابكم"
    dated = "المؤرخة" if question.kind == LetterKind.MEMO else "المؤرخ"
    return f"بالإشارة إلى {word} رقم {question.their_reference} {dated} {day} {_about(question)}،\n\n"


def _about(question: Letter) -> str:
    """What the question was about, in the sentence of a reply: no second «بشأن» before a subject that has one."""
    subject = str(question.subject).strip()
    found = [word for word in CONCERNING if f" {word} " in f" {subject} "]
    if any(f"{subject} ".startswith(f"{word} ") for word in found):
        return subject
    if not found:
        return f"بشأن {subject}"
    return f"{'والمتضمنة' if question.kind == LetterKind.MEMO else 'والمتضمن'} {subject}"


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def compose_page(actor: Actor, desk: Desk, form: DraftForm, *, readonly: bool = False) -> dict[str, Any]:
    """The context of the compose page, with the form as it was typed; ``readonly`` while somebody else writes it."""
    with reading(actor):
        body = Body.objects.get(id=actor.body_id)
        letter = desk.letter
        paper = draft_paper(body, letter) if letter else blank_paper(body)
        return {
            "heading": _("Reply") if desk.answers else HEADINGS[desk.kind], "kind": desk.kind.value,
            "kinds": _kinds(desk), "reply_to": _reply_to(desk),
            "draft": _draft(desk, form) | {"seal": device_key(actor, desk.draft_id)},
            "paper": paper | {"subject": form.subject},
            **_addresses(desk), **_options(actor, desk),
            "files": files_of(letter, removable=not readonly) if letter else [], "upload_limit": DEFAULT_LIMIT,
            "comments": comments_of(letter, resolvable=not readonly) if letter else [],
            "chosen_approver": form.approvers[0] if form.approvers else "", "chosen_signer": form.signer,
            "readiness": readiness(letter) if letter else _lacking(lacks(form.facts(desk.kind))),
            "errors": [], **_editor(body),
            "readonly": {"by": presence(actor, letter).by} if readonly and letter else None,
        }  # fmt: skip


def standing(actor: Actor, draft_id: UUID) -> dict[str, Any]:
    """The context of ``letters/_standing.html``: what the page shows of a draft that was saved just now."""
    with reading(actor):
        letter = access_letter(actor, draft_id)
        desk = Desk(draft_id=draft_id, kind=LetterKind(letter.kind), letter=letter)
        return {
            "paper": draft_paper(Body.objects.get(id=actor.body_id), letter), "readiness": readiness(letter),
            "draft": {"number": _number(letter)}, **_addresses(desk),
        }  # fmt: skip


def _number(letter: Letter) -> int:
    """The number of the draft as it is written now: one more than the versions that were kept."""
    return letter.versions.count() + 1


def _kinds(desk: Desk) -> list[dict[str, Any]]:
    """The kinds among which a page may still choose: not a reply's, and not a saved draft's."""
    if desk.letter is not None or desk.answers is not None:
        return []
    url = reverse("letters:new")
    return [{"label": one.label, "url": f"{url}?kind={one}", "current": one is desk.kind} for one in LetterKind]


def _reply_to(desk: Desk) -> dict[str, str] | None:
    if desk.answers is None:
        return None
    return {"reference": desk.answers.their_reference, "url": letter_url(desk.answers.id)}


def _draft(desk: Desk, form: DraftForm) -> dict[str, Any]:
    letter = desk.letter
    return {
        "id": desk.draft_id, "number": _number(letter) if letter else None, "version": form.version,
        "subject": form.subject, "body": form.body, "content": form.editable,
        "plain": letter is None or is_plain(content_of(letter)),
        "secrecy": form.secrecy, "urgency": form.urgency,
        "letter_type": form.letter_type, "saved_at": letter.updated_at if letter else None,
        "to": choices.tokens(form.to), "copies": choices.tokens(form.copy),
        "keep": "yes" if form.secrecy == Secrecy.NORMAL else "no",
    }  # fmt: skip


def _editor(body: Body) -> dict[str, Any]:
    """What the letter editor needs, where it was built."""
    return {
        "editor_script": editor_script(), "letter_digits": look_of(body).digits.value,
        "citations_url": reverse("letters:citations"), "phrases_url": reverse("letters:phrases"),
    }  # fmt: skip


@cache
def editor_script() -> str:
    """The address of the letter editor's bundle; empty where it was not built (`tools/island.py`)."""
    return static(BUNDLE) if finders.find(BUNDLE) else ""


def _addresses(desk: Desk) -> dict[str, str]:
    """Where the page posts to; a draft that is not saved yet says in its address what it will be."""
    options = {"options_url": f"{reverse('letters:options')}?kind={desk.kind}"}
    if desk.letter is not None:
        names = {"post_url": "edit", "autosave_url": "autosave", "preview_url": "preview", "discard_url": "discard"}
        names |= {"presence_url": "presence", "versions_url": "versions"}
        return options | {key: reverse(f"letters:{name}", args=[desk.draft_id]) for key, name in names.items()}
    if desk.answers is not None:
        where = [desk.answers.id, desk.draft_id]
        names = {"post_url": "begin_reply", "autosave_url": "autosave_reply"}
        return options | {key: reverse(f"letters:{name}", args=where) for key, name in names.items()}
    names = {"post_url": "begin", "autosave_url": "autosave_new"}
    return options | {
        key: f"{reverse(f'letters:{name}', args=[desk.draft_id])}?kind={desk.kind}" for key, name in names.items()
    }


def _options(actor: Actor, desk: Desk) -> dict[str, Any]:
    language = "ar" if reads_arabic() else "en"
    lowest = Secrecy(desk.answers.secrecy).rank if desk.answers else 0
    return {
        "bodies": choices.all_recipients(actor, memo=desk.kind is LetterKind.MEMO),
        "letter_types": [(code, one.name(language)) for code, one in CATALOGUE.items()],
        "secrecies": Secrecy.choices(), "lowest_secrecy": [str(one) for one in Secrecy if one.rank < lowest],
        "urgencies": Urgency.choices(), "approvers": choices.approver_choices(actor),
        "signers": choices.signer_choices(actor),
    }  # fmt: skip


def files_of(letter: Letter, *, removable: bool = False) -> list[dict[str, Any]]:
    """The attachments of a letter with the addresses to open them and, in a draft, to take them off."""
    return [
        {
            "name": one.name, "size": one.size, "pages": one.pages, "digest": one.digest, "document": one.document_id,
            "url": reverse("letters:document", args=[letter.id, one.document_id]),
            "remove_url": reverse("letters:detach", args=[letter.id, one.id]) if removable else "",
        }
        for one in letter.attachments.order_by("position")
    ]  # fmt: skip


def comments_of(letter: Letter, *, resolvable: bool = False) -> list[dict[str, Any]]:
    """The reviewers' remarks, oldest first."""
    return [
        {
            "by": spoken(one.author_ar, one.author_en), "at": one.at, "text": one.text, "quote": one.quote,
            "position": one.position,
            "done": one.resolved_at is not None,
            "done_url": reverse("letters:resolve", args=[letter.id, one.id]) if resolvable else "",
        }
        for one in letter.comments.order_by("at")
    ]  # fmt: skip


def readiness(letter: Letter) -> list[dict[str, str]]:
    """What a draft lacks, or that nothing is missing."""
    return _lacking(unready(letter))


def _lacking(lacking: Sequence[Unready]) -> list[dict[str, str]]:
    if not lacking:
        return [{"tone": "ok", "text": gettext("Nothing is missing.")}]
    return [{"tone": "stop", "text": str(UNREADY[one].text)} for one in lacking]


def is_open(letter: Letter | None) -> bool:
    """Whether a draft can still be written."""
    return letter is None or letter.state == LetterState.DRAFT
