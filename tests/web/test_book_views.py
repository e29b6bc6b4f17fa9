# SPDX-License-Identifier: EUPL-1.2
"""How one person reads a book: columns, their widths, saved views, and the list that is printed."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from mukatabat.kernel import clock
from mukatabat.registers.actions import VIEW_LIMIT
from mukatabat.registers.models import BookView
from mukatabat.registers.rules import COLUMNS, NARROWEST, WIDEST, sound_columns, sound_widths
from mukatabat.tenancy.context import scope
from tests.cast import Cast
from tests.story import issued_letter, registered, run_jobs
from tests.web.conftest import Browser
from tests.web.test_views import text_of, void

pytestmark = pytest.mark.django_db
HEADS = {
    "web:incoming": ["serial", "at", "from", "theirs", "subject", "secrecy", "urgency", "referred", "due", "status"],
    "web:outgoing": ["serial", "ours", "at", "to", "subject", "secrecy", "urgency", "status", "answered"],
}


def heads(page: str) -> list[str]:
    """The codes of the columns in the head of a page's table."""
    return re.findall(r'data-column="(\w+)"', page)


def test_the_columns_are_those_of_the_drawing_and_each_row_has_a_cell_for_each(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    registered(cast)
    void(cast)
    run_jobs()
    for login, name in (("clerk.fl", "web:incoming"), ("clerk.mof", "web:outgoing")):
        page = browser(login).get(reverse(name)).content.decode()
        assert heads(page) == HEADS[name]
        for row in re.findall(r"<tr class=.*?</tr>", page, flags=re.DOTALL):
            assert row.count("<td") == len(HEADS[name]), row


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"subject": 300.4}, {"subject": 300}), ({"subject": 1, "at": 99999}, {"subject": NARROWEST, "at": WIDEST}),
        ({"x": 100, "__proto__": 5}, {}), ({"subject": "9"}, {}), ({"subject": True}, {}), ([1], {}), (None, {}),
        ({"subject": float("nan")}, {}),
    ],
)  # fmt: skip
def test_only_sound_widths_are_kept(said: object, kept: dict[str, int]) -> None:
    assert sound_widths("incoming", said) == kept


def test_number_and_subject_always_stand_and_nothing_chosen_means_all() -> None:
    assert sound_columns("incoming", ["due", "x"]) == ("serial", "subject", "due")
    assert sound_columns("incoming", []) == COLUMNS["incoming"]


def test_widths_are_kept_per_person_and_book(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    clerk, url = browser("clerk.mof"), reverse("web:widths", args=["outgoing"])
    for widths in ({"subject": 400}, {"subject": 420, "to": 200}):
        assert clerk.post(url, {"widths": json.dumps(widths)}).status_code == 204
    assert clerk.post(url, {"widths": "{"}).status_code == 204
    assert clerk.post(url, {"widths": json.dumps({"subject": 420, "to": 200})}).status_code == 204
    assert json.loads(clerk.get(reverse("web:outgoing")).context["widths"]) == {"subject": 420, "to": 200}
    assert browser("adviser.mof").get(reverse("web:outgoing")).context["widths"] == "{}"
    assert clerk.get(reverse("web:incoming")).context["widths"] == "{}"
    assert "style=" not in clerk.get(reverse("web:outgoing")).content.decode()


def test_a_saved_view_brings_back_filter_and_columns_and_may_open_the_book(browser: Browser, cast: Cast) -> None:
    issued_letter(cast, subject="موضوع أول")
    issued_letter(cast, subject="شأن آخر")
    clerk = browser("clerk.mof")
    said = {"name": "المواضيع", "q": "موضوع", "column": ["to", "status"], "default": "yes"}
    answer = clerk.post(reverse("web:keep_view", args=["outgoing"]), said)
    page = clerk.get(answer["Location"])
    assert [row["subject"] for row in page.context["entries"]] == ["موضوع أول"]
    assert heads(page.content.decode()) == ["serial", "to", "subject", "status"]
    assert clerk.get(reverse("web:outgoing")).context["query"] == "موضوع", "the default view opens the book"
    assert len(clerk.get(reverse("web:outgoing"), {"all": "1"}).context["entries"]) == 2
    assert len(clerk.get(answer["Location"] + "&q=").context["entries"]) == 2, "what is typed wins over the view"
    again = clerk.post(reverse("web:keep_view", args=["outgoing"]), said | {"q": "آخر"})
    assert again["Location"] == answer["Location"], "the same name again replaces it"
    csv = clerk.get(page.context["csv_url"]).content.decode("utf-8-sig")
    assert "موضوع أول" not in csv.replace("موضوع أول", "", 0) or "شأن آخر" not in csv
    view = answer["Location"].rpartition("view=")[2]
    clerk.post(reverse("web:drop_view", args=["outgoing", view]))
    assert clerk.get(reverse("web:outgoing")).context["query"] == ""


def test_views_are_one_person_s_own(browser: Browser, cast: Cast) -> None:
    clerk, other = browser("clerk.mof"), browser("adviser.mof")
    kept = clerk.post(reverse("web:keep_view", args=["outgoing"]), {"name": "عرضي", "q": "سر"})["Location"]
    view = kept.rpartition("view=")[2]
    assert "عرضي" not in text_of(other.get(kept))
    assert other.post(reverse("web:drop_view", args=["outgoing", view])).status_code == 404
    with scope(cast("clerk.mof")):
        assert BookView.objects.filter(name="عرضي").exists()
    with scope(cast("clerk.fl")):
        assert not BookView.objects.exists()


def test_a_view_needs_a_name_and_their_number_has_a_bound(browser: Browser, cast: Cast) -> None:
    clerk, url = browser("clerk.mof"), reverse("web:keep_view", args=["outgoing"])
    clerk.post(url, {"name": "  "})
    for number in range(VIEW_LIMIT + 2):
        clerk.post(url, {"name": f"عرض {number}"})
    with scope(cast("clerk.mof")):
        assert BookView.objects.exclude(name="").count() == VIEW_LIMIT


def test_while_the_filter_is_typed_the_table_alone_comes_back(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    issued_letter(cast)
    clerk = browser("clerk.mof")
    headers = {"HX-Request": "true", "HX-Target": "book"}
    page = clerk.get(reverse("web:outgoing"), {"q": "٢"}, headers=headers)
    assert [row["serial"] for row in page.context["entries"]] == [2]
    assert page.content.decode().lstrip().startswith('<div id="book"')


@pytest.mark.parametrize(("login", "name", "said"), [
    ("clerk.fl", "web:incoming", "لم يرد شيء اليوم"), ("clerk.mof", "web:outgoing", "لم يصدر شيء اليوم"),
])  # fmt: skip
def test_an_empty_day_says_so(browser: Browser, login: str, name: str, said: str) -> None:
    assert said in text_of(browser(login).get(reverse(name), {"day": clock.today().isoformat()}))


def test_the_filtered_list_is_printed(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    void(cast)
    clerk = browser("clerk.mof")
    for query in ("", "فروق"):
        url = clerk.get(reverse("web:outgoing"), {"q": query}).context["pdf_url"]
        assert clerk.get(url).content.startswith(b"%PDF-")
