# SPDX-License-Identifier: EUPL-1.2
"""The picture of a signature: its signer sets it, on paper it stands above the name, and it proves nothing."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from mukatabat.access.errors import CapabilityMissing
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.errors import NotInDirectory
from mukatabat.letters.actions.pictures import set_picture, take_picture_away
from mukatabat.letters.models import SignaturePicture
from mukatabat.letters.queries.pictures import drawn_signature_of, picture_of
from mukatabat.press.drawn import MOST_OFFERED, drawn_signature
from mukatabat.press.errors import InvalidPicture
from mukatabat.tenancy.context import scope
from mukatabat.vault.queries import open_document
from tests.letters.pages import browser
from tests.story import issued_letter, signature_png

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tests.cast import Cast

PAGE, PNG = "letters:signature", b"\x89PNG\r\n\x1a\n"


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# ── the picture ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("paper", [False, True])
def test_paper_becomes_clear_and_the_empty_edge_goes(paper: bool) -> None:
    drawn = opened(drawn_signature(signature_png(paper=paper)).data)
    assert drawn.mode == "RGBA"
    assert drawn.width < 270
    assert drawn.height < 100
    assert drawn.getchannel("A").getextrema() == (0, 255)


def test_nothing_of_the_file_but_its_dots_is_kept() -> None:
    offered = signature_png() + b"<script>alert(1)</script>"
    assert b"script" not in drawn_signature(offered).data
    commented = signature_png()
    text = b"Comment\0evil"
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    assert b"evil" not in drawn_signature(commented[:33] + chunk + commented[33:]).data


def test_a_large_scan_is_made_to_fit() -> None:
    drawn = opened(drawn_signature(signature_png(size=(3000, 1200))).data)
    assert drawn.width <= 1200
    assert drawn.height <= 400


def _bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return PNG + chunk + signature_png()[33:]


@pytest.mark.parametrize(
    "offered",
    [
        b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PNG, PNG + b"x" * 100, signature_png()[:200],
        _bomb(), PNG + b"\0" * MOST_OFFERED,
    ],
    ids=["empty", "gif", "svg", "head alone", "noise", "cut off", "bomb", "too large"],
)  # fmt: skip
def test_what_is_no_fair_png_is_refused(offered: bytes) -> None:
    with pytest.raises(InvalidPicture):
        drawn_signature(offered)


@pytest.mark.parametrize("colour", [(0, 0, 0, 0), (255, 255, 255, 255)])
def test_a_picture_without_ink_is_refused(colour: tuple[int, int, int, int]) -> None:
    written = io.BytesIO()
    Image.new("RGBA", (300, 100), colour).save(written, "PNG")
    with pytest.raises(InvalidPicture):
        drawn_signature(written.getvalue())


# ── who sets it ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["adviser.mof", "head.mof", "admin.mof", "clerk.mof"])
def test_only_who_signs_has_one_and_nobody_sets_another_s(cast: Cast, login: str) -> None:
    with pytest.raises(CapabilityMissing):
        set_picture(cast(login), signature_png())


@pytest.mark.django_db
def test_its_signer_or_an_administrator_takes_it_away_and_both_stand_in_the_trail(cast: Cast) -> None:
    signer, owner = cast("signer.mof"), cast("signer.mof").person
    for other in ("signer.mof", "admin.mof"):
        set_picture(signer, signature_png())
        take_picture_away(cast(other), owner)
        assert picture_of(signer, owner) is None
    set_picture(signer, signature_png())
    for stranger in ("adviser.mof", "admin.moh", "signer.fl", "minister.mof"):
        with pytest.raises(NotInDirectory):
            take_picture_away(cast(stranger), owner)
    with scope(signer):
        acts = list(AuditEntry.objects.filter(act__startswith="letters.picture").values_list("act", flat=True))
        assert SignaturePicture.objects.count() == 5
    assert sorted(acts) == ["letters.picture-set"] * 3 + ["letters.picture-taken-away"] * 2


@pytest.mark.django_db
def test_another_body_reads_no_picture(cast: Cast) -> None:
    set_picture(cast("signer.mof"), signature_png())
    assert drawn_signature_of(cast("signer.moh"), cast("signer.mof").person) is None


# ── on a letter ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _pictures(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return sum(
            isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image" for one in pdf.objects
        )  # fmt: skip


def _document(cast: Cast, letter_id: object) -> bytes:
    from mukatabat.letters.models import Letter

    with scope(cast("signer.mof")):
        _, file = open_document(cast("signer.mof"), Letter.objects.get(id=letter_id).document_id)
        with file:
            return file.read()


@pytest.mark.django_db
def test_what_is_signed_afterwards_bears_it_and_what_was_signed_before_does_not(cast: Cast) -> None:
    before = issued_letter(cast)
    set_picture(cast("signer.mof"), signature_png())
    after = issued_letter(cast)
    take_picture_away(cast("signer.mof"), cast("signer.mof").person)
    again = issued_letter(cast)
    counts = [_pictures(_document(cast, one.id)) for one in (before, after, again)]
    assert counts[1] > counts[0]
    assert counts[0] == counts[2]


# ── on screen ───────────────────────────────────────────────────────────────────────────────────────────────────────


def shown(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.django_db
def test_a_signer_gives_it_looks_at_it_on_a_letter_and_takes_it_away(cast: Cast) -> None:
    client, owner = browser("signer.mof"), cast("signer.mof").person
    picture, specimen = reverse("letters:signature_picture"), reverse("letters:signature_specimen")
    assert client.get(picture).status_code == 404
    bare = client.get(specimen).content
    file = SimpleUploadedFile("../../توقيع.png", signature_png(paper=True), content_type="image/png")
    assert client.post(reverse(PAGE), {"picture": file}).status_code == 302
    assert picture in shown(client.get(reverse(PAGE)))
    assert client.get(picture).headers["Content-Type"] == "image/png"
    page = client.get(specimen)
    assert page.headers["Content-Type"] == "image/png"
    assert opened(page.content).size == opened(bare).size
    assert page.content != bare
    assert client.post(reverse("letters:signature_take_away", args=[owner])).status_code == 302
    assert client.get(picture).status_code == 404


@pytest.mark.django_db
def test_what_is_no_picture_is_refused_on_the_page(cast: Cast) -> None:
    client = browser("signer.mof")
    for file in (SimpleUploadedFile("a.png", b"<svg/>"), SimpleUploadedFile("a.png", PNG)):
        response = client.post(reverse(PAGE), {"picture": file})
        assert response.status_code == 400
        assert "PNG" in shown(response)
    assert client.post(reverse(PAGE), {}).status_code == 400


@pytest.mark.django_db
def test_an_administrator_sees_that_there_is_one_and_never_the_picture(cast: Cast) -> None:
    set_picture(cast("signer.mof"), signature_png())
    client, owner = browser("admin.mof"), cast("signer.mof").person
    away = reverse("letters:signature_take_away", args=[owner])
    assert away in shown(client.get(reverse("directory:person", args=[owner])))
    assert client.get(reverse("letters:signature_picture")).status_code == 404
    assert client.post(away).status_code == 302
    assert away not in shown(client.get(reverse("directory:person", args=[owner])))
