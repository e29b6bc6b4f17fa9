# SPDX-License-Identifier: EUPL-1.2
"""Pages drawn in confined processes: sound ones quickly, broken and hostile ones not at all, nobody more than a share."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from mukatabat.kernel.arabic import words
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.pages import drawing, pool
from mukatabat.vault.pages.errors import DrawingBusy, NoSuchPage, PageUnshowable
from mukatabat.vault.pages.pool import Pool
from mukatabat.vault.pages.rules import MOST_PIXELS, Outline, fitting
from tests.vault import making

if TYPE_CHECKING:
    from collections.abc import Iterator

PDF = "application/pdf"


@pytest.fixture(scope="module")
def workers() -> Iterator[Pool]:
    made = Pool(1)
    yield made
    made.close()


def ask(workers: Pool, data: bytes, do: str, *, page: int = 1, media_type: str = PDF, **more: Any) -> Any:
    request = {"do": do, "page": page, "media_type": media_type, "percent": 100, "mark": "", **more}
    return workers.ask(request, digest=str(hash(data)), stream=io.BytesIO(data))


def drawn(workers: Pool, data: bytes, **more: Any) -> Image.Image:
    return Image.open(io.BytesIO(ask(workers, data, "draw", **more)[1]))


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_drawn_in_the_size_that_was_asked(workers: Pool) -> None:
    data = making.typeset_pdf("كتاب", pages=2)
    assert ask(workers, data, "outline")[0]["runs"] == [[2, 595.28, 841.89]]
    assert drawn(workers, data).size == (596, 842)
    small = drawn(workers, data, page=2, percent=20)
    assert small.size == (120, 169)
    assert small.getextrema()[0][0] < 200  # something is written on it
    with pytest.raises(NoSuchPage):
        ask(workers, data, "draw", page=3)
    with pytest.raises(NoSuchPage):
        ask(workers, data, "draw", page=0)


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff")])
def test_pictures_are_pages(workers: Pool, kind: str, media_type: str) -> None:
    data = making.picture(kind, pages=2 if kind == "TIFF" else 1)
    runs = ask(workers, data, "outline", media_type=media_type)[0]["runs"]
    assert sum(run[0] for run in runs) == (2 if kind == "TIFF" else 1)
    assert drawn(workers, data, media_type=media_type, percent=200).width <= 60
    assert ask(workers, data, "text", media_type=media_type)[0]["layer"] == "none"


def test_the_mark_lies_over_the_page_and_hides_nothing(workers: Pool) -> None:
    mark = io.BytesIO()
    Image.new("RGBA", (300, 200), (90, 0, 90, 40)).save(mark, "PNG")
    data = making.typeset_pdf("كتاب " * 200)
    plain, marked = drawn(workers, data), drawn(workers, data, mark=mark.getvalue().hex())
    corner = (5, 5)
    assert plain.getpixel(corner) == (255, 255, 255) and marked.getpixel(corner) != (255, 255, 255)
    assert marked.convert("L").getextrema()[0] < 60  # ink stays ink


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["الاحوال", "الأَحْوال", "الاحـــوال", "412", "٤١٢", "۴۱۲", "كتابكم رقم ٤١٢"])
def test_words_are_found_however_they_are_typed(workers: Pool, typed: str) -> None:
    data = making.typeset_pdf("بالإشارة إلى كتابكم رقم ٤١٢، بشأن الأحوال المدنية في دولة الكويت", pages=3)
    found = ask(workers, data, "find", words=" ".join(words(typed)))[0]
    assert [page for page, _ in found["hits"]] == [1, 2, 3]
    assert (found["after"], found["unread"]) == (None, 0)
    left, top, right, bottom = found["hits"][0][1][0]
    assert 0 < left < right < 596 and 0 < top < bottom < 200
    assert not ask(workers, data, "find", words="غايب")[0]["hits"]


def test_search_says_how_many_pages_it_could_not_read(workers: Pool) -> None:
    scan = making.picture("TIFF", pages=3)
    assert ask(workers, scan, "find", media_type="image/tiff", words="كتاب")[0] == {
        "hits": [], "after": None, "unread": 3, "size": 0,
    }  # fmt: skip


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────────────────────


def with_contents(contents: bytes, *, box: tuple[float, ...] = (0, 0, 595, 842)) -> bytes:
    def change(document: Pdf) -> None:
        document.pages[0].obj.Contents = Stream(document, contents)
        document.pages[0].obj.MediaBox = Array(list(box))

    return making.pdf(change=change)


def nested_forms(depth: int) -> bytes:
    """Forms that each draw the next one ten times: ten to the power of `depth`."""

    def change(document: Pdf) -> None:
        inner = document.make_indirect(Stream(document, b"0 0 9 9 re f"))
        for _ in range(depth):
            form = Stream(document, b"/F Do " * 10)
            form.stream_dict.Resources = Dictionary(XObject=Dictionary(F=inner))
            inner = document.make_indirect(form)
            inner.Type, inner.Subtype, inner.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
        page = document.pages[0].obj
        page.Contents = Stream(document, b"/F Do")
        page.Resources = Dictionary(XObject=Dictionary(F=inner))

    return making.pdf(change=change)


def test_ten_thousand_pages_have_an_outline_and_a_last_page(workers: Pool) -> None:
    data = making.pdf_of_one_page_repeated(10_000)
    assert ask(workers, data, "outline")[0]["runs"] == [[10_000, 9.0, 9.0]]
    assert drawn(workers, data, page=10_000).size == (9, 9)


def test_a_huge_page_is_drawn_small(workers: Pool) -> None:
    picture = drawn(workers, with_contents(b"", box=(0, 0, 200_000, 200_000)), percent=400)
    assert picture.width * picture.height <= MOST_PIXELS * 1.01


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7 and nothing else", making.pdf()[:300], making.encrypted_pdf("secret"), b"\x00" * 4096],
    ids=["empty", "head alone", "cut", "locked", "zeros"],
)
def test_a_broken_file_is_said_to_be_unshowable_and_harms_no_other(workers: Pool, data: bytes) -> None:
    with pytest.raises(PageUnshowable):
        ask(workers, data, "draw")
    assert drawn(workers, making.pdf()).size == (595, 842)


@pytest.mark.long
def test_a_page_that_costs_more_than_any_real_one_is_unshowable_and_the_next_is_drawn(workers: Pool) -> None:
    with pytest.raises(PageUnshowable):
        ask(workers, nested_forms(12), "draw")
    assert drawn(workers, making.pdf()).size == (595, 842)


def test_a_page_that_is_only_late_is_not_called_unshowable_and_the_next_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "SECONDS", 1.0)
    hurried = Pool(1)
    try:
        with pytest.raises(DrawingBusy):
            ask(hurried, nested_forms(9), "draw")
        monkeypatch.undo()
        assert drawn(hurried, making.pdf()).size == (595, 842)
    finally:
        hurried.close()


def test_a_picture_bomb_is_not_unpacked(workers: Pool) -> None:
    out = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(out, "PNG")
    with pytest.raises(PageUnshowable):
        ask(workers, out.getvalue(), "draw", media_type="image/png")


def test_a_document_too_large_to_hold_is_not_drawn(workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LARGEST", 10)
    with pytest.raises(PageUnshowable):
        ask(workers, making.pdf(pages=7), "draw")


# ── shares ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_equal_pages_are_one_run_and_sizes_come_back() -> None:
    outline = Outline.of([(10, 20)] * 3 + [(20, 10)] + [(10, 20)] * 2)
    assert outline.runs == ((3, 10, 20), (1, 20, 10), (2, 10, 20))
    assert outline.pages == 6
    assert outline.sizes(3, 5) == [(10, 20), (20, 10), (10, 20)]
    assert outline.sizes(1, 99) == [*[(10, 20)] * 3, (20, 10), *[(10, 20)] * 2]
    assert fitting(150, 595, 842) == 1.5
    assert fitting(400, 100_000, 100_000) < 0.05


def test_one_person_draws_one_page_at_a_time_and_does_not_hold_up_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "WAIT", 0.05)
    shares = drawing.Shares()
    greedy, other = uuid4(), uuid4()
    with shares.share(greedy):
        with pytest.raises(DrawingBusy), shares.share(greedy):
            pass
        with shares.share(other):
            pass
    with shares.share(greedy):
        pass


def test_a_rate_that_no_reader_reaches_is_refused() -> None:
    shares = drawing.Shares()
    hasty = uuid4()
    for _ in range(drawing.BURST):
        with shares.share(hasty):
            pass
    shares._known[hasty]._left = 0.5
    with pytest.raises(DrawingBusy), shares.share(hasty):
        pass


@dataclass
class FakeDocument:
    digest: str
    media_type: str = PDF
    size: int = 1
    id: Any = field(default_factory=uuid4)


def test_a_hopeless_page_is_asked_once_and_stored_bytes_are_opened_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    asked: list[Any] = []

    def fake_open(actor: Actor, document_id: Any) -> Any:
        opened.append(document_id)
        return None, io.BytesIO(b"x")

    def refuse(request: Any, **more: Any) -> Any:
        asked.append(request)
        raise PageUnshowable

    monkeypatch.setattr(drawing, "open_document", fake_open)
    monkeypatch.setattr(drawing.POOL, "ask", refuse)
    actor = Actor(body_id=uuid4(), realm="live", name_ar="", name_en="", person_id=uuid4())
    document: Any = FakeDocument(digest=str(uuid4()))
    for _ in range(3):
        with pytest.raises(PageUnshowable):
            drawing.page_picture(actor, document, 1, percent=100)
    assert (len(opened), len(asked)) == (3, 1)
    with pytest.raises(ValueError):
        drawing.page_picture(actor, document, 1, percent=117)
    office: Any = FakeDocument(digest="", media_type="application/msword")
    with pytest.raises(PageUnshowable):
        drawing.outline(actor, office)


def test_two_workers_answer_two_readers_at_once() -> None:
    both = Pool(2)
    data = making.typeset_pdf("كتاب", pages=4)
    sizes: list[tuple[int, int]] = []
    threads = [
        threading.Thread(target=lambda page=page: sizes.append(drawn(both, data, page=page).size))
        for page in (1, 2, 3, 4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    both.close()
    assert sizes == [(596, 842)] * 4
