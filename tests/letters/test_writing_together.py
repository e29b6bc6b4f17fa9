# SPDX-License-Identifier: EUPL-1.2
"""Versions of a draft, remarks on its words, and one writer at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting, presence, versions
from mukatabat.letters.errors import DraftHeld, NotTheAuthor
from mukatabat.letters.models import Comment, DraftVersion, Lease
from mukatabat.letters.queries import access_letter, versions_of
from mukatabat.letters.rules import VersionReason
from mukatabat.press.content import from_plain_text
from mukatabat.tenancy.context import scope
from tests.letters.pages import at, browser, draft_fields
from tests.story import draft_command

if TYPE_CHECKING:
    from mukatabat.letters.models import Letter
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _returned(cast: Cast) -> Letter:
    """A draft that its approver has seen and returned: both may see it."""
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    approval.send_back(cast("head.mof"), letter.id, "أضف السند")
    return letter


def _reasons(cast: Cast, letter: Letter) -> list[str]:
    with scope(cast("adviser.mof")):
        return list(DraftVersion.objects.filter(letter=letter).order_by("number").values_list("reason", flat=True))


def _version(cast: Cast, letter: Letter) -> int:
    return access_letter(cast("adviser.mof"), letter.id).version


# ── versions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_kept_when_a_draft_is_sent_and_none_when_nothing_changed(cast: Cast) -> None:
    letter = _returned(cast)
    assert _reasons(cast, letter) == ["submit"]
    approval.submit(cast("adviser.mof"), letter.id)
    assert _reasons(cast, letter) == ["submit"]


def test_while_writing_a_version_is_kept_every_ten_minutes(cast: Cast) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    begin = clock.now()
    for minute in (0, 1, 11, 12):
        with time_machine.travel(begin + timedelta(minutes=minute), tick=False):
            command = draft_command(cast, content=from_plain_text(f"نص الدقيقة {minute}"))
            drafting.save_draft(author, letter.id, command, version=_version(cast, letter))
    assert _reasons(cast, letter) == ["time", "time"]


def test_a_version_by_name_is_always_kept_and_only_by_its_writer(cast: Cast) -> None:
    letter = _returned(cast)
    with pytest.raises(NotTheAuthor):
        versions.name_version(cast("head.mof"), letter.id, "نسخة")
    kept = versions.name_version(cast("adviser.mof"), letter.id, "قبل المراجعة")
    assert kept is not None
    assert (kept.number, kept.name, kept.reason) == (2, "قبل المراجعة", VersionReason.NAMED)


def test_versions_are_for_the_author_and_the_route_and_for_nobody_else(cast: Cast) -> None:
    letter = _returned(cast)
    for login in ("adviser.mof", "head.mof"):
        assert len(versions_of(cast(login), letter)) == 1
    with pytest.raises(NotFoundOrForbidden):
        versions_of(cast("clerk.mof"), letter)
    assert browser("adviser.fl").get(at("versions", letter.id)).status_code == 404


def test_two_versions_are_compared_word_by_word_with_words_for_what_changed(cast: Cast) -> None:
    author, letter = cast("adviser.mof"), _returned(cast)
    changed = draft_command(cast, content=from_plain_text("يرجى التفضل بإبداء الرأي العاجل في مدى أحقية المتعاقد."))
    drafting.save_draft(author, letter.id, changed, version=_version(cast, letter))
    page = browser("adviser.mof").get(at("versions", letter.id)).content.decode()
    assert "<ins>" in page and "<del>" in page
    assert "أُضيف: " in page and "حُذف: " in page
    same = browser("adviser.mof", language="en").get(at("versions", letter.id), {"from": "1", "to": "1"})
    assert "The two say the same." in same.content.decode()
    assert browser("head.mof").get(at("versions", letter.id), {"from": "99", "to": "x"}).status_code == 200


def test_keeping_a_version_from_the_page_says_so(cast: Cast) -> None:
    letter = _returned(cast)
    answer = browser("adviser.mof").post(at("versions", letter.id), {"name": "نهائية"}, follow=True)
    assert "حُفظت النسخة." in answer.content.decode()
    assert _reasons(cast, letter) == ["submit", "named"]


# ── remarks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_remark_keeps_the_words_that_it_is_about_outside_the_letter(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    before = access_letter(cast("head.mof"), letter.id).content
    fields = {"text": "أضف السند", "quote": " إبداء \n الرأي ", "position": "14"}
    assert browser("head.mof").post(at("comment", letter.id), fields).status_code == 302
    with scope(cast("head.mof")):
        kept = Comment.objects.get(letter=letter)
    assert (kept.quote, kept.position, kept.text) == ("إبداء الرأي", 14, "أضف السند")
    assert access_letter(cast("head.mof"), letter.id).content == before
    page = browser("head.mof").get(at("review", letter.id)).content.decode()
    assert 'data-quote="إبداء الرأي" data-position="14"' in page


@pytest.mark.parametrize(
    ("quote", "position", "kept"),
    [
        ("أ\u202eب", "1", ("", None)),
        ("أ" * 5000, "2", ("أ" * 300, 2)),
        ("نص", "-3", ("نص", None)),
        ("", "7", ("", None)),
    ],
)
def test_a_quotation_that_nobody_could_select_does_no_harm(
    cast: Cast, quote: str, position: str, kept: tuple[str, int | None]
) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    browser("head.mof").post(at("comment", letter.id), {"text": "ملاحظة", "quote": quote, "position": position})
    with scope(cast("head.mof")):
        found = Comment.objects.get(letter=letter)
    assert (found.quote, found.position) == kept


def test_resolving_a_remark_leaves_the_version_of_the_draft_alone(cast: Cast) -> None:
    letter = _returned(cast)
    with scope(cast("adviser.mof")):
        remark = Comment.objects.get(letter=letter)
    before, client = _version(cast, letter), browser("adviser.mof")
    answer = client.post(at("resolve", letter.id, remark.id), headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.json()["message"]
    assert _version(cast, letter) == before
    saved = client.post(at("autosave", letter.id), draft_fields(cast, version=str(before)))
    assert saved.status_code == 200


# ── one writer ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_reader_sees_who_writes_asks_and_is_given_the_draft(cast: Cast) -> None:
    author, head, letter = cast("adviser.mof"), cast("head.mof"), _returned(cast)
    assert presence.beat(author, letter.id).mine
    seen = presence.beat(head, letter.id)
    assert not seen.mine and seen.by == author.name_ar
    assert presence.ask(head, letter.id).asked_by == head.name_ar
    assert presence.beat(author, letter.id).asked_by == head.name_ar
    given = presence.hand_over(author, letter.id, agree=True)
    assert not given.mine and given.by == head.name_ar
    assert presence.beat(head, letter.id).mine
    command = draft_command(cast, subject="عدّله الرئيس")
    drafting.save_draft(head, letter.id, command, version=_version(cast, letter))
    with pytest.raises(DraftHeld):
        drafting.save_draft(author, letter.id, draft_command(cast), version=_version(cast, letter))
    with pytest.raises(DraftHeld):
        approval.submit(author, letter.id)


def test_a_refused_request_changes_nothing(cast: Cast) -> None:
    author, head, letter = cast("adviser.mof"), cast("head.mof"), _returned(cast)
    presence.beat(author, letter.id)
    presence.ask(head, letter.id)
    assert presence.hand_over(author, letter.id, agree=False).mine
    assert not presence.beat(head, letter.id).mine
    with pytest.raises(NotTheAuthor):
        drafting.save_draft(head, letter.id, draft_command(cast), version=_version(cast, letter))


def test_nobody_takes_a_draft_without_being_given_it(cast: Cast) -> None:
    head, letter = cast("head.mof"), _returned(cast)
    assert not presence.beat(head, letter.id).mine
    assert not presence.ask(head, letter.id).mine
    assert not presence.hand_over(head, letter.id, agree=True).mine
    with pytest.raises(NotFoundOrForbidden):
        presence.beat(cast("clerk.mof"), letter.id)
    with pytest.raises(NotFoundOrForbidden):
        presence.ask(cast("adviser.fl"), letter.id)


def test_a_lease_ends_by_itself_and_the_author_writes_again(cast: Cast) -> None:
    author, head, letter = cast("adviser.mof"), cast("head.mof"), _returned(cast)
    presence.beat(author, letter.id)
    presence.ask(head, letter.id)
    presence.hand_over(author, letter.id, agree=True)
    with time_machine.travel(clock.now() + presence.LASTS + timedelta(seconds=1), tick=False):
        assert presence.beat(author, letter.id).mine
        assert not presence.beat(head, letter.id).mine
        drafting.save_draft(author, letter.id, draft_command(cast), version=_version(cast, letter))
        with scope(author):
            assert Lease.objects.get(letter=letter).person_id == author.person_id


def test_the_page_of_a_draft_is_read_only_for_whoever_does_not_write_it(cast: Cast) -> None:
    letter = _returned(cast)
    presence.beat(cast("adviser.mof"), letter.id)
    page = browser("head.mof").get(at("edit", letter.id)).content.decode()
    assert "data-reads" in page and "data-autosave" not in page
    assert "طلب التحرير" in page and cast("adviser.mof").name_ar in page
    posted = browser("head.mof").post(at("edit", letter.id), draft_fields(cast, version=str(_version(cast, letter))))
    assert posted.status_code == 403
    assert "data-reads" not in browser("adviser.mof").get(at("edit", letter.id)).content.decode()


def test_whoever_only_reads_a_draft_is_offered_nothing_that_changes_it(cast: Cast) -> None:
    letter = _returned(cast)
    author = browser("adviser.mof")
    annex = SimpleUploadedFile("ملحق.txt", "نص".encode())
    author.post(
        at("edit", letter.id), draft_fields(cast, version=str(_version(cast, letter)), act="attach", files=[annex])
    )
    changes = ('type="file"', "/remove/", 'class="x"', "data-token-find", "data-resolve")
    written, read = (
        browser(login).get(at("edit", letter.id)).content.decode() for login in ("adviser.mof", "head.mof")
    )
    assert [one for one in changes if one not in written] == []
    assert [one for one in changes if one in read] == []
    assert "ملحق.txt" in read and "إدارة الفتوى والتشريع" in read


def test_presence_is_told_in_json(cast: Cast) -> None:
    letter = _returned(cast)
    answer = browser("adviser.mof").post(at("presence", letter.id))
    assert answer.json() == {"mine": True, "by": "", "asked_by": ""}
    assert browser("adviser.fl").post(at("presence", letter.id)).status_code == 404


def test_a_page_whose_form_arrived_is_told_so_in_its_address(cast: Cast) -> None:
    letter = _returned(cast)
    token = "0b0e7c1e-7f3a-4a53-9d0e-0d6f2c7f9a10"
    fields = draft_fields(cast, version=str(_version(cast, letter)), page=token)
    assert browser("adviser.mof").post(at("edit", letter.id), fields).url.endswith(f"?took={token}")
    again = draft_fields(cast, version=str(_version(cast, letter)), page="//evil")
    assert "took" not in browser("adviser.mof").post(at("edit", letter.id), again).url
