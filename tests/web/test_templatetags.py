# SPDX-License-Identifier: EUPL-1.2
"""What the tags write: isolated, escaped, in the reader's language and digits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel import clock
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.errors import isolated
from mukatabat.web.templatetags import mk, words

NOON = datetime(2026, 9, 22, 9, 0, tzinfo=UTC)  # a Tuesday; 12:00 in Kuwait


def shown(source: str, language: str = "ar", digits: str = "latn", **values: object) -> str:
    """Render a template text at noon of a known day."""
    with translation.override(language), clock.fixed(NOON):
        return Template(source).render(Context({"ui": {"digits": digits}, **values}))


def test_a_reference_stays_ascii_and_isolated_in_every_digit_style() -> None:
    written = '<bdi class="ref">FL-O-2026-04127</bdi>'
    assert shown("{% ref x %}", digits="arab", x="FL-O-2026-04127") == written
    assert shown("{% ref x %}", x=None) == ""


def test_an_identifier_in_the_sentence_of_an_error_stays_on_one_line() -> None:
    said = f"الكتاب {isolated('MOF-O-2026-00004')} من {isolated('وزارة المالية')} <b>"
    written = f'الكتاب <bdi class="ref">MOF-O-2026-00004</bdi> من {isolated("وزارة المالية")} &lt;b&gt;'
    assert shown("{{ x|unbroken }}", x=said) == written
    assert shown("{{ x|unbroken }}", x=isolated("A<i>")) == '<bdi class="ref">A&lt;i&gt;</bdi>'


@given(st.text(alphabet="<>&\"'اabc\u202e\u2068\u20691 ", min_size=1, max_size=30))
def test_no_tag_lets_markup_through(text: str) -> None:
    for tag in ("{% ref x %}", "{% name x %}", "{{ x|isolate }}", "{{ x|unbroken }}", "{% num x %}", "{% status x %}"):
        inner = shown(tag, x=text)
        for known in ("<bdi>", '<bdi class="ref">', "</bdi>", '<span class="num">', "</span>"):
            inner = inner.replace(known, "")
        assert "<script" not in inner
        if "svg" not in inner:
            assert "<" not in inner


def test_numbers_follow_the_readers_digits() -> None:
    assert shown("{% num 5207 %}") == '<span class="num">5207</span>'
    assert shown("{% num 5207 %}", digits="arab") == '<span class="num">٥٢٠٧</span>'
    assert shown("{% num x group=True %}", digits="arab", x=12500) == '<span class="num">١٢٬٥٠٠</span>'
    assert shown("{% num x %}", x=0) == '<span class="num">0</span>'
    assert shown("{% digits x %}", digits="arab", x=14) == "١٤"


def test_a_date_is_written_in_words_and_never_hyphenated() -> None:
    day = date(2026, 9, 22)
    plain = shown("{% gdate x weekday=True %}", x=day).replace('<span class="num">', "").replace("</span>", "")
    assert plain == '<time datetime="2026-09-22">الثلاثاء 22 سبتمبر 2026</time>'
    assert "September" in shown("{% gdate x %}", language="en", x=day)


def test_an_instant_is_dated_in_kuwait() -> None:
    late = datetime(2026, 9, 21, 22, 30, tzinfo=UTC)
    assert 'datetime="2026-09-22"' in shown("{% gdate x %}", x=late)
    assert ">01:30<" in shown("{% clock x %}", x=late)


@pytest.mark.parametrize("text", ["FL-O-2026-00001", "clerk.fl", "https://hooks.mof.example:8443/events?to=1"])
def test_what_stands_for_a_name_reads_from_the_left(text: str) -> None:
    assert shown("{% named x %}", x=text) == f'<bdi class="ref">{text}</bdi>'
    assert "ref" not in shown("{% named x %}", x="طلال النصف")


def test_a_stored_hijri_date_wins_over_the_table() -> None:
    table = shown("{% both_dates x %}", x=date(2026, 11, 22))
    assert 'class="num">12</span>' in table
    assert 'class="sep"' not in table, "a hairline of its own would hang at the end of a line"
    assert "هـ" in shown("{% hdate x %}", x=HijriDate(1448, 6, 13)) or "AH" in table
    assert 'class="num">13</span>' in shown("{% both_dates x h %}", x=date(2026, 11, 22), h=HijriDate(1448, 6, 13))


@pytest.mark.parametrize(
    ("day", "tone", "sentence"),
    [
        (date(2026, 9, 20), "due late", "2 days late"),
        (date(2026, 9, 21), "due late", "1 day late"),
        (date(2026, 9, 22), "due today", "Today"),
        (date(2026, 9, 23), "due", "Tomorrow"),
        (date(2026, 9, 24), "due", "Thursday"),
        (date(2026, 10, 4), "due", "Sunday"),
    ],
)
def test_a_due_day_is_a_sentence_with_its_day_beneath(day: date, tone: str, sentence: str) -> None:
    written = shown("{% due x %}", language="en", x=day)
    assert written.startswith(f'<span class="{tone}">{sentence}<small>')


def test_no_due_day_is_said() -> None:
    assert "No due date" in shown("{% due x %}", language="en", x=None)


def test_a_clock_that_counts_working_days_may_say_how_late() -> None:
    assert "5 days late" in shown("{% due x overdue_days=5 %}", language="en", x=date(2026, 9, 15))


def test_recent_things_are_told_by_their_age_and_older_ones_by_their_moment() -> None:
    assert "just now" in shown("{% ago x %}", language="en", x=datetime(2026, 9, 22, 8, 59, 40, tzinfo=UTC))
    assert "25 minutes ago" in shown("{% ago x %}", language="en", x=datetime(2026, 9, 22, 8, 35, tzinfo=UTC))
    assert "2 hours ago" in shown("{% ago x %}", language="en", x=datetime(2026, 9, 22, 6, 30, tzinfo=UTC))
    assert "September" in shown("{% ago x %}", language="en", x=datetime(2026, 9, 20, 6, 30, tzinfo=UTC))


def test_directional_icons_turn_with_the_writing_and_others_do_not() -> None:
    assert 'class="i i-m"' in shown('{% icon "reply" %}')
    assert 'class="i"' in shown('{% icon "lock" %}')
    assert 'aria-hidden="true"' in shown('{% icon "lock" %}')
    assert 'aria-label="x"' in shown('{% icon "lock" label="x" %}')


@pytest.mark.parametrize("code", sorted(words.STATUSES))
def test_every_status_has_a_shape_and_a_word(code: str) -> None:
    written = shown("{% status x box=True %}", language="en", x=code)
    assert "<svg" in written
    with translation.override("en"):
        assert str(words.STATUSES[code].word) in written


def test_an_unknown_status_is_its_own_word() -> None:
    assert "some&lt;thing" in shown("{% status x %}", x="some<thing")


def test_secrecy_and_urgency_are_silent_when_normal_and_boxed_above() -> None:
    assert shown("{% secrecy x %}{% urgency x %}", x="normal") == ""
    assert 'class="secret"' in shown("{% secrecy x %}", x="top_secret")
    assert "سري للغاية" in shown('{% secrecy x language="ar" %}', language="en", x="top_secret")
    assert 'class="vh"' in shown("{% urgency x %}", x="immediate")
    assert "st-warn" in shown("{% urgency x word=True %}", x="urgent")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0"), (1023, "1023"), (1024, "1.0"), (2_450_000, "2.3"), (52_428_800, "50"), (2**50, "1048576")],
)
def test_sizes_come_in_the_nearest_unit(size: int, text: str) -> None:
    assert f">{text}</span>" in shown("{% bytes x %}", language="en", x=size)


def test_initials_leave_titles_and_the_article_out() -> None:
    assert mk.initials("د. خالد المطوع") == "خ م"
    assert mk.initials("منيرة الصالح") == "م ص"
    assert mk.initials("Munira") == "M"
    assert mk.initials("") == ""


def test_a_letterhead_may_be_text_or_lines() -> None:
    assert mk.lines("a\nb") == ["a", "b"]
    assert mk.lines(("a", "b")) == ["a", "b"]
    assert mk.lines(None) == []
