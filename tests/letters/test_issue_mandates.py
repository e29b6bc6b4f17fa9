# SPDX-License-Identifier: EUPL-1.2
"""Who may not sign: each obstacle has its own error, and none of them costs a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.rules import SECOND_FACTOR_FRESH
from mukatabat.directory import errors as directory
from mukatabat.directory.models import Absence, Body, Mandate
from mukatabat.kernel import clock
from mukatabat.kernel.clock import FixedClock
from mukatabat.letters.actions.issuing import begin_issue
from mukatabat.letters.errors import NotYourStep, SecondFactorNotFresh
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import IssueState, LetterState
from mukatabat.registers.models import Entry, Register
from mukatabat.signing import service
from mukatabat.signing.errors import ProviderUnavailable
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from tests.cast import FL, Cast
from tests.story import approved_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(cast: Cast) -> Iterator[FixedClock]:
    """A clock that stands still until it is moved."""
    with clock.fixed(clock.now()) as held:
        yield held


def untouched(cast: Cast, letter: Letter) -> bool:
    """Whether the letter still waits for its signer and no number was taken at all."""
    with scope(cast("signer.mof")):
        nothing = not (Entry.objects.exists() or Register.objects.exists() or Issue.objects.exists())
        return nothing and Letter.objects.get(id=letter.id).state == LetterState.APPROVED


def _refuse(cast: Cast, letter: Letter, *, error: type[Exception], actor: Actor | None) -> None:
    with pytest.raises(error) as caught:
        begin_issue(actor or cast("signer.mof"), letter.id, provider=service.provider())
    assert type(caught.value) is error
    assert untouched(cast, letter)


def test_nobody_signs_without_the_capability(cast: Cast) -> None:
    _refuse(cast, approved_letter(cast), error=CapabilityMissing, actor=cast("head.mof"))


def test_nobody_signs_at_another_s_step(cast: Cast) -> None:
    letter = approved_letter(cast)
    stranger = replace(cast("minister.mof"), unit_ids=cast("head.mof").unit_ids, post_ids=cast("head.mof").post_ids)
    _refuse(cast, letter, error=NotYourStep, actor=stranger)


def test_nobody_signs_without_a_mandate(cast: Cast) -> None:
    letter = approved_letter(cast)
    Mandate.objects.filter(person_id=cast("signer.mof").person_id).update(may_sign=False)
    _refuse(cast, letter, error=directory.NoMandate, actor=None)


def test_nobody_signs_with_an_expired_or_a_coming_mandate(cast: Cast) -> None:
    letter, own = approved_letter(cast), Mandate.objects.filter(person_id=cast("signer.mof").person_id)
    yesterday, tomorrow = (clock.today() + timedelta(days=days) for days in (-1, 1))
    own.update(valid_to=yesterday)
    _refuse(cast, letter, error=directory.MandateExpired, actor=None)
    own.update(valid_from=tomorrow, valid_to=None)
    _refuse(cast, letter, error=directory.MandateNotYetValid, actor=None)


def test_nobody_signs_with_a_revoked_mandate(cast: Cast) -> None:
    letter = approved_letter(cast)
    Mandate.objects.filter(person_id=cast("signer.mof").person_id).update(
        revoked_at=clock.now() - timedelta(days=1), revoked_by_id=cast("admin.mof").person_id
    )
    _refuse(cast, letter, error=directory.MandateRevoked, actor=None)


def test_nobody_signs_while_on_leave(cast: Cast) -> None:
    letter = approved_letter(cast)
    Absence.objects.create(person_id=cast("signer.mof").person_id, starts=clock.today(), ends=clock.today())
    _refuse(cast, letter, error=directory.SignerOnLeave, actor=None)


def test_nobody_signs_beyond_the_mandate_s_letter_types_and_recipients(cast: Cast) -> None:
    letter, own = approved_letter(cast), Mandate.objects.filter(person_id=cast("signer.mof").person_id)
    own.update(letter_types=["general"])
    _refuse(cast, letter, error=directory.LetterTypeOutOfScope, actor=None)
    own.update(letter_types=[], highest_level=3)
    _refuse(cast, letter, error=directory.RecipientOutOfScope, actor=None)


def test_nobody_signs_with_a_stale_second_factor_or_none(cast: Cast, now: FixedClock) -> None:
    letter = approved_letter(cast)
    _refuse(cast, letter, error=SecondFactorNotFresh, actor=cast.without_factor("signer.mof"))
    signer = cast("signer.mof")
    now.advance(SECOND_FACTOR_FRESH + timedelta(seconds=1))
    _refuse(cast, letter, error=SecondFactorNotFresh, actor=signer)
    now.advance(timedelta(seconds=-1))
    assert begin_issue(signer, letter.id, provider=service.provider()).state == IssueState.SIGNING


def test_no_number_is_spent_on_a_recipient_that_was_closed_meanwhile(cast: Cast) -> None:
    letter = approved_letter(cast)
    Body.objects.filter(id=FL).update(valid_to=clock.today() - timedelta(days=1))
    _refuse(cast, letter, error=directory.ClosedBody, actor=None)


def test_a_dead_provider_at_the_very_beginning_takes_no_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = approved_letter(cast)

    def dead(person_id: UUID) -> object:
        raise ProviderUnavailable

    monkeypatch.setattr(service.provider(), "certificate", dead)
    _refuse(cast, letter, error=ProviderUnavailable, actor=None)
