# SPDX-License-Identifier: EUPL-1.2
"""What happened to a letter, in sentences: from the own body's trail, its referrals, and what recipients told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.safestring import SafeString

from mukatabat.audit.models import AuditEntry
from mukatabat.audit.queries import history_of
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person
from mukatabat.directory.rules import BodyLabel
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.kernel.language import spoken
from mukatabat.letters.choices import named
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import IssueState
from mukatabat.letters.texts import ACTS, REFERRED, STATIONS, VOIDED, Told
from mukatabat.letters.views.shown import reference, sentence
from mukatabat.registers.rules import void_reason
from mukatabat.tenancy.rules import Actor
from mukatabat.work.models import Referral
from mukatabat.work.rules import Act

AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline; the text is whole and safe."""

    at: datetime
    icon: str
    tone: str
    text: SafeString
    detail: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything of one letter from which its timeline is told."""

    actor: Actor
    letter: Letter
    consignments: Sequence[Consignment]
    referrals: Sequence[Referral]
    arrival: Arrival | None
    entries: list[AuditEntry] = field(default_factory=list)
    people: dict[UUID, Person] = field(default_factory=dict)
    bodies: dict[UUID, BodyLabel] = field(default_factory=dict)

    def who(self, entry: AuditEntry) -> str:
        """The actor of an entry by the name in the reader's language."""
        return named(self.people.get(entry.actor_id)) or entry.actor_name if entry.actor_id else entry.actor_name

    def name(self, consignment: Consignment) -> str:
        """The recipient of a consignment; inside the own body its unit."""
        return named(self.bodies.get(consignment.recipient_id))


def story_of(actor: Actor, letter: Letter, referrals: Sequence[Referral]) -> Story:
    """Gather what a timeline needs in a handful of queries; call inside a reading scope."""
    consignments = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    arrival = exchange.arrival_of_letter(actor, letter.id) if letter.registered_at else None
    entries = history_of(actor, letter.id) + (history_of(actor, arrival.id) if arrival else [])
    return Story(
        actor=actor, letter=letter, consignments=consignments, referrals=referrals, arrival=arrival, entries=entries,
        people=directory.person_names(one.actor_id for one in entries if one.actor_id),
        bodies=directory.body_names([one.recipient_id for one in consignments]),
    )  # fmt: skip


def timeline(story: Story) -> list[Event]:
    """The events, the newest first."""
    events = [*_own_acts(story), *_stations(story), *_referrals(story), *_voids(story)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _own_acts(story: Story) -> Iterator[Event]:
    said = [(one.at, one.text) for one in story.letter.comments.filter(sends_back=True)]
    done = [(one.ended_at, one.outcome) for one in story.referrals if one.ended_at and one.outcome]
    words = {"letters.send-back": said, "work.item-done": done}
    submitted: AuditEntry | None = None
    for entry in story.entries:
        told = ACTS.get(entry.act)
        if entry.act == "letters.submit":
            submitted = entry
        if told is None or _by_itself(entry, submitted):
            continue
        yield _event(entry.at, told, _values(story, entry), quote=_said(entry.at, words.get(entry.act, ())))


def _by_itself(entry: AuditEntry, submitted: AuditEntry | None) -> bool:
    """A route without approvers passes on in the act of submitting: nobody approved."""
    if submitted is None or entry.act != "letters.approve":
        return False
    return entry.actor_id == submitted.actor_id and entry.at - submitted.at < AT_ONCE


def _values(story: Story, entry: AuditEntry) -> dict[str, object]:
    letter, arrival = story.letter, story.arrival
    who = spoken(letter.signer_ar, letter.signer_en) if entry.act == "letters.signed" else story.who(entry)
    number = letter.reference
    if arrival is not None and entry.act == "exchange.arrival-received":
        number = arrival.sender_reference
    return {
        "who": who, "number": reference(number), "body": spoken(letter.counterpart_ar, letter.counterpart_en),
    }  # fmt: skip


def _said(at: datetime, words: Sequence[tuple[datetime, str]]) -> str:
    """The words that were written in an act: those of the same moment."""
    return next((text for when, text in words if abs(when - at) < AT_ONCE), "")


def _stations(story: Story) -> Iterator[Event]:
    by_id = {str(one.id): one for one in story.consignments}
    for entry in story.entries:
        told = STATIONS.get(entry.act)
        consignment = by_id.get(str(entry.detail.get("consignment", "")))
        if told is None or consignment is None:
            continue
        final = entry.act.endswith((f"-{consignment.state}", "-failed"))
        values: dict[str, object] = {
            "body": story.name(consignment), "number": reference(consignment.their_reference),
            "who": story.who(entry),
        }  # fmt: skip
        yield _event(entry.at, told, values, quote=consignment.reason if final else "")


def _referrals(story: Story) -> Iterator[Event]:
    for one in story.referrals:
        values: dict[str, object] = {"who": spoken(one.from_ar, one.from_en), "body": spoken(one.to_ar, one.to_en)}
        yield _event(one.at, REFERRED, values, detail=str(Act(one.act).label), quote=one.note)


def _voids(story: Story) -> Iterator[Event]:
    for issue in story.letter.issues.filter(state=IssueState.VOID):
        at = issue.ended_at or issue.started_at
        yield _event(at, VOIDED, {"number": reference(issue.reference)}, quote=spoken(*void_reason(issue.reason)))


def _event(at: datetime, told: Told, values: dict[str, object], *, detail: str = "", quote: str = "") -> Event:
    return Event(at, told.icon, told.tone, sentence(told.sentence, **values), detail=detail, quote=quote)
