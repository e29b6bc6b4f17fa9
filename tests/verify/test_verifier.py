# SPDX-License-Identifier: EUPL-1.2
"""What a court is told: every step of a good file, and the one step at which a bad one ends."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.pades import complete, prepare
from mukatabat.signing.rules import SignatureField, SignerCertificate, Statement
from mukatabat_verify import errors, revocation
from mukatabat_verify.__main__ import main
from mukatabat_verify.certificates import Trust, check_seal
from mukatabat_verify.evidence.signature import sign
from mukatabat_verify.parcel.suites import P256, XWING
from mukatabat_verify.report import Report, Step
from mukatabat_verify.revocation import Used
from mukatabat_verify.verifier import verify
from tests.signing.support import LETTER, NOW, typeset
from tests.verify.evidence_vectors import STATEMENT
from tests.verify.letters import container_of, data_of, written
from tests.verify.support import (
    CREATED,
    KEYS,
    Identity,
    Parcel,
    issue,
    issuing,
    make_parcel,
    node,
    opening_key,
    revocation_list,
    root,
    seal,
)  # fmt: skip

FL, MOH = opening_key(XWING, "FL"), opening_key(P256, "MOH")
SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="session")
def container(signed_pdf: bytes, time_stamps: LocalTimeStampAuthority) -> bytes:
    return written(container_of(signed_pdf, time_stamp=time_stamps.stamp))


@pytest.fixture(scope="session")
def parcel(container: bytes) -> Parcel:
    return make_parcel(container)


def found(data: bytes, trust: Trust, **options: object) -> Report:
    return verify(io.BytesIO(data), trust, **options)  # type: ignore[arg-type]


def ends(report: Report) -> tuple[Step, type[errors.Refusal] | None]:
    last = report.findings[-1]
    return last.step, type(last.refusal) if last.refusal else None


def test_a_good_container_passes_every_step_and_tells_who_and_when(container: bytes, trust: Trust) -> None:
    report = found(container, trust)
    assert report.refusal is None
    assert [one.step.number for one in report.findings] == [*range(7, 15), 28]
    assert report.facts["reference"] == "MOF-O-2026-04127"
    assert report.facts["sealed_by"] == "Seal of MOF"
    assert report.facts["signed_by"] == "سالم عبدالله العتيبي"
    assert datetime.fromisoformat(report.facts["sealed_before"]) == NOW


@pytest.mark.parametrize("key", [FL, MOH])
def test_a_good_parcel_passes_every_step_with_any_recipient_s_key(parcel: Parcel, trust: Trust, key: object) -> None:
    report = found(parcel.to_bytes(), trust, key=key)
    assert report.refusal is None
    assert [one.step.number for one in report.findings] == [*range(1, 15), 28]
    assert report.facts["recipients"] == ["FL", "MOH"]
    assert report.facts["not_before"] == {"log": "ledger.mukatabat.example", "size": 4127}


def test_without_a_key_a_parcel_is_checked_as_far_as_a_carrier_can(parcel: Parcel, trust: Trust) -> None:
    report = found(parcel.to_bytes(), trust)
    assert report.refusal is None
    assert (report.findings[-2].step, ends(report)) == (Step.KEY, (Step.NOT_WITHDRAWN, None))
    assert report.findings[-2].left_out
    assert "reference" not in report.facts


def test_a_seal_without_time_stamp_is_judged_at_the_asked_moment(signed_pdf: bytes, trust: Trust) -> None:
    plain = written(container_of(signed_pdf))
    assert found(plain, trust).refusal is None
    later = replace(trust, at=NOW + timedelta(days=900))
    assert ends(found(plain, later)) == (Step.SEAL_TRUSTED, errors.CertificateOutOfDate)


def test_a_time_stamp_keeps_a_letter_provable_when_its_certificates_have_run_out(
    container: bytes, trust: Trust
) -> None:
    assert found(container, replace(trust, at=NOW + timedelta(days=900))).refusal is None


def test_the_development_authority_makes_a_key_from_elsewhere_a_body_s_seal(authority: DevelopmentAuthority) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    certificates = authority.certify_seal(key, body="FL", name="إدارة الفتوى والتشريع")
    assert certificates[0].public_key() == key
    chain = [one.public_bytes(Encoding.DER) for one in certificates]
    check_seal(chain, Trust((authority.root,), NOW), body="FL")
    with pytest.raises(errors.CertificateOfAnotherBody):
        check_seal(chain, Trust((authority.root,), NOW), body="F")


# ── each refusal ends at its own step ────────────────────────────────────────────────────────────────────────────────


def test_a_container_that_does_not_hold_ends_where_it_does_not(
    container: bytes, signed_pdf: bytes, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    stamp = time_stamps.stamp

    def with_data(**changes: object) -> bytes:
        return written(container_of(signed_pdf, data=data_of(signed_pdf, **changes)))

    documents = json.loads(data_of(signed_pdf))["documents"]
    foreign_stamps: Callable[[bytes], bytes] = lambda digest: stamp(hashlib.sha256(digest).digest())  # noqa: E731
    torn = signed_pdf.replace(b"startxref", b"startxerf")
    appended = signed_pdf + b"\n% more"
    bad_bit = bytearray(signed_pdf)
    bad_bit[signed_pdf.index(b"stream\n") + 9] ^= 1
    cases: list[tuple[bytes, Trust, Step, type[errors.Refusal]]] = [
        (b"hello", trust, Step.PARCEL_FORM, errors.UnknownForm),
        (container[:-1], trust, Step.CONTAINER_FORM, errors.ArchiveMalformed),
        (container.replace(b"%PDF-1", b"%PDF-2", 1), trust, Step.FILES, errors.ArchiveInconsistent),
        (with_data(documents=documents[:-1]), trust, Step.LETTER, errors.LetterDataDisagrees),
        (with_data(documents=[documents[0], *documents[:0:-1]]), trust, Step.LETTER, errors.LetterDataDisagrees),
        (with_data(documents=documents[1:]), trust, Step.LETTER, errors.LetterDataMalformed),
        (with_data(sender="MOF"), trust, Step.LETTER, errors.LetterDataMalformed),
        (written(container_of(signed_pdf, data=b"[" * 99999)), trust, Step.LETTER, errors.LetterDataMalformed),
        (written(container_of(signed_pdf, data=b'{"a":1,"a":1}')), trust, Step.LETTER, errors.LetterDataMalformed),
        (with_data(sender={"code": "MOI"}), trust, Step.SEAL_TRUSTED, errors.CertificateOfAnotherBody),
        (written(container_of(signed_pdf, time_stamp=foreign_stamps)), trust, Step.STAMPED, errors.TimeStampBroken),
        (container, replace(trust, roots=(root().root,)), Step.STAMPED, errors.CertificateUntrusted),
        (container, replace(trust, roots=trust.roots[1:]), Step.SEAL_TRUSTED, errors.CertificateUntrusted),
        (
            written(container_of(signed_pdf)),
            replace(trust, roots=(root().root,)),
            Step.PERSON,
            errors.SignatureUntrusted,
        ),
        (written(container_of(b"no PDF")), trust, Step.PERSON, errors.SignatureUnreadable),
        (written(container_of(torn)), trust, Step.PERSON, errors.Refusal),
        (written(container_of(appended)), trust, Step.PERSON, errors.SignatureNotWhole),
        (written(container_of(bytes(bad_bit))), trust, Step.PERSON, errors.SignatureBroken),
    ]
    for number, (data, whom, step, reason) in enumerate(cases):
        at, why = ends(found(data, whom))
        assert (at, why is not None and issubclass(why, reason)) == (step, True), (number, at, why)


def test_a_parcel_that_does_not_hold_ends_where_it_does_not(container: bytes, parcel: Parcel, trust: Trust) -> None:
    data = parcel.to_bytes()
    other_body = make_parcel(container, sealed_by=seal("MOH"))
    expired = make_parcel(container, sealed_by=issue("Seal of MOF", issuer=root(), body="MOF", years=(2020, 2024)))
    other_id = make_parcel(container, parcel="01939c1e-0000-7000-8000-000000000009")
    cases: list[tuple[bytes, Step, type[errors.Refusal]]] = [
        (data[:100], Step.PARCEL_FORM, errors.CutOff),
        (data.replace(b'"sender":"MOF"', b'"sender":"MOI"'), Step.HEADER_SIGNED, errors.HeaderSignatureBroken),
        (other_body.to_bytes(), Step.HEADER_TRUSTED, errors.CertificateOfAnotherBody),
        (expired.to_bytes(), Step.HEADER_TRUSTED, errors.CertificateOutOfDate),
        (data[:-1] + bytes([data[-1] ^ 1]), Step.SEALED_BYTES, errors.SealedBytesChanged),
        (data + b"x", Step.SEALED_BYTES, errors.TooMuch),
        (other_id.to_bytes(), Step.LETTER, errors.LetterDataDisagrees),
        (make_parcel(b"no container").to_bytes(), Step.CONTAINER_FORM, errors.ArchiveMalformed),
    ]
    for changed, step, reason in cases:
        assert ends(found(changed, trust, key=FL)) == (step, reason)
    stranger = opening_key(XWING, "stranger")
    assert ends(found(data, trust, key=stranger)) == (Step.KEY, errors.NotAddressed)


@given(data=st.data())
def test_whatever_is_shown_a_report_comes_out(
    data: st.DataObject, container: bytes, parcel: Parcel, trust: Trust
) -> None:
    whole = data.draw(st.sampled_from([container, parcel.to_bytes()]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    report = found(whole[:start] + data.draw(st.binary(max_size=9)) + whole[end:], trust, key=FL)
    json.dumps(report.to_json())
    assert report.findings


def test_an_evidence_is_checked_too(trust: Trust) -> None:
    by = node()
    data = sign(STATEMENT, by, at=CREATED)
    report = found(data, trust)
    assert report.refusal is None
    assert [one.step.number for one in report.findings] == [15, 16, 28]
    assert report.facts["about"] == "MOH"
    assert report.facts["signed_with"] == "Evidence of the node"
    assert ends(found(data + b" ", trust)) == (Step.EVIDENCE, errors.EvidenceMalformed)
    assert ends(found(data.replace(b">MOH<", b">MOI<"), trust)) == (Step.EVIDENCE, errors.EvidenceSignatureBroken)
    stranger = replace(trust, roots=trust.roots[1:])
    assert ends(found(data, stranger)) == (Step.EVIDENCE_TRUSTED, errors.CertificateUntrusted)


def test_evidence_from_before_nodes_were_marked_holds_where_the_reader_names_its_certificate(trust: Trust) -> None:
    before = issue("Evidence of the node", issuer=root())
    data, own = sign(STATEMENT, before, at=CREATED), hashlib.sha256(before.chain[0]).hexdigest()
    assert ends(found(data, trust)) == (Step.EVIDENCE_TRUSTED, errors.CertificateOfAnotherUse)
    assert found(data, replace(trust, nodes=frozenset({own}))).refusal is None
    assert ends(found(data, replace(trust, nodes=frozenset({own}), roots=trust.roots[1:]))) == (
        Step.EVIDENCE_TRUSTED, errors.CertificateUntrusted,
    )  # fmt: skip


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(container: bytes, parcel: Parcel, trust: Trust, tmp_path: Path) -> Path:
    (tmp_path / "letter.asice").write_bytes(container)
    (tmp_path / "letter.parcel").write_bytes(parcel.to_bytes())
    (tmp_path / "fl.key").write_text(f"{FL.suite}\n{FL.secret.hex()}\n", encoding="ascii")
    (tmp_path / "roots").mkdir()
    first, second = (x509.load_der_x509_certificate(one) for one in trust.roots)
    (tmp_path / "roots" / "first.pem").write_bytes(first.public_bytes(Encoding.PEM))
    (tmp_path / "roots" / "second.der").write_bytes(second.public_bytes(Encoding.DER))
    return tmp_path


def test_the_command_runs_alone_with_no_framework(folder: Path) -> None:
    script = (
        "import sys, runpy; sys.argv = ['verify', *sys.argv[1:]]\n"
        "try: runpy.run_module('mukatabat_verify', run_name='__main__', alter_sys=True)\n"
        "finally: assert not {'django', 'mukatabat'} & set(sys.modules), 'a framework came along'"
    )
    at = CREATED.isoformat()
    command = [sys.executable, "-c", script, "letter.parcel", "--trust", "roots", "--key", "fl.key", "--at", at]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ 14" in done.stdout
    assert "Accepted" in done.stdout


def test_the_command_answers_programs_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(folder / "letter.asice"), "--trust", str(folder / "roots"), "--at", CREATED.isoformat(), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] is True
    assert main(arguments[:1]) == 1
    told = capsys.readouterr().out
    assert "✗ 12" in told
    assert "certificate.untrusted" in told
    assert "رُفض" in told


def test_the_command_says_when_it_was_called_wrongly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "root.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    wrong = [
        [str(folder / "nothing")],
        [str(folder / "letter.asice"), "--trust", str(folder / "empty")],
        [str(folder / "letter.asice"), "--trust", str(folder / "broken")],
        [str(folder / "letter.asice"), "--key", str(folder / "letter.asice")],
        [str(folder / "letter.asice"), "--at", "yesterday"],
    ]
    for arguments in wrong:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        if "broken" in arguments[-1]:
            assert "root.pem holds no certificate" in capsys.readouterr().err


def test_every_reason_has_a_name_of_its_own_and_both_languages() -> None:
    reasons = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.Refusal)]
    assert len({one.code for one in reasons}) == len({one.ar for one in reasons}) == len({one.en for one in reasons})
    assert len({one.code for one in reasons}) == len(reasons)
    assert all(KEYS)


# ── in a person's place ──────────────────────────────────────────────────────────────────────────────────────────────


def pdf_signed_by(identity: Identity, folder: Path, time_stamps: LocalTimeStampAuthority) -> bytes:
    pdf = typeset(folder / "letter.typ", LETTER)
    prepared = prepare(
        pdf, field=SignatureField(), signer=SignerCertificate(identity.chain), statement=Statement(NOW, reason="توقيع")
    )
    return complete(prepared, identity.sign(prepared.signed_attributes), timestamp=time_stamps).document


def test_neither_a_seal_nor_a_node_nor_an_organisation_signs_a_letter_in_a_person_s_place(
    trust: Trust, time_stamps: LocalTimeStampAuthority, tmp_path: Path
) -> None:
    numbered = ((NameOID.SERIAL_NUMBER, "1001"),)
    person = issue("Salem", issuer=issuing(), named=numbered)
    for identity, is_person in (
        (person, True), (seal(), False), (node(named=numbered), False), (issue("A company", issuer=issuing()), False),
    ):  # fmt: skip
        report = verify(io.BytesIO(written(container_of(pdf_signed_by(identity, tmp_path, time_stamps)))), trust)
        if is_person:
            assert report.refusal is None, report.refusal
        else:
            assert report.findings[-1].step == Step.PERSON, identity.chain
            assert type(report.refusal) is errors.CertificateOfAnotherUse


@pytest.mark.parametrize("kind", [NameOID.SERIAL_NUMBER, NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM])
def test_a_certificate_of_a_person_that_bears_a_body_s_identifier_passes_as_neither(
    kind: x509.ObjectIdentifier, trust: Trust, time_stamps: LocalTimeStampAuthority, tmp_path: Path, signed_pdf: bytes
) -> None:
    both = issue("Salem of MOF", issuer=issuing(), body="MOF", named=((kind, "1001"),))
    sealed = verify(io.BytesIO(written(container_of(signed_pdf, by=both))), trust)
    assert (sealed.findings[-1].step, type(sealed.refusal)) == (Step.SEAL_TRUSTED, errors.CertificateOfAnotherUse)
    signed = verify(io.BytesIO(written(container_of(pdf_signed_by(both, tmp_path, time_stamps)))), trust)
    assert (signed.findings[-1].step, type(signed.refusal)) == (Step.PERSON, errors.CertificateOfAnotherUse)


# ── a key of a kind that nobody here knows ───────────────────────────────────────────────────────────────────────────


def with_unknown_curve(certificate: bytes) -> bytes:
    """The certificate with its key on a curve that is not supported (prime239v3 for prime256v1)."""
    found = certificate.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030106"))
    assert found != certificate
    return found


def test_a_key_on_a_curve_that_nobody_here_knows_is_refused_and_breaks_nothing(parcel: Parcel, trust: Trust) -> None:
    strange = with_unknown_curve(seal().chain[0])
    header = replace(parcel.header, certificate=hashlib.sha256(strange).hexdigest()).to_bytes()
    cover = replace(parcel.cover, header=header, certificates=(strange, *parcel.cover.certificates[1:]))
    report = verify(io.BytesIO(cover.to_bytes()), trust)
    assert isinstance(report.refusal, errors.HeaderSignatureBroken)
    evidence = sign(STATEMENT, node(), at=NOW)
    (written_certificate,) = re.findall(rb"<ds:X509Certificate>([^<]+)<", evidence)[:1]
    foreign = base64.b64encode(with_unknown_curve(base64.b64decode(written_certificate)))
    report = verify(io.BytesIO(evidence.replace(written_certificate, foreign)), trust)
    assert isinstance(report.refusal, errors.EvidenceSignatureBroken)
    used = Used((seal().chain[0], with_unknown_curve(issuing().chain[0])), NOW)
    told = revocation.check([revocation_list(issuing(), at=NOW)], [used], trust)
    assert told == revocation.Shown(), "an issuer whose key is unknown leads nowhere"
