# SPDX-License-Identifier: EUPL-1.2
"""Nothing crosses from training to live: not by address, not by the carrier, not by redirection, not by number."""

from __future__ import annotations

import pytest

from mukatabat.directory import queries as directory
from mukatabat.directory.errors import LiveBody, TrainingBody
from mukatabat.directory.seed import body_id
from mukatabat.exchange import carrier, jobs
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.actions.receiving import redirect_arrival
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.registers.models import Entry
from mukatabat.tenancy.context import scope
from tests.cast import FL, MOF, MOH, Cast
from tests.story import arrived, draft_command, issue, issued_letter, registered, run_jobs

pytestmark = pytest.mark.django_db
PRACTICE_FL, PRACTICE_MOF = body_id("FL", Realm.TRAINING), body_id("MOF", Realm.TRAINING)


def practice_letter(cast: Cast) -> Letter:
    """A letter of the ministry's practice copy to the Department's, issued."""
    trainee = cast("trainee.mof")
    command = draft_command(
        cast, to=PRACTICE_FL, approvers=(cast.post("head.mof.training"),), signer=cast.post("signer.mof.training")
    )
    letter = drafting.begin_draft(trainee, command)
    approval.submit(trainee, letter.id)
    approval.approve(cast("head.mof.training"), letter.id)
    issue(cast("signer.mof.training"), letter.id)
    return letter


def test_neither_realm_addresses_the_other(cast: Cast) -> None:
    with pytest.raises(TrainingBody):
        drafting.begin_draft(cast("adviser.mof"), draft_command(cast, to=PRACTICE_FL))
    with pytest.raises(LiveBody):
        drafting.begin_draft(cast("trainee.mof"), draft_command(cast, to=FL, approvers=(), signer=None))
    copies = (AddresseeCommand(FL), AddresseeCommand(PRACTICE_FL, role="copy", visible=False))  # type: ignore[arg-type]
    with pytest.raises(TrainingBody):
        drafting.begin_draft(cast("adviser.mof"), draft_command(cast, addressees=copies))
    for realm in Realm:
        assert {one.realm for one in directory.addressable_bodies(realm)} == {realm}


def test_an_exercise_runs_through_and_every_number_says_so(cast: Cast) -> None:
    practice_letter(cast)
    incoming = registered(cast, login="clerk.fl.training")
    year = clock.today().year
    assert (incoming.reference, incoming.their_reference) == (f"TRN-FL-I-{year}-00001", f"TRN-MOF-O-{year}-00001")
    assert Reference.parse(incoming.reference).training
    for login in ("clerk.fl", "clerk.mof"):
        with scope(cast(login)):
            assert not Arrival.objects.exists()
            assert not Entry.objects.exists()
            assert not Letter.objects.exists()


def test_the_carrier_does_not_cross_even_when_a_row_says_so(cast: Cast) -> None:
    live, practice = issued_letter(cast), practice_letter(cast)
    for actor, letter, wrong in (
        (carrier.carrier(MOF), live, PRACTICE_FL), (carrier.carrier(PRACTICE_MOF), practice, FL),
    ):  # fmt: skip
        with scope(actor):
            Consignment.objects.filter(letter_id=letter.id).update(recipient_id=wrong)
            consignment_id = Consignment.objects.values_list("id", flat=True).get(letter_id=letter.id)
        jobs.carry(body=str(actor.body_id), consignment=str(consignment_id))
        with scope(actor):
            assert Consignment.objects.get(id=consignment_id).state == "dispatched"
    run_jobs()
    for login in ("clerk.fl", "clerk.fl.training"):
        with scope(cast(login)):
            assert not Arrival.objects.exists()


def test_no_registry_redirects_into_the_other_realm(cast: Cast) -> None:
    issued_letter(cast)
    with pytest.raises(TrainingBody):
        redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=PRACTICE_MOF, reason="لعدم الاختصاص")
    practice_letter(cast)
    with pytest.raises(LiveBody):
        redirect_arrival(
            cast("clerk.fl.training"), arrived(cast, "clerk.fl.training").id, to=MOH, reason="لعدم الاختصاص"
        )
