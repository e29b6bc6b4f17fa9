# SPDX-License-Identifier: EUPL-1.2
"""Moving a body's keys into a hardware token and back: nothing is lost, nothing stays behind, cut off at any place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Custody, KeyUse
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Comment, Letter
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import actions, queries
from mukatabat.vault.custody import SOFTWARE, TOKEN
from mukatabat.vault.errors import DocumentDestroyed, KeyUnavailable, SuiteNotAccepted, TokenGone
from mukatabat.vault.models import BodyKey, Document, DocumentKey, NodeKey, PrivateKey, ReaderWrap
from mukatabat.vault.rules import Destruction
from mukatabat.vault.texts import _named
from mukatabat.web.cli.keys import keys
from mukatabat.web.watching.measures import key_store_open
from mukatabat_verify.parcel.suites import P256, XWING
from tests.cast import MOF, Cast
from tests.story import arrived, run_jobs
from tests.vault.test_thief import OPEN_SUBJECT, REMARK, SUBJECT, told
from tests.vault.tokens import TestToken

# The library complains, unheard, of a search that it could not end because the token was taken out.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*OperationContext:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def with_a_token(token: TestToken, settings: Any, tmp_path: Path) -> None:
    token.configure(settings)
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys"
    _named.cache_clear()


def moved(actor: Actor, store: str = TOKEN, *, batch: int = 500) -> None:
    actions.move_keys(actor, store)
    while actions.rewrap(actor, batch=batch):
        pass


def everything_reads(cast: Cast) -> None:
    """Texts and documents, ordinary and secret, of the sending body."""
    _named.cache_clear()
    author = cast("adviser.mof")
    with scope(author):
        assert {one.text for one in Comment.objects.all()} == {REMARK}
        letters = list(Letter.objects.all())
        assert SUBJECT in {one.subject for one in letters}
        found = [one for letter in letters for one in letter.attachments.values_list("document_id", flat=True)]
    for document in found:
        queries.open_document(author, document)[1].close()
    assert found


def where_keys_lie(actor: Actor) -> set[str]:
    """The stores that are needed to read anything of the body."""
    with scope(actor):
        keys_of_texts = BodyKey.objects.filter(text_key__isnull=False).select_related("text_under")
        return {
            *DocumentKey.objects.filter(wrapped__isnull=False).values_list("body_key__store", flat=True),
            *ReaderWrap.objects.values_list("reader_key__store", flat=True),
            *((one.text_under or one).store for one in keys_of_texts),
        }


def test_a_body_that_moved_reads_everything_and_needs_the_software_store_for_nothing(cast: Cast) -> None:
    told(cast, subject=OPEN_SUBJECT, secrecy=Secrecy.NORMAL)
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    assert where_keys_lie(cast("signer.mof")) == {SOFTWARE}
    moved(cast("signer.mof"))
    assert where_keys_lie(cast("signer.mof")) == {TOKEN}
    everything_reads(cast)
    run_jobs()  # the second pass finds nothing
    everything_reads(cast)
    with scope(cast("admin.mof")):
        entry = AuditEntry.objects.get(act="vault.keys-moved")
    assert (entry.detail["from"], entry.detail["to"]) == (SOFTWARE, TOKEN)


def test_cut_off_after_every_batch_it_reads_and_goes_on(cast: Cast) -> None:
    told(cast, subject=OPEN_SUBJECT, secrecy=Secrecy.NORMAL)
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    actor = cast("signer.mof")
    actions.move_keys(actor, TOKEN)
    waiting = [actions.rewrap(actor, batch=1)]
    while waiting[-1]:
        everything_reads(cast)
        actions.move_keys(actor, TOKEN)  # ordered again: nothing happens
        waiting.append(actions.rewrap(actor, batch=1))
    assert len(waiting) > 3
    assert waiting == sorted(waiting, reverse=True)
    assert where_keys_lie(actor) == {TOKEN}


def test_what_is_wrapped_by_a_former_key_after_the_move_opens_and_is_moved_by_the_second_pass(cast: Cast) -> None:
    actor = cast("signer.mof")
    document = actions.store_generated(actor, b"text", name="a.txt", media_type="text/plain")
    with scope(actor):
        before = DocumentKey.objects.select_related("body_key").get(document=document)
    moved(actor)
    with scope(actor):  # as a transaction that began before would leave it
        DocumentKey.objects.filter(document=document).update(body_key=before.body_key, wrapped=before.wrapped)
    with queries.open_document(actor, document.id)[1] as stream:
        assert stream.read() == b"text"
    run_jobs()
    assert where_keys_lie(actor) == {TOKEN}


def test_a_moved_body_seals_and_opens_letters_in_the_token(cast: Cast) -> None:
    for login in ("signer.mof", "clerk.fl"):
        moved(cast(login))
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    key = actions.encryption_key(cast("clerk.fl"))
    assert (key.suite, key.custody) == (P256, Custody.DEVICE)
    assert arrived(cast).read().subject == SUBJECT
    receiving.accept_arrival(cast("clerk.fl"), arrived(cast).id, AcceptCommand())
    with scope(cast("signer.mof")):
        seal = PrivateKey.objects.get(public__use=KeyUse.SEAL, token__isnull=False)
    assert seal.store == TOKEN
    assert where_keys_lie(cast("clerk.fl")) == {TOKEN}


def test_the_former_seal_is_destroyed_at_once_and_the_former_encryption_key_opens_what_is_on_its_way(
    cast: Cast,
) -> None:
    actor = cast("signer.mof")
    actions.body_seal(actor)
    former = actions.encryption_key(actor)
    moved(actor)
    assert len(actions.opening_keys(actor, [former.fingerprint])) == 1
    with scope(actor):
        assert not PrivateKey.objects.filter(public__use=KeyUse.SEAL, token__isnull=False, store=SOFTWARE).exists()
    assert actions.body_seal(actor).sign(b"x")


def test_a_token_that_is_away_leaves_everything_as_it_was(cast: Cast, token: TestToken) -> None:
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    actor = cast("signer.mof")
    with scope(actor):
        before = list(BodyKey.objects.values_list("version", "store"))
    listed = directory.keys_of(MOF)
    token.take_out()
    with pytest.raises(TokenGone):
        actions.move_keys(actor, TOKEN)
    with scope(actor):
        assert list(BodyKey.objects.values_list("version", "store")) == before
        assert not AuditEntry.objects.filter(act="vault.keys-moved").exists()
    assert directory.keys_of(MOF) == listed
    everything_reads(cast)


def test_while_its_token_is_away_nothing_of_the_body_is_read_or_stored_and_all_of_it_after(
    cast: Cast, token: TestToken
) -> None:
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    actor = cast("adviser.mof")
    moved(cast("signer.mof"))
    with scope(actor):
        stored = Document.objects.count()
    token.take_out()
    _named.cache_clear()
    with pytest.raises(KeyUnavailable):
        everything_reads(cast)
    with pytest.raises(TokenGone):
        actions.store_generated(actor, b"text", name="a.txt", media_type="text/plain")
    assert not key_store_open()
    token.put_back()
    with scope(actor):
        assert Document.objects.count() == stored
    assert key_store_open()
    everything_reads(cast)


def test_what_was_destroyed_stays_destroyed_through_moves_and_rotations(cast: Cast) -> None:
    actor = cast("signer.mof")
    document, other = (actions.store_generated(actor, b"text", name="a.txt", media_type="text/plain") for _ in range(2))
    moved(actor)
    actions.destroy(actor, document.id, Destruction("schedule", (uuid4(), uuid4()), "certificate", "reason"))
    actions.rotate(actor)
    moved(actor, SOFTWARE)
    with scope(actor):
        assert DocumentKey.objects.get(document=document).wrapped is None
        assert not ReaderWrap.objects.filter(document=document).exists()
    with pytest.raises(DocumentDestroyed):
        queries.open_document(actor, document.id)
    with queries.open_document(actor, other.id)[1] as stream:
        assert stream.read() == b"text"


def test_keys_move_back_as_they_came(cast: Cast) -> None:
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    actor = cast("signer.mof")
    moved(actor)
    moved(actor, SOFTWARE)
    assert where_keys_lie(actor) == {SOFTWARE}
    assert actions.encryption_key(actor).suite == XWING
    everything_reads(cast)


def test_a_body_whose_floor_excludes_the_tokens_suite_does_not_move(cast: Cast) -> None:
    Body.objects.filter(id=MOF).update(accepted_suites=[XWING])
    with pytest.raises(SuiteNotAccepted):
        actions.move_keys(cast("signer.mof"), TOKEN)
    assert actions.store_of(cast("signer.mof")) == SOFTWARE


def test_a_body_of_an_installation_that_makes_keys_in_its_token_never_had_another(cast: Cast, settings: Any) -> None:
    settings.MUKATABAT_KEY_STORE = TOKEN
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    assert where_keys_lie(cast("signer.mof")) == {TOKEN}
    assert set(NodeKey.objects.filter(use="evidence").values_list("store", "custody")) == {(TOKEN, Custody.DEVICE)}


def test_the_operator_moves_a_body_asks_the_token_and_replaces_the_nodes_key(
    cast: Cast, settings: Any, token: TestToken
) -> None:
    run = CliRunner()
    done = run.invoke(keys, ["move", "MOF", TOKEN, "--json"])
    assert json.loads(done.output) == {"body": "MOF", "store": TOKEN, "version": 2}
    state = json.loads(run.invoke(keys, ["token", "--json"]).output)
    assert (state["label"], state["keys"]) == ("test", 3)
    settings.MUKATABAT_KEY_STORE = TOKEN
    assert json.loads(run.invoke(keys, ["replace-node", "MOF", "--json"]).output)["custody"] == "device"
    token.take_out()
    for arguments in (["token"], ["move", "FL", TOKEN]):
        failed = run.invoke(keys, arguments)
        assert failed.exit_code == 1
        assert "not connected" in failed.stderr
    settings.MUKATABAT_TOKEN_MODULE = None
    for arguments in (["token"], ["move", "FL", TOKEN]):
        assert run.invoke(keys, arguments).exit_code == 1


def test_the_command_names_what_does_not_open_and_fails(cast: Cast) -> None:
    actor = cast("signer.mof")
    document = actions.store_generated(actor, b"text", name="a.txt", media_type="text/plain")
    with scope(actor):
        DocumentKey.objects.filter(document=document).update(wrapped=b"damaged")
    actions.rotate(actor)
    done = CliRunner().invoke(keys, ["rewrap"])
    assert done.exit_code == 1
    assert f"does not open: {document.key.id}" in done.output
