# SPDX-License-Identifier: EUPL-1.2
"""A body's seal and encryption keys: made once, replaced, opened by their own store alone, destroyed in their time."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import connection
from django.db.utils import DatabaseError, IntegrityError

from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import Custody, KeyUse
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions, custody, jobs
from mukatabat.vault.actions.pairs import KEPT_AFTER_REPLACEMENT
from mukatabat.vault.custody.opening import Opener
from mukatabat.vault.custody.software import SoftwareKeyStore
from mukatabat.vault.errors import KeyUnavailable, SealKeyMissing, WrongKey
from mukatabat.vault.models import PrivateKey
from mukatabat.vault.ports import PairStore
from mukatabat.vault.rules import SEAL_SUITE, HeldKey, HeldPair
from mukatabat.web.cli.keys import keys
from mukatabat_verify.errors import WrapForeign
from mukatabat_verify.parcel.suites import P256, XWING, RecipientKey
from tests.cast import FL, MOF, Cast
from tests.together import together
from tests.vault.tokens import TestToken

pytestmark = pytest.mark.django_db
SECRET = bytes(range(32))


@pytest.fixture(autouse=True)
def own_key_store(tmp_path: Path, settings: Any) -> None:
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys of this test"


@pytest.fixture(params=["software", "token"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PairStore:
    if request.param == "token":
        return cast("TestToken", request.getfixturevalue("token")).store()
    return SoftwareKeyStore(tmp_path / "keys", Opener("key", bytes(32)))


def public_of(pair: HeldPair) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pair.public)


# ── the contract of a store ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_pair_signs_its_public_half_proves(store: PairStore) -> None:
    pair, other = store.generate_pair(SEAL_SUITE, b"place"), store.generate_pair(SEAL_SUITE, b"place")
    signature = store.sign(pair, b"data")
    public_of(pair).verify(signature, b"data", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public_of(other).verify(signature, b"data", ec.ECDSA(SHA256()))
    assert store.custody == {"software": Custody.HOST, "token": Custody.DEVICE}[store.name]


@pytest.mark.parametrize("suite", [XWING, P256])
def test_what_is_wrapped_for_a_pair_opens_with_it_alone(store: PairStore, suite: str) -> None:
    if store.name == "token" and suite == XWING:
        with pytest.raises(KeyUnavailable):  # no token holds such a key
            store.generate_pair(suite, b"place")
        return
    pair, other = store.generate_pair(suite, b"place"), store.generate_pair(suite, b"place")
    wrapped = RecipientKey(suite, pair.public).wrap(SECRET, b"info")
    assert store.opening(pair).unwrap(wrapped, b"info") == SECRET
    for key, info in ((other, b"info"), (pair, b"another")):
        with pytest.raises(WrapForeign):
            store.opening(key).unwrap(wrapped, info)


def test_a_private_half_that_was_moved_to_another_place_is_of_no_use(store: PairStore) -> None:
    pair = store.generate_pair(SEAL_SUITE, b"place")
    moved = HeldPair(pair.suite, pair.public, HeldKey(pair.held.root, pair.held.token, b"another"))
    with pytest.raises(WrongKey):
        store.sign(moved, b"data")
    assert str(pair.held.token) not in repr(pair)


def test_a_store_that_is_not_configured_is_said_to_be_unavailable() -> None:
    with pytest.raises(KeyUnavailable):
        custody.pair_store("elsewhere")


# ── a body's pairs ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pair_is_made_when_it_is_first_needed_and_stays(cast: Cast) -> None:
    seal, key = actions.body_seal(cast("signer.mof")), actions.encryption_key(cast("clerk.mof"))
    assert actions.body_seal(cast("clerk.mof")).chain == seal.chain
    assert actions.encryption_key(cast("signer.mof")) == key
    assert (key.suite, key.custody, key.fingerprint) == (
        XWING, "host", RecipientKey(XWING, bytes(key.public)).id,
    )  # fmt: skip
    with scope(cast("admin.mof")):
        made = AuditEntry.objects.filter(act="vault.pair-made")
        assert sorted(one.detail["use"] for one in made) == ["encryption", "seal"]


@pytest.mark.django_db(transaction=True)
def test_however_many_need_it_first_at_once_one_is_in_use_and_every_one_opens(cast: Cast) -> None:
    made = together(*[lambda: actions.encryption_key(cast("clerk.mof"))] * 6)
    assert all(isinstance(one, PublicKey) for one in made), made
    assert PublicKey.objects.filter(body_id=MOF, valid_to=None).count() == 1
    known = [one.fingerprint for one in directory.keys_of(MOF)]
    assert len(actions.opening_keys(cast("clerk.mof"), known)) == len(known)


def test_a_replaced_key_opens_for_a_while_and_is_then_destroyed(cast: Cast) -> None:
    actor = cast("clerk.fl")
    former = actions.encryption_key(actor)
    newer = actions.replace_pair(actor, KeyUse.ENCRYPTION)
    assert actions.encryption_key(actor) == newer != former
    assert len(actions.opening_keys(actor, [former.fingerprint, newer.fingerprint])) == 2
    jobs.sweep(FL)
    assert len(actions.opening_keys(actor, [former.fingerprint])) == 1
    with clock.fixed(clock.now() + KEPT_AFTER_REPLACEMENT + timedelta(hours=1)):
        jobs.sweep(FL)
        jobs.sweep(FL)
    assert actions.opening_keys(actor, [former.fingerprint]) == []
    assert len(actions.opening_keys(actor, [newer.fingerprint])) == 1
    with scope(actor):
        assert AuditEntry.objects.filter(act="vault.pair-destroyed").count() == 1


def test_nobody_opens_with_another_body_s_key(cast: Cast) -> None:
    key = actions.encryption_key(cast("clerk.fl"))
    assert actions.opening_keys(cast("clerk.mof"), [key.fingerprint]) == []


def test_a_new_root_key_reseals_the_private_halves(cast: Cast) -> None:
    actor = cast("signer.mof")
    seal = actions.body_seal(actor)
    root = custody.key_store().rotate_root()  # type: ignore[attr-defined]
    actions.rewrap(actor)
    with scope(actor):
        assert set(PrivateKey.objects.values_list("root", flat=True)) == {root}
    assert actions.body_seal(actor).sign(b"x") == seal.sign(b"x")


def test_a_seal_that_is_listed_and_not_held_here_seals_nothing(cast: Cast) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    with scope(actor):
        PrivateKey.objects.update(token=None, destroyed_at=clock.now())
    with pytest.raises(SealKeyMissing):
        actions.body_seal(actor)
    actions.replace_pair(actor, KeyUse.SEAL)
    assert actions.body_seal(actor).sign(b"x")


def test_the_database_refuses_a_half_destroyed_key_and_every_removal(cast: Cast) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    with pytest.raises(IntegrityError), scope(actor):
        PrivateKey.objects.update(token=None)
    for table in ("vault_private_key", "directory_publickey"):
        with pytest.raises(DatabaseError, match="permission denied"), scope(actor), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def test_the_operator_replaces_and_lists_keys(cast: Cast, settings: Any) -> None:
    run = CliRunner()
    first = json.loads(run.invoke(keys, ["replace", "MOF", "seal", "--json"]).output)
    second = json.loads(run.invoke(keys, ["replace", "MOF", "seal", "--json"]).output)
    listed = json.loads(run.invoke(keys, ["list", "MOF", "--json"]).output)
    assert {one["fingerprint"]: one["to"] is None for one in listed} == {
        first["fingerprint"]: False, second["fingerprint"]: True,
    }  # fmt: skip
    assert "in use" in run.invoke(keys, ["list", "MOF"]).output
    for arguments in (["replace", "NOBODY", "seal"], ["list", "NOBODY"]):
        assert run.invoke(keys, arguments).exit_code == 1
