# SPDX-License-Identifier: EUPL-1.2
"""A sealed letter, hunted by everyone of both bodies who is not its reader, on every page and in every print."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mukatabat.exchange import queries as exchange
from mukatabat.letters.actions import approval
from mukatabat.letters.models import Attachment, Letter
from mukatabat.tenancy.context import scope
from tests.cast import FL
from tests.letters.pages import at, browser, draft_fields
from tests.story import issue, registered, run_jobs
from tests.web.test_routes import routes

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SUBJECT, BODY, FILE, REMARK = "غضنفرموضوع", "زبرجدنص", "عقيقمرفق", "يشبملاحظة"
SECRETS = (SUBJECT, BODY, FILE, REMARK)
FINDS = (
    SUBJECT,
    "غضنفر",
    BODY,
    FILE,
    "MOF-X",
    "FL-X",
    "X-2026-00001",
    "1",
    "00001",
    "وزارة المالية",
    "الفتوى",
    "%",
    "_",
    "*",
    "'",
)
HUNTERS = {
    "fl": ("clerk", "head", "president", "archivist", "auditor", "admin"),
    "mof": ("clerk", "head", "minister"),
    "moh": ("clerk",),
}


@pytest.fixture
def sealed(cast: Cast) -> tuple[UUID, UUID]:
    """A secret letter with a file and a remark, sent to the vice president and registered: the two letters' ids."""
    draft_id = uuid4()
    fields = draft_fields(
        cast, subject=SUBJECT, body=BODY, secrecy="secret", approver="", to=[f"{FL}.{cast.post('signer.fl')}"],
        files=SimpleUploadedFile(f"{FILE}.txt", BODY.encode()),
    )  # fmt: skip
    assert browser("adviser.mof").post(at("begin", draft_id), fields).status_code == 302
    approval.comment(cast("adviser.mof"), draft_id, REMARK)
    approval.submit(cast("adviser.mof"), draft_id)
    issue(cast("signer.mof"), draft_id)
    incoming = registered(cast)
    run_jobs()
    return draft_id, incoming.id


def _texts(answer: object) -> str:
    """What an answer says: page, header lines, and for a PDF its text and the files inside."""
    data = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    said = repr(answer.headers) + data.decode(errors="replace")  # type: ignore[attr-defined]
    if data.startswith(b"%PDF-"):
        with pikepdf.open(io.BytesIO(data)) as pdf:
            said += "".join(one.get_file().read_bytes().decode(errors="replace") for one in pdf.attachments.values())
    return said


def _pages() -> list[str]:
    """Every page without an identifier, and the books by day, on the screen and printed."""
    plain = [route.address() for route in routes() if "<" not in route.pattern and route.name != "account_logout"]
    days = [f"{reverse(f'registers:{name}')}?book={book}" for name in ("day", "day_extract") for book in "IOMCX"]
    return [*plain, *days]


@pytest.mark.parametrize("body", ["fl", "mof", "moh"])
def test_no_page_list_print_or_answer_says_anything_of_a_sealed_letter(
    cast: Cast, sealed: tuple[UUID, UUID], body: str
) -> None:
    hidden = (*SECRETS, *map(str, sealed))
    for login in (f"{name}.{body}" for name in HUNTERS[body]):
        client = browser(login)
        for place in _pages():
            said = _texts(client.get(place))
            assert [one for one in hidden if one in said] == [], (login, place)


@pytest.mark.parametrize("login", ["clerk.fl", "head.mof"])
def test_what_is_typed_to_find_a_sealed_letter_finds_nothing(cast: Cast, sealed: tuple[UUID, UUID], login: str) -> None:
    client = browser(login)
    hidden = (*SECRETS, *map(str, sealed))
    for text in FINDS:
        for place in ("web:find", "web:incoming", "web:outgoing", "web:outgoing_csv"):
            answer = client.get(reverse(place), {"q": text})
            said = _texts(answer).replace(text, "")  # the box keeps what was typed
            assert answer.status_code in {200, 404}, (place, text)
            assert [one for one in hidden if one in said] == [], (place, text)


@pytest.mark.parametrize("login", ["clerk.fl", "head.mof", "clerk.moh"])
def test_no_address_of_a_sealed_letter_its_files_or_its_arrival_s_papers_answers(
    cast: Cast, sealed: tuple[UUID, UUID], login: str
) -> None:
    with scope(cast("signer.mof")):
        ours = [Letter.objects.get(id=sealed[0]).document_id, Attachment.objects.get(letter_id=sealed[0]).document_id]
    arrival = exchange.arrival_of_letter(cast("signer.fl"), sealed[1])
    assert arrival is not None
    client = browser(login)
    theirs = [document for _part, document in arrival.documents]
    for letter_id, documents in ((sealed[0], ours), (sealed[1], theirs)):
        for document in documents:
            assert client.get(at("document", letter_id, document)).status_code == 404  # type: ignore[arg-type]
    for document in theirs:
        assert client.get(at("arrival_document", arrival.id, document)).status_code == 404
    envelope = client.get(at("arrival", arrival.id), {"view": "text"})
    assert envelope.status_code == (200 if login == "clerk.fl" else 404)
    for route in routes():
        if "<uuid:letter_id>" not in route.pattern and "peek" not in route.pattern:
            continue
        for letter_id in sealed:
            for send in (client.get, client.post):
                answer = send(route.address(letter_id), {"text": "س", "reason": "س", "version": "1"})
                assert answer.status_code in {404, 405}, (route.pattern, answer.status_code)
                assert not any(secret in _texts(answer) for secret in SECRETS), route.pattern
    assert not any(secret in _texts(envelope) for secret in SECRETS)


def test_forbidden_and_missing_answer_alike(cast: Cast, sealed: tuple[UUID, UUID]) -> None:
    client = browser("head.fl")
    trace = re.compile(r"E-[0-9A-F]{6}|[0-9a-f-]{36}|csrfmiddlewaretoken\" value=\"\w+")
    for name in ("letter", "minutes", "stamp", "stamped", "preview", "sign", "refer"):
        answers = [client.get(at(name, one)) for one in (sealed[1], uuid4())]
        assert {one.status_code for one in answers} == {404}, name
        assert len({trace.sub("", one.content.decode()) for one in answers}) == 1, name
        assert len({repr(sorted(one.headers)) for one in answers}) == 1, name


def test_its_readers_read_it(cast: Cast, sealed: tuple[UUID, UUID]) -> None:
    for login, letter_id in (("adviser.mof", sealed[0]), ("signer.fl", sealed[1])):
        said = _texts(browser(login).get(at("letter", letter_id), {"view": "text"}))
        assert SUBJECT in said, login
        assert BODY in said, login
