# SPDX-License-Identifier: EUPL-1.2
"""The node signs the directory when something in it changed, under a number that only grows."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.utils import DatabaseError

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.ledger.models import Waiting
from mukatabat.signing.service import trust
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions
from mukatabat.vault.holding import directory_heads, foreign_keys
from mukatabat.vault.models import DirectoryStatement
from mukatabat.web.cli.keys import keys
from mukatabat.web.jobs import reconcile_bodies
from mukatabat_verify import directory
from mukatabat_verify.errors import CertificateNotListed, DirectoryOlder
from tests.cast import MOF, Cast
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_key_store(tmp_path: Path, settings: Any) -> None:
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys of this test"


def test_it_lists_every_body_and_key_and_is_signed_again_only_when_something_changed(cast: Cast) -> None:
    actor = cast("signer.mof")
    seal, key = actions.body_seal(actor), actions.encryption_key(actor)
    first = actions.signed_directory(actor)
    bodies = first.check(trust(clock.now()))
    mof = bodies["MOF"]
    assert mof.check_seal(seal.chain[0], at=clock.now()).custody == "host"
    assert {one.public for one in mof.keys if one.use == "encryption"} == {bytes(key.public).hex()}
    assert actions.signed_directory(actor) == first
    actions.replace_pair(actor, KeyUse.SEAL)
    second = actions.signed_directory(actor)
    assert second.signed.statement.number > first.signed.statement.number
    assert len(second.check(trust(clock.now()))["MOF"].keys) == 3
    with scope(cast("admin.mof")):
        assert AuditEntry.objects.filter(act="vault.directory-signed").count() == 2


def test_what_was_withdrawn_is_not_brought_back_by_an_older_directory(cast: Cast) -> None:
    actor = cast("signer.mof")
    seal = actions.body_seal(actor)
    old = actions.signed_directory(actor)
    PublicKey.objects.filter(body_id=MOF, use=KeyUse.SEAL).update(withdrawn_at=clock.now())
    new = actions.signed_directory(actor)
    believed = trust(clock.now())
    with pytest.raises(CertificateNotListed):
        new.check(believed)["MOF"].check_seal(seal.chain[0], at=clock.now())
    with pytest.raises(DirectoryOlder):
        old.check(believed, least=new.signed.statement.number)


def test_it_is_signed_anew_each_day_and_its_number_grows_also_after_an_older_database_was_restored(cast: Cast) -> None:
    actor = cast("signer.mof")
    first = actions.signed_directory(actor).signed.statement
    with clock.fixed(clock.now() + timedelta(days=2)):
        second = actions.signed_directory(actor).signed.statement
    assert (second.root == first.root) is True
    assert second.number > first.number
    assert first.number >= int(clock.now().timestamp()) - 600, "the second of its signing, above any number before"


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_all_give_the_same(cast: Cast) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    actions.signed_directory(actor)
    actions.replace_pair(actor, KeyUse.SEAL)
    found = together(*[lambda: actions.signed_directory(actor)] * 4)
    assert not [one for one in found if isinstance(one, Exception)]
    numbers = list(DirectoryStatement.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)
    for one in found:
        assert isinstance(one, directory.Directory)
        one.check(trust(clock.now()))


def test_the_application_changes_no_statement_that_was_signed(cast: Cast) -> None:
    actions.signed_directory(cast("signer.mof"))
    for statement in ("UPDATE vault_directory_statement SET number = 1", "DELETE FROM vault_directory_statement"):
        with pytest.raises(DatabaseError, match="permission denied"), scope(cast("signer.mof")):
            connection.cursor().execute(statement)


def test_the_operator_writes_it_to_a_file_that_anybody_checks(cast: Cast, tmp_path: Path) -> None:
    actions.body_seal(cast("signer.mof"))
    file = tmp_path / "directory.json"
    told = json.loads(CliRunner().invoke(keys, ["directory", "MOF", str(file), "--json"]).output)
    found = directory.read(file.read_bytes())
    assert found.signed.statement.number == told["number"]
    assert len(found.check(trust(clock.now()))) == told["bodies"]
    found.signed.check_fresh(clock.now())


def test_every_statement_is_a_leaf_of_the_log_in_the_transaction_in_which_it_was_signed(cast: Cast) -> None:
    actor = cast("signer.mof")
    stated = actions.signed_directory(actor).signed.statement
    (held,) = directory_heads(actor)
    assert held.commitment == sha256(stated.to_bytes()).digest()
    assert bytes(Waiting.objects.get(source_id=held.source_id).commitment) == held.commitment
    actions.signed_directory(actor)
    assert Waiting.objects.filter(commitment=held.commitment).count() == 1


def test_a_key_that_somebody_listed_behind_a_body_s_back_is_noticed_by_the_night(cast: Cast) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    own = actions.encryption_key(actor)
    assert foreign_keys(actor) == []
    PublicKey.objects.filter(id=own.id).update(public=b"other", fingerprint="5a" * 32)  # theirs in its place
    assert foreign_keys(actor) == ["5a" * 32]
    with scope(cast("admin.mof")):
        (entry,) = AuditEntry.objects.filter(act="vault.foreign-keys-listed")
    assert entry.detail == {"fingerprints": ["5a" * 32]}
    PublicKey.objects.filter(id=own.id).update(valid_to=clock.now(), public=own.public, fingerprint=own.fingerprint)
    actions.encryption_key(actor)
    assert foreign_keys(actor) == []
    PublicKey.objects.create(
        id=new_id(), body_id=MOF, use=KeyUse.SEAL, suite="p256", public=b"", fingerprint="6b" * 32, chain=[],
        custody="host", valid_from=clock.now() - timedelta(days=2), valid_to=clock.now(),
    )  # fmt: skip
    assert foreign_keys(actor) == ["6b" * 32], "also one among those of before"


@pytest.mark.parametrize("use", [KeyUse.SEAL, KeyUse.ENCRYPTION])
def test_another_key_under_the_name_of_a_body_s_own_is_noticed_by_the_night(cast: Cast, use: KeyUse) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    actions.encryption_key(actor)
    own = PublicKey.objects.filter(body_id=MOF, use=use)
    fingerprint = own.get().fingerprint
    for theirs in ({"public": b"other", "chain": [b"other".hex()]}, {"public": b"", "chain": []}, {"chain": ["?"]}):
        if use is KeyUse.ENCRYPTION and "public" not in theirs:
            continue
        own.update(**theirs)
        assert foreign_keys(actor) == [fingerprint]


def test_a_key_that_is_listed_for_another_use_than_it_was_made_for_is_noticed_by_the_night(cast: Cast) -> None:
    actor = cast("signer.mof")
    own = PublicKey.objects.filter(pk=actions.encryption_key(actor).pk)
    own.update(suite="p256-hkdfsha256-aes256gcm")
    assert foreign_keys(actor) == [own.get().fingerprint]


def test_the_night_alarms_of_it(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    actor = cast("signer.mof")
    own = actions.encryption_key(actor)
    PublicKey.objects.filter(id=own.id).update(fingerprint="5a" * 32)
    reconcile_bodies(timestamp=0)
    assert [str(MOF) in one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == [True]
