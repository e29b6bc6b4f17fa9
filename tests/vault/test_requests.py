# SPDX-License-Identifier: EUPL-1.2
"""Requests to an authority outside and what it answers, judged by openssl: taken whole, or refused by name."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_csr
from django.db import transaction

from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import Custody, KeyUse
from mukatabat.kernel import clock
from mukatabat.signing.errors import (
    AnswerNotAskedFor,
    AnswerOfAnotherBody,
    AnswerOfAnotherUse,
)
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions, custody
from mukatabat.vault.custody import SOFTWARE, TOKEN
from mukatabat.vault.errors import NodeNotCertified, SealEnded, SealNotCertified
from mukatabat.vault.holding import foreign_keys
from mukatabat.vault.models import NodeKey, NodeRequest, PrivateKey, SealRequest
from mukatabat.vault.standing import Standing, alarming, nodes, seal_of
from mukatabat_verify.certificates import NODE_MARK, is_node
from tests.authority import Authority, der, openssl
from tests.cast import Cast
from tests.together import together
from tests.vault.requesting import accepted, requested, run
from tests.vault.tokens import TestToken

pytestmark = pytest.mark.django_db
SEAL = "GB:KW-MOF"


# ── the way of a seal ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_seal_is_asked_for_by_its_own_key_and_seals_once_its_certificate_came(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    with pytest.raises(SealNotCertified):
        actions.body_seal(actor)
    request = requested(tmp_path)
    said = openssl("req", "-in", request, "-verify", "-noout", "-text", "-nameopt", "utf8", folder=tmp_path).decode()
    assert f"organizationIdentifier={SEAL}" in said.replace(" = ", "=")
    assert "Digital Signature, Non Repudiation" in said
    with pytest.raises(SealNotCertified):
        actions.body_seal(actor)
    assert seal_of(actor).requested_at is not None
    answer = national.certify(request)
    accepted("MOF", answer)
    seal = actions.body_seal(actor)
    assert seal.chain == (der(answer), der(national.issuing)), "what stands between it and the root was known"
    signature, data = tmp_path / "signature", tmp_path / "data"
    data.write_bytes(b"a header")
    signature.write_bytes(seal.sign(b"a header"))
    public = tmp_path / "public.pem"
    public.write_bytes(openssl("x509", "-in", answer, "-pubkey", "-noout", folder=tmp_path))
    openssl("dgst", "-sha256", "-verify", public, "-signature", signature, data, folder=tmp_path)
    standing = seal_of(actor)
    assert (standing.issuer, standing.requested_at, standing.standing(clock.now())) == (
        "Example Issuing", None, Standing.GOOD,
    )  # fmt: skip
    with scope(actor):
        acts = AuditEntry.objects.filter(act__startswith="vault.certificate").order_by("at", "id")
        assert [one.act for one in acts] == ["vault.certificate-requested", "vault.certificate-accepted"]
        assert acts[1].detail["issuer"] == "Example Issuing"
    assert foreign_keys(actor) == [], "the trail knows how the key came into the directory"


@pytest.mark.parametrize("form", ["DER", "PKCS#7", "PKCS#7 in DER", "with the whole chain", "the root first"])
def test_an_answer_is_read_in_every_form_in_which_authorities_send_them(
    form: str, cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    for file in trusted.iterdir():
        if "certificate" in file.name and file.read_bytes() == national.issuing.read_bytes():
            file.unlink()  # what stands between has to come along, where it is not known
    answer = national.certify(requested(tmp_path))
    came = tmp_path / "came"
    if form == "DER":
        came.write_bytes(der(answer))
        accepted("MOF", came, national.issuing)
    elif form.startswith("PKCS#7"):
        more = ("-outform", "DER") if form.endswith("DER") else ()
        openssl("crl2pkcs7", "-nocrl", "-certfile", answer, "-certfile", national.issuing, "-out", came, *more,
                folder=tmp_path)  # fmt: skip
        accepted("MOF", came)
    else:
        order = [national.root, national.issuing, answer]
        parts = order if form == "the root first" else order[::-1]
        came.write_bytes(b"\n".join(one.read_bytes() for one in parts))
        accepted("MOF", came)
    assert actions.body_seal(cast("signer.mof")).chain == (der(answer), der(national.issuing))


def test_the_former_seal_works_until_the_new_one_is_accepted(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    accepted("MOF", national.certify(requested(tmp_path)))
    former = actions.body_seal(actor)
    request = requested(tmp_path)
    assert request.read_bytes() == requested(tmp_path).read_bytes(), "asked twice it is the same request"
    assert actions.body_seal(actor).chain == former.chain
    answer = national.certify(request)
    accepted("MOF", answer)
    accepted("MOF", answer)  # brought in once more: nothing happens
    assert actions.body_seal(actor).chain[0] == der(answer) != former.chain[0]
    with scope(actor):
        assert AuditEntry.objects.filter(act="vault.certificate-accepted").count() == 2
    listed = {one.fingerprint: one.valid_to is None for one in directory.keys_of(actor.body_id)}
    assert sorted(listed.values()) == [False, True], "what the former sealed stays believed"


def test_a_request_is_given_up_only_when_that_is_said_and_its_answer_is_then_refused(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    first = requested(tmp_path)
    answer = national.certify(first)
    second = requested(tmp_path, "MOF", "--new")
    assert first.read_bytes() != second.read_bytes()
    with pytest.raises(AnswerNotAskedFor):
        accepted("MOF", answer)
    with scope(cast("signer.mof")):
        ended = SealRequest.objects.exclude(ended_at=None).get()
        assert ended.token is None, "its key is destroyed"
        assert AuditEntry.objects.filter(act="vault.request-given-up").count() == 1
    accepted("MOF", national.certify(second))


@pytest.mark.django_db(transaction=True)
def test_however_many_ask_first_at_once_one_request_stands(cast: Cast, trusted: Path) -> None:
    actor = cast("signer.mof")
    asked = together(*[lambda: actions.request_seal(actor)] * 5)
    assert all(isinstance(one, SealRequest) for one in asked), asked
    assert len({bytes(one.request) for one in asked if isinstance(one, SealRequest)}) == 1


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_that_was_cut_off_changed_nothing(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    accepted("MOF", national.certify(requested(tmp_path)))
    former = actions.body_seal(actor).chain
    answer = national.certify(requested(tmp_path))
    with transaction.atomic():
        actions.accept_seal(actor, [der(answer)])
        transaction.set_rollback(True)  # as when the process dies before it was kept
    assert actions.body_seal(actor).chain == former
    accepted("MOF", answer)
    assert actions.body_seal(actor).chain[0] == der(answer)


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_several_bring_in_at_once_is_taken_once(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    answer = der(national.certify(requested(tmp_path)))
    taken = together(*[lambda: actions.accept_seal(actor, [answer])] * 4)
    assert len({one.id for one in taken if isinstance(one, PublicKey)}) == 1, taken
    with scope(actor):
        assert AuditEntry.objects.filter(act="vault.certificate-accepted").count() == 1


def test_an_answer_in_which_the_former_certificate_came_along_is_the_new_one(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    former = national.certify(requested(tmp_path))
    accepted("MOF", former)
    newer = national.certify(requested(tmp_path))
    accepted("MOF", former, newer)
    assert actions.body_seal(cast("signer.mof")).chain[0] == der(newer)


def test_nothing_of_the_key_lies_in_clear_anywhere(cast: Cast, trusted: Path, tmp_path: Path) -> None:
    actor = cast("signer.mof")
    request = requested(tmp_path)
    assert b"PRIVATE" not in request.read_bytes()
    with scope(actor):
        standing = SealRequest.objects.get()
        opened = custody.software_store()._key(standing.held)
    stored = [bytes(standing.token or b""), bytes(standing.request), bytes(standing.public)]
    files = [one.read_bytes() for one in (tmp_path / "installation").rglob("*") if one.is_file()]
    assert not [one for one in (*stored, *files, request.read_bytes()) if opened in one]


def test_a_new_root_key_seals_what_is_awaited_anew(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    request, of_node = requested(tmp_path), requested(tmp_path, use="node")
    root = custody.software_store().rotate_root()
    actions.rewrap(actor)
    with scope(actor):
        assert [one.root for one in (SealRequest.objects.get(), NodeRequest.objects.get())] == [root, root]
    accepted("MOF", national.certify(request))
    accepted("MOF", national.certify(of_node, extensions="node"), use="node")
    assert actions.body_seal(actor).sign(b"x")


# ── the node ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_node_s_key_is_asked_for_with_its_mark_and_states_once_its_certificate_came(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    with pytest.raises(NodeNotCertified):
        actions.evidence_seal(actor)
    request = requested(tmp_path, use="node")
    assert f"URI:{NODE_MARK}" in openssl("req", "-in", request, "-noout", "-text", folder=tmp_path).decode()
    with pytest.raises(AnswerOfAnotherUse):
        accepted("MOF", national.certify(request), use="node")  # without the mark
    answer = national.certify(request, extensions="node")
    accepted("MOF", answer, use="node")
    accepted("MOF", answer, use="node")
    assert is_node(actions.evidence_seal(actor).chain[0])
    newer = requested(tmp_path, use="node")
    assert load_pem_x509_csr(newer.read_bytes()).public_key() != load_pem_x509_csr(request.read_bytes()).public_key()
    assert actions.evidence_seal(actor).chain[0] == der(answer)
    accepted("MOF", national.certify(newer, extensions="node"), use="node")
    assert actions.evidence_seal(actor).chain[0] != der(answer)
    assert NodeKey.objects.filter(valid_to=None).count() == 1


def test_a_body_s_seal_is_no_node_s_and_a_node_s_no_body_s(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    subject = f"/C=KW/O=MOF/CN=MOF/organizationIdentifier={SEAL}"
    marked = national.certify(requested(tmp_path, use="node"), "-subj", subject, extensions="node")
    with pytest.raises(AnswerOfAnotherUse):
        accepted("MOF", marked, use="node")
    with pytest.raises(AnswerOfAnotherBody):
        accepted("MOF", national.certify(requested(tmp_path), "-subj", "/C=KW/O=MOF/CN=MOF", extensions="node"))


# ── a token ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_key_in_the_token_asks_for_its_own_certificate_and_never_leaves_it(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path, token: TestToken, settings: Any
) -> None:
    token.configure(settings)
    settings.MUKATABAT_KEY_STORE = TOKEN
    actor = cast("signer.mof")
    request, of_node = requested(tmp_path), requested(tmp_path, use="node")
    openssl("req", "-in", request, "-verify", "-noout", folder=tmp_path)
    accepted("MOF", national.certify(request))
    accepted("MOF", national.certify(of_node, extensions="node"), use="node")
    assert actions.body_seal(actor).sign(b"x")
    assert actions.evidence_seal(actor).sign(b"x")
    held = PublicKey.objects.get(body__code="MOF", use=KeyUse.SEAL, valid_to=None)
    assert held.custody == Custody.DEVICE


@pytest.mark.django_db(transaction=True)
def test_a_body_that_moves_into_the_token_seals_where_it_did_until_the_token_s_seal_is_certified(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path, token: TestToken, settings: Any
) -> None:
    actor = cast("signer.mof")
    accepted("MOF", national.certify(requested(tmp_path)))
    before = requested(tmp_path)
    former = actions.body_seal(actor).chain
    token.configure(settings)
    actions.move_keys(actor, TOKEN)
    assert actions.body_seal(actor).chain == former
    with pytest.raises(AnswerNotAskedFor):
        accepted("MOF", national.certify(before))  # its key would lie in the former store
    accepted("MOF", national.certify(requested(tmp_path)))
    assert actions.body_seal(actor).sign(b"x")
    with scope(actor):
        halves = PrivateKey.objects.filter(public__use=KeyUse.SEAL)
        assert not halves.filter(store=SOFTWARE, token__isnull=False).exists(), "nobody seals with the former again"
        assert halves.filter(store=TOKEN, token__isnull=False).count() == 1


# ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_runs_out_is_told_sixty_and_fourteen_days_before(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    actor = cast("signer.mof")
    named = {one.name: one.standing(clock.now()) for one in alarming()}
    assert named["seal MOF"] is Standing.MISSING
    assert named["node live"] is Standing.MISSING
    assert not [name for name in named if "TRN" in name or "training" in name], "practice needs none"
    assert run("certificates").exit_code == 1
    accepted("MOF", national.certify(requested(tmp_path), "-days", "100"))
    accepted("MOF", national.certify(requested(tmp_path, use="node"), extensions="node"), use="node")
    assert "seal MOF" not in {one.name for one in alarming()}
    for days, standing in ((45, Standing.AHEAD), (90, Standing.SOON), (101, Standing.ENDED)):
        with clock.fixed(clock.now() + timedelta(days=days)):
            assert {one.name: one.standing(clock.now()) for one in alarming()}["seal MOF"] is standing
    with clock.fixed(clock.now() + timedelta(days=101)), pytest.raises(SealEnded):
        actions.body_seal(actor)
    requested(tmp_path)
    told = json.loads(run("certificates", "--json").output)
    (own,) = [one for one in told if one["name"] == "seal MOF"]
    assert (own["issuer"], own["standing"], bool(own["requested_at"])) == ("Example Issuing", "good", True)
    assert "requested" in run("certificates").output
    assert [one.standing(clock.now()) for one in nodes()] == [Standing.GOOD]
