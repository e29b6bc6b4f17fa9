# SPDX-License-Identifier: EUPL-1.2
"""Evidence: valid for others, and refused when anything in it was touched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mukatabat_verify import errors
from mukatabat_verify.certificates import Trust, check_signing
from mukatabat_verify.evidence import signature
from mukatabat_verify.evidence.signature import check, check_about, sign
from mukatabat_verify.evidence.statement import Event, read
from tests.verify.evidence_vectors import FOLDER, OTHERS, STATEMENT
from tests.verify.support import CREATED, PARCEL, issue, node, root, seal

SCHEMAS = Path(__file__).parents[3] / "shared" / "data" / "xsd"
JUDGE = Path(__file__).parents[2] / "bench" / "judges" / "xmldsig" / "judge.py"
UNABLE = 69
NODE = node()
SIGNED = sign(STATEMENT, NODE, at=CREATED)


def test_what_was_stated_is_read_and_by_whom() -> None:
    found = check(SIGNED)
    assert found.statement == STATEMENT
    assert found.chain == NODE.chain
    assert found.signed_at == CREATED
    check_signing(found.chain, Trust((root().root,), CREATED))


@pytest.mark.parametrize("name", OTHERS)
def test_what_was_signed_once_holds_for_ever(name: str) -> None:
    found = check((FOLDER / f"{name}.xml").read_bytes())
    assert found.statement == replace(STATEMENT, **OTHERS[name])
    (pem,) = load_pem_x509_certificates((FOLDER / "roots.pem").read_bytes())
    check_signing(found.chain, Trust((pem.public_bytes(Encoding.DER),), CREATED))


def test_the_jdk_accepts_what_was_signed() -> None:
    done = subprocess.run([sys.executable, str(JUDGE)], capture_output=True, text=True, check=False)
    if done.returncode == UNABLE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" sound ") == len(OTHERS)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("count", [1, 3])
def test_every_event_is_valid_under_the_standard_s_schema(event: Event, count: int) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the standard are not here")
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "en319522-3-erds.xsd")))
    bodies = tuple(f"BODY{number}" for number in range(count))
    reason = ("http://uri.etsi.org/19522/EventReason/R_ERDS_MessageRejected", 'خطأ & "<>"')
    for about, why in ((None, None), (bodies[-1], reason)):
        one = replace(STATEMENT, event=event, recipients=bodies, about=about, reason=why)
        document = etree.fromstring(sign(one, NODE, at=CREATED))
        schema.assertValid(document)


def test_it_is_its_own_canonical_form() -> None:
    tree = etree.fromstring(SIGNED)
    assert etree.tostring(tree, method="c14n", exclusive=True).count(b"<ds:Signature ") == 1
    (found,) = tree.iterfind("{http://www.w3.org/2000/09/xmldsig#}Signature")
    for name in (
        "{http://www.w3.org/2000/09/xmldsig#}SignedInfo",
        "{http://uri.etsi.org/01903/v1.3.2#}SignedProperties",
    ):
        (part,) = found.iter(name)
        assert etree.tostring(part, method="c14n", exclusive=True, with_tail=False) in SIGNED
    tree.remove(found)
    assert etree.tostring(tree, method="c14n", exclusive=True) == STATEMENT.to_bytes()


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20)


@given(name=TEXT, words=TEXT, register=TEXT)
def test_any_text_comes_back_as_it_was_stated(name: str, words: str, register: str) -> None:
    one = replace(STATEMENT, issuer_name=name, reason=("urn:reason", words), register=register)
    assert read(one.to_bytes()) == one


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": ()},
        {"recipients": ()},
        {"about": "MOI"},
        {"issuer_name": "a\nb"},
        {"register": "\0"},
        {"custody": "\ud800"},
        {"recipients": ("FL",) * 3000, "about": None},
    ],
)
def test_what_nobody_could_read_is_not_stated(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"evidence|character"):
        replace(STATEMENT, **changes).to_bytes()


def test_evidence_of_another_letter_is_refused() -> None:
    check_about(STATEMENT, parcel=PARCEL, header=STATEMENT.header)
    for parcel, header in ((UUID(int=1), STATEMENT.header), (PARCEL, bytes(32))):
        with pytest.raises(errors.EvidenceOfAnotherParcel):
            check_about(STATEMENT, parcel=parcel, header=header)


def replaced(old: bytes, new: bytes) -> Callable[[], bytes]:
    return lambda: SIGNED.replace(old, new, 1)


def signature_of_another() -> bytes:
    other = sign(replace(STATEMENT, about="FL"), NODE, at=CREATED)
    mark = b"<ds:Signature "
    return SIGNED.partition(mark)[0] + mark + other.partition(mark)[2]


def wrapped() -> bytes:
    """A true evidence inside a false one: the classical wrapping attack."""
    return SIGNED.replace(b"<erds:EvidenceIdentifier>", SIGNED + b"<erds:EvidenceIdentifier>", 1)


def other_certificate() -> bytes:
    pairs = zip(NODE.chain, issue("Other", issuer=root()).chain, strict=True)
    encoded = [(signature.base64.b64encode(mine), signature.base64.b64encode(theirs)) for mine, theirs in pairs]
    return SIGNED.replace(*encoded[0])


LIES: dict[str, tuple[Callable[[], bytes], type[errors.Refusal]]] = {
    "nothing": (lambda: b"", errors.EvidenceMalformed),
    "no signature": (STATEMENT.to_bytes, errors.EvidenceMalformed),
    "not text": (lambda: b"\xff" + SIGNED, errors.EvidenceMalformed),
    "far too long": (lambda: SIGNED + b" " * 2**20, errors.EvidenceMalformed),
    "something behind": (lambda: SIGNED + b"\n", errors.EvidenceMalformed),
    "another event": (replaced(b"ContentConsignment", b"ContentHandover"), errors.EvidenceSignatureBroken),
    "another time": (replaced(b"09:32:00Z", b"09:31:00Z"), errors.EvidenceSignatureBroken),
    "another recipient": (replaced(b">MOH<", b">MOI<"), errors.EvidenceSignatureBroken),
    "an entity": (
        replaced(b"<erds:Evidence ", b'<!DOCTYPE a [<!ENTITY b "c">]><erds:Evidence '),
        errors.EvidenceSignatureBroken,
    ),
    "another signing time": (
        replaced(b"<xades:SigningTime>2026", b"<xades:SigningTime>2025"),
        errors.EvidenceSignatureBroken,
    ),
    "another signature": (signature_of_another, errors.EvidenceSignatureBroken),
    "another certificate": (other_certificate, errors.EvidenceSignatureBroken),
    "no certificate": (replaced(b"<ds:X509Certificate>", b"<ds:X509Certificate/>"), errors.EvidenceMalformed),
    "another algorithm": (replaced(b"ecdsa-sha256", b"rsa-sha1"), errors.EvidenceSignatureBroken),
    "another transformation": (replaced(b"enveloped-signature", b"xslt"), errors.EvidenceSignatureBroken),
    "wrapped": (wrapped, errors.EvidenceMalformed),
}


@pytest.mark.parametrize("how", LIES)
def test_each_lie_is_refused_by_its_own_name(how: str) -> None:
    make, reason = LIES[how]
    with pytest.raises(errors.Refusal) as caught:
        check(make())
    assert type(caught.value) is reason


def test_a_signed_form_that_is_not_ours_is_refused() -> None:
    body = STATEMENT.to_bytes()
    forms = [
        body.replace(b"><", b"> <", 1),
        body.replace(b'Id="evidence"', b"Id='evidence'"),
        body.replace(b"</m:Parcel>", b"<x/></m:Parcel>"),
        body.replace(b"<erds:SubmissionTime>", b"<!-- --><erds:SubmissionTime>"),
        body.replace(b"EN319522v1.1.1", b"EN319522v9.9.9"),
        body.replace(b"Consignment<", b"Nothing<"),
        body.replace(b">MOF<", b">&#77;OF<"),
        body.replace(b'realm="live" ', b""),
        body.replace(b">2<", b">9<"),
        body[:-3],
        b"<a/>",
    ]
    for number, form in enumerate(forms):
        assert form != body, number
        with pytest.raises(errors.EvidenceMalformed):
            read(form)


def test_a_certificate_that_certifies_or_stamps_signs_no_evidence() -> None:
    for wrong in (seal().chain[1:], root().chain):
        with pytest.raises(errors.CertificateOfAnotherUse):
            check_signing(wrong, Trust((root().root,), datetime(2026, 6, 1, tzinfo=UTC)))


@given(st.data())
def test_whatever_is_done_to_the_bytes_only_a_named_refusal_comes_out(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(SIGNED))] * 2)))
    changed = SIGNED[:start] + data.draw(st.binary(max_size=9)) + SIGNED[end:]
    try:
        found = check(changed)
    except errors.Refusal:
        return
    # Only the certificates above the signer's own may differ; who vouches for it is asked elsewhere.
    assert (found.statement, found.chain[0]) == (STATEMENT, NODE.chain[0])
