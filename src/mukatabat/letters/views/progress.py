# SPDX-License-Identifier: EUPL-1.2
"""How each letter of a confirmed batch stands: read from the letters themselves, whatever died in between."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions.batch import Chosen
from mukatabat.letters.actions.candidates import Examination
from mukatabat.letters.errors import ChangedSinceRead, NoSuchMove, SignatureRefused
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.queries.batch import last_issues, letters_of_batch, people_of
from mukatabat.letters.rules import IssueState, LetterState
from mukatabat.letters.views.shown import letter_url, summary
from mukatabat.registers.rules import void_reason
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

WAITING, SIGNING, SIGNED, BEFORE, FAILED = "waiting", "signing", "signed", "before", "failed"


def next_of(actor: Actor, chosen: Sequence[Chosen], *, tried: Collection[str]) -> Chosen | None:
    """The next letter to sign; when every one was tried, one whose signature is still being made."""
    with reading(actor):
        found = letters_of_batch(actor, [one.letter_id for one in chosen])
        fresh = [one for one in chosen if str(one.letter_id) not in tried]
        if fresh:
            return fresh[0]
        running = (one for one in chosen if _state(found.get(one.letter_id)) == LetterState.ISSUING)
        return next(running, None)


def _state(letter: Letter | None) -> str:
    return letter.state if letter is not None else ""


def batch_rows(actor: Actor, chosen: Sequence[Chosen], *, tried: Collection[str], since: str) -> list[dict[str, Any]]:
    """A row for each letter: id, url, subject, to, reference, state (waiting, signing, signed, before, failed), why.

    The reference of one that is being signed is the number that was taken for it.
    """
    with reading(actor):
        ids = [one.letter_id for one in chosen]
        found = letters_of_batch(actor, ids)
        reading_of = _Reading(actor, last_issues(actor, found), frozenset(tried), since)
        people = people_of(actor, found.values())
        return [_row(one, found.get(one.letter_id), reading_of=reading_of, people=people) for one in chosen]


def _row(
    chosen: Chosen, letter: Letter | None, *, reading_of: _Reading, people: dict[UUID, dict[str, str]]
) -> dict[str, Any]:
    state, error = reading_of.standing(chosen, letter)
    return {
        "id": chosen.letter_id, "value": str(chosen), "url": letter_url(chosen.letter_id), "state": state,
        "subject": letter.subject if letter else "", "reference": reading_of.number(letter) if letter else "",
        "why": " ".join(one["text"] for one in summary(error)) if error else "",
        **people.get(chosen.letter_id, {}),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is needed to say how the letters of one batch stand."""

    actor: Actor
    issues: dict[UUID, Issue]
    tried: frozenset[str]
    since: str

    def standing(self, chosen: Chosen, letter: Letter | None) -> tuple[str, MukatabatError | None]:
        """The state of one letter, and the error of one that was not signed."""
        tried = str(chosen.letter_id) in self.tried
        if letter is None:
            return FAILED, NotFoundOrForbidden()
        if letter.state == LetterState.ISSUED:
            return (SIGNED if self._of_this_batch(letter) else BEFORE), None
        if letter.state == LetterState.ISSUING:
            return SIGNING, None
        if letter.state != LetterState.APPROVED:
            return FAILED, NoSuchMove(state=LetterState(letter.state).label)
        return (FAILED, self._why(chosen, letter)) if tried else (WAITING, None)

    def number(self, letter: Letter) -> str:
        """The number of one letter, also of one that is being signed."""
        issue = self.issues.get(letter.id)
        return issue.reference if issue is not None and letter.state == LetterState.ISSUING else letter.reference

    def _of_this_batch(self, letter: Letter) -> bool:
        issue = self.issues.get(letter.id)
        return issue is not None and bool(self.since) and issue.started_at >= datetime.fromisoformat(self.since)

    def _why(self, chosen: Chosen, letter: Letter) -> MukatabatError:
        issue = self.issues.get(letter.id)
        if issue is not None and issue.state == IssueState.VOID and self._of_this_batch(letter):
            return SignatureRefused(reference=issue.reference, reason=spoken(*void_reason(issue.reason)))
        if letter.version != chosen.version:
            return ChangedSinceRead()
        return Examination(self.actor).obstacle(letter) or MukatabatError()
