# SPDX-License-Identifier: EUPL-1.2
"""The closed tree of a letter's text, and its four written forms."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.press.content import (
    SIZE_LIMIT,
    from_plain_text,
    to_html,
    to_json,
    to_plain_text,
    to_typst_data,
    validate,
)
from mukatabat.press.content.tree import (
    BulletList,
    LineBreak,
    ListStyle,
    OrderedList,
    Paragraph,
    ReferenceToken,
    Table,
    Text,
    direction,
    paragraphs,
)
from mukatabat.press.digits import Digits
from mukatabat.press.errors import ContentTooDeep, ContentTooLarge, ForbiddenCharacter, InvalidContent, PressError

LABELS = ["أولًا: ", "اولا/ ", "ثانيًا: ", "ثالثا: ", "1- ", "٢- ", "3) ", "- ", "• ", "First: ", "5- ", ""]
PIECES = [
    "كتاب",
    "رقم",
    "FL-O-2026-04127",
    "TRN-MOF-I-2026-00001",
    "(٣١/٢٠٢٤)",
    "<b>",
    "&amp;",
    "#panic()",
    "'\"",
    "😀",
    "é",
]
LINES = st.builds(
    lambda mark, words: mark + " ".join(words), st.sampled_from(LABELS), st.lists(st.sampled_from(PIECES))
)
STRUCTURED = st.lists(LINES | st.just(""), max_size=12).map("\n".join)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n -1أ:"), max_size=80)


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks)}


def nested_lists(levels: int) -> dict[str, Any]:
    block = paragraph(words("س"))
    for _ in range(levels):
        inner = [block] if block["type"] == "paragraph" else [paragraph(), block]
        block = {"type": "bullet_list", "content": [{"type": "list_item", "content": inner}]}
    return doc(block)


@given(STRUCTURED | ANY_TEXT)
def test_plain_text_read_twice_is_the_same_text(text: str) -> None:
    try:
        content = from_plain_text(text)
    except ForbiddenCharacter:
        return
    assert from_plain_text(to_plain_text(content)) == content
    assert validate(to_json(content)) == content
    assert validate(json.dumps(to_json(content))) == content


@given(STRUCTURED | ANY_TEXT)
def test_no_word_is_lost_on_the_way_to_the_page(text: str) -> None:
    try:
        content = from_plain_text(text)
    except ForbiddenCharacter:
        return
    for piece in PIECES:
        assert to_plain_text(content).count(piece) == text.count(piece)


@given(STRUCTURED | ANY_TEXT)
def test_html_holds_only_our_own_tags(text: str) -> None:
    try:
        html = to_html(from_plain_text(text))
    except ForbiddenCharacter:
        return
    ours = r'</?(?:p|ol|ul|li|b|u|br|bdi|span)(?: (?:dir|class|role)="[a-z]+")*>'
    rest = re.sub(ours, "", html)
    assert not set("<>\"'") & set(rest)
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt|quot|#x27);)*", rest, re.DOTALL)
    assert unescape(rest).count("#panic()") == text.count("#panic()")


def test_words_digits_and_dashes_become_lists_also_with_empty_lines_between() -> None:
    content = from_plain_text("أولًا: كذا\n\nثانيا/ وكذا\n\n1- أ\n2- ب\n\n- ج\n- د")
    first, second, third = content.blocks
    assert isinstance(first, OrderedList) and first.style is ListStyle.WORDS and len(first.items) == 2
    assert isinstance(second, OrderedList) and second.style is ListStyle.DIGITS and len(second.items) == 2
    assert isinstance(third, BulletList) and len(third.items) == 2


def test_digits_right_under_a_point_in_words_lie_inside_it() -> None:
    content = from_plain_text("أولًا: كذا\n١- أ\n٢- ب\nثانيًا: وكذا")
    (outer,) = content.blocks
    assert isinstance(outer, OrderedList) and len(outer.items) == 2
    assert isinstance(outer.items[0].blocks[1], OrderedList)
    assert to_plain_text(content) == "أولًا: كذا\n1- أ\n2- ب\nثانيًا: وكذا"


def test_a_label_out_of_its_order_stays_text_because_a_letter_is_not_renumbered() -> None:
    content = from_plain_text("ثالثًا: كذا\n\n7- كذا")
    assert content.blocks == (Paragraph((Text("ثالثًا: كذا"),)), Paragraph((Text("7- كذا"),)))


def test_a_single_line_end_stays_a_line_end() -> None:
    assert from_plain_text("أ\r\nب").blocks == (Paragraph((Text("أ"), LineBreak(), Text("ب"))),)


def test_a_canonical_reference_is_recognised_and_a_longer_word_around_it_is_not() -> None:
    (block,) = from_plain_text("كتابكم MOF-O-2026-01843 وXFL-O-2026-041271234").blocks
    assert isinstance(block, Paragraph)
    assert [run.value for run in block.runs if isinstance(run, ReferenceToken)] == ["MOF-O-2026-01843"]


def test_a_reference_is_shown_left_to_right_and_list_labels_in_the_letters_digits() -> None:
    content = from_plain_text("1- كتاب FL-O-2026-04127 لسنة 2026")
    assert '<bdi class="ref" dir="ltr">FL-O-2026-04127</bdi> لسنة 2026' in to_html(content)
    assert '<span class="label">١-</span>' in to_html(content)
    assert '<span class="label">1-</span>' in to_html(content, digits=Digits.LATN)


def test_a_paragraph_turns_round_only_when_all_its_letters_do() -> None:
    quotation, mixed, number = paragraphs(from_plain_text("An English quotation.\n\nIBM شركة\n\n٣١/٢٠٢٤"))
    assert [direction(part, "ar") for part in (quotation, mixed, number)] == ["ltr", "rtl", "rtl"]
    assert direction(mixed, "en") == "ltr"


def test_marks_tables_and_nested_lists_pass_and_come_back_as_they_were() -> None:
    source = doc(
        paragraph(
            {"type": "text", "text": "نص", "marks": [{"type": "bold"}, {"type": "underline"}]}, {"type": "hard_break"}
        ),
        {
            "type": "table",
            "content": [
                {
                    "type": "table_row",
                    "content": [{"type": "table_header", "content": [paragraph(words(c))]} for c in "أب"],
                },
                {
                    "type": "table_row",
                    "content": [{"type": "table_cell", "content": [paragraph(words(c))]} for c in "جد"],
                },
            ],
        },
        nested_lists(3)["content"][0],
    )
    content = validate(source)
    assert isinstance(content.blocks[1], Table)
    assert to_typst_data(content)[1]["heads"] == 1
    assert validate(to_json(content)) == content
    assert "<b>نص</b>" in to_html(content) and "<th>" in to_html(content)
    assert "أ\tب\nج\tد" in to_plain_text(content)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("nonsense", "/"),
        ([], "/"),
        ({"type": "paragraph"}, "/type"),
        (doc({"type": "script"}), "/content/0/type"),
        (doc({"type": "paragraph", "onclick": "x"}), "/content/0/onclick"),
        (doc({"type": "paragraph", "attrs": {"style": "color:red"}}), "/content/0/attrs"),
        (doc(paragraph({"type": "text", "text": ""})), "/content/0/content/0/text"),
        (doc(paragraph({"type": "text", "text": 5})), "/content/0/content/0/text"),
        (
            doc(paragraph({"type": "text", "text": "a", "marks": [{"type": "link"}]})),
            "/content/0/content/0/marks/0/type",
        ),
        (doc(paragraph({"type": "text", "text": "a", "marks": [{"type": "bold"}] * 2})), "/content/0/content/0/marks"),
        (doc(paragraph({"type": "reference", "attrs": {"value": "x"}})), "/content/0/content/0/attrs/value"),
        (doc(paragraph({"type": "reference", "attrs": {"value": "x", "href": "y"}})), "/content/0/content/0/attrs"),
        (doc({"type": "bullet_list", "content": []}), "/content/0/content"),
        (
            doc({"type": "ordered_list", "content": [{"type": "list_item", "content": [paragraph()]}]}),
            "/content/0/attrs",
        ),
        (doc({"type": "table", "content": [{"type": "table_row", "content": []}]}), "/content/0/content/0/content"),
        (doc({"type": "paragraph", "content": "text"}), "/content/0/content"),
        (doc({"type": "paragraph", "content": [None]}), "/content/0/content/0"),
    ],
)
def test_what_the_schema_does_not_name_is_refused_with_its_place(source: Any, path: str) -> None:
    with pytest.raises(InvalidContent) as caught:
        validate(source if isinstance(source, dict) else json.dumps(source))
    assert caught.value.params["path"] == path


def test_rows_of_unequal_length_are_refused() -> None:
    cell = {"type": "table_cell", "content": [paragraph()]}
    rows = [{"type": "table_row", "content": [cell] * count} for count in (1, 2)]
    with pytest.raises(InvalidContent):
        validate(doc({"type": "table", "content": rows}))


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200f", "\u061c", "\x00", "\n", "\u2028", "\ud800"])
def test_controls_and_bidi_controls_are_refused_with_their_place(character: str) -> None:
    with pytest.raises(ForbiddenCharacter) as caught:
        validate(json.dumps(doc(paragraph(words(f"أ{character}ب")))))
    assert caught.value.params["path"] == "/content/0/content/0/text"
    assert f"U+{ord(character):04X}" in str(caught.value.params["character"])


def test_three_levels_of_lists_pass_and_four_do_not() -> None:
    validate(nested_lists(3))
    with pytest.raises(ContentTooDeep):
        validate(nested_lists(4))


@pytest.mark.parametrize("source", ["[" * 2_000_000, '{"type":"doc","content":[' * 80_000, b'{"a":' * 400_000])
def test_a_two_megabyte_nested_list_is_refused_and_nothing_breaks(source: str | bytes) -> None:
    with pytest.raises(ContentTooLarge):
        validate(source)


@pytest.mark.parametrize("source", ["[" * 150_000, '{"type":"doc","content":[' * 7_000])
def test_a_small_and_very_deep_text_is_refused_and_nothing_breaks(source: str) -> None:
    with pytest.raises(PressError):
        validate(source)


def test_a_deep_tree_of_objects_is_refused_and_nothing_breaks() -> None:
    with pytest.raises(ContentTooDeep):
        validate(nested_lists(100_000))


def test_the_size_is_counted_in_bytes() -> None:
    with pytest.raises(ContentTooLarge):
        from_plain_text("س" * (SIZE_LIMIT // 2))
    assert from_plain_text("س" * (SIZE_LIMIT // 2 - 200)).blocks
