# SPDX-License-Identifier: EUPL-1.2
"""What of a secret letter leaves the house: a copy with its reader's name, or, for a stated reason, the original."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING
from uuid import UUID

import pikepdf
import pytest
from PIL import Image

from mukatabat.audit.queries import history_of
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.bundle import COPY, INDEX, LEFT_OUT
from mukatabat.letters.models import Letter
from mukatabat.letters.queries.proof import Standing, prove
from mukatabat.press.pictures import bound
from mukatabat.tenancy.context import scope
from mukatabat.vault.rules import Upload
from tests.letters.pages import at, browser
from tests.story import draft_command, issue, issued_letter

if TYPE_CHECKING:
    from typing import Any

    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.long]

REASON = "مقارنة التوقيع أمام المحكمة"


@pytest.fixture
def secret(cast: Cast) -> Letter:
    """A secret letter of the Ministry of Finance with a text file, issued."""
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast, secrecy=Secrecy.SECRET))
    drafting.attach(author, letter.id, Upload("بيان.txt", io.BytesIO("نص".encode())))
    approval.submit(author, letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    with scope(author):
        return Letter.objects.get(id=letter.id)


def body_of(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def signed(letter: Letter) -> UUID:
    assert letter.document_id is not None
    return letter.document_id


def text_file(cast: Cast, letter: Letter) -> UUID:
    with scope(cast("adviser.mof")):
        return letter.attachments.get().document_id


def taken(cast: Cast, letter: Letter, act: str) -> list[dict[str, Any]]:
    return [one.detail for one in history_of(cast("adviser.mof"), letter.id) if one.act == act]


@pytest.mark.parametrize("asked", [{"download": ""}, {}], ids=["saved", "shown"])
def test_what_is_downloaded_is_pictures_with_the_reader_s_mark(
    cast: Cast, secret: Letter, asked: dict[str, str]
) -> None:
    answer = browser("adviser.mof").get(at("document", secret.id, signed(secret)), asked)
    assert ("نسخة" in answer.headers["Content-Disposition"]) or "%D9%86" in answer.headers["Content-Disposition"]
    data = body_of(answer)
    assert b"/ByteRange" not in data
    with pikepdf.open(io.BytesIO(data)) as copy:
        assert not copy.attachments
        assert "/AcroForm" not in copy.Root
        (page,) = copy.pages
        assert "/Font" not in page.Resources
        (picture,) = dict(page.Resources.XObject).values()
        image = pikepdf.PdfImage(picture).as_pil_image()
    assert _plum(image) > 500
    assert hashlib.sha256(data).hexdigest() not in secret.document_digest
    assert [one["how"] for one in taken(cast, secret, "letters.copy-taken")] == ["download"]


def _plum(image: Image.Image) -> int:
    """How many pixels have the tone of the mark: more red and blue than green."""
    colours = image.convert("RGB").getcolors(1 << 24) or ()
    return sum(count for count, (red, green, blue) in colours if min(red, blue) > green + 8)


def test_two_readers_get_two_copies(cast: Cast, secret: Letter) -> None:
    one, other = (
        body_of(browser(login).get(at("document", secret.id, signed(secret))))
        for login in ("adviser.mof", "signer.mof")
    )
    assert one != other


def test_the_original_is_given_for_a_reason_that_the_trail_keeps(cast: Cast, secret: Letter) -> None:
    client = browser("adviser.mof")
    place = at("letter_original", secret.id, signed(secret))
    asked = client.get(place)
    assert asked.status_code == 200
    assert "الأصل الموقّع" in asked.content.decode()
    for reason in ("", "   "):
        refused = client.post(place, {"reason": reason})
        assert refused.status_code >= 400
        assert b"%PDF" not in body_of(refused)
    assert taken(cast, secret, "letters.original-taken") == []
    data = body_of(client.post(place, {"reason": REASON}))
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == secret.document_digest
    (entry,) = taken(cast, secret, "letters.original-taken")
    assert (entry["reason"], entry["document"]) == (REASON, str(signed(secret)))


def test_the_integrity_line_stays_true_after_copies_and_originals_were_taken(cast: Cast, secret: Letter) -> None:
    client = browser("adviser.mof")
    body_of(client.get(at("document", secret.id, signed(secret)), {"download": ""}))
    body_of(client.post(at("letter_original", secret.id, signed(secret)), {"reason": REASON}))
    proof = prove(cast("adviser.mof"), signed(secret), secret.document_digest, signed=True)
    assert proof.standing is Standing.SIGNED
    page = client.get(at("letter", secret.id)).content.decode()
    assert at("letter_original", secret.id, signed(secret)) in page


def test_an_archive_of_a_secret_letter_holds_copies_and_says_what_it_leaves_out(cast: Cast, secret: Letter) -> None:
    answer = browser("adviser.mof").get(at("letter_everything", secret.id))
    archive = zipfile.ZipFile(io.BytesIO(body_of(answer)))
    assert archive.testzip() is None
    assert len(archive.namelist()) == 2
    copy = archive.read(archive.namelist()[1])
    assert copy.startswith(b"%PDF-")
    assert b"/ByteRange" not in copy
    index = archive.read(INDEX).decode("utf-8-sig")
    assert COPY in index
    assert LEFT_OUT in index


def test_what_cannot_be_drawn_leaves_as_the_original_alone(cast: Cast, secret: Letter) -> None:
    client = browser("adviser.mof")
    file = text_file(cast, secret)
    place = at("letter_original", secret.id, file)
    answer = client.get(at("document", secret.id, file), {"download": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, place)
    assert body_of(client.post(place, {"reason": REASON})) == "نص".encode()


def test_the_original_is_missing_for_whoever_does_not_read_the_letter(cast: Cast, secret: Letter) -> None:
    for login in ("clerk.mof", "head.fl", "clerk.moh"):
        client = browser(login)
        place = at("letter_original", secret.id, signed(secret))
        assert {client.get(place).status_code, client.post(place, {"reason": REASON}).status_code} == {404}, login


def test_an_ordinary_letter_is_downloaded_as_it_was_signed(cast: Cast) -> None:
    letter = issued_letter(cast)
    with scope(cast("adviser.mof")):
        letter = Letter.objects.get(id=letter.id)
    client = browser("adviser.mof")
    data = body_of(client.get(at("document", letter.id, signed(letter)), {"download": ""}))
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == letter.document_digest
    assert client.get(at("letter_original", letter.id, signed(letter))).status_code == 302


def test_pictures_are_bound_at_their_size_on_paper() -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (20, 30), "white").save(drawn, "PNG")
    with pikepdf.open(io.BytesIO(bound([(drawn.getvalue(), 595.0, 842.0)] * 2, title="نسخة"))) as made:
        assert [tuple(map(float, page.mediabox)) for page in made.pages] == [(0, 0, 595, 842)] * 2
        assert str(made.docinfo["/Title"]) == "نسخة"
