# SPDX-License-Identifier: EUPL-1.2
"""A sealed letter without a reader: two persons name one, neither reads it, and neither does it alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mukatabat.access.grants.rules import Reason
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.errors import OwnGain, OwnProposal
from mukatabat.directory.models import Change
from mukatabat.letters.actions.recovery import confirm_reader, propose_reader
from mukatabat.letters.errors import NoSealedLetter
from mukatabat.letters.models import Letter
from mukatabat.letters.queries import access_letter
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions
from mukatabat.vault.errors import NotAReader
from mukatabat.vault.queries import open_document
from tests.cast import Cast
from tests.letters.pages import browser
from tests.vault.test_readers import received

pytestmark = [pytest.mark.django_db, pytest.mark.long]

REASON = "غادر القارئ الوحيد الخدمة"


@pytest.fixture
def orphan(cast: Cast) -> Letter:
    """A sealed letter of the Department whose only reader was closed out of it."""
    letter = received(cast)
    with scope(cast("signer.fl")):
        kept = Letter.objects.get(id=letter.id)
        actions.revoke(cast("signer.fl"), letter.id, reason=Reason.ADDRESSEE)
    return kept


def test_two_persons_give_it_a_reader_whom_neither_of_them_is(cast: Cast, orphan: Letter) -> None:
    adviser, admin, second = cast("adviser.fl"), cast("admin.fl"), cast("president.fl")
    assert orphan.document_id is not None
    with pytest.raises(NotAReader):
        open_document(cast("signer.fl"), orphan.document_id)
    change = propose_reader(admin, adviser.person, reference=orphan.reference, reason=REASON)
    with pytest.raises(NotAReader):
        open_document(adviser, orphan.document_id)
    confirm_reader(second, change.pk)
    assert access_letter(adviser, orphan.id).id == orphan.id
    open_document(adviser, orphan.document_id)[1].close()
    for login in (admin, second):
        with pytest.raises(NotAReader):
            open_document(login, orphan.document_id)
    with scope(admin):
        entry = AuditEntry.objects.get(act="vault.reader-recovered")
    assert entry.detail["change"] == str(change.pk)


def test_nobody_does_it_alone_or_for_themselves(cast: Cast, orphan: Letter) -> None:
    admin = cast("admin.fl")
    with pytest.raises(OwnGain):
        propose_reader(admin, admin.person, reference=orphan.reference, reason=REASON)
    change = propose_reader(admin, cast("adviser.fl").person, reference=orphan.reference, reason=REASON)
    with pytest.raises(OwnProposal):
        confirm_reader(admin, change.pk)
    with scope(admin):
        assert not AuditEntry.objects.filter(act="vault.reader-recovered").exists()


@pytest.mark.parametrize("typed", ["FL-X-2026-09999", "كلام", ""])
def test_a_number_that_no_sealed_letter_has_is_refused(cast: Cast, orphan: Letter, typed: str) -> None:
    with pytest.raises(NoSealedLetter):
        propose_reader(cast("admin.fl"), cast("adviser.fl").person, reference=typed, reason=REASON)


def test_another_bodys_sealed_letter_is_unknown_here(cast: Cast, orphan: Letter) -> None:
    with pytest.raises(NoSealedLetter):
        propose_reader(cast("admin.mof"), cast("adviser.mof").person, reference=orphan.reference, reason=REASON)


def test_it_is_proposed_and_confirmed_on_the_pages_of_the_administration(cast: Cast, orphan: Letter) -> None:
    adviser = cast("adviser.fl")
    address = reverse("directory:reader", args=[adviser.person])
    admin = browser("admin.fl")
    assert admin.get(address).status_code == 200
    said = {"reference": orphan.reference, "reason": REASON}
    assert admin.post(address, said).status_code == 302
    with scope(adviser):
        change = Change.objects.get()
    page = browser("president.fl").get(reverse("directory:change", args=[change.pk])).content.decode()
    assert orphan.reference in page
    assert admin.post(address, {"reference": "FL-X-2026-09999", "reason": REASON}).status_code >= 400
    assert browser("head.fl").get(address).status_code == 404


def test_the_letter_names_its_readers_and_says_who_keeps_the_keys(cast: Cast) -> None:
    letter = received(cast)
    page = browser("signer.fl").get(reverse("letters:letter", args=[letter.id]), {"panel": "data"}).content.decode()
    assert "من يقرؤه" in page
    assert "لا مستبعَد" in page
