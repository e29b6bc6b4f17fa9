# SPDX-License-Identifier: EUPL-1.2
"""What a program may not do, and how it is told: nothing changes, and the answer says what to do in both languages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import URLPattern

from mukatabat.access.decisions import PUBLIC
from mukatabat.access.errors import CapabilityMissing
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Appointment
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import drafting
from mukatabat.letters.jobs import sweep
from mukatabat.letters.models import Issue
from mukatabat.letters.rules import IssueState
from mukatabat.portal.actions.tokens import NewToken, make_token, renew_token, revoke_token
from mukatabat.portal.errors import TokenLifeTooLong
from mukatabat.portal.models import Token
from mukatabat.portal.rules import Scope
from mukatabat.portal.urls import TOKEN, urlpatterns
from mukatabat.registers import queries as registers
from mukatabat.signing import jobs as signing
from mukatabat.signing import service
from mukatabat.signing.development.authority import CertificateSubject
from mukatabat.tenancy.context import scope
from tests.cast import MOF, Cast
from tests.portal.conftest import System
from tests.story import draft_command, run_jobs

pytestmark = pytest.mark.django_db
Connect = Callable[..., System]


def told(response: Any, code: str) -> dict[str, Any]:
    """The problem in an answer, after looking at its form."""
    assert response["Content-Type"].startswith("application/problem+json"), response.content.decode()
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code, problem
    assert problem["status"] == response.status_code
    for language, letters in (("ar", "[ء-ي]"), ("en", "[A-Za-z]")):
        assert all(re.search(letters, problem[language][part]) for part in ("happened", "safe", "do")), problem
    return problem


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer x", "Bearer mkt_aaaaaaaaaa_" + "a" * 43])
def test_whoever_has_no_token_learns_nothing(client: Client, db: None, header: str) -> None:
    for path in ("/me", "/letters", f"/letters/{uuid4()}", "/arrivals"):
        response = client.get(f"/api/v1{path}", headers={"Authorization": header} if header else {})
        told(response, "portal.token-refused")
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_every_operation_needs_a_token_but_the_description(db: None) -> None:
    decisions = {one.name: getattr(one.callback, "access_decision", None) for one in urlpatterns}
    assert {name for name, decision in decisions.items() if decision == PUBLIC} == {"description"}
    assert set(decisions.values()) == {PUBLIC, TOKEN}
    assert all(isinstance(one, URLPattern) for one in urlpatterns)


def test_an_expired_a_revoked_and_an_orphaned_token_are_refused_alike(system: Connect, cast: Cast) -> None:
    one = system()
    Token.objects.update(expires_at=clock.now())
    expired = told(one.get("/me"), "portal.token-refused")
    Token.objects.update(expires_at=clock.now() + timedelta(days=1), revoked_at=clock.now())
    revoked = told(one.get("/me"), "portal.token-refused")
    Token.objects.update(revoked_at=None)
    assert one.get("/me").status_code == 200
    Appointment.objects.filter(person_id=person_id("clerk.mof")).update(valid_to=clock.today() - timedelta(days=1))
    orphaned = told(one.get("/me"), "portal.token-refused")
    assert {**expired, "trace": ""} == {**revoked, "trace": ""} == {**orphaned, "trace": ""}


def test_a_scope_opens_only_its_own_operations(system: Connect) -> None:
    reader = system(scopes=frozenset({Scope.FOLLOW}))
    assert reader.get("/letters").status_code == 200
    told(reader.write(), "portal.scope-missing")
    told(reader.get("/arrivals"), "portal.scope-missing")
    told(reader.get("/bodies"), "portal.scope-missing")


def test_a_scope_gives_no_more_than_the_persons_posts(system: Connect) -> None:
    adviser = system("adviser.mof")  # an adviser registers nothing and dispatches nothing
    letter_id = adviser.write().json()["id"]
    wanted = {"signer": adviser.staff_number, "certificates": adviser.certificates()}
    assert adviser.post(f"/letters/{letter_id}/issue", wanted).status_code == 403
    assert adviser.get("/arrivals").json()["items"] == []


def test_another_bodys_letters_and_arrivals_are_not_found_under_any_identifier(system: Connect) -> None:
    ministry, department, outsider = system("clerk.mof"), system("clerk.fl"), system("clerk.moh")
    letter = ministry.write().json()
    issued = ministry.issue(letter["id"]).json()
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    known = [letter["id"], arrival["id"], issued["documents"][0]["id"], issued["consignments"][0]["id"]]
    signature = {"signature": "AAAA"}
    wanted = {"signer": outsider.staff_number, "certificates": outsider.certificates()}
    for one in known:
        for response in (
            outsider.get(f"/letters/{one}"), outsider.call("delete", f"/letters/{one}"),
            outsider.post(f"/letters/{one}/issue", wanted), outsider.post(f"/letters/{one}/signature", signature),
            outsider.get(f"/letters/{letter['id']}/documents/{one}"), outsider.get(f"/arrivals/{one}"),
            outsider.get(f"/arrivals/{arrival['id']}/documents/{one}"), outsider.post(f"/arrivals/{one}/register", {}),
            outsider.post(f"/arrivals/{one}/return", {"ground": "duplicate"}),
            outsider.post(f"/arrivals/{one}/redirect", {"to": "MOJ", "reason": "عدم الاختصاص"}),
            outsider.post(f"/letters/{letter['id']}/consignments/{one}/withdraw", {"reason": "خطأ"}),
            outsider.get(f"/letters/{letter['id']}/consignments/{one}/proof"), outsider.get(f"/arrivals/{one}/proof"),
            outsider.write(answers=one),
        ):  # fmt: skip
            assert response.status_code == 404, response.content.decode()
            assert "فروق" not in response.content.decode()


def test_a_key_stands_for_one_content(system: Connect) -> None:
    ministry = system()
    ministry.write(key="the-key-of-one")
    told(ministry.write(key="the-key-of-one", subject="موضوع آخر"), "portal.idempotency-key-reused")
    told(ministry.write(key="short"), "portal.idempotency-key-invalid")
    assert len(ministry.get("/letters?box=drafts").json()["items"]) == 1


def test_a_key_stands_also_for_whom_it_goes_to_who_signs_and_what_it_answers(system: Connect) -> None:
    department, ministry = system("clerk.fl"), system("clerk.mof")
    asked = ministry.write(recipients=[{"body": "FL"}]).json()["id"]
    ministry.issue(asked)
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    question = department.post(f"/arrivals/{arrival['id']}/register", {}).json()["letter"]
    first = {"recipients": [{"body": "MOF"}, {"body": "MOH", "role": "copy"}], "answers": question}
    written = department.write(key="the-key-of-an-answer", **first)
    assert written.status_code == 201, written.content.decode()
    again = department.write(key="the-key-of-an-answer", **first)
    assert (again.status_code, again.json()["id"]) == (201, written.json()["id"])
    for other in (
        {"recipients": [{"body": "MOF"}]}, {"recipients": [{"body": "MOH"}]}, {"answers": None},
        {"recipients": [{"body": "MOF"}, {"body": "MOH", "role": "copy", "visible": False}]},
    ):  # fmt: skip
        told(department.write(key="the-key-of-an-answer", **{**first, **other}), "portal.idempotency-key-reused")


def test_a_foreign_signature_issues_nothing_and_spends_no_number(system: Connect, cast: Cast) -> None:
    ministry, other = system("clerk.mof"), system("clerk.moh")
    letter_id = ministry.write().json()["id"]
    wanted = {"signer": ministry.staff_number, "certificates": ministry.certificates()}
    begun = ministry.post(f"/letters/{letter_id}/issue", wanted).json()
    for signature in (other.sign(begun["to_be_signed"]), ministry.sign("AAAA"), base64.b64encode(b"x" * 70).decode()):
        refused = ministry.post(f"/letters/{letter_id}/signature", {"signature": signature})
        told(refused, "signing.foreign-signature")
    good = ministry.post(f"/letters/{letter_id}/signature", {"signature": ministry.sign(begun["to_be_signed"])})
    assert good.json()["state"] == "issued"
    assert all(not found for found in registers.check(cast("clerk.mof")).values())


def test_a_letter_whose_route_names_approvers_is_not_approved_by_a_system(system: Connect, cast: Cast) -> None:
    ministry = system("clerk.mof")
    letter = drafting.begin_draft(cast("clerk.mof"), draft_command(cast))
    wanted = {"signer": ministry.staff_number, "certificates": ministry.certificates()}
    told(ministry.post(f"/letters/{letter.id}/issue", wanted), "letters.no-such-move")
    assert ministry.get(f"/letters/{letter.id}").json()["state"] == "draft"
    with scope(cast("clerk.mof")):
        assert not AuditEntry.objects.filter(act="portal.approved-elsewhere").exists()


def test_a_certificate_that_its_authority_withdrew_begins_nothing(
    system: Connect, settings: Any, tmp_path: Path
) -> None:
    settings.MUKATABAT_SIGNING_DIR = tmp_path / "authority"  # what is withdrawn stays so, for every other test as well
    ministry = system("clerk.mof")
    letter_id = ministry.write().json()["id"]
    wanted = {"signer": ministry.staff_number, "certificates": ministry.certificates()}
    own = base64.b64decode(wanted["certificates"][0])
    service._authority(settings.MUKATABAT_SIGNING_DIR).revoke(own, at=clock.now())
    signing.fetch_revocation_lists()
    told(ministry.post(f"/letters/{letter_id}/issue", wanted), "signing.certificate-not-usable")
    assert ministry.get(f"/letters/{letter_id}").json()["state"] == "draft"


def test_a_certificate_of_somebody_else_begins_nothing(system: Connect) -> None:
    ministry, other = system("clerk.mof"), system("clerk.moh")
    letter_id = ministry.write().json()["id"]
    for chain in (other.certificates(), ["AAAA"], ministry.certificates()[1:], other.certificates()[:1] * 5):
        refused = ministry.post(f"/letters/{letter_id}/issue", {"signer": ministry.staff_number, "certificates": chain})
        told(refused, "signing.certificate-not-usable")
    told(
        ministry.post(f"/letters/{letter_id}/issue", {"signer": "0", "certificates": ministry.certificates()}),
        "portal.unknown-signer",
    )
    assert ministry.get(f"/letters/{letter_id}").json()["state"] == "draft"


def test_the_same_number_in_another_body_signs_for_nobody_here(system: Connect) -> None:
    """One authority certifies both bodies' people, and two of them have the same number, each in their own body."""
    ministry, authority = system("clerk.mof"), service._authority(configured.MUKATABAT_SIGNING_DIR)

    def certified(body: str, number: str) -> list[str]:
        person = authority.person(uuid4(), CertificateSubject("سالم العتيبي", number, body))
        return [base64.b64encode(one).decode() for one in person.certificate.chain]

    letter_id, number = ministry.write().json()["id"], ministry.staff_number
    for body in ("وزارة الصحة", "Ministry of Health", "وزارة المالي", "—"):
        wanted = {"signer": number, "certificates": certified(body, number)}
        told(ministry.post(f"/letters/{letter_id}/issue", wanted), "signing.certificate-not-usable")
    assert ministry.get(f"/letters/{letter_id}").json()["state"] == "draft"
    wanted = {"signer": number, "certificates": certified("ministry  of finance", number)}
    assert ministry.post(f"/letters/{letter_id}/issue", wanted).status_code == 202


def test_a_signature_for_a_letter_that_waits_for_none_is_refused(system: Connect) -> None:
    ministry = system()
    letter_id = ministry.write().json()["id"]
    told(ministry.post(f"/letters/{letter_id}/signature", {"signature": "AAAA"}), "portal.not-under-signature")


def test_the_sweep_signs_nothing_in_the_place_of_a_remote_signer(system: Connect, cast: Cast, settings: Any) -> None:
    ministry = system()
    letter_id = ministry.write().json()["id"]
    wanted = {"signer": ministry.staff_number, "certificates": ministry.certificates()}
    ministry.post(f"/letters/{letter_id}/issue", wanted)
    sweep(MOF)
    with scope(cast("clerk.mof")):
        assert Issue.objects.get(letter_id=letter_id).state == IssueState.SIGNING
        Issue.objects.update(deadline=clock.now() - timedelta(seconds=1))
    sweep(MOF)
    with scope(cast("clerk.mof")):
        assert Issue.objects.get(letter_id=letter_id).state == IssueState.VOID


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""}, {"subject": "س" * 301}, {"recipients": []}, {"recipients": [{"body": "fl"}]}, {"secrecy": "?"},
        {"text": "", "content": None}, {"text": "نص", "content": {"type": "doc"}}, {"unknown": 1}, {"answers": "x"},
        {"content": {"type": "doc", "content": [{"type": "image"}]}, "text": ""}, {"subject": "أ\u202eب"},
    ],
)  # fmt: skip
def test_a_letter_of_another_form_is_refused_and_nothing_is_written(system: Connect, change: dict[str, Any]) -> None:
    ministry = system()
    refused = ministry.write(**change)
    assert refused.status_code in {400, 422}, refused.content.decode()
    assert refused["Content-Type"].startswith("application/problem+json")
    assert ministry.get("/letters?box=drafts").json()["items"] == []


def test_a_body_that_does_not_exist_cannot_be_written_to(system: Connect) -> None:
    told(system().write(recipients=[{"body": "NOPE"}]), "portal.unknown-recipient")


def test_what_is_no_json_is_told_so(system: Connect) -> None:
    ministry = system()
    response = ministry.client.post(
        "/api/v1/letters", data=b"{", content_type="application/json",
        headers={"Authorization": f"Bearer {ministry.token}", "Idempotency-Key": "a-key-of-it"},
    )  # fmt: skip
    told(response, "portal.request-invalid")


def test_a_token_is_stopped_at_its_rate_and_told_how_long_to_wait(system: Connect) -> None:
    ministry = system(per_minute=3)
    answers = [ministry.get("/me") for _ in range(3)]
    assert all(one.status_code == 200 for one in answers)
    assert answers[-1]["RateLimit"].endswith("r=0")
    refused = ministry.get("/me")
    told(refused, "portal.too-many-requests")
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_a_renewed_token_follows_the_former_which_ends_within_a_week(system: Connect, cast: Cast) -> None:
    former = system()
    handle = former.token.split("_")[1]
    token, text = renew_token(cast("admin.mof"), handle, expires_at=clock.now() + timedelta(days=90))
    later = replace(former, token=str(text))
    assert former.get("/me").status_code == later.get("/me").status_code == 200
    assert Token.objects.get(handle=handle).expires_at <= clock.now() + timedelta(days=7)
    revoke_token(cast("admin.mof"), handle)
    assert (former.get("/me").status_code, later.get("/me").status_code) == (401, 200)
    assert token.scopes == sorted(Scope)


def test_only_an_administrator_of_the_body_cares_for_its_tokens(system: Connect, cast: Cast) -> None:
    handle = system().token.split("_")[1]
    wanted = NewToken(
        person_id=person_id("clerk.mof"), purpose="x", scopes=frozenset(), expires_at=clock.now() + timedelta(days=1)
    )
    with pytest.raises(CapabilityMissing):
        make_token(cast("clerk.mof"), wanted)
    with pytest.raises(NotFoundOrForbidden):
        make_token(cast("admin.fl"), wanted)  # a person of another body
    with pytest.raises(NotFoundOrForbidden):
        revoke_token(cast("admin.fl"), handle)
    with pytest.raises(TokenLifeTooLong):
        make_token(cast("admin.mof"), replace(wanted, expires_at=clock.now() + timedelta(days=500)))


def test_the_secret_of_a_token_is_kept_nowhere(system: Connect) -> None:
    token = system().token
    row = Token.objects.get(handle=token.split("_")[1])
    assert token.split("_", 2)[2] not in str(vars(row))


def test_the_description_is_openapi_and_speaks_arabic(client: Client, db: None) -> None:
    response = client.get("/api/v1/openapi.json")
    assert response.json()["openapi"].startswith("3.1")
    assert "مكاتبات" in response.content.decode()
