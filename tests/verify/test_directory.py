# SPDX-License-Identifier: EUPL-1.2
"""The signed directory: what it lists holds, and nobody adds, removes, alters or brings back what it said before."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat_verify import directory, errors
from mukatabat_verify.bundle.building import build
from mukatabat_verify.canonical import canonical
from mukatabat_verify.certificates import Trust
from mukatabat_verify.directory import Directory, ListedBody, ListedKey, Statement
from mukatabat_verify.parcel.suites import RecipientKey
from mukatabat_verify.report import Report, Step
from mukatabat_verify.verifier import verify
from tests.signing.support import NOW
from tests.verify.support import Identity, Parcel, issue, make_parcel, node, seal
from tests.verify.test_bundle import NODE, contents

OTHER = node("Another node", issuer=issue("Another root", authority=True))
CERTIFICATE = seal().chain[0]


def key(certificate: bytes = CERTIFICATE, **changes: Any) -> ListedKey:
    listed = ListedKey(
        use="seal", suite="ecdsa-p256-sha256", fingerprint=hashlib.sha256(certificate).hexdigest(), public="",
        custody="host", begin=NOW - timedelta(days=9),
    )  # fmt: skip
    return replace(listed, **changes)


def body(code: str, *keys: ListedKey) -> ListedBody:
    return ListedBody(code=code, ar=f"الجهة {code}", en=code, suites=("p256-hkdfsha256-aes256gcm",), keys=keys)


def listing(
    *bodies: ListedBody, number: int = 7, by: Identity = NODE, issued: datetime = NOW, realm: str = "live"
) -> Directory:
    entries = directory.in_order(bodies or [body("MOH"), body("MOF", key()), body("FL", key(b"other"))])
    statement = Statement(
        realm=realm, issuer="منصة", number=number, issued=issued, expires=issued + timedelta(days=7),
        size=len(entries), root=directory.root_of(entries).hex(),
    )  # fmt: skip
    return Directory(directory.sign(statement, by), entries)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_every_entry_is_proven_by_itself_and_all_of_them_together(count: int, trust: Trust) -> None:
    one = listing(*[body(f"B{number:02}", key()) for number in range(count)])
    again = directory.read(one.to_bytes())
    assert again.to_bytes() == one.to_bytes()
    assert len(again.check(trust)) == count
    for entry in one.bodies:
        extract = one.extract(entry.code)
        assert extract is not None
        assert directory.read_extract(extract.to_bytes()).check(trust).code == entry.code
    assert one.extract("NOBODY") is None


def test_a_seal_is_believed_from_its_beginning_until_its_replacement_and_never_when_withdrawn() -> None:
    mof = body("MOF", key(end=NOW))
    assert mof.check_seal(CERTIFICATE, at=NOW).custody == "host"
    assert mof.check_seal(CERTIFICATE, at=NOW + timedelta(hours=1)), "sealed just before it was replaced"
    for moment in (NOW - timedelta(days=10), NOW + timedelta(days=2)):
        with pytest.raises(errors.CertificateNotListed):
            mof.check_seal(CERTIFICATE, at=moment)
    for other in (body("MOF"), body("MOF", key(withdrawn=NOW)), body("MOF", key(use="encryption"))):
        with pytest.raises(errors.CertificateNotListed):
            other.check_seal(CERTIFICATE, at=NOW - timedelta(days=1))


def test_another_key_under_a_listed_name_is_refused_by_its_own_name_also_where_the_node_signed_it(trust: Trust) -> None:
    mine, theirs = (RecipientKey("p256-hkdfsha256-aes256gcm", bytes(65 * [number])) for number in (4, 5))
    listed = replace(key(), use="encryption", suite=mine.suite, fingerprint=mine.id, public=mine.public.hex())
    entry = body("MOF", key(), listed)
    assert listing(entry).check(trust)["MOF"] == entry
    for other in (replace(listed, public=theirs.public.hex()), replace(listed, suite="another-suite")):
        signed = listing(body("FL"), body("MOF", key(), other))
        with pytest.raises(errors.DirectoryKeyDisagrees):
            directory.read(signed.to_bytes()).check(trust)
        extract = signed.extract("MOF")
        assert extract is not None
        with pytest.raises(errors.DirectoryKeyDisagrees):
            directory.read_extract(extract.to_bytes()).check(trust)
    for unreadable in (replace(listed, public="no key"), replace(listed, suite="جناح")):
        with pytest.raises(errors.DirectoryMalformed):
            directory.read(listing(body("MOF", unreadable)).to_bytes())


def test_an_older_one_is_refused_by_whoever_saw_a_newer(trust: Trust) -> None:
    old, new = listing(number=7), listing(number=8)
    new.check(trust, least=old.signed.statement.number)
    with pytest.raises(errors.DirectoryOlder):
        old.check(trust, least=new.signed.statement.number)
    extract = old.extract("MOF")
    assert extract is not None
    with pytest.raises(errors.DirectoryOlder):
        extract.check(trust, least=8)


def test_nobody_sends_by_one_that_ran_out() -> None:
    one = listing().signed
    one.check_fresh(NOW + timedelta(days=7))
    for moment in (NOW + timedelta(days=8), NOW - timedelta(days=2)):
        with pytest.raises(errors.DirectoryOutOfDate):
            one.check_fresh(moment)


def test_another_node_or_a_body_s_seal_signs_no_directory(trust: Trust) -> None:
    with pytest.raises(errors.CertificateUntrusted):
        listing(by=OTHER).check(trust)
    with pytest.raises(errors.CertificateOfAnotherUse):
        listing(by=seal()).check(trust)


def altered(data: bytes, change: Any) -> bytes:
    value = json.loads(data)
    change(value)
    return canonical(value)


CHANGES = {
    "a key added": lambda one: one["bodies"][1]["keys"].append(one["bodies"][0]["keys"][0]),
    "a withdrawal removed": lambda one: one["bodies"][0]["keys"][0].update(withdrawn=""),
    "a body left out": lambda one: one["bodies"].pop(),
    "a custody beautified": lambda one: one["bodies"][0]["keys"][0].update(custody="device"),
    "a name": lambda one: one["bodies"][0].update(en="Another"),
    "its number": lambda one: one["statement"].update(number=99),
    "its root": lambda one: one["statement"].update(root="00" * 32),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_in_it_is_noticed(name: str, trust: Trust) -> None:
    one = listing(body("FL", key(withdrawn=NOW)), body("MOF", key()))
    data = altered(one.to_bytes(), CHANGES[name])
    with pytest.raises((errors.InclusionBroken, errors.SealBroken)):
        directory.read(data).check(trust)


def test_an_entry_is_not_moved_and_an_extract_of_one_proves_no_other(trust: Trust) -> None:
    one = listing()
    mof, fl = one.extract("MOF"), one.extract("FL")
    assert mof is not None
    assert fl is not None
    for false in (replace(mof, body=fl.body), replace(mof, index=0), replace(mof, path=fl.path), replace(mof, path=())):
        with pytest.raises(errors.InclusionBroken):
            directory.read_extract(false.to_bytes()).check(trust)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"entry":1}', b"\xff", b"[" * 5000])
def test_what_is_no_directory_is_refused_by_name(data: bytes) -> None:
    for read in (directory.read, directory.read_extract, directory.read_statement):
        with pytest.raises(errors.DirectoryMalformed):
            read(data)


def test_another_spelling_of_the_same_is_refused() -> None:
    data = listing().to_bytes()
    for other in (data + b"\n", data.replace(b'":', b'": ', 1), altered(data, lambda one: one.update(more=1))):
        with pytest.raises(errors.DirectoryMalformed):
            directory.read(other)
    twice = listing(body("MOF"), body("MOF"))
    with pytest.raises(errors.DirectoryMalformed):
        directory.read(twice.to_bytes())


# ── in a bundle ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def parcel(signed_pdf: bytes) -> Parcel:
    return make_parcel(b"a letter")


def checked(parcel: Parcel, extract: bytes | None, trust: Trust, **options: Any) -> Report:
    whole = contents(parcel, b"", letter=None, salt="", directory=extract)
    return verify(io.BytesIO(b"".join(build(whole, NODE, **{"at": NOW} | options).pieces())), trust)


def extract_of(one: Directory, code: str = "MOF") -> bytes:
    extract = one.extract(code)
    assert extract is not None
    return extract.to_bytes()


def test_a_bundle_shows_that_the_sender_s_seal_was_listed(parcel: Parcel, trust: Trust) -> None:
    sealed_by = key(parcel.cover.certificates[0])
    report = checked(parcel, extract_of(listing(body("MOF", sealed_by), body("FL"))), trust)
    assert report.refusal is None, report.refusal
    assert report.facts["directory"]["number"] == 7
    assert report.facts["directory"]["seal_custody"] == "host"
    assert {one.step: one.left_out for one in report.findings}[Step.LISTED] == ""
    without = checked(parcel, None, trust)
    assert without.refusal is None
    assert {one.step: one.left_out for one in without.findings}[Step.LISTED]


def test_a_bundle_whose_directory_says_otherwise_is_refused(parcel: Parcel, trust: Trust) -> None:
    own = key(parcel.cover.certificates[0])
    true = listing(body("MOF", own), body("FL", own))
    lies = {
        "withdrawn": (extract_of(listing(body("MOF", replace(own, withdrawn=NOW)))), errors.CertificateNotListed),
        "not listed": (extract_of(listing(body("MOF", key(b"other")))), errors.CertificateNotListed),
        "another body's": (extract_of(true, "FL"), errors.CertificateNotListed),
        "another node's": (extract_of(listing(body("MOF", own), by=OTHER)), errors.CertificateUntrusted),
        "altered": (extract_of(true).replace(b"host", b"hust"), errors.InclusionBroken),
        "no extract": (b"{}", errors.DirectoryMalformed),
    }
    for name, (extract, reason) in lies.items():
        last = checked(parcel, extract, trust).findings[-1]
        assert (last.step, type(last.refusal)) == (Step.LISTED, reason), name


def test_the_directory_of_the_practice_bodies_lists_no_seal_of_a_true_one(parcel: Parcel, trust: Trust) -> None:
    own = key(parcel.cover.certificates[0])
    practice = extract_of(listing(body("MOF", own), realm="training"))
    last = checked(parcel, practice, trust).findings[-1]
    assert (last.step, type(last.refusal)) == (Step.LISTED, errors.CertificateNotListed)


def test_a_host_hides_no_withdrawal_behind_a_directory_from_before_it(parcel: Parcel, trust: Trust) -> None:
    own = key(parcel.cover.certificates[0])
    before = extract_of(listing(body("MOF", own), issued=NOW - timedelta(days=60)))
    last = checked(parcel, before, trust).findings[-1]
    assert (last.step, type(last.refusal)) == (Step.LISTED, errors.DirectoryOutOfDate)


def test_a_bundle_that_says_it_is_old_is_believed_by_its_time_stamp(
    parcel: Parcel, trust: Trust, time_stamps: LocalTimeStampAuthority
) -> None:
    own, old = key(parcel.cover.certificates[0]), NOW - timedelta(days=60)
    before = extract_of(listing(body("MOF", own), issued=old))
    last = checked(parcel, before, trust, at=old, time_stamp=time_stamps.stamp).findings[-1]
    assert (last.step, type(last.refusal)) == (Step.LISTED, errors.DirectoryOutOfDate)
