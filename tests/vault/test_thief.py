# SPDX-License-Identifier: EUPL-1.2
"""The thief: has the whole database, the folder of blobs and the backup, and not the key store. What do they read?"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mukatabat.access.grants.rules import Grantee
from mukatabat.directory import queries as directory
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting, receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Attachment, Comment, Letter
from mukatabat.press.content import from_plain_text, to_plain_text, validate
from mukatabat.tenancy.context import scope
from mukatabat.vault import queries
from mukatabat.vault.actions import body_seal, move_keys, opening_keys, replace_pair, retire_pairs
from mukatabat.vault.custody import TOKEN, key_store, software_store
from mukatabat.vault.errors import KeyUnavailable, WrongKey
from mukatabat.vault.models import BodyKey, DocumentKey, PrivateKey, ReaderKey, ReaderWrap
from mukatabat.vault.rules import HeldKey, Upload, text_key_context
from mukatabat.vault.texts import _named
from mukatabat.work.actions import complete
from mukatabat.work.rules import Act, ReferralCommand, Task
from mukatabat_verify.errors import NotAddressed, WrapMissing
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.opening import open_key
from mukatabat_verify.parcel.suites import WRAPS
from tests.cast import FL, Cast
from tests.exchange.support import consignments, cover_of, dispatched, sealed_bytes
from tests.story import arrived, draft_command, issue, registered, run_jobs
from tests.vault.tokens import TestToken

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # The library complains, unheard, of a search that it could not end because the token was taken out.
    pytest.mark.filterwarnings("ignore:.*OperationContext:pytest.PytestUnraisableExceptionWarning"),
]

BODY = "نص الكتاب الذي لا يقرؤه لص"
REMARK = "ملاحظة المراجع التي لا يقرؤها لص"
NOTE = "تأشيرة الإحالة التي لا يقرؤها لص"
OUTCOME = "نتيجة الإحالة التي لا يقرؤها لص"
REASON = "سبب الإعادة الذي لا يقرؤه لص"
FILE = "اسم مرفق لا يقرؤه لص"
INSIDE = "محتوى مرفق لا يقرؤه لص"
SUBJECT = "موضوع سري لا يقرؤه لص"
OPEN_SUBJECT = "طلب الرأي بشأن فروق الأسعار"


def told(cast: Cast, *, subject: str, secrecy: Secrecy) -> Letter:
    """A letter with an attachment, remarked on, sent back, issued and delivered."""
    author = cast("adviser.mof")
    letter = drafting.begin_draft(
        author, draft_command(cast, subject=subject, secrecy=secrecy, content=from_plain_text(BODY))
    )  # fmt: skip
    drafting.attach(author, letter.id, Upload(f"{FILE}.txt", io.BytesIO(INSIDE.encode())))
    approval.submit(author, letter.id)
    approval.send_back(cast("head.mof"), letter.id, REMARK)
    approval.submit(author, letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    run_jobs()
    return letter


def stolen(owner_url: str, folder: Path) -> bytes:
    """Every row of every table as PostgreSQL writes it, every file of the vault, and what is inflated of both."""
    parts = []
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            # A dump is made past row-level security; without this the owner would see no body's rows at all.
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            parts += [row[0].encode() for row in cursor.fetchall()]
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            parts += [row[0].encode() for row in cursor.fetchall()]
        connection.rollback()
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert files
    return b"\n".join([*parts, *files])


def reads(loot: bytes, text: str) -> bool:
    """Whether the loot shows a text, folded for the index, or escaped as JSON does."""
    forms = {text, fold(text), json.dumps(text)[1:-1], text.encode().hex()}
    return any(form.encode() in loot for form in forms)


def test_a_thief_of_database_and_blobs_reads_what_the_plan_says_and_nothing_else(
    cast: Cast, owner_url: str, settings: Any
) -> None:
    told(cast, subject=OPEN_SUBJECT, secrecy=Secrecy.NORMAL)
    adviser = Grantee.person(cast("adviser.fl").person)
    note = ReferralCommand(task=Task(holder=adviser, act=Act.STUDY), note=NOTE)
    incoming = registered(cast, AcceptCommand(referral=note))
    complete(cast("adviser.fl"), incoming.id, outcome=OUTCOME)
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    receiving.return_arrival(cast("clerk.fl"), arrived(cast).id, REASON)
    run_jobs()
    loot = stolen(owner_url, settings.MUKATABAT_VAULT_DIR)
    for text in (BODY, REMARK, FILE, INSIDE, NOTE, OUTCOME, REASON, SUBJECT):
        assert not reads(loot, text), text
    for trace in (b"%PDF", b"endstream", b"startxref"):
        assert trace not in loot
    assert reads(loot, OPEN_SUBJECT), "the plan says that this one is readable; if it is not, say so there"
    assert b"sealed:" in loot


def test_whoever_may_read_reads_it_all(cast: Cast) -> None:
    letter = told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    with scope(cast("adviser.mof")):
        kept = Letter.objects.get(id=letter.id)
        assert kept.subject == SUBJECT
        assert to_plain_text(validate(kept.content)) == BODY
        assert Comment.objects.get(letter=letter).text == REMARK
        assert Attachment.objects.get(letter=letter).name == f"{FILE}.txt"
    assert arrived(cast).read().subject == SUBJECT


def test_a_thief_of_outbox_and_parcels_opens_none_of_them(
    cast: Cast, owner_url: str, settings: Any, tmp_path: Path
) -> None:
    consignment = dispatched(cast, subject=OPEN_SUBJECT, content=from_plain_text(BODY))  # sealed, not delivered yet
    cover, header = cover_of(consignment)
    loot = stolen(owner_url, settings.MUKATABAT_VAULT_DIR)
    assert (cover.header.hex().encode() in loot, sealed_bytes(consignment)[:64] in loot) == (True, True)
    assert not reads(loot, BODY)
    for login, use in (("clerk.fl", KeyUse.ENCRYPTION), ("clerk.mof", KeyUse.SEAL)):
        with scope(cast(login)):
            private = PrivateKey.objects.select_related("public").get(public__use=use)
            assert bytes(private.token or b"").hex().encode() in loot
            secret = key_store()._key(private.held)  # type: ignore[attr-defined]
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert form not in loot
    settings.MUKATABAT_KEYS_DIR = tmp_path / "the thief's own"
    with scope(cast("clerk.fl")), pytest.raises(KeyUnavailable):
        opening_keys(cast("clerk.fl"), [header.recipients[0].key])
    with pytest.raises(KeyUnavailable):
        body_seal(cast("signer.mof")).sign(b"a header of the thief's")


def test_a_thief_of_the_key_to_which_parcels_are_sealed_opens_nothing_that_was_delivered(cast: Cast) -> None:
    letter = told(cast, subject=OPEN_SUBJECT, secrecy=Secrecy.NORMAL)
    (consignment,) = consignments(cast, letter)
    kept, header = cover_of(consignment)
    recipient = cast("clerk.fl")
    (stolen_key,) = opening_keys(recipient, [header.recipients[0].key])
    theirs, _ = covers.read(io.BytesIO(bytes(arrived(cast).cover)))
    assert consignment.wrap is None
    for cover in (kept, theirs):  # what the sender's outbox and the recipient's archive still hold
        with pytest.raises(WrapMissing):
            open_key(cover, header, stolen_key, accepted=WRAPS)
    replace_pair(recipient, KeyUse.ENCRYPTION)
    with clock.fixed(clock.now() + timedelta(days=31)):
        retire_pairs(recipient)
        assert opening_keys(recipient, [header.recipients[0].key]) == []
        with scope(recipient):
            documents = list(DocumentKey.objects.filter(wrapped__isnull=False).values_list("document_id", flat=True))
        for document in documents:  # the archive's key is the body's own, and opens them for decades
            queries.open_document(recipient, document)[1].close()
        assert documents


def test_a_stolen_dump_in_another_installation_opens_nothing(cast: Cast, settings: Any, tmp_path: Path) -> None:
    letter = told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    settings.MUKATABAT_KEYS_DIR = tmp_path / "the thief's own"
    _named.cache_clear()
    with pytest.raises(WrongKey), scope(cast("adviser.mof")):
        Letter.objects.get(id=letter.id)


def everything_wrapped(cast: Cast, logins: tuple[str, ...]) -> Iterator[tuple[bytes, bytes]]:
    """Whatever opens anything of these bodies, as the database holds it, with what it is bound to."""
    for login in logins:
        with scope(cast(login)):
            for key in DocumentKey.objects.filter(wrapped__isnull=False).select_related("document"):
                yield bytes(key.wrapped or b""), key.context
            for wrap in ReaderWrap.objects.select_related("document__key", "reader_key"):
                yield bytes(wrap.wrapped), wrap.context
            for body in BodyKey.objects.filter(text_key__isnull=False):
                yield bytes(body.text_key or b""), text_key_context(body.body_id, body.version)


def test_a_thief_of_database_blobs_and_opened_key_store_opens_nothing_of_a_body_whose_keys_are_in_a_token(
    cast: Cast, owner_url: str, settings: Any, tmp_path: Path, token: TestToken
) -> None:
    token.configure(settings)
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys"
    told(cast, subject=OPEN_SUBJECT, secrecy=Secrecy.NORMAL)  # before the move
    bodies = ("signer.mof", "clerk.fl")
    for login in bodies:
        move_keys(cast(login), TOKEN)
    run_jobs()
    told(cast, subject=SUBJECT, secrecy=Secrecy.SECRET)
    waiting, header = cover_of(dispatched(cast, subject=OPEN_SUBJECT))
    loot = stolen(owner_url, settings.MUKATABAT_VAULT_DIR) + b"".join(
        one.read_bytes() for one in settings.MUKATABAT_KEYS_DIR.rglob("*") if one.is_file()
    )
    assert waiting.header.hex().encode() in loot
    for text in (BODY, REMARK, FILE, INSIDE, SUBJECT):
        assert not reads(loot, text), text
    wrapped = list(everything_wrapped(cast, bodies))
    assert len(wrapped) > 5
    token.take_out()  # the thief has everything but this, and the store of software stands open
    _named.cache_clear()
    store = software_store()
    held: list[HeldKey] = []
    for login in bodies:
        with scope(cast(login)):
            held += [one.held for one in (*BodyKey.objects.all(), *ReaderKey.objects.all())]
    known = [one.fingerprint for one in directory.keys_of(FL)]
    for key in opening_keys(cast("clerk.fl"), known):  # among them the former one, of software
        with pytest.raises((KeyUnavailable, NotAddressed)):
            open_key(waiting, header, key, accepted=WRAPS)
    for data, context in wrapped:
        for one in held:
            with pytest.raises(KeyUnavailable):
                store.unwrap(one, data, context=context)
    for login in bodies:
        with pytest.raises(KeyUnavailable), scope(cast(login)):
            body_seal(cast(login)).sign(b"a header of the thief's")
