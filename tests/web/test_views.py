# SPDX-License-Identifier: EUPL-1.2
"""The desk, the books, finding, the bell and the landing, as people of the cast see them."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from mukatabat.access.grants.actions import grant
from mukatabat.access.grants.rules import Grantee, Reason, Shelf
from mukatabat.directory.models import Appointment
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.letters.actions import issuing
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Letter
from mukatabat.letters.transitions import protected
from mukatabat.registers.actions import take_number, void_number
from mukatabat.registers.rules import EntryState, Particulars
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.web.books import Asked, page_of
from mukatabat.work import queries as work
from mukatabat.work.rules import Act, ReferralCommand, Step, Task
from tests.cast import FL, Cast
from tests.story import approved_letter, issued_letter, registered, run_jobs
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
SUBJECT = "طلب الرأي بشأن فروق أسعار المواد"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(response: object) -> str:
    parser = _Text()
    parser.feed(response.content.decode())  # type: ignore[attr-defined]
    return " ".join(" ".join(parser.parts).split())


def studied(cast: Cast) -> Letter:
    """A question of the ministry, registered by the Department and referred to the head for study."""
    issued_letter(cast)
    head = Grantee.post(cast.post("head.fl"))
    first = ReferralCommand(task=Task(holder=head, act=Act.STUDY, due=clock.today()), note="للدراسة والعرض")
    return registered(cast, AcceptCommand(referral=first))


def void(cast: Cast, login: str = "clerk.mof", kind: RegisterKind = RegisterKind.OUTGOING) -> int:
    actor = cast(login)
    said = Particulars(object_id=uuid4(), subject="", counterpart_id=FL, counterpart_ar="", counterpart_en="")
    with scope(actor):
        entry = take_number(actor, kind, said, state=EntryState.ISSUING)
        void_number(actor, entry.id, reason="لم يُوقَّع")
    return entry.serial


# ── landing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("login", "name"),
    [
        ("clerk.fl", "web:incoming"), ("adviser.fl", "work:queue"), ("head.fl", "work:queue"),
        ("signer.fl", "work:approval"), ("archivist.fl", "web:incoming"), ("auditor.fl", "audit:log"),
        ("admin.fl", "directory:home"), ("operator.cait", "directory:home"), ("trainee.fl", "work:queue"),
    ],
)  # fmt: skip
def test_each_role_lands_on_its_page_and_may_open_it(browser: Browser, login: str, name: str) -> None:
    client = browser(login)
    response = client.get("/")
    assert response.headers["Location"] == reverse(name)
    assert client.get(reverse(name)).status_code == 200


def test_nobody_sees_an_item_of_the_rail_that_cannot_be_opened(browser: Browser, cast: Cast) -> None:
    for login in ("clerk.fl", "adviser.fl", "signer.fl", "archivist.fl", "auditor.fl", "admin.fl", "operator.cait"):
        client = browser(login)
        response = client.get(client.get("/").headers["Location"])
        for group in response.context["ui"].nav:
            for item in group["items"]:
                assert client.get(item["url"]).status_code == 200, (login, item["url"])


def test_a_person_without_a_post_gets_a_page_that_says_so(browser: Browser, cast: Cast) -> None:
    client = browser("adviser.mof")
    Appointment.objects.filter(person_id=cast("adviser.mof").person_id).update(
        valid_to=clock.today() - timedelta(days=1)
    )
    response = client.get("/")
    assert response.status_code == 403
    assert "access.no-appointment" not in text_of(response)


def test_health_is_public_and_says_nothing_else(client: object) -> None:
    response = client.get("/health/")  # type: ignore[attr-defined]
    assert response.json() == {"status": "ok"}


# ── the desk ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_what_is_required_with_its_preview(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    response = browser("head.fl").get(reverse("work:queue"))
    shown = text_of(response)
    assert SUBJECT in shown
    assert "للدراسة والعرض" in shown
    assert "أحقية المتعاقد" in shown
    assert response.context["groups"][0]["code"] == "today"
    assert response.context["tabs"][0]["count"] == 1
    peek = browser("head.fl").get(reverse("work:peek", args=[letter.id]))
    assert "أحقية المتعاقد" in text_of(peek)


def test_a_preview_offers_what_the_reader_may_do(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    at = reverse("work:peek", args=[letter.id])
    names = [one["url"] for one in browser("head.fl").get(at).context["item"]["actions"]]
    assert names[0] == reverse("letters:reply", args=[letter.id])
    assert reverse("letters:refer", args=[letter.id]) in names
    clerk = browser("clerk.fl").get(at).context["item"]["actions"]
    assert [one["url"] for one in clerk] == [reverse("letters:letter", args=[letter.id])]


def test_the_preview_of_another_body_and_of_a_colleague_is_not_found(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    for login in ("head.moh", "adviser1.fl", "head.mof"):
        assert browser(login).get(reverse("work:peek", args=[letter.id])).status_code == 404


def test_a_letter_that_awaits_its_signature_stands_with_its_signer(browser: Browser, cast: Cast) -> None:
    letter = approved_letter(cast)
    response = browser("signer.mof").get(reverse("work:approval"))
    rows = [row for group in response.context["groups"] for row in group["rows"]]
    assert [row["url"] for row in rows] == [reverse("letters:sign", args=[letter.id])]
    assert response.context["ui"].nav[0]["items"][1]["count"] == 1


def test_items_are_marked_done_together_and_the_refused_are_named(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    approved = approved_letter(cast)
    client = browser("head.fl")
    response = client.post(
        reverse("work:act"), {"act": "done", "item": [str(letter.id), str(approved.id)]}, follow=True
    )
    assert response.status_code == 200
    levels = [message.level_tag for message in response.context["messages"]]
    assert levels == ["warning", "success"]
    assert work.item_of(cast("head.fl"), letter.id).state == "done"  # type: ignore[union-attr]
    assert SUBJECT in text_of(client.get(reverse("work:done")))


def test_a_step_of_the_route_is_not_done_by_a_word(browser: Browser, cast: Cast) -> None:
    approved = approved_letter(cast)
    for act in ("done", "follow"):
        browser("signer.mof").post(reverse("work:act_on", args=[approved.id]), {"act": act})
    item = work.item_of(cast("signer.mof"), approved.id)
    assert item is not None
    assert (item.state, item.act) == ("open", "sign")


def test_an_item_is_followed_and_taken_back(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    client = browser("head.fl")
    client.post(reverse("work:act_on", args=[letter.id]), {"act": "follow"})
    assert SUBJECT in text_of(client.get(reverse("work:following")))
    assert SUBJECT not in text_of(client.get(reverse("work:queue")))
    client.post(reverse("work:act_on", args=[letter.id]), {"act": "resume"})
    assert SUBJECT in text_of(client.get(reverse("work:queue")))


def test_several_items_are_referred_with_one_note(browser: Browser, cast: Cast) -> None:
    letters = [studied(cast), studied(cast)]
    client = browser("head.fl")
    response = client.post(reverse("work:act"), {"act": "refer", "item": [str(one.id) for one in letters]})
    at = response.headers["Location"]
    assert at.startswith(reverse("work:refer"))
    assert client.get(at).status_code == 200
    adviser = cast("adviser.fl").person_id
    assert client.post(at, {"to": "", "act": "reply", "note": "تعد الإفادة"}).status_code == 400
    client.post(at, {"to": f"person:{adviser}", "act": "reply", "note": "تعد الإفادة", "due": ""})
    held = work.queue(cast("adviser.fl"), work.Tab.REQUIRED)
    assert {item.object_id for item in held} == {one.id for one in letters}


def test_nothing_chosen_says_so(browser: Browser, cast: Cast) -> None:
    response = browser("head.fl").post(reverse("work:act"), {"act": "done", "item": ["x"]}, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["warning"]


def test_an_empty_queue_says_so_in_both_languages(browser: Browser, cast: Cast) -> None:
    assert browser("adviser.moh").get(reverse("work:queue")).status_code == 200
    english = browser("head.moh", language="en").get(reverse("work:queue"))
    assert "Nothing is required of you now." in text_of(english)


# ── the books ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_incoming_book_shows_number_sender_and_holder(browser: Browser, cast: Cast) -> None:
    studied(cast)
    response = browser("clerk.fl").get(reverse("web:incoming"))
    row = response.context["entries"][0]
    assert (row["serial"], row["series"], row["status"]) == (1, "", "referred")
    assert row["referred_to"]
    assert SUBJECT in text_of(response)


def test_the_outgoing_book_shows_delivery_and_struck_numbers_between(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    struck = void(cast)
    issued_letter(cast)
    run_jobs()
    rows = browser("clerk.mof").get(reverse("web:outgoing")).context["entries"]
    assert [(row["serial"], row["state"]) for row in rows] == [(3, "issued"), (struck, "void"), (1, "issued")]
    assert rows[0]["status"] == "delivered"
    author = browser("adviser.mof").get(reverse("web:outgoing")).context["entries"]
    assert [row["serial"] for row in author] == [3, 1]


def test_pages_of_a_book_show_every_number_once(cast: Cast) -> None:
    for number in range(7):
        void(cast) if number in {0, 3, 4, 6} else issued_letter(cast)
    actor, seen, start = cast("clerk.mof"), [], None
    while True:
        page = page_of(actor, Shelf.OUTGOING, Asked(start=start), limit=1)
        seen += [row["serial"] for row in page.rows]
        if page.after is None:
            break
        start = page.after
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_more_rows_come_as_rows_alone(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    client = browser("clerk.mof")
    at = f"{reverse('web:outgoing')}?cursor=9999999999999999.{'f' * 32}"
    part = client.get(at, HTTP_HX_REQUEST="true")
    assert b"<html" not in part.content
    assert b"<html" in client.get(at).content


def test_a_book_is_filtered_by_number_and_by_day(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    client = browser("clerk.mof")
    found = client.get(reverse("web:outgoing"), {"q": "٠٠٠٠١"}).context["entries"]
    assert [row["serial"] for row in found] == [1]
    assert client.get(reverse("web:outgoing"), {"q": "٢"}).context["entries"] == []
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    assert len(client.get(reverse("web:outgoing"), {"day": today.isoformat()}).context["entries"]) == 1
    assert client.get(reverse("web:outgoing"), {"day": yesterday.isoformat()}).context["entries"] == []
    assert client.get(reverse("web:outgoing"), {"day": "x", "cursor": "y", "below": "z"}).status_code == 200


def test_a_sealed_letter_shows_its_mark_and_its_subject_to_its_readers_alone(browser: Browser, cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.SECRET)
    author = browser("adviser.mof").get(reverse("web:outgoing"))
    assert SUBJECT in text_of(author) and 'class="secret"' in author.content.decode()
    assert browser("clerk.mof").get(reverse("web:outgoing")).context["entries"] == []
    book = browser("clerk.mof").get(reverse("registers:confidential"))
    assert [row["serial"] for row in book.context["entries"]] == [1]
    assert SUBJECT not in text_of(book)
    assert "الفتوى" not in " ".join(row["counterpart"] for row in book.context["entries"])


def test_the_outsider_sees_empty_books(browser: Browser, cast: Cast) -> None:
    studied(cast)
    for login in ("clerk.moh", "adviser1.fl", "trainee.mof"):
        for name in ("web:incoming", "web:outgoing", "web:memos"):
            response = browser(login).get(reverse(name))
            assert response.context["entries"] == [], (login, name)
            assert SUBJECT not in text_of(response)


def test_the_day_of_a_book_is_shown_and_printed(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    void(cast)
    client = browser("clerk.mof")
    response = client.get(reverse("registers:day"), {"book": "O"})
    assert response.context["counts"] == {"entries": 1, "voids": 1}
    assert SUBJECT in text_of(response)
    pdf = client.get(response.context["print_url"])
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert client.get(reverse("registers:day"), {"book": "?", "day": "2999-01-01"}).context["day"] == clock.today()


def test_a_wall_hides_the_subject_in_the_day_and_keeps_the_number(browser: Browser, cast: Cast) -> None:
    letter = issued_letter(cast)
    actor = cast("clerk.mof")
    with scope(actor):
        grant(actor, protected(letter), [Grantee.person(actor.person_id or UUID(int=0))], reason=Reason.WALL)
    response = browser("clerk.mof").get(reverse("registers:day"), {"book": "O"})
    assert [row["serial"] for row in response.context["entries"]] == [1]
    assert SUBJECT not in text_of(response)
    assert browser("clerk.mof").get(reverse("web:outgoing")).context["entries"] == []


def test_the_tray_lists_what_waits_longest_first(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    issued_letter(cast)
    run_jobs()
    response = browser("clerk.fl").get(reverse("registers:tray"))
    waits = [row["delivered_at"] for row in response.context["arrivals"]]
    assert len(waits) == 2
    assert waits == sorted(waits)
    assert response.context["ui"].nav[1]["items"][3]["count"] == 2
    registered(cast)
    assert len(browser("clerk.fl").get(reverse("registers:tray")).context["arrivals"]) == 1
    assert browser("clerk.moh").get(reverse("registers:tray")).context["arrivals"] == []


def test_a_number_in_signing_is_not_hidden(browser: Browser, cast: Cast) -> None:
    letter = approved_letter(cast)
    issuing.begin_issue(cast("signer.mof"), letter.id, provider=service.provider())
    rows = browser("clerk.mof").get(reverse("web:outgoing")).context["entries"]
    assert [(row["serial"], row["state"]) for row in rows] == [(1, "issuing")]


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_export_holds_the_shown_rows_and_no_formula(browser: Browser, cast: Cast) -> None:
    issued_letter(cast, subject="=HYPERLINK(1) كتاب")
    void(cast)
    run_jobs()
    data = browser("clerk.mof", language="en").get(reverse("web:outgoing_csv")).content.decode("utf-8")
    assert data.startswith("\ufeffSerial,Reference,")
    lines = data.splitlines()
    assert len(lines) == 3
    assert "لم يُوقَّع" in lines[1]
    assert "'=HYPERLINK" in lines[2]
    assert not set(data) & set("\u2066\u2067\u2068\u2069"), "a copied reference would carry them along"
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


def test_the_export_of_the_incoming_book_has_a_cell_per_head(browser: Browser, cast: Cast) -> None:
    studied(cast)
    void(cast, "clerk.fl", RegisterKind.INCOMING)
    lines = browser("clerk.fl").get(reverse("web:incoming_csv")).content.decode("utf-8").splitlines()
    assert len(lines) == 3
    assert {line.count(",") for line in lines} == {12}


# ── find ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_find_box_answers_with_what_one_may_see(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    response = browser("head.fl").get(reverse("web:find"), {"q": "فروق الأسعار"})
    assert [hit["url"] for hit in response.context["hits"]] == [reverse("letters:letter", args=[letter.id])]
    outsider = browser("head.moh").get(reverse("web:find"), {"q": "فروق الأسعار"})
    assert outsider.context["hits"] == []
    assert len(outsider.context["suggestions"]) == 2
    assert browser("head.fl").get(reverse("web:find"), {"q": "ا"}).context["too_short"]
    assert browser("head.fl").get(reverse("web:find")).status_code == 200


# ── the bell ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bell_rings_until_it_is_seen(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    client = browser("head.fl")
    page = client.get(reverse("notify:bell"))
    assert page.context["ui"].unread == 1
    assert page.context["notices"][0]["url"] == reverse("letters:letter", args=[letter.id])
    part = client.get(reverse("notify:bell"), HTTP_HX_REQUEST="true")
    assert b"<html" not in part.content
    client.post(reverse("notify:seen"))
    assert client.get(reverse("notify:bell")).context["ui"].unread == 0


def test_the_bell_is_silent_about_what_one_may_no_longer_see(browser: Browser, cast: Cast) -> None:
    letter = studied(cast)
    actor = cast("head.fl")
    with scope(actor):
        grant(actor, protected(letter), [Grantee.person(actor.person_id or UUID(int=0))], reason=Reason.WALL)
    page = browser("head.fl").get(reverse("notify:bell"))
    assert page.context["notices"] == []
    assert page.context["ui"].unread == 0


def test_a_notice_of_a_sealed_letter_never_says_its_subject(browser: Browser, cast: Cast) -> None:
    approved_letter(cast, secrecy=Secrecy.SECRET)
    assert SUBJECT not in text_of(browser("signer.mof").get(reverse("notify:bell")))


# ── cycle times ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_measured_steps_stand_beside_the_stated_paper_baseline(browser: Browser, cast: Cast) -> None:
    studied(cast)
    admin = browser("admin.fl")
    said = {"step": "receipt-to-registration", "hours": "٧٢٫٥", "basis": "عينة من 40 كتابًا، 2025"}
    assert admin.post(reverse("work:baseline"), said).headers["Location"] == reverse("work:times")
    rows = browser("head.fl", language="en").get(reverse("work:times")).context["rows"]
    row = rows[list(Step).index(Step.RECEIPT_TO_REGISTRATION)]
    assert (row["count"], row["paper"], row["shorter"]) == (1, "3 days", 100)
    again = admin.post(reverse("work:baseline"), said | {"hours": "48"})
    assert again.status_code == 302


def test_a_baseline_is_stated_in_numbers_by_the_administrator_alone(browser: Browser, cast: Cast) -> None:
    said = {"step": "receipt-to-reply", "hours": "كثير", "basis": "تقدير"}
    refused = browser("admin.fl").post(reverse("work:baseline"), said)
    assert refused.status_code == 400
    assert "تقدير" in refused.content.decode()
    assert browser("head.fl").post(reverse("work:baseline"), said | {"hours": "4"}).status_code == 404
    unproved = browser("admin.moh", proved=False)
    assert unproved.post(reverse("work:baseline"), said | {"hours": "4"}).status_code == 404


def test_every_page_speaks_english_and_arabic_digits(browser: Browser, cast: Cast) -> None:
    studied(cast)
    english, digits = browser("clerk.fl", language="en"), browser("clerk2.fl", digits="arab")
    names = ("work:queue", "web:incoming", "web:outgoing", "web:memos", "registers:tray", "registers:day", "work:times")
    for name in names:
        page = english.get(reverse(name)).content.decode()
        assert '<html lang="en" dir="ltr"' in page
        assert digits.get(reverse(name)).status_code == 200
    assert "٠٠٠٠١" not in text_of(digits.get(reverse("web:incoming")))
