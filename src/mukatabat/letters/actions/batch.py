# SPDX-License-Identifier: EUPL-1.2
"""Signing several letters after one confirmation: each is issued for itself, by the three steps of its own issue.

Nothing binds the letters together but the confirmation: a process may die between any two of them, and the next call
goes on with the letter that was under way, under its number and its bytes. What was issued before stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability, is_fresh
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.letters.actions.candidates import Examination
from mukatabat.letters.actions.issuing import Progress, begin_issue, collect_signature, request_of
from mukatabat.letters.errors import NothingChosen, SecondFactorNotFresh
from mukatabat.letters.models import Issue
from mukatabat.letters.queries import access_letter
from mukatabat.letters.rules import IssueState, LetterState
from mukatabat.signing.ports import ReleasesTogether, SignatureProvider, TimeStampAuthority
from mukatabat.signing.queries import not_entered
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """A letter of a batch, as the version that was read; written ``<id>.<version>``."""

    letter_id: UUID
    version: int

    def __str__(self) -> str:
        """The text that `parse` reads."""
        return f"{self.letter_id}.{self.version}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote; a ValueError for anything else."""
        letter, _dot, version = text.partition(".")
        if not (version.isascii() and version.isdecimal() and len(version) < 10):
            raise ValueError(text)
        return cls(UUID(letter), int(version))


def chosen_of(values: Iterable[str]) -> list[Chosen]:
    """The letters among what a form sent, each once, at most ``MOST_AT_ONCE``; what is none is left out."""
    found: dict[UUID, Chosen] = {}
    for value in values:
        try:
            one = Chosen.parse(value)
        except ValueError:
            continue
        found.setdefault(one.letter_id, one)
    return list(found.values())[:MOST_AT_ONCE]


def confirm_batch(actor: Actor, chosen: Sequence[Chosen]) -> None:
    """Note that a signer confirmed these letters together, with a second factor proved just now.

    Raises `NothingChosen` and `SecondFactorNotFresh`; then nothing was confirmed.
    """
    require_capability(actor, Capability.SIGN)
    if not chosen:
        raise NothingChosen
    if not is_fresh(actor.second_factor_at, clock.now()):
        raise SecondFactorNotFresh
    with scope(actor):
        record(
            actor, act="letters.batch-confirmed", object_kind="person", object_id=actor.person,
            detail={"letters": [str(one) for one in chosen]},
        )  # fmt: skip


def sign_in_batch(
    actor: Actor, chosen: Chosen, *, provider: SignatureProvider, time_stamps: TimeStampAuthority | None
) -> Progress:
    """Issue one letter of a confirmed batch, or go on with its issue; safe to call any number of times.

    A letter that is issued already is answered as such. One that must be signed alone, or that changed since it was
    read, raises its error, and so does every guard of the issue; then no number was taken. Where one act of the signer
    releases several signatures, the first call only begins the issue.
    """
    letter = access_letter(actor, chosen.letter_id)
    if letter.state == LetterState.ISSUED:
        return Progress.ISSUED
    with reading(actor):
        running = Issue.objects.filter(letter=letter, state=IssueState.SIGNING, signer_id=actor.person).first()
        obstacle = None if running else Examination(actor).obstacle(letter)
    if obstacle is not None:
        raise obstacle
    issue = running or begin_issue(actor, letter.id, provider=provider, version=chosen.version)
    if running is None and isinstance(provider, ReleasesTogether):
        return Progress.WAITING  # asked for with the others, by `ask_together`
    return collect_signature(actor, issue.id, provider=provider, time_stamps=time_stamps)


def ask_together(actor: Actor, chosen: Sequence[Chosen], *, provider: ReleasesTogether) -> None:
    """Ask the signer once for all letters of a batch whose issues are running; safe to call any number of times.

    Raises ProviderUnavailable and the other errors of :meth:`mukatabat.signing.ports.SignatureProvider.start`.
    """
    with reading(actor):
        running = _running(provider).filter(letter__in=[one.letter_id for one in chosen], signer_id=actor.person)
        issues = list(running)
    _ask(actor, issues, provider)


def ask_left_over(actor: Actor, *, provider: ReleasesTogether, begun_before: datetime) -> None:
    """Ask each signer once for what nobody was asked for, because the service was away when its batch was begun.

    Raises as `ask_together`.
    """
    with reading(actor):
        found = {one.id: one for one in _running(provider).filter(started_at__lte=begun_before)}
    by_signer: dict[UUID, list[Issue]] = {}
    for issue_id in not_entered(actor, found):
        by_signer.setdefault(found[issue_id].signer_id, []).append(found[issue_id])
    for issues in by_signer.values():
        _ask(actor, issues, provider)


def _running(provider: ReleasesTogether) -> QuerySet[Issue]:
    return Issue.objects.filter(state=IssueState.SIGNING, provider=provider.name).order_by("started_at", "id")


def _ask(actor: Actor, issues: Sequence[Issue], provider: ReleasesTogether) -> None:
    requests = [one for one in (request_of(actor, issue) for issue in issues) if one is not None]
    if requests:
        provider.start_together(requests)
