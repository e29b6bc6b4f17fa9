# SPDX-License-Identifier: EUPL-1.2
"""A letter that came back: its sender is asked for a correction, and the correction is a further letter."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from mukatabat.directory.models import Appointment
from mukatabat.directory.seed import body_id
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.actions.correcting import begin_correction
from mukatabat.letters.actions.following import follow_consignment
from mukatabat.letters.actions.receiving import accept_arrival, return_arrival
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.errors import NothingReturned
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import conversation
from mukatabat.press.content import to_plain_text, validate
from mukatabat.tenancy.context import scope
from mukatabat.vault.rules import Upload
from mukatabat.work import queries as work
from mukatabat.work.actions import complete
from mukatabat.work.queries import Tab
from mukatabat.work.rules import Act, ItemState
from tests.cast import FL, MOH, Cast
from tests.letters.pages import at, browser
from tests.story import arrived, draft_command, issue, issued_letter, run_jobs
from tests.vault.making import pdf

if TYPE_CHECKING:
    from mukatabat.work.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.long]
REASON = "المرفق غير مقروء"


def returned_letter(cast: Cast, **changes: object) -> Letter:
    """A letter of the ministry that the Department's registry sent back."""
    letter = issued_letter(cast, **changes)
    return_arrival(cast("clerk.fl"), arrived(cast).id, REASON)
    run_jobs()
    return letter


def item_of(cast: Cast, letter: Letter, login: str = "adviser.mof") -> Item:
    """The item of a letter as one of its readers has it."""
    found = work.item_of(cast(login), letter.id)
    assert found is not None
    return found


def reissued(cast: Cast, draft: Letter) -> Letter:
    """A correction that went along its route."""
    approval.submit(cast("adviser.mof"), draft.id)
    approval.approve(cast("head.mof"), draft.id)
    issue(cast("signer.mof"), draft.id)
    run_jobs()
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=draft.id)


@pytest.mark.parametrize("kind", ["opinion_request", "general"])
def test_a_return_is_work_for_its_author_whether_an_answer_was_awaited_or_not(cast: Cast, kind: str) -> None:
    letter = returned_letter(cast, letter_type=kind)
    item = item_of(cast, letter)
    assert (item.act, item.state, item.done_at) == (Act.CORRECT, ItemState.OPEN, None)
    assert item.holder_id == cast("adviser.mof").person
    assert letter.id in {one.object_id for one in work.queue(cast("adviser.mof"), Tab.REQUIRED)}
    page = browser("adviser.mof").get(f"/work/peek/{letter.id}/").content.decode()
    assert REASON in page
    assert "كتاب مصحَّح" in page


def test_a_return_of_somebody_who_left_is_work_for_the_post_that_signed(cast: Cast) -> None:
    letter = issued_letter(cast, letter_type="general")
    Appointment.objects.filter(person_id=cast("adviser.mof").person).update(valid_to="2025-01-01")
    return_arrival(cast("clerk.fl"), arrived(cast).id, REASON)
    run_jobs()
    assert item_of(cast, letter, "signer.mof").holder_id == cast.post("signer.mof")


def test_a_job_that_runs_again_asks_for_no_second_correction(cast: Cast) -> None:
    letter = returned_letter(cast)
    complete(cast("adviser.mof"), letter.id, "تقرر عدم الإرسال")
    (sent,) = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    follow_consignment(cast("adviser.mof"), sent.id, ConsignmentState.RETURNED)
    assert item_of(cast, letter).state == ItemState.DONE


def test_the_correction_begins_with_text_files_and_route_and_leaves_the_returned_letter_as_it_is(cast: Cast) -> None:
    draft = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    drafting.attach(cast("adviser.mof"), draft.id, Upload("عقد.pdf", io.BytesIO(pdf())))
    approval.submit(cast("adviser.mof"), draft.id)
    approval.approve(cast("head.mof"), draft.id)
    issue(cast("signer.mof"), draft.id)
    return_arrival(cast("clerk.fl"), arrived(cast).id, REASON)
    run_jobs()
    with scope(cast("adviser.mof")):
        letter = Letter.objects.get(id=draft.id)
    before = (letter.state, letter.document_digest, letter.version)
    correction = begin_correction(cast("adviser.mof"), letter.id)
    again = begin_correction(cast("adviser.mof"), letter.id)
    assert again.id == correction.id
    with scope(cast("adviser.mof")):
        letter.refresh_from_db()
        assert (letter.state, letter.document_digest, letter.version) == before
        assert [one.name for one in correction.attachments.all()] == ["عقد.pdf"]
        assert [one.recipient_id for one in correction.addressees.all()] == [FL]
        assert correction.route.count() == 2
    text = to_plain_text(validate(correction.content))
    assert text.startswith(f"تصحيحًا لكتابنا رقم {letter.reference}")
    assert "صورة العقد" in text


def test_the_issued_correction_ends_what_was_asked_and_each_names_the_other(cast: Cast) -> None:
    letter = returned_letter(cast)
    correction = reissued(cast, begin_correction(cast("adviser.mof"), letter.id))
    assert item_of(cast, letter).state == ItemState.DONE
    assert item_of(cast, correction).act == Act.FOLLOW
    actor = cast("adviser.mof")
    assert conversation(actor, correction).corrects == letter
    assert conversation(actor, letter).corrected_by == (correction,)
    page = browser("adviser.mof").get(at("letter", letter.id)).content.decode()
    assert correction.reference in page
    with pytest.raises(NothingReturned):
        begin_correction(actor, letter.id)


def test_one_who_returned_is_corrected_while_the_other_may_still_answer(cast: Cast) -> None:
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    run_jobs()
    return_arrival(cast("clerk.fl"), arrived(cast).id, REASON)
    accept_arrival(cast("clerk.moh"), arrived(cast, "clerk.moh").id, AcceptCommand())
    run_jobs()
    correction = begin_correction(cast("adviser.mof"), letter.id)
    with scope(cast("adviser.mof")):
        assert [one.recipient_id for one in correction.addressees.all()] == [FL]
    reissued(cast, correction)
    item = item_of(cast, letter)
    assert (item.act, item.state) == (Act.FOLLOW, ItemState.FOLLOWING)


def test_only_a_returned_letter_is_corrected_and_only_by_who_answers_for_it(cast: Cast) -> None:
    standing = issued_letter(cast)
    with pytest.raises(NothingReturned):
        begin_correction(cast("adviser.mof"), standing.id)
    letter = returned_letter(cast)
    for stranger in ("adviser.fl", "adviser.moh"):
        with pytest.raises(NotFoundOrForbidden):
            begin_correction(cast(stranger), letter.id)
    assert body_id("MOF") == letter.body_id


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_button_on_the_letter_opens_the_corrected_draft(cast: Cast, language: str) -> None:
    letter = returned_letter(cast)
    author = browser("adviser.mof", language=language)
    page = author.get(at("letter", letter.id)).content.decode()
    assert at("correct", letter.id) in page
    assert at("correct", letter.id) not in browser("clerk.mof").get(at("letter", letter.id)).content.decode()
    first, second = (author.post(at("correct", letter.id)) for _ in range(2))
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert author.get(first["Location"], follow=True).status_code == 200
