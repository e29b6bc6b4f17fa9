# SPDX-License-Identifier: EUPL-1.2
"""A linked system takes the bundles of evidence of its own deliveries, and anybody checks them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from mukatabat.audit.models import AuditEntry
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.portal.rules import Scope
from mukatabat.signing.service import trust
from mukatabat.tenancy.context import scope
from mukatabat_verify.report import Report
from mukatabat_verify.verifier import verify
from tests.cast import Cast
from tests.portal.conftest import System
from tests.portal.receiver import example
from tests.story import issued_letter, run_jobs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
Connect = Callable[..., System]


def judged(data: bytes) -> Report:
    now = clock.now()
    return verify(io.BytesIO(data), trust(now))


def delivered(ministry: System, department: System) -> tuple[str, str, str]:
    """A letter that was issued by program and registered there: its identifier, its consignment's and its arrival's."""
    letter = ministry.write().json()["id"]
    [sent] = ministry.issue(letter).json()["consignments"]
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    department.post(f"/arrivals/{arrival['id']}/register", {})
    run_jobs()
    return letter, sent["id"], arrival["id"]


def test_both_sides_take_a_bundle_that_holds_and_the_trail_says_so(system: Connect, cast: Cast) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    letter, consignment, arrival = delivered(ministry, department)
    for one, path, login in (
        (ministry, f"/letters/{letter}/consignments/{consignment}/proof", "clerk.mof"),
        (department, f"/arrivals/{arrival}/proof", "clerk.fl"),
    ):
        answer = one.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert "no-store" in answer.headers["Cache-Control"]
        report = judged(answer.getvalue())
        assert report.refusal is None, report.refusal
        with scope(cast(login)):
            taken = AuditEntry.objects.get(act="letters.proof-taken")
        assert taken.detail["consignment"] == consignment


def test_before_anything_is_stated_there_is_no_bundle(system: Connect) -> None:
    ministry = system("clerk.mof")
    letter = ministry.write().json()["id"]
    [sent] = ministry.issue(letter).json()["consignments"]
    assert ministry.get(f"/letters/{letter}/consignments/{sent['id']}/proof").status_code == 404
    assert ministry.get(f"/letters/{letter}/consignments/{uuid4()}/proof").status_code == 404


def test_of_a_secret_letter_the_bundle_holds_no_word(system: Connect, cast: Cast) -> None:
    issued_letter(cast, subject="موضوع لا يقال", secrecy=Secrecy.CONFIDENTIAL)
    run_jobs()
    department = system("clerk.fl")
    [arrival] = department.get("/arrivals").json()["items"]
    answer = department.get(f"/arrivals/{arrival['id']}/proof")
    assert answer.status_code == 200
    assert "موضوع لا يقال".encode() not in answer.getvalue()
    assert b"letter.asice" not in answer.getvalue()


def test_a_token_takes_what_its_scopes_let_it_read(system: Connect) -> None:
    letter, consignment, arrival = delivered(system("clerk.mof"), system("clerk.fl"))
    sent = f"/letters/{letter}/consignments/{consignment}/proof"
    assert system("clerk.mof", frozenset({Scope.DIRECTORY})).get(sent).status_code == 403
    assert system("clerk.mof", frozenset({Scope.FOLLOW})).get(sent).status_code == 200
    assert system("clerk.fl", frozenset({Scope.FOLLOW})).get(f"/arrivals/{arrival}/proof").status_code == 403


def test_the_example_writes_each_bundle_into_a_folder(system: Connect, tmp_path: Path) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    letter, consignment, _arrival = delivered(ministry, department)
    client = example("client")

    class Here(client.Ministry):  # type: ignore[name-defined, misc]
        """The example, whose requests go to the test's own client."""

        def __init__(self) -> None:
            """It needs neither address nor key here."""

        def _bytes(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
            answer = ministry.call(method.lower(), path)
            if answer.status_code != 200:
                raise client.Refused(answer.json())
            return bytes(answer.getvalue())

    [file] = Here().proofs(letter, tmp_path)
    assert file.name == f"FL-{UUID(consignment)}.proof.zip"
    assert judged(file.read_bytes()).refusal is None
