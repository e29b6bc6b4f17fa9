# SPDX-License-Identifier: EUPL-1.2
"""A ministry with a system of its own: it asks, the Department answers, both by program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mukatabat.kernel import clock
from mukatabat.letters.models import Letter
from mukatabat.signing import pades, service
from mukatabat.tenancy.context import scope
from mukatabat.vault.queries import open_document
from tests.cast import Cast
from tests.portal.conftest import System
from tests.story import run_jobs

pytestmark = pytest.mark.django_db
Connect = Callable[..., System]


def test_a_question_goes_out_by_program_and_its_answer_comes_back(system: Connect) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    question = ministry.write().json()
    issued = ministry.issue(question["id"])
    assert issued.status_code == 200, issued.content.decode()
    assert issued.json()["reference"] == "MOF-O-2026-00001"
    run_jobs()

    [arrival] = department.get("/arrivals").json()["items"]
    assert (arrival["sender"], arrival["sender_reference"]) == ("MOF", "MOF-O-2026-00001")
    registered = department.post(f"/arrivals/{arrival['id']}/register", {}).json()
    assert registered["reference"] == "FL-I-2026-00001"
    answer = department.write(
        subject="الرأي في فروق الأسعار", recipients=[{"body": "MOF"}], letter_type="opinion",
        answers=registered["letter"],
    ).json()  # fmt: skip
    assert department.issue(answer["id"]).status_code == 200
    run_jobs()

    [back] = ministry.get("/arrivals").json()["items"]
    assert ministry.post(f"/arrivals/{back['id']}/register", {}).json()["reference"] == "MOF-I-2026-00001"
    run_jobs()
    asked = ministry.get(f"/letters/{question['id']}").json()
    [sent] = asked["consignments"]
    assert (sent["state"], sent["their_reference"]) == ("answered", "FL-I-2026-00001")
    assert len(asked["answered_by"]) == 1


def test_what_was_issued_by_program_is_a_letter_like_any_other(system: Connect, cast: Cast) -> None:
    ministry = system()
    letter_id = ministry.write().json()["id"]
    shown = ministry.issue(letter_id).json()
    signer = cast("signer.mof")
    with scope(signer):
        letter = Letter.objects.get(id=letter_id)
    _, stream = open_document(signer, letter.document_id)
    with stream:
        report = pades.validate(stream.read(), service.trust(clock.now()))
    assert report.valid
    assert letter.signer_ar == signer.name_ar
    assert letter.document_digest == shown["documents"][0]["digest"]
    got = ministry.get(f"/letters/{letter_id}/documents/{shown['documents'][0]['id']}")
    assert b"".join(got.streaming_content).startswith(b"%PDF-")


def test_a_repetition_of_any_step_makes_nothing_twice(system: Connect) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    first, again = ministry.write(key="one-and-the-same"), ministry.write(key="one-and-the-same")
    assert first.json() == again.json()
    letter_id = first.json()["id"]
    wanted = {"signer": ministry.staff_number, "certificates": ministry.certificates()}
    begun = [ministry.post(f"/letters/{letter_id}/issue", wanted).json() for _ in range(2)]
    assert begun[0] == begun[1]
    signature = {"signature": ministry.sign(begun[0]["to_be_signed"])}
    answers = [ministry.post(f"/letters/{letter_id}/signature", signature).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert ministry.write(key="one-and-the-same").json()["reference"] == "MOF-O-2026-00001"
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    numbers = [department.post(f"/arrivals/{arrival['id']}/register", {}).json() for _ in range(2)]
    assert numbers[0] == numbers[1]


def test_an_arrival_is_returned_and_the_sender_learns_why(system: Connect) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    letter_id = ministry.write().json()["id"]
    ministry.issue(letter_id)
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    returned = department.post(
        f"/arrivals/{arrival['id']}/return", {"ground": "incomplete", "explanation": "ينقص الملحق"}
    )
    assert returned.json()["state"] == "returned"
    run_jobs()
    [sent] = ministry.get(f"/letters/{letter_id}").json()["consignments"]
    assert sent["state"] == "returned"
    assert "ينقص الملحق" in sent["reason"]


def test_lists_are_read_page_by_page(system: Connect) -> None:
    ministry = system()
    for number in range(5):
        ministry.write(subject=f"كتاب {number}")
    first = ministry.get("/letters?box=drafts&limit=2").json()
    second = ministry.get(f"/letters?box=drafts&limit=2&cursor={first['next']}").json()
    third = ministry.get(f"/letters?box=drafts&limit=2&cursor={second['next']}").json()
    subjects = [one["subject"] for page in (first, second, third) for one in page["items"]]
    assert sorted(subjects) == [f"كتاب {number}" for number in range(5)]
    assert third["next"] is None


def test_the_directory_is_found_in_any_spelling(system: Connect) -> None:
    ministry = system()
    assert any(one["code"] == "FL" for one in ministry.get("/bodies?q=الفتوي").json()["items"])
    assert ministry.get("/bodies/MOH").json()["en"] == "Ministry of Health"
    assert ministry.get("/bodies/NOPE").status_code == 404
    assert ministry.get("/me").json()["body"] == "MOF"
