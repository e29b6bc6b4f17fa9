# SPDX-License-Identifier: EUPL-1.2
"""The way along the route: who may take which step, what is lost when it goes back, and who hears of it."""

from __future__ import annotations

import pytest

from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.errors import NoSuchMove, NotReady, NotTheAuthor, NotYourStep, ReasonMissing
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import LetterState, Unready
from mukatabat.notify import queries as notify
from mukatabat.notify.rules import Kind
from mukatabat.tenancy.context import scope
from mukatabat.work import queries as work
from mukatabat.work.rules import Act
from tests.cast import Cast
from tests.story import draft_command

pytestmark = pytest.mark.django_db


def submitted(cast: Cast, *approvers: str) -> Letter:
    """A letter on its way along the named approvers to the undersecretary."""
    route = tuple(cast.post(one) for one in approvers or ("head.mof",))
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast, approvers=route))
    return approval.submit(cast("adviser.mof"), letter.id)


def holder(cast: Cast, letter: Letter) -> tuple[object, str]:
    """Who holds the letter, and what is asked of them."""
    item = work.item_of(cast("adviser.mof"), letter.id)
    assert item is not None
    return item.holder_id, item.act


def told(cast: Cast, login: str) -> set[str]:
    """The kinds in somebody's bell."""
    return {note.kind for note in notify.bell(cast(login))}


def test_each_step_belongs_to_its_post_in_its_turn(cast: Cast) -> None:
    letter = submitted(cast, "head.mof", "assistant.mof")
    assert holder(cast, letter) == (cast.post("head.mof"), Act.APPROVE)
    assert told(cast, "head.mof") == {Kind.FOR_REVIEW}
    with pytest.raises(NotFoundOrForbidden):  # the next in the route sees nothing before it is their turn
        approval.approve(cast("assistant.mof"), letter.id)
    with pytest.raises(NotYourStep):
        approval.approve(cast("adviser.mof"), letter.id)
    approval.approve(cast("head.mof"), letter.id)
    with pytest.raises(NotYourStep):
        approval.approve(cast("head.mof"), letter.id)
    assert holder(cast, letter) == (cast.post("assistant.mof"), Act.APPROVE)
    with pytest.raises(NotFoundOrForbidden):
        approval.approve(cast("signer.mof"), letter.id)
    approval.approve(cast("assistant.mof"), letter.id)
    assert holder(cast, letter) == (cast.post("signer.mof"), Act.SIGN)
    assert told(cast, "signer.mof") == {Kind.FOR_SIGNATURE}
    with pytest.raises(NoSuchMove):
        approval.approve(cast("signer.mof"), letter.id)


def test_a_route_without_approvers_goes_to_the_signer_at_once(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast, approvers=()))
    assert approval.submit(cast("adviser.mof"), letter.id).state == LetterState.APPROVED
    assert holder(cast, letter) == (cast.post("signer.mof"), Act.SIGN)


def test_what_goes_back_comes_back_to_its_author_with_a_reason_and_the_route_begins_anew(cast: Cast) -> None:
    letter = submitted(cast, "head.mof", "assistant.mof")
    approval.approve(cast("head.mof"), letter.id)
    with pytest.raises(ReasonMissing):
        approval.send_back(cast("assistant.mof"), letter.id, "  \n ")
    approval.send_back(cast("assistant.mof"), letter.id, "البند الثاني غير واضح")
    author = cast("adviser.mof")
    assert holder(cast, letter) == (author.person_id, Act.DRAFT)
    assert Kind.SENT_BACK in told(cast, "adviser.mof")
    with scope(author):
        saved = Letter.objects.get(id=letter.id)
        assert (saved.state, saved.route.exclude(done_at=None).count()) == (LetterState.DRAFT, 0)
        assert [(one.text, one.sends_back) for one in saved.comments.all()] == [("البند الثاني غير واضح", True)]
    approval.submit(author, letter.id)
    assert holder(cast, letter) == (cast.post("head.mof"), Act.APPROVE)


def test_the_signer_sends_back_too_and_the_author_recalls_until_the_issue(cast: Cast) -> None:
    letter = submitted(cast)
    approval.approve(cast("head.mof"), letter.id)
    approval.send_back(cast("signer.mof"), letter.id, "سبب")
    approval.submit(cast("adviser.mof"), letter.id)
    for state in (LetterState.REVIEW, LetterState.APPROVED):
        if state is LetterState.APPROVED:
            approval.approve(cast("head.mof"), letter.id)
        with pytest.raises(NotTheAuthor):
            approval.recall(cast("head.mof"), letter.id)
        assert approval.recall(cast("adviser.mof"), letter.id).state == LetterState.DRAFT
        approval.submit(cast("adviser.mof"), letter.id)


def test_an_incomplete_draft_stays_with_its_author_and_says_what_it_lacks(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast, subject=" ", addressees=(), signer=None))
    with pytest.raises(NotReady) as caught:
        approval.submit(cast("adviser.mof"), letter.id)
    assert caught.value.params["lacking"] == (Unready.ADDRESSEE, Unready.SUBJECT, Unready.SIGNER)
    assert holder(cast, letter) == (cast("adviser.mof").person_id, Act.DRAFT)


def test_only_the_author_submits_saves_and_discards(cast: Cast) -> None:
    letter = submitted(cast)
    approval.send_back(cast("head.mof"), letter.id, "سبب")  # the head has a grant now, and still is not the author
    for attempt in (
        lambda: approval.submit(cast("head.mof"), letter.id),
        lambda: drafting.discard(cast("head.mof"), letter.id),
        lambda: drafting.save_draft(cast("head.mof"), letter.id, draft_command(cast, subject="آخر"), version=1),
    ):
        with pytest.raises(NotTheAuthor):
            attempt()


def test_a_discarded_draft_is_done_and_nothing_revives_it(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    drafting.discard(cast("adviser.mof"), letter.id)
    item = work.item_of(cast("adviser.mof"), letter.id)
    assert item is not None
    assert item.state == "done"
    for attempt in (
        lambda: approval.submit(cast("adviser.mof"), letter.id),
        lambda: approval.recall(cast("adviser.mof"), letter.id),
        lambda: drafting.discard(cast("adviser.mof"), letter.id),
        lambda: drafting.save_draft(cast("adviser.mof"), letter.id, draft_command(cast, subject="آخر"), version=1),
    ):
        with pytest.raises(NoSuchMove):
            attempt()


def test_remarks_are_for_those_who_see_the_letter(cast: Cast) -> None:
    letter = submitted(cast)
    remark = approval.comment(cast("head.mof"), letter.id, "  راجع المادة 5 \n")
    assert remark is not None
    assert remark.text == "راجع المادة 5"
    assert approval.comment(cast("head.mof"), letter.id, " \u200b ") is None
    approval.resolve_comment(cast("adviser.mof"), letter.id, remark.id)
    with scope(cast("adviser.mof")):
        resolved = Letter.objects.get(id=letter.id).comments.get()
    assert resolved.resolved_at is not None
    for stranger in ("finance.mof", "head.fl"):
        with pytest.raises(NotFoundOrForbidden):
            approval.comment(cast(stranger), letter.id, "ملاحظة")
