# SPDX-License-Identifier: EUPL-1.2
"""The whole loop: a ministry asks, the Department answers, each under its own numbers."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from mukatabat.access.grants.rules import Grantee
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import LetterState
from mukatabat.signing import pades, service
from mukatabat.tenancy.context import scope
from mukatabat.vault.queries import open_document
from mukatabat.work import queries as work
from mukatabat.work.actions import refer
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import MOF, Cast
from tests.letters.pages import at, browser
from tests.story import arrived, draft_command, issue, issued_letter, registered, run_jobs

pytestmark = pytest.mark.django_db


def _state(cast: Cast, login: str, letter_id: UUID) -> ConsignmentState:
    return ConsignmentState(exchange.consignments_of(cast(login), [letter_id])[letter_id][0].state)


def test_a_ministry_asks_and_gets_its_answer(cast: Cast) -> None:
    question = issued_letter(cast)
    with scope(cast("signer.mof")):
        question.refresh_from_db()
    year = clock.today().year
    assert question.reference == f"MOF-O-{year}-00001"
    assert _state(cast, "adviser.mof", question.id) is ConsignmentState.ORDERED

    arrival = arrived(cast)
    assert arrival.sender_reference == question.reference
    assert _state(cast, "adviser.mof", question.id) is ConsignmentState.DELIVERED

    adviser, head = Grantee.person(cast("adviser.fl").person_id), Grantee.post(cast.post("head.fl"))
    first = ReferralCommand(task=Task(holder=head, act=Act.STUDY), note="للدراسة وإبداء الرأي")
    incoming = registered(cast, AcceptCommand(referral=first))
    assert incoming.reference == f"FL-I-{year}-00001"
    run_jobs()
    assert _state(cast, "adviser.mof", question.id) is ConsignmentState.REGISTERED

    refer(cast("head.fl"), incoming.id, ReferralCommand(task=Task(holder=adviser, act=Act.REPLY), note="لإعداد الرد"))
    assert [item.object_id for item in work.queue(cast("adviser.fl"), work.Tab.REQUIRED)] == [incoming.id]

    command = replace(
        draft_command(cast), letter_type="opinion", subject="الرأي بشأن فروق أسعار المواد",
        addressees=(AddresseeCommand(MOF),), approvers=(cast.post("head.fl"),), signer=cast.post("signer.fl"),
    )  # fmt: skip
    reply = drafting.begin_draft(cast("adviser.fl"), command, answers=incoming.id)
    approval.submit(cast("adviser.fl"), reply.id)
    approval.approve(cast("head.fl"), reply.id)
    issue(cast("signer.fl"), reply.id)
    run_jobs()
    assert _state(cast, "adviser.mof", question.id) is ConsignmentState.ANSWERED
    assert work.queue(cast("adviser.fl"), work.Tab.REQUIRED) == []

    waiting = arrived(cast, "clerk.mof")
    proposed = browser("clerk.mof").get(at("arrival", waiting.id)).context["chosen"]
    asker = f"person:{cast('adviser.mof').person}"
    assert (proposed["to"], proposed["act"], proposed["due"]) == (asker, "act", ""), "an answer is for whoever asked"
    answer = registered(cast, login="clerk.mof")
    with scope(cast("adviser.mof")):
        assert [link.to_id for link in answer.links.all()] == [question.id]
    assert work.item_of(cast("adviser.mof"), question.id).state == "done"


def test_the_issued_document_carries_a_valid_signature_and_its_source(cast: Cast) -> None:
    letter = issued_letter(cast)
    actor = cast("signer.mof")
    with scope(actor):
        letter.refresh_from_db()
        _, file = open_document(actor, letter.document_id)
        with file:
            data = file.read()
    report = pades.validate(data, service.trust(clock.now()))
    assert report.valid
    assert report.level == "PAdES-B-T"
    assert letter.state == LetterState.ISSUED


def test_a_second_letter_takes_the_next_number(cast: Cast) -> None:
    first, second = issued_letter(cast), issued_letter(cast)
    with scope(cast("signer.mof")):
        numbers = list(Letter.objects.filter(id__in=[first.id, second.id]).values_list("reference", flat=True))
    assert sorted(number[-5:] for number in numbers) == ["00001", "00002"]
