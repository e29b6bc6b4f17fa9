# SPDX-License-Identifier: EUPL-1.2
"""Requests that no page of ours sends: without the form's secret, with other methods, too large, absurd, or hostile."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mukatabat.exchange import queries as exchange
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.models import Attachment, Letter
from mukatabat.letters.views.documents import disposition
from mukatabat.portal.urls import TOKEN
from mukatabat.press.content import from_plain_text, to_html, to_plain_text
from mukatabat.tenancy.context import scope
from tests.attacks.script import SCRIPT, is_text_alone
from tests.cast import MOH
from tests.letters.pages import at, browser, draft_fields
from tests.story import approved_letter, arrived, draft_command, issue, issued_letter, registered, run_jobs
from tests.web.test_routes import routes

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.long]
HUGE = "9" * 40


def _strict(login: str) -> Client:
    """A signed-in browser whose requests are held to the form's secret, as in life."""
    client = browser(login)
    client.handler.enforce_csrf_checks = True
    return client


# ── forms that are not ours ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_route_takes_a_post_without_the_form_s_secret(cast: Cast) -> None:
    letter, client = issued_letter(cast), _strict("signer.mof")
    for route in routes():
        if route.decision == TOKEN:  # it knows no cookie, so there is nothing to be borrowed
            assert client.post(route.address(letter.id)).status_code in {401, 405}, route.pattern
            continue
        for headers in ({}, {"Origin": "https://evil.example"}, {"HX-Request": "true"}):
            answer = client.post(route.address(letter.id), {"act": "done", "reason": "س"}, headers=headers)
            assert answer.status_code == 403, (route.pattern, answer.status_code)
            assert "no-store" in answer.headers["Cache-Control"], route.pattern


OWN_METHODS = {"upload": {415}}
"""A route that knows other methods says first that the request lacks what they need."""


def test_no_route_does_anything_by_another_method(cast: Cast) -> None:
    letter, client = drafting.begin_draft(cast("adviser.mof"), draft_command(cast)), browser("adviser.mof")
    for route in routes():
        for method in ("put", "patch", "delete", "trace"):
            answer = getattr(client, method)(route.address(letter.id))
            refused = {302, 404, 405, *OWN_METHODS.get(route.name, ()), *([401] if route.decision == TOKEN else ())}
            assert answer.status_code in refused, (route.pattern, method, answer.status_code)
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=letter.id).state == "draft"


def test_looking_with_the_method_of_looking_decides_nothing(cast: Cast) -> None:
    letter = approved_letter(cast)
    for login in ("adviser.mof", "head.mof", "signer.mof"):
        client = browser(login)
        for act in ("submit", "discard", "approve", "send_back", "recall", "comment", "refuse", "complete", "give_up"):
            assert client.get(at(act, letter.id)).status_code in {200, 404, 405}
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=letter.id).state == "approved"


def test_fields_that_no_form_has_change_nothing(cast: Cast) -> None:
    draft_id = uuid4()
    forged = {
        "state": "issued", "reference": "MOF-O-2026-00999", "author_id": str(cast("head.mof").person_id),
        "author_ar": "غيره", "body_id": str(MOH), "document_id": str(uuid4()), "entry_id": str(uuid4()), "id": str(uuid4()),
        "direction": "in", "issued_at": "2020-01-01", "sort_time": "2020-01-01", "signer_ar": "الوزير", "visible": "",
        "data_class": "public", "counterpart_ar": "جهة",
    }  # fmt: skip
    assert browser("adviser.mof").post(at("begin", draft_id), draft_fields(cast, **forged)).status_code == 302
    with scope(cast("adviser.mof")):
        letter = Letter.objects.get(id=draft_id)
    assert (letter.state, letter.reference, letter.direction) == ("draft", "", "out")
    assert letter.author_id == cast("adviser.mof").person_id
    assert (letter.entry_id, letter.document_id, letter.issued_at, letter.signer_ar) == (None, None, None, "")
    assert letter.data_class == "restricted"


# ── too much, or senseless ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_beyond_every_measure_is_refused_before_it_is_read(cast: Cast, signed_in: bool) -> None:
    client = browser("adviser.mof") if signed_in else Client()
    for path in (at("begin", uuid4()), reverse("account_login")):
        answer = client.post(path, {"body": "س" * 3_000_000})
        assert answer.status_code in ({413} if signed_in else {302, 413}), path
    upload = {"CONTENT_LENGTH": str(10**12)}
    answer = client.post(reverse("account_login"), {"files": SimpleUploadedFile("a.txt", b"x")}, **upload)
    assert answer.status_code == 413
    many = {f"field{number}": "x" for number in range(1100)}
    assert client.post(reverse("account_login"), many).status_code == 413


BOOKS = ("web:incoming", "web:outgoing_csv")
CURSORS = (f"{HUGE}.{uuid4().hex}", f"-{HUGE}.{uuid4().hex}", f"{2**62}.{uuid4().hex}", "1.x", "..", "\x00", "١.٢")
DAYS = ("9999-12-31", "0001-01-01", "١٩٩٩-١٢-٣١", "2026-02-30", HUGE, "\x00")
TYPED = (
    "\x00",
    "a\x00b",
    "'" * 300,
    "\\" * 299,
    "%_" * 150,
    "a & | ! <-> :* ( )",
    "1/" * 5000,
    "٩" * 300,
    "-" * 300,
    "' OR 1=1 --",
)
NUMBERS = (HUGE, "99999999", "0", "-1", "١", "\x00")
SENSELESS: tuple[tuple[tuple[str, ...], dict[str, tuple[str, ...]]], ...] = (
    ((*BOOKS, "web:find", "registers:tray"), {"cursor": CURSORS}),
    (
        BOOKS,
        {"below": ("99999999999-1", f"2026-{'9' * 7}", "9999999-9", "\x00"), "cursor": (f"{10**15}.{uuid4().hex}",)},
    ),
    ((*BOOKS, "registers:day", "registers:day_extract"), {"day": DAYS}),
    (("web:find", "web:incoming", "letters:options"), {"q": TYPED}),
    (("registers:confidential",), {"year": NUMBERS, "before": NUMBERS}),
    (("registers:day",), {"book": ("\x00", HUGE)}),
    (("work:queue",), dict.fromkeys(("from", "agency", "act", "secrecy"), ("\x00", HUGE))),
    (("letters:new", "letters:options"), {"kind": ("\x00",), "for": ("\x00",)}),
    (("work:times",), {"days": NUMBERS}),
    (("work:refer",), {"item": ("\x00", HUGE)}),
)


def test_senseless_values_in_an_address_are_answered_and_never_crash(cast: Cast) -> None:
    letter = issued_letter(cast)
    client = browser("clerk.mof")
    every = [
        (name, field, one) for names, asked in SENSELESS for name in names for field in asked for one in asked[field]
    ]
    for name, field, value in every:
        query = {"cursor": f"{10**15}.{uuid4().hex}", field: value}
        assert client.get(reverse(name), query).status_code < 500, (name, field, value)
    for panel in ("\x00", HUGE):
        assert client.get(at("letter", letter.id), {"panel": panel, "view": panel}).status_code == 200


def test_senseless_values_in_a_form_are_answered_and_never_crash(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    clerk, author, draft_id = browser("clerk.fl"), browser("adviser.mof"), uuid4()
    strange = (
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "\u202e" * 9,
        HUGE * 30,
        "🜁" * 3000,
    )
    for value in strange:
        for name in draft_fields(cast):
            answer = author.post(at("autosave_new", draft_id), draft_fields(cast, **{name: value}))
            assert answer.status_code < 500, (name, value[:9])
        for path, names in (
            (at("refer", incoming.id), ("to", "act", "note", "due", "due_date")), (at("complete", incoming.id), ("reason",)),
            (at("comment", incoming.id), ("text",)), (reverse("account_login"), ("login", "password", "next")),
            (reverse("work:act"), ("act", "item")), (reverse("access_preferences"), ("language", "theme", "digits", "next")),
            (reverse("usersessions_list"), ("session",)),
        ):  # fmt: skip
            answer = clerk.post(path, dict.fromkeys(names, value))
            assert answer.status_code < 500, (path, value[:9])


def test_a_due_day_at_the_end_of_time_breaks_nobody_s_desk(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    head = f"person:{cast('head.fl').person_id}"
    for day in ("9999-12-30", "2150-01-03", "0001-01-01", "9999-12-31T00:00"):
        answer = browser("clerk.fl").post(
            at("refer", incoming.id), {"to": head, "act": "study", "due": "other", "due_date": day}
        )
        assert answer.status_code == 400, day
    assert browser("head.fl").get(reverse("work:queue")).status_code == 200
    assert browser("clerk.fl").get(reverse("web:incoming")).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["1/" * 15_000, "رقم " * 10_000, "(" * 30_000, "أ" * 30_000, "\n" * 30_000, "1-" * 15_000, " \t" * 15_000,
     "FL-O-2026-" * 3_000, "1. " * 10_000, "- " * 15_000, "،" * 30_000],
    ids=range(11),
)  # fmt: skip
def test_no_text_makes_its_reading_slow(text: str) -> None:
    from mukatabat.kernel.find import parse_query
    from mukatabat.press.errors import PressError

    began = time.process_time()
    parse_query(text)
    try:
        content = from_plain_text(text)
        to_html(content, "ar")
        to_plain_text(content)
    except PressError:
        pass
    assert time.process_time() - began < 3


# ── what is sent back ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nSet-Cookie: x=1",
        'a"; filename="b.exe',
        "a;b\\c",
        "نص\u202egpj.exe",
        "\x00.pdf",
        "é\u2028.pdf",
        "%0d%0aX: y",
    ],
)
def test_a_file_name_ends_no_header(name: str) -> None:
    value = disposition(name, attachment=True)
    assert value.isascii() and value.isprintable()
    assert value.count('"') == 2
    assert re.fullmatch(r"attachment; filename=\"[\w.-]*\"; filename\*=UTF-8''[\w.%~-]*", value, re.ASCII)


def test_private_pages_and_their_errors_are_kept_by_no_cache(cast: Cast) -> None:
    letter, client = issued_letter(cast), browser("clerk.mof")
    for route in routes():
        if route.decision == "public":
            continue
        answer = client.get(route.address(letter.id))
        assert "no-store" in answer.headers.get("Cache-Control", ""), (route.pattern, answer.status_code)
        if answer.streaming:
            b"".join(answer)
    for missing in ("/nowhere/", f"/letters/{uuid4()}/"):
        assert "no-store" in client.get(missing).headers.get("Cache-Control", ""), missing


def test_what_others_sent_is_locked_where_it_is_shown_and_saved_otherwise(cast: Cast) -> None:
    draft_id = uuid4()
    page = b"<html><script>alert(document.domain)</script></html>"
    files = [SimpleUploadedFile("صفحة.txt", page), SimpleUploadedFile("جدول.csv", b"a,b\n=1+1,2\n")]
    client = browser("adviser.mof")
    client.post(at("begin", draft_id), draft_fields(cast, files=files))
    with scope(cast("adviser.mof")):
        kept = list(Attachment.objects.filter(letter_id=draft_id))
    assert kept
    for one in kept:
        answer = client.get(at("document", draft_id, one.document_id))
        b"".join(answer)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "referer",
    ["http://testserver//evil.example/x", "http://testserver/\\evil.example", "http://testserver///evil.example",
     "http://testserver.evil.example/", "https://evil.example/", "javascript:alert(1)", "http://[", "http://testserver/\tx"],
)  # fmt: skip
def test_the_way_back_from_an_error_stays_in_the_house(cast: Cast, referer: str) -> None:
    answer = browser("adviser.mof").get(f"/letters/{uuid4()}/", headers={"Referer": referer})
    assert answer.status_code == 404
    back = answer.context["back_url"]
    assert back.startswith("/") and not re.match(r"/[\\/]", back), back
    for headers in ({"Referer": referer}, {"HX-Request": "true", "HX-Current-URL": referer}):
        assert Client().post(at("comment", uuid4()), headers=headers).status_code in {302, 401}


# ── text that would be a page ───────────────────────────────────────────────────────────────────────────────────────


LISTS = (
    "work:queue", "work:approval", "work:following", "work:done", "web:incoming", "web:outgoing", "registers:tray",
    "registers:day", "notify:bell",
)  # fmt: skip


def _pages(login: str, *letters: UUID) -> str:
    client = browser(login)
    said = [client.get(reverse(one)) for one in LISTS]
    for letter in letters:
        panels = ({"panel": panel, "view": "text"} for panel in ("track", "referrals", "files", "data"))
        said += [client.get(at("letter", letter), one) for one in panels]
        said += [
            client.get(at(name, letter)) for name in ("edit", "review", "sign", "refer", "complete", "reply", "signing")
        ]
        said.append(client.get(reverse("work:peek", args=[letter])))
    return "".join(one.content.decode() for one in said if not one.streaming)


def test_no_typed_text_becomes_a_part_of_any_page(cast: Cast) -> None:
    draft_id = uuid4()
    file = SimpleUploadedFile("\"'><img src=x onerror=alert(3)>.txt", SCRIPT.encode())
    fields = draft_fields(cast, subject=SCRIPT, body=f"{SCRIPT}\r\n\r\n{SCRIPT}", files=file)
    author = browser("adviser.mof")
    assert author.post(at("begin", draft_id), fields).status_code == 302
    approval.comment(cast("adviser.mof"), draft_id, SCRIPT)
    assert is_text_alone(_pages("adviser.mof", draft_id))
    bad = author.post(
        at("edit", draft_id), draft_fields(cast, subject=SCRIPT, body=SCRIPT, version="0", letter_type=SCRIPT)
    )
    assert bad.status_code in {400, 409} and is_text_alone(bad.content.decode())
    approval.submit(cast("adviser.mof"), draft_id)
    assert is_text_alone(_pages("head.mof", draft_id))
    approval.send_back(cast("head.mof"), draft_id, SCRIPT)
    approval.submit(cast("adviser.mof"), draft_id)
    approval.approve(cast("head.mof"), draft_id)
    assert is_text_alone(_pages("signer.mof", draft_id))
    issue(cast("signer.mof"), draft_id)
    run_jobs()
    arrival = arrived(cast)
    clerk = browser("clerk.fl")
    for view in ("text", "original"):
        assert is_text_alone(clerk.get(at("arrival", arrival.id), {"view": view}).content.decode())
    refusal = clerk.post(at("return_arrival", arrival.id), {"reason": SCRIPT * 40, "reason_code": SCRIPT})
    assert refusal.status_code == 400 and is_text_alone(refusal.content.decode())
    head = f"person:{cast('head.fl').person_id}"
    clerk.post(at("register", arrival.id), {"to": head, "act": "study", "note": SCRIPT, "due": ""})
    incoming = exchange.access_arrival(cast("clerk.fl"), arrival.id).letter_id
    assert incoming is not None
    browser("head.fl").post(at("complete", incoming), {"reason": SCRIPT})
    for login in ("clerk.fl", "head.fl"):
        assert is_text_alone(_pages(login, incoming))
    assert is_text_alone(_pages("adviser.mof", draft_id))
    assert is_text_alone(clerk.get(reverse("web:find"), {"q": SCRIPT}).content.decode())
    assert is_text_alone(clerk.get(f"/{SCRIPT}/").content.decode())


def test_a_reason_that_another_body_wrote_is_text_on_the_sender_s_page(cast: Cast) -> None:
    letter = issued_letter(cast)
    clerk = browser("clerk.fl")
    assert clerk.post(at("return_arrival", arrived(cast).id), {"reason": SCRIPT}).status_code == 302
    run_jobs()
    for login in ("adviser.mof", "clerk.mof"):
        assert is_text_alone(_pages(login, letter.id))


def test_a_paper_cannot_be_made_to_read_files_of_the_server(cast: Cast) -> None:
    text = '#read("/etc/passwd") #include "/etc/hosts" $x$ ```raw``` #eval("1+1") \\u{41} @ref <label> //x /* y */'
    draft_id, author = uuid4(), browser("adviser.mof")
    assert author.post(at("begin", draft_id), draft_fields(cast, subject=text, body=text)).status_code == 302
    printed = author.get(at("preview", draft_id))
    assert printed.status_code == 200
    assert b"root:x:" not in printed.content


def test_a_static_address_leaves_its_folder_nowhere() -> None:
    client = Client()
    for path in (
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2f..%2fsettings.py",
        "/static//etc/passwd",
    ):
        assert client.get(path).status_code in {301, 302, 404}, path


def test_a_spreadsheet_computes_nothing_that_somebody_typed(cast: Cast) -> None:
    for subject in ("=1+1", "@SUM(A1)", "+1", "-1+2", "\t=1"):
        issued_letter(cast, subject=f"{subject} موضوع")
    table = browser("clerk.mof").get(reverse("web:outgoing_csv")).content.decode("utf-8-sig")
    for cell in re.split(r",|\r\n", table):
        bare = cell.strip('"').lstrip(" \u2068\u00a0\u200b")
        assert not bare.startswith(("=", "+", "-", "@", "\t", "＝")), cell
