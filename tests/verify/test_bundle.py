# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence: complete and true it passes every step, and each lie ends at its own refusal."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat_verify import errors
from mukatabat_verify.asic.archive import Archive, Entry, directory, local_header
from mukatabat_verify.asic.building import Container, written
from mukatabat_verify.bundle import form
from mukatabat_verify.bundle.building import Contents, Proof, build
from mukatabat_verify.bundle.form import Stated
from mukatabat_verify.certificates import Trust
from mukatabat_verify.evidence.signature import sign
from mukatabat_verify.evidence.statement import Event, Statement, reason_digest
from mukatabat_verify.report import Report, Step
from mukatabat_verify.verifier import verify
from tests.signing.support import NOW
from tests.verify.evidence_vectors import STATEMENT
from tests.verify.letters import container_of
from tests.verify.letters import written as all_of
from tests.verify.support import Identity, Parcel, make_parcel, node, root, seal

NODE = node(years=(2026, 2027))
SALT = "5a" * 32
REASON = "ليست من اختصاصنا"


@pytest.fixture(scope="session")
def letter(signed_pdf: bytes) -> bytes:
    return all_of(container_of(signed_pdf))


@pytest.fixture(scope="session")
def parcel(letter: bytes) -> Parcel:
    return make_parcel(letter)


def stated(parcel: Parcel, event: Event, minute: int, **changes: Any) -> Statement:
    at = NOW + timedelta(minutes=minute)
    (part,) = STATEMENT.parts
    told = {"parts": (replace(part, digest=bytes.fromhex(parcel.header.content.digest)),), **changes}
    return replace(
        STATEMENT, id=UUID(int=minute), event=event, at=at, recipients=("MOH",), header=parcel.cover.digest, **told
    )


def proof(one: Statement, *, by: Identity = NODE, stamp: bytes | None = None, opened: Stated | None = None) -> Proof:
    return Proof(sign(one, by, at=NOW), opened or Stated(SALT), stamp)


def history(parcel: Parcel) -> list[Proof]:
    reason = ("urn:mukatabat:reason:return", reason_digest(bytes.fromhex(SALT), REASON))
    return [
        proof(stated(parcel, Event.SUBMITTED, 1)),
        proof(stated(parcel, Event.DELIVERED, 2)),
        proof(stated(parcel, Event.RETURNED, 3, reason=reason), opened=Stated(SALT, REASON, SALT)),
    ]


def contents(parcel: Parcel, letter: bytes, /, **changes: Any) -> Contents:
    whole = Contents(
        parcel=parcel.header.parcel, header=parcel.cover.digest.hex(), sender="MOF", recipient="MOH",
        report=b"%PDF report", cover=parcel.cover.only_for([]).to_bytes(), letter=lambda: [letter],
        salt=parcel.key.salt.hex(), proofs=tuple(history(parcel)), roots=(root().root,),
    )  # fmt: skip
    return replace(whole, **changes)


def bundled(one: Contents, *, by: Identity = NODE, **options: Any) -> bytes:
    return b"".join(build(one, by, at=NOW, **options).pieces())


def found(data: bytes, trust: Trust) -> Report:
    return verify(io.BytesIO(data), trust)


def refusal(data: bytes, trust: Trust) -> tuple[Step, type[errors.Refusal]]:
    last = found(data, trust).findings[-1]
    assert last.refusal is not None, last.step
    return last.step, type(last.refusal)


def test_a_whole_bundle_passes_every_step_and_tells_what_happened(parcel: Parcel, letter: bytes, trust: Trust) -> None:
    data = bundled(contents(parcel, letter))
    report = found(data, trust)
    assert report.refusal is None
    assert [one.step.number for one in report.findings] == [
        17, 15, 18, 19, 22, 23, 16, 20, 1, 2, 3, 27, 29, 26, 21, *range(7, 15), 28,
    ]  # fmt: skip
    assert [one["event"] for one in report.facts["events"]] == [Event.SUBMITTED, Event.DELIVERED, Event.RETURNED]
    assert (report.facts["sender"], report.facts["recipient"]) == ("MOF", "MOH")
    assert report.facts["signed_with"] == ["Evidence of the node"]
    assert data == bundled(contents(parcel, letter))


def test_a_bundle_with_the_digests_alone_says_that_the_letter_is_not_in_it(
    parcel: Parcel, letter: bytes, trust: Trust
) -> None:
    report = found(bundled(contents(parcel, letter, letter=None, salt="")), trust)
    assert report.refusal is None
    assert (report.findings[-2].step, report.findings[-2].left_out != "") == (Step.LETTER_OF_PARCEL, True)


def test_years_later_a_stamped_bundle_still_holds(
    parcel: Parcel, letter: bytes, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    stamped = [replace(one, stamp=time_stamps.stamp(hashlib.sha256(one.xml).digest())) for one in history(parcel)]
    data = bundled(contents(parcel, letter, proofs=tuple(stamped)), time_stamp=time_stamps.stamp)
    later = replace(trust, at=NOW.replace(year=NOW.year + 5))
    assert found(data, later).refusal is None
    plain = bundled(contents(parcel, letter))
    assert refusal(plain, later) == (Step.EVIDENCE_TRUSTED, errors.CertificateOutOfDate)


@pytest.fixture(scope="session")
def digests_alone(parcel: Parcel, letter: bytes) -> io.BytesIO:
    return io.BytesIO(bundled(contents(parcel, letter, letter=None, salt="")))


def without(name: str) -> Callable[[bytes], bytes]:
    """The archive without one piece, written as carefully as the true one."""

    def change(data: bytes) -> bytes:
        archive = Archive(io.BytesIO(data), check_names=lambda _: None)
        kept = [one for one in archive.entries.values() if one.name != name]
        assert len(kept) < len(archive.entries)
        return rewritten({one.name: b"".join(archive.pieces(one.name)) for one in kept})

    return change


def with_another(name: str, content: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        archive = Archive(io.BytesIO(data), check_names=lambda _: None)
        files = {one: b"".join(archive.pieces(one)) for one in archive.entries}
        return rewritten({**files, name: content})

    return change


def rewritten(files: dict[str, bytes]) -> bytes:
    return b"".join(Container(tuple(written(name, content) for name, content in files.items())).pieces())


PIECES = ["report.pdf", "parcel.cover", "letter.asice", "evidence/002.xml", "roots/001.der"]


@pytest.mark.parametrize("name", PIECES)
def test_a_missing_or_changed_piece_is_named(name: str, parcel: Parcel, letter: bytes, trust: Trust) -> None:
    data = bundled(contents(parcel, letter))
    assert refusal(without(name)(data), trust) == (Step.BUNDLE, errors.BundlePieceMissing)
    assert refusal(with_another(name, b"<!ENTITY a 'b'>")(data), trust) == (Step.BUNDLE, errors.BundlePieceChanged)
    assert refusal(with_another("more.xml", b"")(data), trust) == (Step.BUNDLE, errors.BundlePieceForeign)


@pytest.mark.parametrize("name", ["mimetype", "bundle.json", "bundle.p7s"])
def test_a_bundle_without_its_list_is_none(name: str, parcel: Parcel, letter: bytes, trust: Trust) -> None:
    step, reason = refusal(without(name)(bundled(contents(parcel, letter))), trust)
    assert step in {Step.BUNDLE, Step.CONTAINER_FORM}
    assert reason in {errors.BundlePieceMissing, errors.ArchiveNameUnknown}


def lies(parcel: Parcel, letter: bytes, time_stamps: LocalTimeStampAuthority) -> dict[str, tuple[bytes, Step, type]]:
    submitted, delivered, returned = history(parcel)
    other = make_parcel(b"another letter")
    foreign = proof(stated(other, Event.DELIVERED, 2))
    elsewhere = proof(replace(stated(parcel, Event.DELIVERED, 2), recipients=("FL",), about="FL"))
    bomb = Proof(b'<!DOCTYPE a [<!ENTITY b "c">]>' + delivered.xml, Stated(SALT), None)
    inner = delivered.xml.replace(b"<erds:EvidenceIdentifier>", delivered.xml + b"<erds:EvidenceIdentifier>", 1)
    stamp = time_stamps.stamp(bytes(32))

    def of(*proofs: Proof, by: Identity = NODE, **changes: Any) -> bytes:
        return bundled(contents(parcel, letter, proofs=proofs, **changes), by=by)

    def signed_by(one: Identity) -> bytes:
        return of(submitted, proof(stated(parcel, Event.DELIVERED, 2), by=one))

    expired = node(years=(2020, 2021))
    stranger = node(issuer=None)
    return {
        "evidence of another letter": (of(submitted, foreign), Step.HISTORY, errors.EvidenceOfAnotherParcel),
        "about another recipient": (of(submitted, elsewhere), Step.HISTORY, errors.EvidenceOfAnotherRecipient),
        "no evidence": (of(), Step.HISTORY, errors.EvidenceMissing),
        "one left out": (of(submitted, returned), Step.HISTORY, errors.EvidenceMissing),
        "out of order": (of(delivered, submitted), Step.HISTORY, errors.EvidenceMissing),
        "one twice": (of(submitted, delivered, delivered), Step.HISTORY, errors.EvidenceTwice),
        "other words": (
            of(submitted, delivered, replace(returned, stated=Stated(SALT, "سبب آخر", SALT))),
            Step.HISTORY, errors.EvidenceSignatureBroken,
        ),
        "an entity": (of(submitted, bomb), Step.EVIDENCE, errors.EvidenceSignatureBroken),
        "wrapped": (of(submitted, Proof(inner, Stated(SALT), None)), Step.EVIDENCE, errors.EvidenceMalformed),
        "a stamp of something else": (
            of(replace(submitted, stamp=stamp), delivered), Step.EVIDENCE_STAMPED, errors.TimeStampBroken,
        ),
        "an expired certificate": (signed_by(expired), Step.EVIDENCE_TRUSTED, errors.CertificateOutOfDate),
        "a stranger's certificate": (signed_by(stranger), Step.EVIDENCE_TRUSTED, errors.CertificateUntrusted),
        "the sender's own seal": (signed_by(seal()), Step.EVIDENCE_TRUSTED, errors.CertificateOfAnotherUse),
        "sealed by a body": (of(submitted, by=seal()), Step.BUNDLE_SEALED, errors.CertificateOfAnotherUse),
        "of a practice letter": (
            of(proof(stated(parcel, Event.SUBMITTED, 1, realm="training"))),
            Step.PARCEL_FORM, errors.EvidenceOfAnotherParcel,
        ),
        "of another content": (
            of(proof(stated(parcel, Event.SUBMITTED, 1, parts=STATEMENT.parts))),
            Step.PARCEL_FORM, errors.EvidenceOfAnotherParcel,
        ),
        "another header": (
            of(submitted, cover=other.cover.only_for([]).to_bytes()), Step.PARCEL_FORM, errors.BundleOfAnotherParcel,
        ),
        "another letter": (
            of(submitted, letter=lambda: [b"another"]), Step.LETTER_OF_PARCEL, errors.BundleOfAnotherParcel,
        ),
    }  # fmt: skip


def test_each_lie_ends_at_its_own_step_by_its_own_name(
    parcel: Parcel, letter: bytes, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    for name, (data, step, reason) in lies(parcel, letter, time_stamps).items():
        assert refusal(data, trust) == (step, reason), name


def test_a_list_that_somebody_else_sealed_again_is_refused(parcel: Parcel, letter: bytes, trust: Trust) -> None:
    data, other = bundled(contents(parcel, letter)), bundled(contents(parcel, letter, roots=()))
    theirs = b"".join(Archive(io.BytesIO(other), check_names=lambda _: None).pieces(form.SEAL))
    assert refusal(with_another(form.SEAL, theirs)(data), trust) == (Step.BUNDLE_SEALED, errors.SealBroken)


@pytest.mark.parametrize(
    "change",
    [
        lambda index: index.replace(b'"version":2', b'"version":3'),
        lambda index: index.replace(b'"version":2', b'"version":true'),
        lambda index: index.replace(b'"pieces":[', b'"pieces": ['),
        lambda index: index.replace(b"evidence/002", b"evidence/004"),
        lambda index: index.replace(b"report.pdf", b"../../x.pdf"),
        lambda _: b"[" * 100_000,
        lambda _: b"null",
    ],
)
def test_another_way_of_writing_the_list_is_refused(
    change: Callable[[bytes], bytes], parcel: Parcel, letter: bytes, trust: Trust
) -> None:
    data = bundled(contents(parcel, letter))
    index = b"".join(Archive(io.BytesIO(data), check_names=lambda _: None).pieces(form.INDEX))
    assert change(index) != index
    assert refusal(with_another(form.INDEX, change(index))(data), trust) == (Step.BUNDLE, errors.BundleMalformed)


@given(change=st.data())
def test_whatever_is_done_to_the_bytes_only_a_named_refusal_comes_out(
    change: st.DataObject, digests_alone: io.BytesIO, trust: Trust
) -> None:
    data = digests_alone.getvalue()
    start, end = sorted(change.draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    changed = data[:start] + change.draw(st.binary(max_size=9)) + data[end:]
    if changed != data:
        assert found(changed, trust).refusal is not None


def test_its_archive_is_in_the_one_form(parcel: Parcel, letter: bytes) -> None:
    data = bundled(contents(parcel, letter))
    entries = list(Archive(io.BytesIO(data), check_names=lambda _: None).entries.values())
    assert data.startswith(local_header(entries[0])) and data.endswith(directory(entries))
    assert all(isinstance(one, Entry) for one in entries)
