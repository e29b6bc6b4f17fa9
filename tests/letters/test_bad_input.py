# SPDX-License-Identifier: EUPL-1.2
"""Bad input to a draft, and attempts at an issued letter: a typed error with its three sentences, and nothing half-done."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest
from django.db import DatabaseError, connection

from mukatabat.access.errors import CapabilityMissing
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.errors import ClosedBody, NotAddressablePost, TrainingBody, UnknownBody
from mukatabat.directory.models import Body
from mukatabat.directory.seed import body_id
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.text import ControlCharacters, DirectionMarks, TextTooLong
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.errors import (
    BodyUnprintable,
    DraftChanged,
    NoSuchMove,
    NotReady,
    NotTheAuthor,
    SubjectUnprintable,
    TooManyRecipients,
    UnknownChoice,
)
from mukatabat.letters.models import Attachment, Letter
from mukatabat.letters.rules import Unready
from mukatabat.press.content import from_plain_text
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import FileRefused
from mukatabat.vault.rules import Upload
from mukatabat.work import queries as work
from mukatabat.work.models import Item
from tests.cast import FL, MOF, MOH, Cast
from tests.story import draft_command, issue, issued_letter, registered
from tests.together import together

pytestmark = pytest.mark.django_db


def rows(cast: Cast) -> tuple[int, int, int]:
    """How many letters, items and audit entries the ministry has."""
    with scope(cast("adviser.mof")):
        return Letter.objects.count(), Item.objects.count(), AuditEntry.objects.count()


def _closed(cast: Cast) -> dict[str, object]:
    Body.objects.filter(id=FL).update(valid_to=clock.today() - timedelta(days=1))
    return {}


BAD: dict[str, tuple[type[MukatabatError], Callable[[Cast], dict[str, object]]]] = {
    "a subject with bidi controls": (DirectionMarks, lambda _: {"subject": "طلب \u202eرأي"}),
    "a subject with isolates": (DirectionMarks, lambda _: {"subject": "طلب \u2066رأي\u2069"}),
    "a subject with control characters": (ControlCharacters, lambda _: {"subject": "طلب \x07 رأي"}),
    "a subject that is too long": (TextTooLong, lambda _: {"subject": "ط" * 301}),
    "a general number with marks": (DirectionMarks, lambda _: {"general_number": "1\u200f2"}),
    "an unknown body": (UnknownBody, lambda _: {"addressees": (AddresseeCommand(new_id()),)}),
    "a closed body": (ClosedBody, _closed),
    "a training body": (TrainingBody, lambda _: {"addressees": (AddresseeCommand(body_id("FL", "training")),)}),
    "an unknown post": (NotAddressablePost, lambda _: {"addressees": (AddresseeCommand(FL, post_id=new_id()),)}),
    "a post that is not written to": (
        NotAddressablePost, lambda cast: {"addressees": (AddresseeCommand(FL, post_id=cast.post("head.fl")),)},
    ),
    "a post of another body": (
        NotAddressablePost, lambda cast: {"addressees": (AddresseeCommand(FL, post_id=cast.post("signer.mof")),)},
    ),
    "an unknown letter type": (UnknownChoice, lambda _: {"letter_type": "poem"}),
    "an unknown approver": (UnknownChoice, lambda _: {"approvers": (new_id(),)}),
    "an approver of another body": (UnknownChoice, lambda cast: {"approvers": (cast.post("head.fl"),)}),
    "a signer of another body": (UnknownChoice, lambda cast: {"signer": cast.post("signer.fl")}),
    "too many recipients": (TooManyRecipients, lambda _: {"addressees": (AddresseeCommand(FL),) * 301}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_draft_is_refused_whole_when_it_begins_and_when_it_is_saved(cast: Cast, name: str) -> None:
    error, changes = BAD[name]
    author = cast("adviser.mof")
    good = drafting.begin_draft(author, draft_command(cast))
    before = rows(cast)
    command = draft_command(cast, **changes(cast))
    with pytest.raises(error) as caught:
        drafting.begin_draft(author, command)
    assert all(caught.value.as_dict().values())
    with pytest.raises(error):
        drafting.save_draft(author, good.id, command, version=1)
    assert rows(cast) == before
    with scope(author):
        kept = Letter.objects.get(id=good.id)
        assert (kept.version, kept.subject, kept.addressees.count()) == (1, good.subject, 1)


def test_nobody_drafts_without_the_capability(cast: Cast) -> None:
    with pytest.raises(CapabilityMissing):
        drafting.begin_draft(cast("admin.mof"), draft_command(cast))


# ── two clicks, two tabs ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_doubled_click_begins_one_draft(cast: Cast) -> None:
    author, draft_id = cast("adviser.mof"), new_id()
    click = lambda: drafting.begin_draft(author, draft_command(cast), draft_id=draft_id)  # noqa: E731
    assert {one.id for one in together(click, click, click) if isinstance(one, Letter)} == {draft_id}
    assert rows(cast)[:2] == (1, 1)


def test_a_draft_id_of_somebody_else_s_letter_tells_nothing(cast: Cast) -> None:
    theirs = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    for login in ("head.mof", "adviser.fl"):
        actor = cast(login)
        command = draft_command(cast, to=MOF if login.endswith("fl") else FL, approvers=(), signer=None)
        with pytest.raises(NotFoundOrForbidden):
            drafting.begin_draft(actor, command, draft_id=theirs.id)
    assert rows(cast)[0] == 1


def test_the_second_tab_is_told_and_neither_text_is_lost(cast: Cast) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    assert drafting.save_draft(author, letter.id, draft_command(cast, subject="الأول"), version=1) == 2
    assert drafting.save_draft(author, letter.id, draft_command(cast, subject="الأول"), version=1) == 2
    with pytest.raises(DraftChanged):
        drafting.save_draft(author, letter.id, draft_command(cast, subject="الثاني"), version=1)
    with scope(author):
        assert Letter.objects.get(id=letter.id).subject == "الأول"
    assert drafting.save_draft(author, letter.id, draft_command(cast, subject="الثاني"), version=2) == 3


def test_a_repeated_save_is_known_by_its_recipients_and_its_route_as_well(cast: Cast) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    first = draft_command(cast, subject="الأول")
    assert drafting.save_draft(author, letter.id, first, version=1) == 2
    assert drafting.save_draft(author, letter.id, first, version=1) == 2
    for other in (
        draft_command(cast, subject="الأول", to=MOH),
        replace(first, signer=None),
        replace(first, approvers=()),
    ):
        with pytest.raises(DraftChanged):
            drafting.save_draft(author, letter.id, other, version=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_kept_and_one_is_told(cast: Cast) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    outcomes = together(*(
        lambda subject=subject: drafting.save_draft(author, letter.id, draft_command(cast, subject=subject), version=1)
        for subject in ("الأول", "الثاني")
    ))  # fmt: skip
    assert 2 in outcomes
    assert any(isinstance(one, DraftChanged) for one in outcomes)


# ── attachments ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("فارغ.pdf", b""),
        ("كاذب.pdf", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("مكسور.pdf", b"%PDF-1.7\n1 0 obj\n"),
        ("برنامج.exe", b"MZ" + bytes(64)),
        ("../../etc/passwd", b"%PDF-1.7"),
        ("\u202efdp.exe", b"MZ"),
    ],
)
def test_a_refused_file_leaves_the_draft_as_it_was(cast: Cast, name: str, data: bytes) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    before = rows(cast)
    with pytest.raises(FileRefused) as caught:
        drafting.attach(author, letter.id, Upload(name, io.BytesIO(data)))
    assert all(caught.value.as_dict().values())
    assert rows(cast) == before
    with scope(author):
        assert not Attachment.objects.exists()


def test_nobody_attaches_to_another_s_draft_or_to_a_letter_on_its_way(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    picture = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00"
        b"\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    for login, error in (
        ("adviser.mof", NoSuchMove),
        ("head.mof", (NoSuchMove, NotTheAuthor)),
        ("clerk.mof", NotFoundOrForbidden),
    ):
        with pytest.raises(error):
            drafting.attach(cast(login), letter.id, Upload("صورة.png", io.BytesIO(picture)))
    with scope(cast("adviser.mof")):
        assert not Attachment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_letter_takes_no_more_files_than_its_bound_even_from_two_windows(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "ATTACHMENT_LIMIT", 2)
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    drafting.attach(author, letter.id, Upload("أول.txt", io.BytesIO(b"1")))
    files = [Upload(f"{n}.txt", io.BytesIO(f"{n}".encode())) for n in (2, 3)]
    outcomes = together(*(lambda file=file: drafting.attach(author, letter.id, file) for file in files))
    assert sorted(type(one).__name__ for one in outcomes) == ["Attachment", "TooManyAttachments"]
    with scope(author):
        assert Attachment.objects.count() == 2


def test_an_unprintable_subject_is_refused_when_it_is_saved_and_a_paragraph_when_it_is_sent(cast: Cast) -> None:
    author = cast("adviser.mof")
    with pytest.raises(SubjectUnprintable) as caught:
        drafting.begin_draft(author, draft_command(cast, subject="طلب الرأي 🙂"))
    assert "U+1F642" in str(caught.value.happened)
    text = from_plain_text("فقرة أولى.\n\nفقرة ثانية 漢.")
    letter = drafting.begin_draft(author, draft_command(cast, content=text))
    with pytest.raises(BodyUnprintable) as refused:
        approval.submit(author, letter.id)
    assert (refused.value.params["paragraph"], "U+6F22" in str(refused.value.happened)) == (2, True)
    with scope(author):
        assert Letter.objects.get(id=letter.id).state == "draft"


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_never_less_secret_than_its_question(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.SECRET)
    incoming = registered(cast)
    reader = next(one for one in ("president.fl", "signer.fl") if work.item_of(cast(one), incoming.id))
    command = draft_command(cast, to=MOF, approvers=(), signer=cast.post("signer.fl"), secrecy=Secrecy.CONFIDENTIAL)
    reply = drafting.begin_draft(cast(reader), command, answers=incoming.id)
    with pytest.raises(NotReady) as caught:
        approval.submit(cast(reader), reply.id)
    assert caught.value.params["lacking"] == (Unready.SECRECY_LOWERED,)


# ── an issued letter ────────────────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = (
    "UPDATE letters_letter SET state = 'draft' WHERE id = %(id)s",
    "UPDATE letters_letter SET content = '{\"type\": 1}' WHERE id = %(id)s",
    "UPDATE letters_letter SET subject = 'آخر' WHERE id = %(id)s",
    "UPDATE letters_letter SET secrecy = 'normal', document_digest = '' WHERE id = %(id)s",
    "UPDATE letters_letter SET document_id = id WHERE id = %(id)s",
    "UPDATE letters_letter SET reference = 'MOF-O-2026-99999' WHERE id = %(id)s",
    "UPDATE letters_letter SET their_reference = 'x' WHERE id = %(id)s",
    "UPDATE letters_letter SET issued_at = now() WHERE id = %(id)s",
    "UPDATE letters_letter SET signer_ar = 'غيره' WHERE id = %(id)s",
    "UPDATE letters_letter SET entry_id = id WHERE id = %(id)s",
    "DELETE FROM letters_letter WHERE id = %(id)s",
    "UPDATE letters_attachment SET name = 'آخر' WHERE letter_id = %(id)s",
    "UPDATE letters_attachment SET letter_id = %(draft)s WHERE letter_id = %(id)s",
    "DELETE FROM letters_attachment WHERE letter_id = %(id)s",
    "UPDATE exchange_parcel SET manifest = '{}'",
    "DELETE FROM exchange_parcel",
    "DELETE FROM exchange_consignment",
    "UPDATE vault_document SET digest = digest",
    "DELETE FROM vault_document",
)
SENDER_S = (
    "UPDATE letters_addressee SET visible = false WHERE letter_id = %(id)s",
    "UPDATE letters_addressee SET letter_id = %(draft)s WHERE letter_id = %(id)s",
    "DELETE FROM letters_addressee WHERE letter_id = %(id)s",
    "UPDATE letters_attachment SET letter_id = %(id)s, position = 9 WHERE letter_id = %(draft)s",
)


def _with_attachment(cast: Cast) -> Letter:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    document = io.BytesIO()
    empty = pikepdf.new()
    empty.add_blank_page()
    empty.save(document)
    document.seek(0)
    drafting.attach(author, letter.id, Upload("مرفق.pdf", document))
    return letter


def _is_refused(actor: Actor, statement: str, parameters: dict[str, object]) -> bool:
    try:
        with scope(actor), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("side", ["sender", "recipient"])
def test_the_database_itself_keeps_an_issued_and_a_registered_letter_as_they_are(cast: Cast, side: str) -> None:
    letter = _with_attachment(cast)
    approval.submit(cast("adviser.mof"), letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    incoming = registered(cast)
    actor, kept = (cast("adviser.mof"), letter.id) if side == "sender" else (cast("clerk.fl"), incoming.id)
    draft = _with_attachment(cast)
    with scope(actor):
        before = list(Letter.objects.filter(id=kept).values()), list(Attachment.objects.filter(letter_id=kept).values())
        assert before[1]
    for statement in (*FORBIDDEN, *(SENDER_S if side == "sender" else ())):
        assert _is_refused(actor, statement, {"id": kept, "draft": draft.id}), statement
    with scope(actor):
        after = list(Letter.objects.filter(id=kept).values()), list(Attachment.objects.filter(letter_id=kept).values())
    assert after == before
