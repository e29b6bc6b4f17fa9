# SPDX-License-Identifier: EUPL-1.2
"""A letter that came on paper: scanned, registered beside its image, once, and linked to what it answers."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.queries import granted
from mukatabat.access.grants.rules import Grantee
from mukatabat.directory.errors import ClosedBody
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.paper import Acknowledgement, key_in, to_hand_over
from mukatabat.exchange.rules import Event
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import DirectionMarks
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.intake import put_away, register_paper, take_in
from mukatabat.letters.actions.receiving import accept_arrival
from mukatabat.letters.commands import AcceptCommand, PaperCommand
from mukatabat.letters.errors import (
    LetterDateUnsuitable,
    ScanAlreadyDecided,
    ScanUnsuitable,
    SourceUnsuitable,
    SubjectMissing,
    SubjectUnprintable,
    UnknownChoice,
)
from mukatabat.letters.models import Letter, Link, Scan
from mukatabat.letters.queries.intake import waiting_scans
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.tenancy.context import scope
from mukatabat.vault.errors import FileRefused
from mukatabat.vault.rules import Upload
from mukatabat.work import queries as work
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import FL, MOF, MOH, MPW, Cast
from tests.letters.pages import at, browser
from tests.story import arrived, issued_letter, run_jobs
from tests.together import together
from tests.vault.making import pdf, picture

pytestmark = pytest.mark.django_db
SUBJECT = "طلب بيان بشأن تجديد عقد الصيانة"


def scanned(cast: Cast, name: str = "كتاب.pdf", login: str = "clerk.fl") -> Scan:
    """A scan in the Department's registry."""
    return take_in(cast(login), Upload(name, io.BytesIO(pdf())))


def typed(**changes: Any) -> PaperCommand:
    """What a clerk types from a letter of the Ministry of Health."""
    said = {"source_id": MOH, "their_reference": "٧٧/٢٠٢٦", "their_date": clock.today(), "subject": SUBJECT}
    return PaperCommand(**{**said, **changes})


def fields(**changes: str) -> dict[str, str]:
    """The same as a page sends it."""
    return {
        "source": str(MOH), "their_reference": "٧٧/٢٠٢٦", "their_date": clock.today().isoformat(), "subject": SUBJECT,
        "letter_type": "general", "secrecy": "normal", "urgency": "normal", **changes,
    }  # fmt: skip


def numbers(cast: Cast) -> list[str]:
    """Every number of the Department."""
    with scope(cast("clerk.fl")):
        return list(Entry.objects.order_by("reference").values_list("reference", flat=True))


def test_a_letter_on_paper_gets_number_item_holder_and_says_that_its_original_is_paper(cast: Cast) -> None:
    scan, enclosure = scanned(cast), scanned(cast, "مرفق.pdf")
    to = Task(holder=Grantee.post(cast.post("head.fl")), act=Act.STUDY)
    command = typed(
        more_scans=(enclosure.id,),
        attachments_listed="قرص مدمج واحد",
        referral=ReferralCommand(task=to, note="للدراسة"),
    )
    letter = register_paper(cast("clerk.fl"), scan.id, command)
    assert letter.reference.endswith("-00001")
    assert (letter.on_paper, letter.their_reference, letter.document_id) == (True, "77/2026", scan.document_id)
    with scope(cast("clerk.fl")):
        assert [one.name for one in letter.attachments.all()] == ["مرفق.pdf"]
    item = work.item_of(cast("head.fl"), letter.id)
    assert item is not None
    assert item.holder_id == cast.post("head.fl")
    assert waiting_scans(cast("clerk.fl")) == []
    for panel in ("track", "data"):
        page = browser("clerk.fl").get(at("letter", letter.id), {"panel": panel}).content.decode()
        assert "أصل ورقي" in page
        assert "لم يتغير منذ توقيعه" not in page, "a scan claims no signature"
    assert "قرص مدمج واحد" in page
    assert not any(registers.check(cast("clerk.fl")).values())


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_take_one_scan_get_one_number_between_them(cast: Cast) -> None:
    scan = scanned(cast)
    clerks = [cast("clerk.fl"), cast("clerk2.fl")]
    outcomes = together(*(lambda one=one: register_paper(one, scan.id, typed()) for one in clerks))
    assert sorted(type(one).__name__ for one in outcomes) == ["Letter", "ScanAlreadyDecided"]
    assert len(numbers(cast)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_register_one_reference_from_two_scans_do_it_once_until_one_decides(cast: Cast) -> None:
    scans = [scanned(cast), scanned(cast, "ثانٍ.pdf")]
    clerks = [cast("clerk.fl"), cast("clerk2.fl")]
    outcomes = together(
        *(
            lambda one=one, scan=scan: register_paper(one, scan.id, typed())
            for one, scan in zip(clerks, scans, strict=True)
        )
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyRegistered", "Letter"]
    (first,) = (one for one in outcomes if isinstance(one, Letter))
    left = waiting_scans(clerks[0])[0]
    second = register_paper(clerks[0], left.id, typed(their_reference="77/2026", despite=first.id))
    assert numbers(cast) == [first.reference, second.reference]


def test_the_same_reference_of_another_body_or_no_reference_is_no_twin(cast: Cast) -> None:
    register_paper(cast("clerk.fl"), scanned(cast).id, typed())
    register_paper(cast("clerk.fl"), scanned(cast).id, typed(source_id=MPW))
    for _ in range(2):
        register_paper(cast("clerk.fl"), scanned(cast).id, typed(their_reference=""))
    assert len(numbers(cast)) == 4


def test_an_electronic_arrival_whose_paper_was_registered_before_is_shown_beside_it(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    paper = register_paper(
        cast("clerk.fl"), scanned(cast).id, typed(source_id=MOF, their_reference=arrival.sender_reference.lower())
    )
    clerk = browser("clerk.fl")
    page = clerk.get(at("arrival", arrival.id)).content.decode()
    assert paper.reference in page
    assert f'name="despite" value="{paper.id}"' in page
    refused = clerk.post(at("register", arrival.id), {})
    assert refused.status_code == 409
    assert len(numbers(cast)) == 1
    assert clerk.post(at("register", arrival.id), {"despite": str(paper.id)}).status_code == 302
    assert len(numbers(cast)) == 2
    with pytest.raises(NotFoundOrForbidden):
        accept_arrival(cast("clerk.moh"), arrival.id, AcceptCommand(despite=paper.id))


def test_an_answer_on_paper_ends_the_wait_for_a_letter_that_went_on_paper(cast: Cast) -> None:
    Body.objects.filter(id=FL).update(channel=Channel.PAPER)
    question = issued_letter(cast)
    run_jobs()
    (consignment,) = to_hand_over(cast("clerk.mof"))
    key_in(cast("clerk.mof"), consignment.id, Acknowledgement(event=Event.HAND_OVER, at=clock.now(), taken_by="أحمد"))
    clerk = browser("clerk.mof")
    scan = scanned(cast, login="clerk.mof")
    sent, asked = fields(source=str(FL)), consignment.parcel.read().reference
    assert clerk.post(at("scan", scan.id), sent | {"answers": "MOF-O-2020-09999"}).status_code == 400
    assert clerk.post(at("scan", scan.id), sent | {"answers": asked}).status_code == 302
    run_jobs()
    actor = cast("adviser.mof")
    assert [one.state for one in exchange.consignments_of(actor, [question.id])[question.id]] == ["answered"]
    item = work.item_of(actor, question.id)
    assert item is not None
    assert item.state == "done"
    with scope(actor):
        link = Link.objects.get(to_id=question.id)
        assert granted(actor, [link.letter_id]), "who asked sees the answer"


def test_a_sealed_letter_on_paper_opens_to_its_reader_and_no_longer_to_who_scanned_it(cast: Cast) -> None:
    scan = scanned(cast)
    clerk = browser("clerk.fl")
    assert b"".join(clerk.get(at("scan_document", scan.id))).startswith(b"%PDF-")
    letter = register_paper(cast("clerk.fl"), scan.id, typed(secrecy=Secrecy.SECRET))
    assert "-X-" in letter.reference
    assert not granted(cast("clerk.fl"), [letter.id])
    assert granted(cast("president.fl"), [letter.id])
    for url in (at("scan", scan.id), at("scan_document", scan.id), at("letter", letter.id)):
        assert clerk.get(url).status_code == 404
    assert SUBJECT not in clerk.get("/registers/confidential/").content.decode()


BAD: dict[str, tuple[type[Exception], dict[str, Any]]] = {
    "no subject": (SubjectMissing, {"subject": "  "}),
    "a subject with bidi controls": (DirectionMarks, {"subject": "طلب \u202eرأي"}),
    "an unprintable subject": (SubjectUnprintable, {"subject": "طلب 🙂"}),
    "no date": (LetterDateUnsuitable, {"their_date": None}),
    "tomorrow": (LetterDateUnsuitable, {"their_date": clock.today() + timedelta(days=2)}),
    "from the own body": (SourceUnsuitable, {"source_id": FL}),
    "a type of no list": (UnknownChoice, {"letter_type": "x"}),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_missing_is_named_and_takes_no_number(cast: Cast, case: str) -> None:
    error, changes = BAD[case]
    scan = scanned(cast)
    with pytest.raises(error):
        register_paper(cast("clerk.fl"), scan.id, typed(**changes))
    assert numbers(cast) == []
    assert [one.id for one in waiting_scans(cast("clerk.fl"))] == [scan.id]


def test_a_closed_body_sends_no_paper(cast: Cast) -> None:
    Body.objects.filter(id=MOH).update(valid_to="2025-01-01")
    with pytest.raises(ClosedBody):
        register_paper(cast("clerk.fl"), scanned(cast).id, typed())


@pytest.mark.parametrize(("name", "data"), [("ملف.txt", b"text"), ("كاذب.pdf", b"MZ" + bytes(64)), ("فارغ.pdf", b"")])
def test_what_is_no_picture_of_paper_is_not_taken_in(cast: Cast, name: str, data: bytes) -> None:
    with pytest.raises((ScanUnsuitable, FileRefused)):
        take_in(cast("clerk.fl"), Upload(name, io.BytesIO(data)))
    assert waiting_scans(cast("clerk.fl")) == []


def test_only_the_registry_takes_in_and_only_its_own_scans_are_seen(cast: Cast) -> None:
    with pytest.raises(CapabilityMissing):
        take_in(cast("adviser.fl"), Upload("كتاب.pdf", io.BytesIO(pdf())))
    scan = scanned(cast)
    for login in ("clerk.mof", "clerk.moh"):
        with pytest.raises(NotFoundOrForbidden):
            register_paper(cast(login), scan.id, typed(source_id=MPW))
        for name in ("scan", "scan_document"):
            assert browser(login).get(at(name, scan.id)).status_code == 404
    put_away(cast("clerk2.fl"), scan.id)
    with pytest.raises(ScanAlreadyDecided):
        register_paper(cast("clerk.fl"), scan.id, typed())


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_batch_is_registered_one_after_the_other_on_pages(cast: Cast, language: str) -> None:
    clerk = browser("clerk.fl", language=language)
    files = [
        SimpleUploadedFile("أول.pdf", pdf()), SimpleUploadedFile("ثانٍ.jpg", picture("jpeg")),
        SimpleUploadedFile("ثالث.tiff", picture("tiff")),
    ]  # fmt: skip
    opened = clerk.post(at("scans"), {"files": files}, follow=True)
    first = opened.redirect_chain[-1][0]
    page = opened.content.decode()
    assert 'name="their_date" value=""' in page, "the date is read from the letter"
    assert [one["name"] for one in opened.context["strip"]] == ["أول.pdf", "ثانٍ.jpg", "ثالث.tiff"]
    again = clerk.post(first, fields(their_date=""))
    assert again.status_code == 400
    assert again.context["errors"][0]["field"] == "id_their_date"
    assert SUBJECT in again.content.decode()
    second = clerk.post(first, fields(), follow=True)
    assert second.context["scan"]["name"] == "ثانٍ.jpg", "the next one that waits"
    twin = clerk.get(at("scan_suggestions"), {"source": str(MOH), "their_reference": "77/2026"}).content.decode()
    assert "FL-I-" in twin
    third = clerk.post(second.redirect_chain[-1][0], fields(their_reference="78"), follow=True)
    assert third.context["scan"]["name"] == "ثالث.tiff"
    done = clerk.post(third.redirect_chain[-1][0], fields(their_reference="79"), follow=True)
    assert done.redirect_chain[-1][0] == at("scans")
    assert len(numbers(cast)) == 3
