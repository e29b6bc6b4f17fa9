# SPDX-License-Identifier: EUPL-1.2
"""Documents in the viewer: pages, words, hits, the proof; flipped bits and missing blobs; who is recorded and marked."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from PIL import Image

from mukatabat.access.rules import Capability
from mukatabat.audit.queries import history_of
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.bundle import INDEX
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import PlaceKind
from mukatabat.letters.queries.proof import Standing, prove
from mukatabat.letters.queries.texts import Way, document_text
from mukatabat.letters.views.viewer import is_marked
from mukatabat.signing.errors import UnreadableSignature
from mukatabat.tenancy.context import scope
from mukatabat.vault import store
from mukatabat.vault.queries import access_document
from mukatabat.vault.rules import Upload
from tests.letters.pages import at, browser
from tests.story import arrived, draft_command, issue, issued_letter, registered
from tests.vault import making

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def mine(cast: Cast, login: str, letter_id: UUID) -> Letter:
    with scope(cast(login)):
        return Letter.objects.get(id=letter_id)


def with_attachments(cast: Cast, *files: tuple[str, bytes], **changes: Any) -> Letter:
    """An issued letter of the ministry with these files attached."""
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast, **changes))
    for name, data in files:
        drafting.attach(author, letter.id, Upload(name, io.BytesIO(data)))
    approval.submit(author, letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    return mine(cast, "signer.mof", letter.id)


def page_of(letter: Letter, number: int = 1, percent: int = 100) -> str:
    return at("letter_page", letter.id, letter.document_id or uuid4(), number, percent)


def acts(cast: Cast, login: str, object_id: UUID) -> list[str]:
    return [entry.act for entry in history_of(cast(login), object_id)]


def stored() -> list[Path]:
    return [one for one in store().root.rglob("*") if one.is_file()]  # type: ignore[attr-defined]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_both_sides_see_pages_with_their_final_size(cast: Cast) -> None:
    question = mine(cast, "adviser.mof", issued_letter(cast).id)
    incoming = registered(cast)
    for login, letter in (("adviser.mof", question), ("clerk.fl", incoming)):
        client = browser(login)
        html = client.get(at("letter", letter.id)).content.decode()
        assert 'width="595" height="842"' in html and page_of(letter, 1, 125) in html
        assert "لم يتغيّر منذ التوقيع" in html
        answer = client.get(page_of(letter))
        assert answer.headers["Content-Type"] == "image/webp"
        assert Image.open(io.BytesIO(answer.content)).size == (596, 842)


def test_a_page_is_kept_by_the_browser_alone_and_asked_for_again(cast: Cast) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    client = browser("adviser.mof")
    first = client.get(page_of(letter))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(page_of(letter), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    stranger = browser("clerk.moh").get(page_of(letter), headers={"If-None-Match": first.headers["ETag"]})
    assert stranger.status_code == 404


def test_pages_and_steps_that_do_not_exist_are_missing(cast: Cast) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    client = browser("adviser.mof")
    for number, percent in ((2, 100), (0, 100), (1, 101), (1, 100_000)):
        assert client.get(page_of(letter, number, percent)).status_code == 404


def test_words_and_hits_come_with_their_places(cast: Cast) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    client = browser("adviser.mof")
    words = client.get(at("letter_words", letter.id, letter.document_id or uuid4(), 1)).json()
    assert words["layer"] == "good" and not words["recognised"]
    assert "المتعاقد" in {word[0] for line in words["lines"] for word in line}
    where = at("letter_find", letter.id, letter.document_id or uuid4())
    for typed in ("احقيه المتعاقد", "أَحَقِّيَّة المتعاقـد"):
        found = client.get(where, {"q": typed}).json()
        assert [hit["page"] for hit in found["hits"]] == [1] and found["after"] is None
    assert client.get(where, {"q": "", "from": "x"}).json()["hits"] == []


def test_nothing_drawn_is_left_behind(cast: Cast) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    before = sorted(stored())
    browser("adviser.mof").get(page_of(letter, 1, 20))
    assert sorted(stored()) == before


def test_a_sealed_arrival_shows_no_page_word_or_copy(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL)
    arrival = arrived(cast)
    document = arrival.documents[0][1]
    client = browser("clerk.fl")
    for url in (
        at("arrival_page", arrival.id, document, 1, 100), at("arrival_words", arrival.id, document, 1),
        at("arrival_find", arrival.id, document), at("arrival_print", arrival.id, document),
        at("arrival_everything", arrival.id),
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url


def test_an_arrival_that_is_open_is_read_in_the_viewer(cast: Cast) -> None:
    with_attachments(cast, ("صورة العقد.pdf", making.typeset_pdf("عقد الصيانة")))
    arrival = arrived(cast)
    client = browser("clerk.fl")
    letter, attachment = (document for _, document in arrival.documents)
    assert client.get(at("arrival_page", arrival.id, letter, 1, 100)).status_code == 200
    html = client.get(at("arrival", arrival.id), {"file": attachment}).content.decode()
    assert at("arrival_page", arrival.id, attachment, 1, 125) in html


# ── attachments ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_attachments_open_in_the_same_viewer_each_as_it_can(cast: Cast) -> None:
    letter = with_attachments(
        cast, ("عقد.pdf", making.typeset_pdf("عقد الصيانة", pages=25)), ("صورة.png", making.picture("PNG")),
        ("بيان.docx", making.office()), ("ملاحظة.txt", "السطر الأول\nرقم 412".encode()),
    )  # fmt: skip
    client = browser("adviser.mof")
    html = client.get(at("letter", letter.id), {"panel": "files"}).content.decode()
    with scope(cast("adviser.mof")):
        files = {one.name: one.document_id for one in letter.attachments.all()}
    shown = {
        name: client.get(at("letter", letter.id), {"file": str(document)}).content.decode()
        for name, document in files.items()
    }
    assert all(f"?panel=files&amp;file={document}" in html for document in files.values())
    assert 'data-count="25"' in shown["عقد.pdf"] and "from=21" in shown["عقد.pdf"]
    assert "data-viewer" in shown["صورة.png"]
    assert "data-viewer" not in shown["بيان.docx"] and "لا تُعرض هنا" in shown["بيان.docx"]
    assert "السطر الأول" in shown["ملاحظة.txt"]
    text = client.get(at("letter", letter.id), {"file": str(files["عقد.pdf"]), "view": "text"}).content.decode()
    assert "عقد الصيانة" in text and "العبرة بما في الصفحة" in text
    scan = client.get(at("letter", letter.id), {"file": str(files["صورة.png"]), "view": "text"}).content.decode()
    assert "بلا نص" in scan


def test_the_text_of_our_own_letter_is_its_source(cast: Cast) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    actor = cast("adviser.mof")
    found = document_text(actor, access_document(actor, letter.document_id or uuid4()))
    assert found.way is Way.SOURCE
    assert "أولًا" in found.text and "المتعاقد" in found.text


def test_a_broken_page_says_so_and_the_download_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    client = browser("adviser.mof", language="en")

    def refuse(*_: Any, **__: Any) -> Any:
        from mukatabat.vault.pages.errors import PageUnshowable

        raise PageUnshowable

    monkeypatch.setattr("mukatabat.vault.pages.drawing.POOL.ask", refuse)
    html = client.get(at("letter", letter.id)).content.decode()
    assert "This page cannot be shown" in html and "?download" in html
    assert client.get(page_of(letter, 1, 75)).status_code == 422


def test_all_documents_come_as_one_archive_with_an_index(cast: Cast) -> None:
    letter = with_attachments(cast, ("عقد.pdf", making.pdf()), ("ملاحظة.txt", "نص".encode()))
    answer = browser("adviser.mof").get(at("letter_everything", letter.id))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[0] == INDEX and names[2:] == ["02-عقد.pdf", "03-ملاحظة.txt"] and names[1].startswith("01-")
    assert archive.read(names[1]).startswith(b"%PDF-")
    index = archive.read(INDEX).decode("utf-8-sig")
    assert letter.reference in index and letter.document_digest[7:] in index and "Signed letter" in index
    assert acts(cast, "adviser.mof", letter.id).count("letters.copy-taken") == 3
    assert browser("clerk.moh").get(at("letter_everything", letter.id)).status_code == 404


# ── proof ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_proof_compares_every_time_and_judges_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    actor, document = cast("adviser.mof"), letter.document_id or uuid4()
    first = prove(actor, document, letter.document_digest, signed=True)
    assert first.standing is Standing.SIGNED and first.report is not None and first.report.time_stamped_at
    monkeypatch.setattr("mukatabat.letters.queries.proof.validate", _never)
    assert prove(actor, document, letter.document_digest, signed=True).standing is Standing.SIGNED
    for path in stored():
        flip(path)
    assert prove(actor, document, letter.document_digest, signed=True).standing is Standing.BROKEN


def _never(*_: Any) -> Any:
    raise AssertionError


def test_bytes_that_nobody_signed_are_only_said_to_be_as_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)

    def unsigned(*_: Any) -> Any:
        raise UnreadableSignature(detail="none")

    monkeypatch.setattr("mukatabat.letters.queries.proof.validate", unsigned)
    html = browser("adviser.mof", language="en").get(at("letter", letter.id)).content.decode()
    assert "Unchanged since it was stored" in html and "Unchanged since signing" not in html


@pytest.mark.parametrize("harm", [flip, lambda path: path.unlink()], ids=["flipped bit", "missing blob"])
def test_a_harmed_document_is_replaced_by_the_danger_panel_and_nothing_else_works(cast: Cast, harm: Any) -> None:
    letter = mine(cast, "adviser.mof", issued_letter(cast).id)
    client = browser("adviser.mof", language="en")
    document = letter.document_id or uuid4()
    cached = client.get(page_of(letter))
    assert cached.status_code == 200  # a worker holds the sound document
    for path in stored():
        harm(path)
    for view in ("original", "text"):
        html = client.get(at("letter", letter.id), {"view": view}).content.decode()
        assert "not the one that was signed" in html
        assert "data-viewer" not in html and "?download" not in html and "المتعاقد" not in html
        assert at("letter_print", letter.id, document) not in html
    for url in (
        page_of(letter), page_of(letter, 1, 20), at("letter_words", letter.id, document, 1),
        at("letter_find", letter.id, document) + "?q=x", at("document", letter.id, document),
        at("document", letter.id, document) + "?download", at("letter_everything", letter.id),
    ):  # fmt: skip
        assert client.get(url).status_code == 500, url
    assert "letters.document-broken" in acts(cast, "adviser.mof", letter.id)
    assert client.post(at("letter_report", letter.id, document)).status_code == 302
    assert "letters.document-reported" in acts(cast, "adviser.mof", letter.id)


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_secret_page_carries_the_reader_s_mark_is_not_kept_and_is_recorded(cast: Cast) -> None:
    plain = mine(cast, "adviser.mof", issued_letter(cast).id)
    secret = mine(cast, "adviser.mof", issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL).id)
    client = browser("adviser.mof")
    open_page = Image.open(io.BytesIO(client.get(page_of(plain)).content))
    answer = client.get(page_of(secret))
    marked = Image.open(io.BytesIO(answer.content))
    assert _plum(marked) > 500 > _plum(open_page)
    assert answer.headers["Cache-Control"] == "private, no-store" and "ETag" not in answer.headers
    opened = [one for one in history_of(cast("adviser.mof"), secret.id) if one.act == "letters.page-opened"]
    assert [one.detail["page"] for one in opened] == [1]
    assert "letters.page-opened" not in acts(cast, "adviser.mof", plain.id)


def _plum(picture: Image.Image) -> int:
    """How many pixels have the tone of the mark: more red than green, and not brass."""
    return sum(
        count
        for count, (red, green, blue) in picture.convert("RGB").getcolors(1 << 24) or ()
        if min(red, blue) > green + 8
    )


def test_a_copy_of_a_secret_document_is_recorded_and_its_print_is_made_of_marked_pages(cast: Cast) -> None:
    secret = mine(cast, "adviser.mof", issued_letter(cast, secrecy=Secrecy.SECRET).id)
    document = secret.document_id or uuid4()
    client = browser("adviser.mof")
    b"".join(client.get(at("document", secret.id, document), {"download": ""}))  # type: ignore[arg-type]
    printed = client.get(at("letter_print", secret.id, document)).content.decode()
    assert page_of(secret, 1, 200) in printed
    taken = [one for one in history_of(cast("adviser.mof"), secret.id) if one.act == "letters.copy-taken"]
    assert [one.detail["how"] for one in taken] == ["download", "print"]
    plain = mine(cast, "adviser.mof", issued_letter(cast).id)
    answer = client.get(at("letter_print", plain.id, plain.document_id or uuid4()))
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        at("document", plain.id, plain.document_id or uuid4()),
    )


def test_an_auditor_s_pages_are_marked_whatever_their_secrecy(cast: Cast) -> None:
    assert not is_marked(cast("adviser.mof"), Secrecy.NORMAL)
    assert is_marked(cast("adviser.mof"), Secrecy.CONFIDENTIAL)
    auditor = next(
        actor
        for login in ("auditor.fl", "auditor.mof")
        if (actor := _or_none(cast, login)) and actor.may(Capability.READ_AUDIT)
    )
    assert is_marked(auditor, Secrecy.NORMAL)


def _or_none(cast: Cast, login: str) -> Any:
    from mukatabat.directory.models import Person

    try:
        return cast(login)
    except Person.DoesNotExist:
        return None


def test_reading_is_recorded_at_the_place_where_it_was_done(cast: Cast) -> None:
    assert {str(one) for one in PlaceKind} == {"letter", "arrival", "scan"}
    issued_letter(cast)
    arrival = arrived(cast)
    saved = browser("clerk.fl").get(at("arrival_document", arrival.id, arrival.documents[0][1]), {"download": ""})
    b"".join(saved)  # type: ignore[arg-type]
    assert "letters.copy-taken" in acts(cast, "clerk.fl", arrival.id)
