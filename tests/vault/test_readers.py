# SPDX-License-Identifier: EUPL-1.2
"""Documents of سري and above are for named readers: not for the body's key, a colleague, a clerk or our own jobs."""

from __future__ import annotations

import ast
import io
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

import mukatabat
from mukatabat.access.grants.rules import Grantee, Reason
from mukatabat.access.models import Grant
from mukatabat.audit.models import AuditEntry
from mukatabat.exchange import queries as exchange
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting, following, issuing, receiving
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.transitions import protected
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor
from mukatabat.vault import actions, custody, queries
from mukatabat.vault.custody.software import SoftwareKeyStore
from mukatabat.vault.errors import DocumentDestroyed, NotAReader, WrongKey
from mukatabat.vault.models import BodyKey, DocumentKey, ReaderKey, ReaderWrap
from mukatabat.vault.rules import Destruction, ReaderKind, Upload
from mukatabat.work.actions import refer
from mukatabat.work.rules import Act, ReferralCommand, Task
from mukatabat.work.undoing import undo, undoably
from tests.cast import FL, MOH, Cast
from tests.story import arrived, draft_command, issue, run_jobs

if TYPE_CHECKING:
    from mukatabat.tenancy.rules import Actor

pytestmark = pytest.mark.django_db

INSIDE = "مرفق لا يفتحه إلا قارئ مسمى".encode()


def draft(cast: Cast, secrecy: Secrecy = Secrecy.SECRET) -> Letter:
    """A draft to the vice president of the Department with one file."""
    to = AddresseeCommand(FL, post_id=cast.post("signer.fl"))
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast, secrecy=secrecy, addressees=(to,)))
    drafting.attach(author, letter.id, Upload("مرفق.txt", io.BytesIO(INSIDE)))
    return letter


def approved(cast: Cast) -> Letter:
    letter = draft(cast)
    approval.submit(cast("adviser.mof"), letter.id)
    return approval.approve(cast("head.mof"), letter.id)


def sent(cast: Cast) -> Letter:
    """A secret letter, issued and delivered."""
    letter = approved(cast)
    issue(cast("signer.mof"), letter.id)
    run_jobs()
    return letter


def received(cast: Cast) -> Letter:
    """The same letter as the Department registered it, by a clerk who may not read it."""
    sent(cast)
    letter = receiving.accept_arrival(cast("clerk.fl"), arrived(cast).id, AcceptCommand())
    run_jobs()
    return letter


def papers(actor: Actor, letter: Letter) -> list[UUID]:
    """The documents of a letter: its file, and the signed letter when there is one."""
    with scope(actor):
        kept = Letter.objects.get(id=letter.id)
        attached = list(kept.attachments.values_list("document_id", flat=True))
    return [*attached, *([kept.document_id] if kept.document_id else [])]


def reads(actor: Actor, letter: Letter, *, of: Actor | None = None) -> bool:
    """Whether an actor opens every document of a letter in the vault, whatever the pages would say before."""
    found = []
    for document in papers(of or actor, letter):
        try:
            queries.open_document(actor, document)[1].close()
            found.append(True)
        except NotAReader:
            found.append(False)
    assert len(set(found)) == 1
    return found[0]


def kinds(actor: Actor, object_id: UUID) -> set[str]:
    with scope(actor):
        return set(ReaderWrap.objects.filter(object_id=object_id).values_list("reader_key__kind", flat=True))


def acts(actor: Actor, object_id: UUID) -> list[str]:
    with scope(actor):
        return list(AuditEntry.objects.filter(object_id=object_id).values_list("act", flat=True))


# ── who reads, and who does not ─────────────────────────────────────────────────────────────────────────────────────


def test_whoever_holds_the_database_and_every_key_of_the_body_opens_no_secret_document(cast: Cast) -> None:
    incoming = received(cast)
    outgoing = _ours(cast)
    for actor, letter in ((cast("signer.fl"), incoming), (cast("adviser.mof"), outgoing)):
        documents = papers(actor, letter)
        with scope(actor):
            assert all(one.named and one.wrapped is None for one in DocumentKey.objects.filter(document__in=documents))
            wraps = list(ReaderWrap.objects.filter(document__in=documents).select_related("document__key"))
            keys = list(BodyKey.objects.all())
        assert wraps
        assert keys
        for wrap in wraps:
            for key in keys:
                with pytest.raises(WrongKey), scope(actor):
                    custody.key_store().unwrap(key.held, bytes(wrap.wrapped), context=wrap.context)


def _ours(cast: Cast) -> Letter:
    with scope(cast("adviser.mof")):
        return Letter.objects.order_by("created_at").last()  # type: ignore[return-value]


def test_the_frozen_bytes_under_signature_are_for_the_readers_too(cast: Cast) -> None:
    letter = approved(cast)
    signer = cast("signer.mof")
    running = issuing.begin_issue(signer, letter.id, provider=service.provider())
    with scope(signer):
        assert DocumentKey.objects.get(document=running.prepared_id).named
    queries.open_document(signer, running.prepared_id)[1].close()
    with pytest.raises(NotAReader):
        queries.open_document(cast("clerk.mof"), running.prepared_id)


def test_a_colleague_a_clerk_and_an_administrator_are_no_readers(cast: Cast) -> None:
    incoming = received(cast)
    reader = cast("signer.fl")
    assert reads(reader, incoming)
    for login in ("clerk.fl", "head.fl", "president.fl", "admin.fl", "auditor.fl"):
        assert not reads(cast(login), incoming, of=reader), login


def test_a_reader_without_a_session_gets_nothing(cast: Cast) -> None:
    incoming = received(cast)
    reader = cast("signer.fl")
    assert not reads(replace(reader, session_key=""), incoming)
    assert reads(replace(reader, session_key="token:abc"), incoming)


def test_our_own_jobs_read_nothing_once_the_letter_has_arrived(cast: Cast) -> None:
    incoming = received(cast)
    outgoing = _ours(cast)
    for actor, letter in ((cast("signer.fl"), incoming), (cast("adviser.mof"), outgoing)):
        job = system_actor("exchange.carrier", body_id=actor.body_id, realm=actor.realm)
        assert not reads(job, letter, of=actor)
        assert ReaderKind.SERVICE not in kinds(actor, letter.id)


def test_until_the_registry_has_numbered_it_nobody_of_the_recipient_reads_it(cast: Cast) -> None:
    sent(cast)
    arrival = arrived(cast)
    document = next(UUID(one) for _part, one in arrival.documents)
    assert kinds(cast("clerk.fl"), arrival.id) == {ReaderKind.SERVICE, ReaderKind.RECOVERY}
    for login in ("clerk.fl", "signer.fl"):
        with pytest.raises(NotAReader):
            queries.open_document(cast(login), document)
    letter = receiving.accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand())
    assert kinds(cast("clerk.fl"), arrival.id) == set()
    assert kinds(cast("clerk.fl"), letter.id) == {ReaderKind.POST, ReaderKind.RECOVERY}
    assert reads(cast("signer.fl"), letter)


def test_the_trail_keeps_each_session_in_which_a_document_was_released(cast: Cast) -> None:
    incoming = received(cast)
    reader = cast("signer.fl")
    for session in ("one", "one", "two"):
        reads(replace(reader, session_key=session), incoming)
    with scope(reader):
        kept = [one.detail for one in AuditEntry.objects.filter(act="vault.document-released")]
    assert len(kept) == 2 * len(papers(reader, incoming))
    assert "one" not in str(kept)


# ── naming and removing ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_referral_names_a_reader_in_its_own_transaction_and_undoing_it_removes_them(cast: Cast) -> None:
    incoming = received(cast)
    reader, adviser = cast("signer.fl"), cast("adviser.fl")
    command = ReferralCommand(task=Task(holder=Grantee.person(adviser.person), act=Act.STUDY))
    step = undoably(reader, incoming.id, lambda object_id: refer(reader, object_id, command))
    assert reads(adviser, incoming)
    undo(reader, step)
    assert not reads(adviser, incoming, of=reader)
    assert reads(reader, incoming)
    assert acts(reader, incoming.id).count("vault.readers-named") == 2
    assert "vault.readers-removed" in acts(reader, incoming.id)


def test_nobody_names_a_reader_of_what_they_cannot_read_themselves(cast: Cast) -> None:
    incoming = received(cast)
    clerk, adviser = cast("clerk.fl"), cast("adviser.fl")
    with scope(cast("signer.fl")):
        place = protected(Letter.objects.get(id=incoming.id))
    with pytest.raises(NotAReader):
        actions.grant(clerk, place, [Grantee.person(adviser.person)], reason=Reason.NAMED_READER)
    with scope(clerk):
        assert not Grant.objects.filter(object_id=incoming.id, grantee_id=adviser.person).exists()
    assert not reads(adviser, incoming, of=cast("signer.fl"))


def test_an_approver_reads_while_the_draft_is_theirs_and_not_after_it_was_taken_back(cast: Cast) -> None:
    letter = draft(cast)
    author, head = cast("adviser.mof"), cast("head.mof")
    assert not reads(head, letter, of=author)
    approval.submit(author, letter.id)
    assert reads(head, letter)
    approval.recall(author, letter.id)
    assert not reads(head, letter, of=author)


def test_documents_follow_the_secrecy_of_a_draft_up_and_down(cast: Cast) -> None:
    letter = draft(cast, Secrecy.NORMAL)
    author, clerk = cast("adviser.mof"), cast("clerk.mof")
    assert reads(clerk, letter, of=author)
    to = (AddresseeCommand(FL, post_id=cast.post("signer.fl")),)
    drafting.save_draft(author, letter.id, draft_command(cast, secrecy=Secrecy.SECRET, addressees=to), version=1)
    assert not reads(clerk, letter, of=author)
    assert reads(author, letter)
    drafting.save_draft(author, letter.id, draft_command(cast, addressees=to), version=2)
    assert reads(clerk, letter, of=author)
    assert kinds(author, letter.id) == set()


@pytest.mark.parametrize("room", ["letters", "work", "portal", "web"])
def test_letters_are_opened_and_closed_where_their_documents_are(room: str) -> None:
    """Grants of a letter that were written in access alone would leave its documents behind."""
    for file in (Path(mukatabat.__file__).parent / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "mukatabat.access.grants.actions":
                assert {alias.name for alias in node.names} <= {"move"}, file


# ── the letter's way ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sweep_finishes_a_secret_letter_and_then_reads_it_no_more(cast: Cast) -> None:
    letter = approved(cast)
    signer = cast("signer.mof")
    running = issuing.begin_issue(signer, letter.id, provider=service.provider())
    job = system_actor("letters.follower", body_id=signer.body_id, realm=signer.realm)
    done = issuing.collect_signature(job, running.id, provider=service.provider(), time_stamps=service.time_stamps())
    assert done is issuing.Progress.ISSUED
    run_jobs()
    assert reads(signer, letter)
    with pytest.raises(NotAReader):
        queries.open_document(job, running.prepared_id)


def test_a_number_that_became_void_leaves_nothing_with_the_service(cast: Cast) -> None:
    letter = approved(cast)
    signer = cast("signer.mof")
    issuing.begin_issue(signer, letter.id, provider=service.provider())
    assert ReaderKind.SERVICE in kinds(signer, letter.id)
    issuing.give_up(signer, letter.id, "تراجع")
    assert ReaderKind.SERVICE not in kinds(signer, letter.id)
    with scope(signer):
        assert Issue.objects.get(letter=letter).reason == "تراجع"


@pytest.mark.parametrize("decision", ["return", "withdraw"])
def test_what_goes_back_is_held_by_nobody_of_the_recipient(cast: Cast, decision: str) -> None:
    letter = sent(cast)
    arrival = arrived(cast)
    if decision == "return":
        receiving.return_arrival(cast("clerk.fl"), arrival.id, "ليس لنا")
    else:
        author = cast("adviser.mof")
        consignment = exchange.consignments_of(author, [letter.id])[letter.id][0]
        following.withdraw(author, letter.id, consignment.id, "خطأ")
    run_jobs()
    assert kinds(cast("clerk.fl"), arrival.id) == {ReaderKind.RECOVERY}
    assert ReaderKind.SERVICE not in kinds(cast("adviser.mof"), letter.id)


def test_a_redirected_letter_is_carried_on_from_the_senders_copy(cast: Cast) -> None:
    letter = sent(cast)
    receiving.redirect_arrival(cast("signer.fl"), arrived(cast).id, to=MOH, reason="الاختصاص لوزارة الصحة")
    run_jobs()
    arrival = arrived(cast, "clerk.moh")
    assert kinds(cast("clerk.moh"), arrival.id) == {ReaderKind.SERVICE, ReaderKind.RECOVERY}
    receiving.accept_arrival(cast("clerk.moh"), arrival.id, AcceptCommand())
    run_jobs()
    assert ReaderKind.SERVICE not in kinds(cast("adviser.mof"), letter.id)


# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rotating_the_bodys_key_and_the_root_key_leaves_readers_what_they_had(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    # Its own copy of the store: a root key added to the one that all tests share would seal the bodies of later tests.
    settings.MUKATABAT_KEYS_DIR = copytree(settings.MUKATABAT_KEYS_DIR, tmp_path / "keys")
    incoming = received(cast)
    reader = cast("signer.fl")
    actions.rotate(reader)
    store = custody.key_store()
    assert isinstance(store, SoftwareKeyStore)
    newest = store.rotate_root()
    while actions.rewrap(reader, batch=1):
        pass
    with scope(reader):
        assert set(ReaderKey.objects.values_list("root", flat=True)) == {newest}
    assert reads(reader, incoming)


def test_a_wrap_moved_to_another_reader_opens_nothing(cast: Cast) -> None:
    incoming = received(cast)
    reader = cast("signer.fl")
    with scope(reader):
        document = papers(reader, incoming)[0]
        wrap = ReaderWrap.objects.filter(document=document, reader_key__kind=ReaderKind.RECOVERY).get()
        ReaderWrap.objects.filter(document=document, reader_key__kind=ReaderKind.POST).update(wrapped=wrap.wrapped)
    with pytest.raises(WrongKey):
        queries.open_document(reader, document)


def test_a_destroyed_secret_document_leaves_no_wrap(cast: Cast) -> None:
    incoming = received(cast)
    reader = cast("signer.fl")
    document = papers(reader, incoming)[0]
    actions.destroy(reader, document, Destruction("قرار", (uuid4(), uuid4()), "شهادة", "انتهت المدة"))
    with pytest.raises(DocumentDestroyed):
        queries.open_document(reader, document)
    with scope(reader):
        assert not ReaderWrap.objects.filter(document=document).exists()
