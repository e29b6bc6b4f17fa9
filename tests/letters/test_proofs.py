# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence of a delivery, taken from the letter's track and checked as a court would."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from mukatabat.access.rules import Capability
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.ledger import actions as ledger
from mukatabat.letters.actions import receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.proofs import proof_of, proof_of_arrival
from mukatabat.letters.views import panels
from mukatabat.signing import jobs as signing
from mukatabat.signing import service
from mukatabat.signing.service import trust
from mukatabat.tenancy.context import scope
from mukatabat.vault.actions import replace_pair
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat_verify import pades
from mukatabat_verify.__main__ import main
from mukatabat_verify.asic.archive import Archive
from mukatabat_verify.asic.reading import SealedLetter
from mukatabat_verify.errors import CertificateWithdrawn
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.report import Report, Step
from mukatabat_verify.verifier import verify
from tests.cast import Cast
from tests.exchange.support import arrivals, consignments, cover_of
from tests.letters.pages import at, browser
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


def piece_of(data: bytes, name: str) -> bytes:
    return b"".join(Archive(io.BytesIO(data), check_names=lambda _: None).pieces(name))


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
    assert steps(report)[Step.LISTED] == "", "the signed directory lists the sender's seal"
    assert report.facts["events"][-1]["register"] == consignment.their_reference
    with scope(cast("signer.mof")):
        entry = AuditEntry.objects.get(act="letters.proof-taken")
    assert entry.object_id == consignment.letter_id


def test_a_command_line_is_shown_to_those_whose_work_it_is_to_check(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    consignment = told(cast)
    page = at("letter", consignment.letter_id)
    for login in ("clerk.mof", "adviser.mof", "signer.mof"):
        assert "cli verify" not in browser(login).get(page).content.decode(), login
    assert frozenset(panels.CHECKERS) == {Capability.ARCHIVE, Capability.READ_AUDIT, Capability.OPERATE}
    monkeypatch.setattr(panels, "CHECKERS", (Capability.DISPATCH,))
    assert "cli verify FILE" in browser("clerk.mof").get(page).content.decode()


def steps(report: Report) -> dict[Step, str]:
    """What each step left out, "" where it was made."""
    return {one.step: one.left_out for one in report.findings}


def test_the_recipient_takes_the_same_proof_with_the_letter_that_its_own_body_opened(cast: Cast) -> None:
    consignment = told(cast)
    (arrival,) = arrivals(cast)
    assert arrival.letter_id is not None
    name, container = proof_of(cast("clerk.fl"), arrival.letter_id, consignment.id)
    theirs = b"".join(container.pieces())
    assert name == f"{arrival.sender_reference}-FL.proof.zip"
    report = checked(theirs)
    assert report.refusal is None, report.refusal
    assert Step.PERSON in steps(report)
    ours = taken(cast, consignment)
    for piece in ("letter.asice", "evidence/001.xml", "evidence/003.xml", "parcel.cover"):
        assert piece_of(theirs, piece) == piece_of(ours, piece), piece
    with scope(cast("clerk.fl")):
        assert AuditEntry.objects.filter(act="letters.proof-taken", object_id=arrival.letter_id).exists()
    with pytest.raises(NotFoundOrForbidden):
        proof_of(cast("clerk.moh"), arrival.letter_id, consignment.id)


def test_what_a_recipient_sent_back_or_must_not_read_it_proves_as_well(cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    arrival = arrivals(cast)[-1]
    receiving.return_arrival(cast("clerk.fl"), arrival.id, "ليس من اختصاصنا")
    run_jobs()
    data = b"".join(proof_of_arrival(cast("clerk.fl"), arrival.id)[1].pieces())
    report = checked(data)
    assert report.refusal is None and Step.PERSON in steps(report)
    assert "ليس من اختصاصنا".encode() in data
    assert consignments(cast, letter)[0].state == "returned"
    issued_letter(cast, subject="مفاوضات سرية", secrecy=Secrecy.SECRET)
    run_jobs()
    sealed = b"".join(proof_of_arrival(cast("clerk.fl"), arrivals(cast)[-1].id)[1].pieces())
    assert checked(sealed).refusal is None and steps(checked(sealed))[Step.LETTER_OF_PARCEL]
    with pytest.raises(NotFoundOrForbidden):
        proof_of_arrival(cast("clerk.moh"), arrival.id)


def test_the_bundle_shows_the_log_as_soon_as_that_has_taken_the_evidence(cast: Cast) -> None:
    keys = VaultLogKeys()
    log = ledger.begin(keys, "host.example/log")
    ledger.commit(new_id(), bytes(32))
    ledger.append(keys)
    consignment = told(cast)
    _, header = cover_of(consignment)
    assert header.not_before is not None and (header.not_before.log, header.not_before.size) == (log.origin, 1)
    early = checked(taken(cast, consignment))
    assert early.refusal is None
    assert steps(early)[Step.NOT_YET_LOGGED] and not steps(early)[Step.NOT_BEFORE]
    ledger.append(keys)
    (arrival,) = arrivals(cast)
    believed = replace(trust(clock.now()), log=WitnessPolicy(log=log.note_key).for_readers())
    theirs = b"".join(proof_of(cast("clerk.fl"), arrival.letter_id, consignment.id)[1].pieces())  # type: ignore[arg-type]
    for data in (taken(cast, consignment), theirs):
        report = verify(io.BytesIO(data), believed)
        assert report.refusal is None, report.refusal
        found = steps(report)
        assert Step.NOT_YET_LOGGED not in found
        assert not [found[one] for one in (Step.LOGGED, Step.WITNESSED, Step.NOT_BEFORE) if found[one]]
        assert sorted(one["logged"] for one in report.facts["events"]) == [1, 2, 3]
    other = replace(believed, log=WitnessPolicy(log=replace(log.note_key, name="other.example/log")).for_readers())
    assert verify(io.BytesIO(theirs), other).to_json()["steps"][-1]["reason"] == "log.other-log"


def test_the_bundle_shows_a_directory_whose_statement_the_log_has_or_none(cast: Cast) -> None:
    keys = VaultLogKeys()
    log = ledger.begin(keys, "host.example/log")
    consignment = told(cast)
    believed = replace(trust(clock.now()), log=WitnessPolicy(log=log.note_key).for_readers())

    def now() -> tuple[Report, dict[Step, str]]:
        report = verify(io.BytesIO(taken(cast, consignment)), believed)
        assert report.refusal is None, report.refusal
        return report, steps(report)

    assert "shows nothing" not in now()[1][Step.LISTED], "before the log proves anything"
    ledger.append(keys)
    report, found = now()
    assert (found[Step.LISTED], found[Step.DIRECTORY_LOGGED]) == ("", "")
    first = report.facts["directory"]["number"]
    with clock.fixed(clock.now() + timedelta(days=2)):  # signed anew, and not in the log yet
        report, found = now()
        assert (found[Step.DIRECTORY_LOGGED], report.facts["directory"]["number"]) == ("", first)
        ledger.append(keys)
        assert now()[0].facts["directory"]["number"] > first
    replace_pair(cast("clerk.fl"), KeyUse.ENCRYPTION)
    assert now()[1][Step.LISTED], "it says something else now, which the log has not taken yet"
    ledger.append(keys)
    assert now()[1][Step.DIRECTORY_LOGGED] == ""


def test_a_log_under_an_arabic_name_proves_as_well_though_no_header_can_name_it(cast: Cast) -> None:
    keys = VaultLogKeys()
    log = ledger.begin(keys, "سجل.مثال/log")
    consignment = told(cast)
    assert cover_of(consignment)[1].not_before is None
    ledger.append(keys)
    believed = replace(trust(clock.now()), log=WitnessPolicy(log=log.note_key).for_readers())
    report = verify(io.BytesIO(taken(cast, consignment)), believed)
    assert report.refusal is None, report.refusal
    assert report.facts["log"]["origin"] == "سجل.مثال/log"
    assert not steps(report)[Step.LOGGED] and steps(report)[Step.NOT_BEFORE]


def test_a_log_that_is_not_well_delays_no_letter_and_no_bundle(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.MUKATABAT_LEDGER_POLICY_FILE = tmp_path / "not there"
    report = checked(taken(cast, told(cast)))
    assert report.refusal is None
    assert steps(report)[Step.NOT_BEFORE] == "the header names none"


def test_the_bundle_of_a_secret_letter_holds_its_digests_alone(cast: Cast) -> None:
    letter = issued_letter(cast, subject="مفاوضات سرية", secrecy=Secrecy.SECRET)
    run_jobs()
    data = taken(cast, consignments(cast, letter)[0])
    report = checked(data)
    assert report.refusal is None
    assert report.findings[-1].left_out
    assert "مفاوضات".encode() not in data


def test_the_reason_for_which_a_secret_letter_went_back_leaves_in_no_bundle(cast: Cast) -> None:
    letter = issued_letter(cast, subject="مفاوضات سرية", secrecy=Secrecy.SECRET)
    run_jobs()
    receiving.return_arrival(cast("clerk.fl"), arrivals(cast)[-1].id, "المفاوض غير مخوّل")
    run_jobs()
    (consignment,) = consignments(cast, letter)
    assert consignment.state == "returned"
    theirs = b"".join(proof_of_arrival(cast("clerk.fl"), arrivals(cast)[-1].id)[1].pieces())
    for data in (taken(cast, consignment), theirs):
        assert checked(data).refusal is None
        assert "المفاوض".encode() not in data


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


def test_a_bundle_brings_what_the_authorities_withdrew_and_a_silent_authority_holds_nothing_up(cast: Cast) -> None:
    consignment = told(cast)
    without = checked(taken(cast, consignment))
    assert without.refusal is None and steps(without)[Step.NOT_WITHDRAWN]
    signing.fetch_revocation_lists()
    report = checked(taken(cast, consignment))
    assert report.refusal is None and not steps(report)[Step.NOT_WITHDRAWN]
    assert "no list" not in report.findings[-1].note


def test_a_certificate_withdrawn_before_the_signature_is_refused_and_afterwards_it_is_said(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.MUKATABAT_SIGNING_DIR = tmp_path / "authority"  # what is withdrawn stays so, for every other test as well
    consignment = told(cast)
    data = taken(cast, consignment)
    letter = SealedLetter(io.BytesIO(piece_of(data, "letter.asice")))
    person = pades.validate(letter.archive.read("letter.pdf", most=2**27), trust(clock.now()))
    assert person.time_stamped_at is not None
    authority = service._authority(settings.MUKATABAT_SIGNING_DIR)
    authority.revoke(person.chain[0], at=person.time_stamped_at + timedelta(seconds=1))
    signing.fetch_revocation_lists()
    report = checked(taken(cast, consignment))
    assert report.refusal is None
    assert len(report.facts["withdrawn_since"]) == 1
    with clock.fixed(clock.now() + timedelta(seconds=5)):
        again = told(cast)  # by the same person, with what has been withdrawn
        refused = checked(taken(cast, again))
    assert isinstance(refused.refusal, CertificateWithdrawn)
