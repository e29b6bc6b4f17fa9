# SPDX-License-Identifier: EUPL-1.2
"""Searching for the words of a sealed letter: by answer, count, suggestion, order or work done, nothing betrays it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting, receiving
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.press.content import from_plain_text
from mukatabat.search.queries import find
from mukatabat.tenancy.context import scope
from tests.cast import FL
from tests.letters.pages import at, browser
from tests.story import arrived, draft_command, issue, issued_letter, registered, run_jobs

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.long]

WORD, TEXT, NUMBER = "غضنفر", "زبرجد", "سري-٩٩"
NOTHING = "قطمير"
PLACES = (
    "web:find", "web:find_options", "web:incoming", "web:outgoing", "web:memos", "web:outgoing_csv", "web:incoming_csv",
    "work:queue", "letters:citations",
)  # fmt: skip
"""Wherever a word is typed and something is answered."""


@pytest.fixture
def sealed(cast: Cast) -> tuple[Letter, Letter]:
    """A sealed letter whose words are like no other's, issued here and registered there, beside ordinary ones."""
    issued_letter(cast)
    registered(cast)
    author = cast("adviser.mof")
    to = AddresseeCommand(FL, post_id=cast.post("signer.fl"))
    command = draft_command(
        cast, subject=f"{WORD} عقد", secrecy=Secrecy.SECRET, content=from_plain_text(f"{TEXT} نص"), addressees=(to,),
        general_number=NUMBER,
    )  # fmt: skip
    letter = drafting.begin_draft(author, command)
    approval.submit(author, letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    incoming = receiving.accept_arrival(cast("clerk.fl"), arrived(cast).id, AcceptCommand())
    run_jobs()
    with scope(author):
        return Letter.objects.get(id=letter.id), incoming


_OWN = re.compile(
    r"csrfmiddlewaretoken\" value=\"\w+|\"X-CSRFToken\": \"\w+|since=[^\"]+|E-[0-9A-F]{6}|\d\d:\d\d(:\d\d)?|nonce=\"[^\"]+"
    r"|\b(?:99|88)\b"  # the number that was typed, as it was understood
)
"""What differs between any two answers."""


def answers(login: str, text: str) -> dict[str, tuple[int, str]]:
    """What every place answers to a word, without the word itself and without what differs in every answer."""
    client = browser(login)
    said = {}
    for place in PLACES:
        answer = client.get(reverse(place), {"q": text})
        page = _OWN.sub("", (b"".join(answer) if answer.streaming else answer.content).decode())
        for typed in (text, *text.split()):  # the page offers to search for each word alone
            for form in (typed, quote(typed), quote_plus(typed), json.dumps(typed)[1:-1]):
                page = page.replace(form, "…")
        said[place] = answer.status_code, page
    return said


def work(cast: Cast, login: str, text: str) -> list[str]:
    """The statements that a search is answered with, in their order, values left out."""
    actor = cast(login)
    with CaptureQueriesContext(connection) as done:
        find(actor, text)
    return [re.sub(r"'(?:[^']|'')*'|\b\d+\b|\bs\d+_x\d+\b", "?", one["sql"]) for one in done]


@pytest.mark.parametrize("login", ["clerk.fl", "clerk.mof"])
def test_a_word_of_a_sealed_letter_is_answered_as_a_word_that_no_letter_has(
    cast: Cast, sealed: tuple[Letter, Letter], login: str
) -> None:
    for text, strange in ((WORD, NOTHING), (TEXT, NOTHING), (f"{WORD} عقد", f"{NOTHING} عقد"), (NUMBER, "سري-٨٨")):
        found, missing = answers(login, text), answers(login, strange)
        assert [place for place in PLACES if found[place] != missing[place]] == [], text


@pytest.mark.parametrize("login", ["clerk.fl", "clerk.mof"])
def test_searching_for_it_does_the_same_work_as_searching_for_nothing(
    cast: Cast, sealed: tuple[Letter, Letter], login: str
) -> None:
    """No clock is asked: the same statements are run in the same order, and the index they read does not hold it."""
    assert work(cast, login, WORD) == work(cast, login, NOTHING)
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=sealed[0].id).subject_folded == ""
    with scope(cast("signer.fl")), connection.cursor() as cursor:
        assert Letter.objects.get(id=sealed[1].id).subject_folded == ""
        cursor.execute(
            "SELECT count(*) FROM letters_letter WHERE row_to_json(letters_letter)::text LIKE %s", [f"%{WORD}%"]
        )
        assert cursor.fetchone() == (0,)


def test_not_even_its_reader_finds_it_by_its_words_and_anybody_s_number_is_found_by_its_readers_alone(
    cast: Cast, sealed: tuple[Letter, Letter]
) -> None:
    outgoing, incoming = sealed
    assert list(find(cast("adviser.mof"), WORD).ids) == []
    assert list(find(cast("adviser.mof"), outgoing.reference).ids) == [outgoing.id]
    assert list(find(cast("signer.fl"), incoming.reference).ids) == [incoming.id]
    for login, reference in (("clerk.mof", outgoing.reference), ("clerk.fl", incoming.reference)):
        assert list(find(cast(login), reference).ids) == [], login


def test_searching_inside_it_is_missing_for_whoever_does_not_read_it(cast: Cast, sealed: tuple[Letter, Letter]) -> None:
    for letter, login in ((sealed[1], "clerk.fl"), (sealed[0], "clerk.mof")):
        assert letter.document_id is not None
        client = browser(login)
        real = client.get(at("letter_find", letter.id, letter.document_id), {"q": TEXT})
        none = client.get(at("letter_find", uuid4(), uuid4()), {"q": TEXT})
        assert (real.status_code, none.status_code) == (404, 404)
