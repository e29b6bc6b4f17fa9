# SPDX-License-Identifier: EUPL-1.2
"""What a page sends, kept as it was typed so that a refused form loses nothing, and read into commands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self, TypeVar
from uuid import UUID

from django.http import QueryDict

from mukatabat.access.grants.rules import Grantee, GranteeKind
from mukatabat.exchange.rules import Role
from mukatabat.kernel.calendar import is_working_day
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency, Vocabulary
from mukatabat.letters.commands import AddresseeCommand, DraftCommand, PaperCommand
from mukatabat.letters.errors import (
    DueDayUnsuitable,
    LetterDateUnsuitable,
    SourceUnsuitable,
    TextHasForm,
    UnknownChoice,
)
from mukatabat.letters.models import Addressee, Letter, RouteStep
from mukatabat.letters.queries import content_of
from mukatabat.letters.rules import DraftFacts, LetterKind, RouteKind
from mukatabat.press.content import Content, from_plain_text, is_plain, to_json, to_plain_text, validate
from mukatabat.press.errors import PressError
from mukatabat.work.errors import ActNotReferable, UnknownHolder
from mukatabat.work.rules import Act, ReferralCommand, Task

W = TypeVar("W", bound=Vocabulary)
UNIT = "unit:"
LONGEST_DUE = timedelta(days=3 * 366)
"""No work is due later; calendars end somewhere, and a desk must open whatever was typed."""


def uuid_or_none(text: str | None) -> UUID | None:
    """The identifier that a form sent, or None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class RecipientValue:
    """A recipient as a token carries it: "body", "body.post", or "unit:unit" inside the own body."""

    body_id: UUID | None = None
    post_id: UUID | None = None
    unit_id: UUID | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a token's value; raises `UnknownChoice`."""
        if text.startswith(UNIT):
            found = cls(unit_id=uuid_or_none(text.removeprefix(UNIT)))
            sound = found.unit_id is not None
        else:
            body, _, post = text.partition(".")
            found = cls(body_id=uuid_or_none(body), post_id=uuid_or_none(post))
            sound = found.body_id is not None and (found.post_id is not None or not post)
        if not sound:
            raise UnknownChoice
        return found

    def __str__(self) -> str:
        if self.unit_id is not None:
            return f"{UNIT}{self.unit_id}"
        return f"{self.body_id}.{self.post_id}" if self.post_id else str(self.body_id)

    def addressee(self, own_body: UUID, role: Role) -> AddresseeCommand:
        """The recipient as the draft's command names it; a unit lies in the own body."""
        body = self.body_id or own_body
        return AddresseeCommand(body, role, post_id=self.post_id, unit_id=self.unit_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftForm:
    """The form of a draft as it was typed. ``version`` 0 is a page whose draft was never saved.

    ``content`` is the text as the letter editor sends it, JSON; without it ``body`` is the text, plain.
    """

    version: int = 0
    to: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    subject: str = ""
    letter_type: str = "general"
    urgency: str = Urgency.NORMAL.value
    secrecy: str = Secrecy.NORMAL.value
    body: str = ""
    content: str = ""
    approvers: tuple[str, ...] = ()
    signer: str = ""

    @classmethod
    def from_post(cls, data: QueryDict) -> Self:
        """What a browser sent; unknown values are kept here and refused when the command is made."""
        version = data.get("version", "")
        return cls(
            version=int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0,
            to=_distinct(data.getlist("to")), copy=_distinct(data.getlist("copy")), subject=data.get("subject", ""),
            letter_type=data.get("letter_type", "general"), urgency=data.get("urgency", Urgency.NORMAL),
            secrecy=data.get("secrecy", Secrecy.NORMAL), body=data.get("body", ""),
            content=data.get("content", ""), approvers=_distinct(data.getlist("approver")),
            signer=data.get("signer", ""),
        )  # fmt: skip

    @classmethod
    def of_letter(cls, letter: Letter, addressees: Iterable[Addressee], route: Iterable[RouteStep]) -> Self:
        """What a saved draft holds."""
        recipients = [(one.role, str(_value(one))) for one in addressees]
        steps = [(step.kind, str(step.post_id)) for step in route]
        return cls(
            version=letter.version, to=tuple(value for role, value in recipients if role == Role.ORIGINAL),
            copy=tuple(value for role, value in recipients if role == Role.COPY), subject=letter.subject,
            letter_type=letter.letter_type, urgency=letter.urgency, secrecy=letter.secrecy,
            body=to_plain_text(content_of(letter)), content=_as_json(content_of(letter)),
            approvers=tuple(post for kind, post in steps if kind == RouteKind.APPROVE),
            signer=next((post for kind, post in steps if kind == RouteKind.SIGN), ""),
        )  # fmt: skip

    def command(self, own_body: UUID, kind: LetterKind, kept: Letter | None) -> DraftCommand:
        """The command of this form; what the form does not show is carried over from the ``kept`` draft.

        Raises `UnknownChoice` for a value of no list, and the errors of the letter's text.
        """
        originals = [RecipientValue.parse(one).addressee(own_body, Role.ORIGINAL) for one in self.to]
        copies = [RecipientValue.parse(one).addressee(own_body, Role.COPY) for one in self.copy]
        command = DraftCommand(
            kind=kind, letter_type=self.letter_type, subject=self.subject, content=self._content(kept),
            secrecy=_chosen(Secrecy, self.secrecy), urgency=_chosen(Urgency, self.urgency),
            addressees=(*originals, *copies), approvers=tuple(_required(one) for one in self.approvers if one),
            signer=_required(self.signer) if self.signer else None,
        )  # fmt: skip
        return command if kept is None else _carrying(command, kept)

    def _content(self, kept: Letter | None) -> Content:
        """The text; a plain one that was not touched keeps the marks that plain text cannot show, or it is refused."""
        if self.content:
            return validate(self.content)
        written = content_of(kept) if kept is not None else Content(())
        if written.blocks and to_plain_text(written) == _with_line_feeds(self.body):
            return written
        if not is_plain(written):
            raise TextHasForm
        return from_plain_text(self.body)

    def facts(self, kind: LetterKind) -> DraftFacts:
        """What the readiness check looks at while nothing was saved; whether it goes to the own body is seen then."""
        return DraftFacts(
            kind=kind, subject=self.subject, plain_body=self.body or self.content, originals=len(self.to),
            addresses_own_body=False, has_signer=bool(self.signer), secrecy=Secrecy.NORMAL,
        )  # fmt: skip

    @property
    def editable(self) -> str:
        """The text for the letter editor, JSON; empty where what was typed is no letter's text."""
        if self.content:
            return self.content
        try:
            return _as_json(from_plain_text(self.body))
        except PressError:
            return ""


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _value(one: Addressee) -> RecipientValue:
    if one.unit_id is not None:
        return RecipientValue(unit_id=one.unit_id)
    return RecipientValue(body_id=one.recipient_id, post_id=one.post_id)


def _as_json(content: Content) -> str:
    return json.dumps(to_json(content), ensure_ascii=False, separators=(",", ":"))


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _carrying(command: DraftCommand, kept: Letter) -> DraftCommand:
    return replace(
        command,
        data_class=DataClass(kept.data_class),
        general_number=kept.general_number,
        answer_wanted_by=kept.answer_wanted_by,
    )


def _chosen(words: type[W], value: str) -> W:
    try:
        return words(value)
    except ValueError:
        raise UnknownChoice from None


def _required(text: str) -> UUID:
    found = uuid_or_none(text)
    if found is None:
        raise UnknownChoice
    return found


def grantee_of(text: str) -> Grantee | None:
    """A unit, post or person from "kind:identifier", or None."""
    kind, _, identifier = text.partition(":")
    found = uuid_or_none(identifier)
    return Grantee(GranteeKind(kind), found) if found and kind in set(GranteeKind) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralForm:
    """The referral sheet as it was typed; ``due`` is a day in ISO form, "other", empty for none, None if fresh."""

    to: str = ""
    act: str = ""
    note: str = ""
    due: str | None = None
    due_date: str = ""
    keep: bool = True

    @classmethod
    def from_post(cls, data: QueryDict) -> Self:
        """What a browser sent."""
        return cls(
            to=data.get("to", ""), act=data.get("act", ""), note=data.get("note", ""), due=data.get("due", ""),
            due_date=data.get("due_date", ""), keep=data.get("keep_following") == "yes",
        )  # fmt: skip

    def chosen(self, first_due: str) -> dict[str, Any]:
        """What the sheet shows as chosen; ``first_due`` is the day that stands on a fresh one."""
        return {
            "to": self.to, "act": self.act, "note": self.note, "due": first_due if self.due is None else self.due,
            "due_date": self.due_date, "keep": self.keep,
        }  # fmt: skip

    def command(self, today: date, holidays: frozenset[date]) -> ReferralCommand:
        """The referral; raises `UnknownHolder`, `ActNotReferable` or `DueDayUnsuitable`."""
        holder = grantee_of(self.to)
        if holder is None:
            raise UnknownHolder
        try:
            act = Act(self.act)
        except ValueError:
            raise ActNotReferable from None
        return ReferralCommand(
            task=Task(holder=holder, act=act, due=self._day(today, holidays)), note=self.note,
            keep_following=self.keep,
        )  # fmt: skip

    def _day(self, today: date, holidays: frozenset[date]) -> date | None:
        written = self.due_date if self.due == "other" else self.due or ""
        if not written and self.due != "other":
            return None
        try:
            day = date.fromisoformat(written)
        except ValueError:
            raise DueDayUnsuitable from None
        if not today <= day <= today + LONGEST_DUE or (day != today and not is_working_day(day, holidays)):
            raise DueDayUnsuitable
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """The form of a letter on paper as it was typed; the date opens empty, so that it is read from the letter."""

    source: str = ""
    their_reference: str = ""
    their_date: str = ""
    subject: str = ""
    letter_type: str = "general"
    secrecy: str = Secrecy.NORMAL.value
    urgency: str = Urgency.NORMAL.value
    attachments_listed: str = ""
    answers: str = ""
    more: tuple[str, ...] = ()
    despite: str = ""

    @classmethod
    def from_post(cls, data: QueryDict) -> Self:
        """What a browser sent."""
        return cls(
            source=data.get("source", ""), their_reference=data.get("their_reference", ""),
            their_date=data.get("their_date", ""), subject=data.get("subject", ""),
            letter_type=data.get("letter_type", "general"), secrecy=data.get("secrecy", Secrecy.NORMAL),
            urgency=data.get("urgency", Urgency.NORMAL), attachments_listed=data.get("attachments_listed", ""),
            answers=data.get("answers", ""), more=_distinct(data.getlist("more")), despite=data.get("despite", ""),
        )  # fmt: skip

    def command(self, referral: ReferralCommand | None) -> PaperCommand:
        """The registration; raises `SourceUnsuitable`, `LetterDateUnsuitable` or `UnknownChoice`."""
        source = uuid_or_none(self.source)
        if source is None:
            raise SourceUnsuitable
        try:
            day = date.fromisoformat(self.their_date)
        except ValueError:
            raise LetterDateUnsuitable from None
        return PaperCommand(
            source_id=source, their_reference=self.their_reference, their_date=day, subject=self.subject,
            letter_type=self.letter_type, secrecy=_chosen(Secrecy, self.secrecy), referral=referral,
            urgency=_chosen(Urgency, self.urgency), attachments_listed=self.attachments_listed,
            answers=uuid_or_none(self.answers), more_scans=tuple(_required(one) for one in self.more),
            despite=uuid_or_none(self.despite),
        )  # fmt: skip
