# SPDX-License-Identifier: EUPL-1.2
"""A sealed letter of which no reader is left is given a new one by two persons, neither of whom reads it (ADR 0019)."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access import second_factor
from mukatabat.access.grants.rules import Grantee
from mukatabat.directory import actions as directory
from mukatabat.directory.models import Change
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.kernel.references import Reference, UnreadableReference
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.errors import NoSealedLetter
from mukatabat.letters.models import Letter
from mukatabat.letters.transitions import protected
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import recover

_SEALED = tuple(one for one in Secrecy if one.is_sealed)


def propose_reader(actor: Actor, person_id: UUID, *, reference: str, reason: str) -> Change:
    """Propose that a person reads the sealed letter of this number, which is what the register shows of it.

    Raises `NoSealedLetter`, and as `directory.actions.propose`: nobody proposes themselves.
    """
    with scope(actor):
        letter = _sealed_letter(reference)
        content = {"letter": str(letter.id), "reference": letter.reference}
        return directory.propose(actor, ChangeKind.READER, person_id=person_id, content=content, reason=reason)


def confirm_reader(actor: Actor, change_id: UUID) -> Change:
    """Confirm such a proposal as its second person, and name the reader, in one transaction.

    Raises `SecondFactorStale`, `NoSealedLetter`, and as `directory.actions.confirm`.
    """
    second_factor.require_fresh(actor, clock.now())
    with scope(actor):
        change = directory.confirm(actor, change_id)
        letter = Letter.objects.select_for_update().filter(id=change.content["letter"], secrecy__in=_SEALED).first()
        if letter is None or change.person_id is None:
            raise NoSealedLetter
        recover(actor, protected(letter), Grantee.person(change.person_id), source_id=change.pk)
    return change


def _sealed_letter(typed: str) -> Letter:
    try:
        reference = str(Reference.parse(typed))
    except UnreadableReference:
        raise NoSealedLetter from None
    letter = Letter.objects.filter(reference=reference, secrecy__in=_SEALED).order_by("created_at").first()
    if letter is None:
        raise NoSealedLetter
    return letter
