# SPDX-License-Identifier: EUPL-1.2
"""The signed directory as a linked body's system reads and checks it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.ledger import actions as ledger
from mukatabat.portal.rules import Scope
from mukatabat.signing.service import trust
from mukatabat.vault import actions
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat_verify import directory
from mukatabat_verify.log import checkpoints, notes, proofs
from mukatabat_verify.log.merkle import check_inclusion, leaf_hash
from tests.cast import Cast
from tests.portal.conftest import System

pytestmark = pytest.mark.django_db


def test_a_system_reads_the_whole_or_an_entry_and_checks_it_by_its_roots_alone(cast: Cast, ministry: System) -> None:
    seal = actions.body_seal(cast("signer.mof"))
    whole = directory.read(ministry.get("/directory").content)
    believed = trust(clock.now())
    assert whole.check(believed)["MOF"].check_seal(seal.chain[0], at=clock.now())
    entry = directory.read_extract(ministry.get("/directory/MOF").content)
    assert entry.check(believed, least=whole.signed.statement.number).code == "MOF"
    assert entry.signed == whole.signed
    assert ministry.get("/directory/NOBODY").status_code == 404


def test_its_statement_stands_in_the_log(ministry: System) -> None:
    keys = VaultLogKeys()
    ledger.begin(keys, "host.example/log")
    assert ministry.get("/directory/log-proof").status_code == 404
    stated = directory.read(ministry.get("/directory").content).signed.statement
    assert ministry.get("/directory/log-proof").status_code == 404, "the log takes it within a second"
    ledger.append(keys)
    proof = proofs.read(ministry.get("/directory/log-proof").content)
    checkpoint = checkpoints.parse(notes.read(proof.checkpoint).text)
    leaf = leaf_hash(sha256(stated.to_bytes()).digest())
    check_inclusion(leaf, proof.index, size=checkpoint.size, root=checkpoint.root, proof=proof.path)


def test_the_proof_of_the_statement_that_a_system_holds_is_had_by_its_number(cast: Cast, ministry: System) -> None:
    keys = VaultLogKeys()
    ledger.begin(keys, "host.example/log")
    held = directory.read(ministry.get("/directory").content).signed.statement
    actions.replace_pair(cast("signer.mof"), KeyUse.SEAL)
    newer = directory.read(ministry.get("/directory").content).signed.statement
    ledger.append(keys)
    for one, path in ((held, f"?number={held.number}"), (newer, f"?number={newer.number}"), (newer, "")):
        proof = proofs.read(ministry.get(f"/directory/log-proof{path}").content)
        checkpoint = checkpoints.parse(notes.read(proof.checkpoint).text)
        leaf = leaf_hash(sha256(one.to_bytes()).digest())
        check_inclusion(leaf, proof.index, size=checkpoint.size, root=checkpoint.root, proof=proof.path)
    assert ministry.get("/directory/log-proof?number=1").status_code == 404
    for number in ("0", "x", str(2**70)):
        assert ministry.get(f"/directory/log-proof?number={number}").status_code == 422


def test_it_asks_for_the_scope_of_the_directory(system: Callable[..., System]) -> None:
    other = system(scopes=frozenset({Scope.FOLLOW}))
    for path in ("/directory", "/directory/MOF", "/directory/log-proof"):
        assert other.get(path).status_code == 403
