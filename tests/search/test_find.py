# SPDX-License-Identifier: EUPL-1.2
"""The find box over real letters: any digits, any spelling, and nothing that one may not see."""

from __future__ import annotations

from uuid import UUID

import pytest

from mukatabat.access.grants.actions import grant
from mukatabat.access.grants.rules import Grantee, Reason, Shelf
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import drafting
from mukatabat.letters.models import Letter
from mukatabat.letters.transitions import protected
from mukatabat.search.queries import find
from mukatabat.tenancy.context import scope
from tests.cast import MOH, Cast
from tests.story import draft_command, issued_letter, registered

pytestmark = pytest.mark.django_db


def _ids(cast: Cast, login: str, text: str, **more: object) -> list[UUID]:
    return list(find(cast(login), text, **more).ids)  # type: ignore[arg-type]


@pytest.fixture
def question(cast: Cast) -> Letter:
    letter = issued_letter(cast)
    with scope(cast("signer.mof")):
        letter.refresh_from_db()
    return letter


def test_a_number_is_found_in_any_digits_with_and_without_its_year(cast: Cast, question: Letter) -> None:
    year = clock.today().year
    for text in (
        "1",
        "٠٠٠٠١",
        "۱",
        f"1/{year}",
        f"{year}/1",
        f"1 لسنة {year}",
        question.reference,
        f"كتاب رقم 1/{year}",
    ):
        assert _ids(cast, "adviser.mof", text) == [question.id], text
    assert _ids(cast, "adviser.mof", f"1/{year - 1}") == []
    assert _ids(cast, "adviser.mof", "11") == []


def test_the_other_side_is_found_by_their_number_and_by_ours(cast: Cast, question: Letter) -> None:
    incoming = registered(cast)
    assert _ids(cast, "clerk.fl", question.reference) == [incoming.id]
    assert _ids(cast, "clerk.fl", incoming.reference.lower()) == [incoming.id]


def test_words_match_whatever_their_spelling_and_article(cast: Cast, question: Letter) -> None:
    for text in ("فروق أسعار", "فروق الاسعار", "رأي", "المواد", "والمواد", "فُروق", "طلب الراي بشأن"):
        assert _ids(cast, "adviser.mof", text) == [question.id], text
    assert _ids(cast, "adviser.mof", "فروق الرواتب") == []


def test_the_other_body_is_found_by_name_code_and_with_words_of_the_subject(cast: Cast, question: Letter) -> None:
    incoming = registered(cast)
    for text in ("المالية", "وزارة المالية", "MOF", "Ministry of Finance", "المالية فروق"):
        assert _ids(cast, "clerk.fl", text) == [incoming.id], text
    assert _ids(cast, "clerk.fl", "وزارة الصحة") == []
    assert _ids(cast, "clerk.fl", "المالية رواتب") == []


def test_a_list_is_searched_alone(cast: Cast, question: Letter) -> None:
    assert _ids(cast, "adviser.mof", "1", shelves=[Shelf.OUTGOING]) == [question.id]
    assert _ids(cast, "adviser.mof", "1", shelves=[Shelf.INCOMING]) == []


def test_the_outsider_and_the_unprivileged_colleague_find_nothing(cast: Cast, question: Letter) -> None:
    for login in ("adviser.moh", "clerk.moh", "finance.mof", "trainee.mof", "adviser.fl"):
        for text in ("1", question.reference, "فروق أسعار", "المالية"):
            assert _ids(cast, login, text) == [], (login, text)


def test_a_letter_that_one_may_not_see_changes_no_answer(cast: Cast, question: Letter) -> None:
    asked = ("1", "2", "فروق", "الفتوى", "وزارة الصحة", question.reference)
    before = [find(cast("head.mof"), text, limit=1) for text in asked]
    hidden = drafting.begin_draft(
        cast("finance.mof") if cast("finance.mof").may("draft") else cast("adviser.mof"),
        draft_command(cast, to=MOH, subject="فروق أسعار الأدوية"),
    )
    assert [find(cast("head.mof"), text, limit=1) for text in asked] == before
    with scope(cast("adviser.mof")):
        grant(cast("adviser.mof"), protected(hidden), [Grantee.post(cast.post("head.mof"))], reason=Reason.NAMED_READER)
    assert find(cast("head.mof"), "فروق", limit=1) != before[2]


def test_a_wall_hides_what_a_post_may_see(cast: Cast, question: Letter) -> None:
    actor = cast("head.mof")
    assert _ids(cast, "head.mof", "فروق") == [question.id]
    with scope(actor):
        grant(actor, protected(question), [Grantee.person(actor.person_id or UUID(int=0))], reason=Reason.WALL)
    assert _ids(cast, "head.mof", "فروق") == []


def test_a_sealed_subject_is_in_no_index_and_its_number_opens_for_its_readers_alone(cast: Cast) -> None:
    sealed = issued_letter(cast, secrecy=Secrecy.SECRET)
    with scope(cast("signer.mof")):
        sealed.refresh_from_db()
    assert _ids(cast, "adviser.mof", "فروق") == []
    assert _ids(cast, "adviser.mof", sealed.reference) == [sealed.id]
    assert _ids(cast, "clerk.mof", sealed.reference) == []


def test_pages_follow_one_another_without_a_gap(cast: Cast) -> None:
    letters = [drafting.begin_draft(cast("adviser.mof"), draft_command(cast)).id for _ in range(5)]
    first = find(cast("adviser.mof"), "فروق", limit=2)
    second = find(cast("adviser.mof"), "فروق", limit=2, cursor=first.after)
    third = find(cast("adviser.mof"), "فروق", limit=2, cursor=second.after)
    assert [*first.ids, *second.ids, *third.ids] == letters[::-1]
    assert third.after is None


@pytest.mark.parametrize("text", ["", " ", "'", "& | !", "':*", "\\", "ا", "%_", "x" * 2000, "1 " * 500, "(((", "#"])
def test_nothing_typed_breaks_the_search(cast: Cast, text: str) -> None:
    find(cast("adviser.mof"), text)
