# SPDX-License-Identifier: EUPL-1.2
"""Pages travel compressed, and nothing else does."""

from __future__ import annotations

import gzip

import pytest
from django.urls import reverse

from mukatabat.tenancy.context import scope
from tests.cast import Cast
from tests.story import issued_letter
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
TAKES = {"accept-encoding": "gzip, br"}


def test_a_page_is_packed_for_whoever_takes_that_and_never_twice_the_same_length(browser: Browser) -> None:
    client = browser("clerk.mof")
    plain = client.get(reverse("work:queue"))
    packed = [client.get(reverse("work:queue"), headers=TAKES) for _ in range(12)]
    assert "Content-Encoding" not in plain.headers
    assert {answer.headers["Content-Encoding"] for answer in packed} == {"gzip"}
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in packed)
    assert gzip.decompress(packed[0].content).startswith(b"<!doctype html>")
    assert len(packed[0].content) * 3 < len(plain.content)
    assert len({len(answer.content) for answer in packed}) > 1  # else a length would tell what a page repeats


def test_a_document_goes_as_it_lies(browser: Browser, cast: Cast) -> None:
    letter = issued_letter(cast)
    with scope(cast("clerk.mof")):
        letter.refresh_from_db()
    client = browser("clerk.mof")
    page = client.get(reverse("letters:letter", args=[letter.id]), headers=TAKES)
    file = client.get(reverse("letters:document", args=[letter.id, letter.document_id]), headers=TAKES)
    assert page.headers["Content-Encoding"] == "gzip"
    assert file.status_code == 200
    assert "Content-Encoding" not in file.headers
    assert int(file.headers["Content-Length"]) == len(file.getvalue())
