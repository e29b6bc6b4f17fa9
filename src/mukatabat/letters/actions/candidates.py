# SPDX-License-Identifier: EUPL-1.2
"""The letters that await one signer, and what keeps each of them from being signed together with others."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.approval import unready
from mukatabat.letters.actions.drafting import require_recipients
from mukatabat.letters.actions.leaving import require_seals
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.errors import NotReady, SignedAlone
from mukatabat.letters.manifests import level_of, offices_of
from mukatabat.letters.models import Addressee, Letter
from mukatabat.letters.queries.batch import letters_of_batch
from mukatabat.letters.rules import LetterState
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work import queries as work
from mukatabat.work.queries import Tab
from mukatabat.work.rules import Act


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter that awaits its signer; ``obstacle`` says why it is opened and signed alone, None that it need not."""

    letter: Letter
    obstacle: MukatabatError | None


@dataclass(slots=True)
class Examination:
    """Looks at many letters of one signer; what they have in common is asked once."""

    actor: Actor
    _levels: dict[tuple[UUID, UUID | None, UUID | None], int | MukatabatError] = field(default_factory=dict)
    _mandates: dict[tuple[str, int], MukatabatError | None] = field(default_factory=dict)
    _seals: dict[frozenset[UUID], MukatabatError | None] = field(default_factory=dict)

    def obstacle(self, letter: Letter) -> MukatabatError | None:
        """What keeps a letter from a batch: its secrecy, a recipient, what it lacks, the mandate, or a seal."""
        if Secrecy(letter.secrecy).is_sealed:
            return SignedAlone()
        levels = [self._level(one) for one in letter.addressees.all()]
        for found in levels:
            if isinstance(found, MukatabatError):
                return found
        if missing := unready(letter):
            return NotReady(lacking=missing)
        level = min(one for one in levels if isinstance(one, int))
        return self._mandate(letter.letter_type, level) or self._seal(letter)

    def _level(self, addressee: Addressee) -> int | MukatabatError:
        key = (addressee.recipient_id, addressee.post_id, addressee.unit_id)
        if key not in self._levels:
            try:
                require_recipients(self.actor, [AddresseeCommand.of(addressee)])
                self._levels[key] = level_of(addressee, offices_of([addressee]))
            except MukatabatError as error:
                self._levels[key] = error
        return self._levels[key]

    def _seal(self, letter: Letter) -> MukatabatError | None:
        recipients = frozenset(one.recipient_id for one in letter.addressees.all())
        if recipients not in self._seals:
            self._seals[recipients] = None
            try:
                require_seals(self.actor, recipients)
            except MukatabatError as error:
                self._seals[recipients] = error
        return self._seals[recipients]

    def _mandate(self, letter_type: str, level: int) -> MukatabatError | None:
        key = (letter_type, level)
        if key not in self._mandates:
            self._mandates[key] = None
            try:
                directory.mandate_for(
                    self.actor.person, letter_type=letter_type, recipient_level=level, on=clock.today()
                )
            except MukatabatError as error:
                self._mandates[key] = error
        return self._mandates[key]


def candidates(actor: Actor) -> list[Candidate]:
    """The letters that await the actor's signature, the earliest due first."""
    with reading(actor):
        ids = [item.object_id for item in work.queue(actor, Tab.APPROVAL) if item.act == Act.SIGN]
        found = letters_of_batch(actor, ids)
        examined = Examination(actor)
        waiting = [found[one] for one in ids if one in found and found[one].state == LetterState.APPROVED]
        return [Candidate(letter, examined.obstacle(letter)) for letter in waiting]
