# SPDX-License-Identifier: EUPL-1.2
"""A print of the books or of the trail leaves under the body's seal; without one it says so."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.urls import reverse

from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.signing import pades, service
from mukatabat.vault.actions import body_seal, pairs, papers
from mukatabat.vault.errors import KeyUnavailable
from mukatabat_verify.pades import SignatureLevel
from tests.cast import MOF
from tests.letters.pages import browser
from tests.press.structure import faults, page_texts
from tests.story import issued_letter, run_jobs

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

SEALED, UNSEALED = "ومحمي من التغيير", "لا تحمل هذه النسخة ختم الجهة الإلكتروني"


def _prints(cast: Cast) -> dict[str, bytes]:
    """The prints that the Ministry of Finance gives out: a day of a book, a list of it, its trail."""
    issued_letter(cast)
    run_jobs()  # its parcel is sealed
    return _looked_at()


def _looked_at() -> dict[str, bytes]:
    clerk, auditor = browser("clerk.mof"), browser("admin.mof")
    return {
        "day": clerk.get(reverse("registers:day_extract"), {"book": "O"}).content,
        "list": clerk.get(reverse("web:outgoing_csv"), {"as": "pdf"}).content,
        "trail": auditor.get(reverse("audit:pdf")).content,
    }


def test_every_print_bears_the_body_s_seal_and_a_time_stamp_and_stays_archival(cast: Cast) -> None:
    prints = _prints(cast)
    own = body_seal(cast("clerk.mof")).chain[0]
    for name, document in prints.items():
        report = pades.validate(document, service.trust(clock.now()))
        assert report.valid and report.covers_whole_file, (name, report)
        assert report.level is SignatureLevel.TIME_STAMPED
        with pikepdf.open(BytesIO(document)) as pdf:
            (field,) = pdf.Root.AcroForm.Fields
            assert own in bytes(field.V.Contents), "by the body, and by nobody else"
        assert faults(document) == [], name
        assert any(SEALED in text for text in page_texts(document)), name


def test_a_changed_print_is_found_out(cast: Cast) -> None:
    document = _prints(cast)["day"]
    at = document.index(b"/Title")
    changed = document[:at] + b"/Titel" + document[at + 6 :]
    assert not pades.validate(changed, service.trust(clock.now())).valid


def test_without_a_seal_in_force_the_print_goes_out_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _prints(cast)
    PublicKey.objects.filter(body=MOF, use=KeyUse.SEAL).update(expires_at=clock.now())
    monkeypatch.setattr(pairs, "replace_pair", None)  # to print makes no seal either
    prints = _looked_at()
    for name, document in prints.items():
        with pikepdf.open(BytesIO(document)) as pdf:
            assert "/AcroForm" not in pdf.Root, name
        assert not any(SEALED in text for text in page_texts(document)), name
    assert any(UNSEALED in text for text in page_texts(prints["day"]))


def test_the_key_that_goes_away_while_it_seals_leaves_a_print_that_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise KeyUnavailable(reason="the token is away")

    _prints(cast)
    monkeypatch.setattr(papers.StoredSeal, "sign", refuse)
    assert any(UNSEALED in text for text in page_texts(_looked_at()["day"]))
