# SPDX-License-Identifier: EUPL-1.2
"""The short code of an issued letter: on its paper, in its parcel, with its issue."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError, transaction

from mukatabat.kernel.codes import ShortCode
from mukatabat.letters.actions.issuing import begin_issue, give_up
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.printing import verification_of
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.vault.queries import open_document
from mukatabat.web.configuration import Configuration
from tests.cast import Cast
from tests.story import approved_letter, arrived, issue, issued_letter

pytestmark = pytest.mark.django_db
ORIGIN = "https://verify.example"


@pytest.fixture(autouse=True)
def _origin(settings: Any) -> None:
    settings.MUKATABAT_VERIFICATION_ORIGIN = ORIGIN


def signed_bytes(cast: Cast, letter: Letter) -> bytes:
    with scope(cast("signer.mof")):
        letter.refresh_from_db()
        _, file = open_document(cast("signer.mof"), letter.document_id)
        with file:
            return file.read()


def test_the_code_on_the_signed_paper_is_the_one_kept_with_the_issue_and_sent_in_the_parcel(cast: Cast) -> None:
    letter = issued_letter(cast)
    document = signed_bytes(cast, letter)
    with scope(cast("signer.mof")):
        kept = Issue.objects.get(letter=letter).code
    with pypdfium2.PdfDocument(document) as pdf:
        (code,) = zxingcpp.read_barcodes(pdf[0].render(scale=150 / 72).to_pil().convert("L"))
    assert code.text == f"{ORIGIN}/v/{kept}"
    assert str(ShortCode.parse(kept)) == kept
    assert arrived(cast).read().code == kept


def test_the_fingerprint_on_the_paper_is_that_of_the_source_inside_the_file(cast: Cast) -> None:
    document = signed_bytes(cast, issued_letter(cast))
    with pikepdf.open(BytesIO(document)) as pdf:
        source = pdf.attachments["source.json"].get_file().read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    with pypdfium2.PdfDocument(document) as pdf:
        # The reader turns Latin runs of an Arabic line round, so a group is known by its signs alone.
        shown = {"".join(sorted(word)) for word in pdf[0].get_textpage().get_text_range().split()}
    assert {"".join(sorted(group)) for group in (digest[:4], digest[4:8], digest[-8:-4], digest[-4:])} <= shown
    assert json.loads(source)["code"]


def test_another_issue_of_the_same_letter_has_another_code(cast: Cast) -> None:
    letter, signer = approved_letter(cast), cast("signer.mof")
    given_up = begin_issue(signer, letter.id, provider=service.provider())
    give_up(signer, letter.id, "عدلت عن التوقيع")
    issue(signer, letter.id)
    with scope(signer):
        codes = set(Issue.objects.filter(letter=letter).values_list("code", flat=True))
    assert given_up.code in codes and len(codes) == 2


def test_two_issues_never_share_a_code(cast: Cast) -> None:
    first, second = issued_letter(cast), issued_letter(cast)
    with scope(cast("signer.mof")):
        code = Issue.objects.get(letter=first).code
        with pytest.raises(IntegrityError), transaction.atomic():
            Issue.objects.filter(letter=second).update(code=code)


def test_an_installation_without_a_page_for_checking_prints_no_code_and_still_keeps_it(
    cast: Cast, settings: Any
) -> None:
    settings.MUKATABAT_VERIFICATION_ORIGIN = ""
    letter = issued_letter(cast)
    with pypdfium2.PdfDocument(signed_bytes(cast, letter)) as pdf:
        assert zxingcpp.read_barcodes(pdf[0].render(scale=150 / 72).to_pil()) == []
    with scope(cast("signer.mof")):
        assert Issue.objects.get(letter=letter).code


def test_a_letter_from_before_the_codes_prints_none() -> None:
    assert verification_of("") is None


@pytest.mark.parametrize("origin", ["verify.example", "https://verify.example/", "https://a/b", "ftp://a", "https://"])
def test_a_page_for_checking_is_named_as_an_origin_alone(origin: str) -> None:
    with pytest.raises(ValueError, match="scheme and host alone"):
        Configuration(verification_origin=origin)
