# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of a delivery, taken from the letter's track and checked as a court would."""

from __future__ import annotations

import io
import json
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from mukatabat.audit.models import AuditEntry
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.proofs import proof_of
from mukatabat.signing.service import trust
from mukatabat.tenancy.context import scope
from mukatabat_verify.__main__ import main
from mukatabat_verify.report import Report, Step
from mukatabat_verify.verifier import verify
from tests.cast import Cast
from tests.exchange.support import arrivals, consignments
from tests.story import issued_letter, run_jobs

pytestmark = pytest.mark.django_db


def told(cast: Cast, **changes: object) -> Consignment:
    letter = issued_letter(cast, **changes)
    run_jobs()
    receiving.accept_arrival(cast("clerk.fl"), arrivals(cast)[-1].id, AcceptCommand())
    run_jobs()
    return consignments(cast, letter)[0]


def taken(cast: Cast, consignment: Consignment, login: str = "signer.mof") -> bytes:
    name, container = proof_of(cast(login), consignment.letter_id, consignment.id)
    assert name.endswith(".zip")
    return b"".join(container.pieces())


def checked(data: bytes) -> Report:
    return verify(io.BytesIO(data), trust(clock.now()))


def test_a_court_believes_the_bundle_of_a_delivery_and_its_letter(cast: Cast) -> None:
    consignment = told(cast)
    report = checked(taken(cast, consignment))
    assert report.refusal is None, report.refusal
    assert Step.PERSON in [one.step for one in report.findings]
    assert [one["event"].rpartition("/")[2] for one in report.facts["events"]] == [
        "SubmissionAcceptance", "ContentConsignment", "ContentHandover",
    ]  # fmt: skip
    assert all(one["stamped"] for one in report.facts["events"])
    assert report.facts["events"][-1]["register"] == consignment.their_reference
    with scope(cast("signer.mof")):
        entry = AuditEntry.objects.get(act="letters.proof-taken")
    assert entry.object_id == consignment.letter_id


def test_the_bundle_of_a_secret_letter_holds_its_digests_alone(cast: Cast) -> None:
    letter = issued_letter(cast, subject="مفاوضات سرية", secrecy=Secrecy.SECRET)
    run_jobs()
    data = taken(cast, consignments(cast, letter)[0])
    report = checked(data)
    assert report.refusal is None
    assert report.findings[-1].left_out
    assert "مفاوضات".encode() not in data


def test_a_bundle_is_there_for_whoever_sees_the_letter_and_once_something_is_proven(cast: Cast) -> None:
    consignment = told(cast)
    waiting = consignments(cast, issued_letter(cast))[0]
    attempts: list[tuple[str, UUID, UUID]] = [
        ("clerk.moh", consignment.letter_id, consignment.id),
        ("signer.mof", consignment.letter_id, new_id()),
        ("signer.mof", waiting.letter_id, waiting.id),
        ("signer.mof", waiting.letter_id, consignment.id),
    ]
    for login, letter_id, consignment_id in attempts:
        with pytest.raises(NotFoundOrForbidden):
            proof_of(cast(login), letter_id, consignment_id)


def test_the_command_checks_it_offline_and_tells_it_in_both_languages(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, roots = tmp_path / "bundle.zip", tmp_path / "roots"
    data = taken(cast, told(cast))
    file.write_bytes(data)
    roots.mkdir()
    (root,) = trust(clock.now()).roots
    (roots / "root.pem").write_bytes(load_der_x509_certificate(root).public_bytes(Encoding.PEM))
    assert main([str(file), "--trust", str(roots)]) == 0
    told_people = capsys.readouterr().out
    assert "✓ 17" in told_people and "قُبل" in told_people and "Accepted" in told_people
    file.write_bytes(data.replace(b"ContentHandover", b"ContentHandoveR"))
    assert main([str(file), "--trust", str(roots), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["steps"][-1]["reason"].startswith(("archive.", "bundle."))
