# SPDX-License-Identifier: EUPL-1.2
"""The letter editor's side of the server: the closed JSON, citations, templates and kept paragraphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from mukatabat.kernel.arabic import arabic_digits
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.canned import PARAGRAPHS, TEMPLATES
from mukatabat.letters.models import CannedText, Letter
from mukatabat.letters.types import CATALOGUE
from mukatabat.press.content import from_plain_text, is_plain, validate
from mukatabat.tenancy.context import scope
from tests.letters.pages import at, browser, draft_fields
from tests.story import issued_letter, registered

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _paragraph(text: str, *marks: str) -> dict[str, Any]:
    words: dict[str, Any] = {"type": "text", "text": text}
    return {"type": "paragraph", "content": [words | ({"marks": [{"type": one} for one in marks]} if marks else {})]}


def _table() -> dict[str, Any]:
    def row(kind: str, *texts: str) -> dict[str, Any]:
        return {"type": "table_row", "content": [{"type": kind, "content": [_paragraph(one)]} for one in texts]}

    return {"type": "table", "content": [row("table_header", "البند", "القيمة"), row("table_cell", "مواد", "12,500")]}


RICH = {"type": "doc", "content": [_paragraph("تمهيد", "bold"), _table()]}


def _save(cast: Cast, draft_id: UUID, content: Any, **changes: Any) -> Any:
    fields = draft_fields(cast, content=content if isinstance(content, str) else json.dumps(content), **changes)
    del fields["body"]
    return browser("adviser.mof").post(at("autosave_new", draft_id), fields)


def _letter(cast: Cast, draft_id: UUID) -> Letter:
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=draft_id)


def test_what_the_editor_sends_is_kept_as_it_is_and_comes_back_to_it(cast: Cast) -> None:
    draft_id = uuid4()
    assert _save(cast, draft_id, RICH).status_code == 200
    assert _letter(cast, draft_id).content == RICH
    page = browser("adviser.mof").get(at("edit", draft_id)).content.decode()
    assert "table_header" in page or "data-editor" not in page


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("nonsense", 422, "press.invalid-content"),
        ({"type": "doc", "content": [{"type": "image", "attrs": {"src": "x"}}]}, 422, "press.invalid-content"),
        ({"type": "doc", "content": [_paragraph("أ\u202eب")]}, 422, "press.forbidden-character"),
        ('{"type":"doc","content":[' * 80_000, 413, "press.content-too-large"),
    ],
)
def test_a_text_that_breaks_the_schema_is_refused_with_its_place_and_nothing_is_saved(
    cast: Cast, content: Any, status: int, code: str
) -> None:
    draft_id = uuid4()
    answer = _save(cast, draft_id, content)
    assert (answer.status_code, answer.json()["code"]) in {(status, code), (400, code)}
    with scope(cast("adviser.mof")):
        assert not Letter.objects.filter(id=draft_id).exists()


def test_a_page_without_scripts_shows_a_table_read_only_and_cannot_lose_it(cast: Cast) -> None:
    draft_id, client = uuid4(), browser("adviser.mof")
    _save(cast, draft_id, RICH)
    page = client.get(at("edit", draft_id)).content.decode()
    assert "readonly" in page.partition('id="id_body"')[2].partition(">")[0]
    untouched = client.post(
        at("edit", draft_id),
        draft_fields(cast, version="1", subject="آخر", body="تمهيد\n\nالبند\tالقيمة\nمواد\t12,500"),
    )
    assert untouched.status_code == 302
    assert (_letter(cast, draft_id).subject, _letter(cast, draft_id).content) == ("آخر", RICH)
    forced = client.post(at("edit", draft_id), draft_fields(cast, version="2", body="نص آخر"))
    assert forced.status_code == 422
    assert _letter(cast, draft_id).content == RICH


def test_plain_text_is_said_plain_and_marks_tables_and_nested_points_are_not() -> None:
    assert is_plain(from_plain_text("نص\n\nأولًا: كذا\n1- أ\n2- ب"))
    assert not is_plain(validate(RICH))


def test_every_standard_text_is_a_letters_text_of_a_known_type() -> None:
    for one in (*TEMPLATES, *PARAGRAPHS):
        assert from_plain_text(one.text).blocks
        assert set(one.types) <= set(CATALOGUE)


def test_each_side_is_offered_its_own_templates(cast: Cast) -> None:
    ministry = browser("adviser.mof").get(at("phrases")).json()
    department = browser("adviser.fl", language="en").get(at("phrases")).json()
    assert "طلب رأي" in {one["title"] for one in ministry["templates"]}
    assert "رأي قانوني" not in {one["title"] for one in ministry["templates"]}
    assert {"Legal opinion", "Reminder", "Circular"} <= {one["title"] for one in department["templates"]}
    for one in [*ministry["templates"], *department["paragraphs"]]:
        validate(one["content"])


def test_a_kept_paragraph_is_ones_own_or_the_units_and_nobody_elses(cast: Cast) -> None:
    writer = browser("adviser.mof")
    for owner, text in (("own", "فقرة خاصة"), ("unit", "فقرة الوحدة")):
        content = json.dumps({"type": "doc", "content": [_paragraph(text)]})
        assert writer.post(at("phrases"), {"content": content, "for": owner}).status_code == 200
    titles = [one["title"] for one in writer.get(at("phrases")).json()["paragraphs"] if one["id"]]
    assert sorted(titles) == ["فقرة الوحدة", "فقرة خاصة"]
    same_unit = set(cast("head.mof").unit_ids) & set(cast("adviser.mof").unit_ids[:1])
    others = [one["title"] for one in browser("head.mof").get(at("phrases")).json()["paragraphs"] if one["id"]]
    assert others == (["فقرة الوحدة"] if same_unit else [])
    foreign = [one for one in browser("adviser.fl").get(at("phrases")).json()["paragraphs"] if one["id"]]
    assert foreign == []


def test_a_paragraph_is_dropped_by_its_owner_alone(cast: Cast) -> None:
    writer = browser("adviser.mof")
    writer.post(at("phrases"), {"content": json.dumps({"type": "doc", "content": [_paragraph("فقرة")]}), "for": "own"})
    with scope(cast("adviser.mof")):
        kept = CannedText.objects.get().id
    for login, left in (("adviser.fl", 1), ("signer.mof", 1), ("adviser.mof", 0)):
        browser(login).post(at("phrases"), {"forget": str(kept)})
        with scope(cast("adviser.mof")):
            assert CannedText.objects.count() == left


def test_an_empty_or_forbidden_paragraph_is_not_kept(cast: Cast) -> None:
    writer = browser("adviser.mof")
    for content in (
        '{"type":"doc","content":[{"type":"paragraph"}]}',
        "x",
        '{"type":"doc","content":[{"type":"script"}]}',
    ):
        answer = writer.post(at("phrases"), {"content": content, "for": "own"})
        assert answer.status_code >= 400
        assert answer.json()["message"]
    with scope(cast("adviser.mof")):
        assert not CannedText.objects.exists()


def test_an_earlier_letter_is_cited_by_number_in_any_digits_or_by_words_of_its_subject(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    client = browser("clerk.fl")
    in_arabic_digits = arabic_digits(incoming.their_reference.partition("-O-")[2])
    for typed in (incoming.their_reference, in_arabic_digits, "فروق الاسعار"):
        found = client.get(at("citations"), {"q": typed}).json()["citations"]
        assert [one["reference"] for one in found] == [incoming.their_reference]
        assert found[0]["subject"] == incoming.subject
        assert found[0]["dated"].startswith("المؤرخ ")


def test_what_one_may_not_see_and_what_is_sealed_is_not_cited(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    assert browser("adviser.moh").get(at("citations"), {"q": incoming.their_reference}).json()["citations"] == []
    sealed = issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL)
    with scope(cast("signer.mof")):
        number = Letter.objects.get(id=sealed.id).reference
    assert browser("signer.mof").get(at("citations"), {"q": number}).json()["citations"] == []


def test_the_editors_questions_are_answered_in_json_also_when_the_session_ended(cast: Cast) -> None:
    client = browser("adviser.mof")
    client.cookies.clear()
    for name in ("citations", "phrases"):
        assert client.get(at(name)).status_code == 401
