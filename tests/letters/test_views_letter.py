# SPDX-License-Identifier: EUPL-1.2
"""The letter's own page over HTTP, what is done with it, and the registry's page of an arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pypdfium2
import pytest
from django.urls import URLPattern
from django.urls.converters import IntConverter

from mukatabat.access.grants.rules import Grantee
from mukatabat.access.models import Account
from mukatabat.directory.seed import body_id
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters import urls
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Attachment, Letter
from mukatabat.letters.rules import LetterKind
from mukatabat.press.content import validate
from mukatabat.tenancy.context import scope
from mukatabat.vault import store
from mukatabat.vault.models import DocumentKey
from mukatabat.work import queries as work
from mukatabat.work.actions import refer
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import FL, MOF, MOH
from tests.letters.pages import at, browser
from tests.story import approved_letter, arrived, issued_letter, registered, run_jobs

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client

    from tests.cast import Cast

pytestmark = pytest.mark.django_db

PANELS = ("track", "referrals", "files", "data")


def _mine(cast: Cast, login: str, letter_id: UUID) -> Letter:
    with scope(cast(login)):
        return Letter.objects.get(id=letter_id)


def _to(cast: Cast, login: str, note: str = "") -> AcceptCommand:
    task = Task(holder=Grantee.person(cast(login).person), act=Act.REPLY)
    return AcceptCommand(referral=ReferralCommand(task=task, note=note))


# ── the letter ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("panel", PANELS)
def test_both_sides_see_both_numbers_and_only_their_own_notes(cast: Cast, language: str, panel: str) -> None:
    question = issued_letter(cast)
    incoming = registered(cast, _to(cast, "adviser.fl", note="ملاحظة داخلية سرية"))
    run_jobs()
    year = clock.today().year
    theirs = browser("adviser.mof", language=language).get(at("letter", question.id), {"panel": panel})
    ours = browser("adviser.fl", language=language).get(at("letter", incoming.id), {"panel": panel})
    assert (theirs.status_code, ours.status_code) == (200, 200)
    assert f"MOF-O-{year}-00001" in theirs.content.decode()
    assert f"FL-I-{year}-00001" in ours.content.decode()
    if panel == "track":
        assert f"FL-I-{year}-00001" in theirs.content.decode()
        assert f"MOF-O-{year}-00001" in ours.content.decode()
        assert "ملاحظة داخلية سرية" in ours.content.decode()
    assert "ملاحظة داخلية سرية" not in theirs.content.decode()


def test_the_verdict_over_several_recipients_is_in_the_reader_s_digits(cast: Cast) -> None:
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    run_jobs()
    registered(cast, _to(cast, "adviser.fl"))
    run_jobs()
    reader = browser("adviser.mof", language="en")
    for digits, title, other in (("latn", ">1<", ">2<"), ("arab", ">١<", ">٢<")):
        Account.objects.filter(login="adviser.mof").update(digits=digits)
        verdict = (
            reader.get(at("letter", letter.id))
            .content.decode()
            .partition('class="verdict')[2]
            .partition("</section>")[0]
        )
        assert "Registered by" in verdict and title in verdict and other in verdict


def test_a_reference_in_a_text_leads_to_the_letter_where_the_reader_may_read_it(cast: Cast) -> None:
    issued_letter(cast)
    first = registered(cast, _to(cast, "adviser.fl"))
    issued_letter(cast)
    note = f"انظر {first.their_reference} و<b>MOH-O-2026-99999</b>"
    second = registered(cast, _to(cast, "head.fl", note=note))
    refer(cast("head.fl"), second.id, _to(cast, "adviser.fl", note=note).referral)
    link = f'<a href="{at("letter", first.id)}"><bdi class="ref" dir="ltr">{first.their_reference}</bdi></a>'
    for login, leads in (("adviser.fl", True), ("head.fl", False)):
        page = browser(login).get(at("letter", second.id), {"panel": "referrals"}).content.decode()
        assert (link in page) is leads, login
        assert first.their_reference in page
        assert "<b>MOH" not in page


def test_a_letter_that_is_cited_is_a_click_away_from_the_text(cast: Cast) -> None:
    question = _mine(cast, "adviser.mof", issued_letter(cast).id)
    content = validate({
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "reference", "attrs": {"value": question.reference}}]}],
    })  # fmt: skip
    answer = issued_letter(cast, content=content)
    page = browser("adviser.mof").get(at("letter", answer.id), {"view": "text"}).content.decode()
    assert f'<a href="{at("letter", question.id)}"><bdi class="ref" dir="ltr">{question.reference}</bdi></a>' in page


def test_the_signed_document_opens_in_nobody_s_frame(cast: Cast) -> None:
    letter = _mine(cast, "signer.mof", issued_letter(cast).id)
    client = browser("adviser.mof")
    shown = client.get(at("document", letter.id, letter.document_id))
    assert shown.headers["Content-Type"] == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline; ")
    assert "frame-ancestors 'none'" in shown.headers["Content-Security-Policy"]
    assert b"".join(shown).startswith(b"%PDF-")
    saved = client.get(at("document", letter.id, letter.document_id), {"download": ""})
    assert saved.headers["Content-Disposition"].startswith("attachment; ")
    saved.close()


def test_both_sides_read_the_text_on_the_letterhead(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast)
    for login, letter in (("adviser.mof", question), ("clerk.fl", incoming)):
        page = browser(login).get(at("letter", letter.id), {"view": "text"}).content.decode()
        assert "يرجى التفضل بإبداء الرأي القانوني" in page
        assert "وزارة المالية" in page


def test_a_document_that_was_altered_is_not_shown(cast: Cast) -> None:
    letter = _mine(cast, "signer.mof", issued_letter(cast).id)
    with scope(cast("signer.mof")):
        Attachment.objects.all().delete()
        address = DocumentKey.objects.get(document_id=letter.document_id).address
    path = next(one for one in store().root.rglob("*") if one.is_file() and one.name == address[7:])
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.4 something else")
    client = browser("adviser.mof", language="en")
    page = client.get(at("letter", letter.id)).content.decode()
    assert "not the one that was signed" in page and "data-viewer" not in page
    assert client.get(at("document", letter.id, letter.document_id)).status_code == 500


def test_stamp_and_sheet_of_notes_are_printed(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast, _to(cast, "adviser.fl", note="لإعداد الرد"))
    client = browser("clerk.fl")
    for url in (at("stamp", incoming.id), at("stamp", incoming.id) + "?label", at("minutes", incoming.id)):
        answer = client.get(url)
        assert answer.content.startswith(b"%PDF-"), url


def test_a_stamped_copy_is_the_stamp_and_the_pages_and_only_of_what_came_in(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast, _to(cast, "adviser.fl", note="لإعداد الرد"))
    client = browser("clerk.fl", language="en")
    page = client.get(at("letter", incoming.id)).content.decode()
    assert at("stamped", incoming.id) in page
    copy, original = (client.get(at(*place)) for place in (("stamped", incoming.id), _document_of(cast, incoming)))
    with pypdfium2.PdfDocument(copy.content) as pdf, pypdfium2.PdfDocument(b"".join(original)) as source:
        assert len(pdf) == len(source) + 1
    assert copy.headers["X-Content-Type-Options"] == "nosniff"
    assert browser("signer.mof").get(at("stamped", question.id)).status_code == 404


def _document_of(cast: Cast, letter: Letter) -> tuple[object, ...]:
    with scope(cast("clerk.fl")):
        return "document", letter.id, Letter.objects.get(id=letter.id).document_id


def test_an_addressee_who_opens_the_letter_is_told_of_and_a_clerk_is_not(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast)
    browser("clerk.fl").get(at("letter", incoming.id))
    run_jobs()
    assert _state(cast, question.id) == "registered"
    with_head = ReferralCommand(task=Task(holder=Grantee.person(cast("head.fl").person), act=Act.STUDY))
    refer(cast("clerk.fl"), incoming.id, with_head)
    browser("head.fl").get(at("letter", incoming.id))
    run_jobs()
    assert _state(cast, question.id) == "opened"


def _state(cast: Cast, letter_id: UUID) -> str:
    return str(exchange.consignments_of(cast("adviser.mof"), [letter_id])[letter_id][0].state)


# ── handing on ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_holder_refers_with_a_note_and_a_working_day(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    client = browser("clerk.fl", language="en")
    assert client.get(at("refer", incoming.id)).status_code == 200
    fragment = client.get(at("refer", incoming.id), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and "منيرة" not in fragment.split("<optgroup")[0]
    to = f"post:{cast.post('head.fl')}"
    fields = {"to": to, "act": "study", "due": "other", "due_date": "2020-01-01", "note": "كما كتبت"}
    past = client.post(at("refer", incoming.id), fields)
    assert past.status_code == 400
    assert "كما كتبت" in past.content.decode() and "#id_due_date" in past.content.decode()
    assert client.post(at("refer", incoming.id), {"to": "nobody", "act": "study"}).status_code == 400
    assert client.post(at("refer", incoming.id), {"to": to, "act": "sign"}).status_code == 400
    good = client.post(at("refer", incoming.id), {"to": to, "act": "study", "note": "كما كتبت", "due": ""})
    assert good.status_code == 302
    again = client.post(at("refer", incoming.id), {"to": to, "act": "study", "due": ""})
    assert again.status_code == 409
    assert [one.object_id for one in work.queue(cast("head.fl"), work.Tab.REQUIRED)] == [incoming.id]


def test_an_adviser_gives_an_item_back_to_its_sender_and_to_nobody_else(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast, _to(cast, "adviser.fl"))
    client = browser("adviser.fl")
    elsewhere = client.post(at("refer", incoming.id), {"to": f"post:{cast.post('head.fl')}", "act": "study"})
    assert elsewhere.status_code == 403
    back = client.post(at("refer", incoming.id), {"to": f"person:{cast('clerk.fl').person_id}", "act": "study"})
    assert back.status_code == 302


def test_done_is_said_in_a_sentence(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast, _to(cast, "adviser.fl"))
    client = browser("adviser.fl")
    assert client.get(at("complete", incoming.id)).status_code == 200
    assert client.post(at("complete", incoming.id), {"reason": "اطلعنا، ولا رأي لنا"}).status_code == 302
    assert client.post(at("complete", incoming.id), {"reason": "مرة أخرى"}).status_code == 409
    assert "اطلعنا، ولا رأي لنا" in browser("clerk.fl").get(at("letter", incoming.id)).content.decode()


def test_a_letter_is_withdrawn_until_it_is_registered(cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    consignment = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id][0]
    client = browser("adviser.mof", language="en")
    url = at("withdraw", letter.id, consignment.id)
    assert url in client.get(at("letter", letter.id)).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 400
    assert client.post(at("withdraw", letter.id, uuid4()), {"reason": "خطأ"}).status_code == 404
    assert client.post(url, {"reason": "أُرسل خطأً"}).status_code == 302
    assert client.post(url, {"reason": "أُرسل خطأً"}).status_code == 409


def test_a_registered_letter_is_not_withdrawn(cast: Cast) -> None:
    letter = issued_letter(cast)
    registered(cast)
    consignment = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id][0]
    answer = browser("adviser.mof").post(at("withdraw", letter.id, consignment.id), {"reason": "متأخر"})
    assert answer.status_code == 409
    assert "متأخر" in answer.content.decode()


# ── arrivals ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("view", ["original", "text"])
def test_a_clerk_reads_an_arrival_beside_its_form(cast: Cast, language: str, view: str) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    page = browser("clerk.fl", language=language).get(at("arrival", arrival.id), {"view": view}).content.decode()
    assert arrival.sender_reference in page
    assert ("data-viewer" in page) is (view == "original")
    assert ("يرجى التفضل بإبداء الرأي" in page) is (view == "text")


def test_an_arrival_is_registered_and_referred_in_one_step(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    fields = {"version": "1", "to": f"post:{cast.post('head.fl')}", "act": "study", "note": "للدراسة", "due": ""}
    answer = browser("clerk.fl").post(at("register", arrival.id), fields, follow=True)
    assert answer.status_code == 200
    assert f"FL-I-{clock.today().year}-00001" in answer.content.decode()
    assert len(work.queue(cast("head.fl"), work.Tab.REQUIRED)) == 1


def test_two_clerks_register_once_and_the_second_learns_by_whom(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    first = browser("clerk.fl").post(at("register", arrival.id), {"version": "1"})
    second = browser("clerk2.fl", language="en").post(at("register", arrival.id), {"version": "1"})
    assert (first.status_code, second.status_code) == (302, 409)
    assert "سالم العجمي" in second.content.decode()
    assert f"FL-I-{clock.today().year}-00001" in second.content.decode()
    with scope(cast("clerk.fl")):
        assert Letter.objects.count() == 1


def test_an_arrival_is_returned_with_ground_and_reason(cast: Cast) -> None:
    question = issued_letter(cast)
    arrival = arrived(cast)
    client = browser("clerk.fl")
    assert client.post(at("return_arrival", arrival.id), {"reason": " "}).status_code == 400
    fields = {"reason_code": "incomplete", "reason": "لم ترد صورة العقد"}
    assert client.post(at("return_arrival", arrival.id), fields).status_code == 302
    run_jobs()
    page = browser("adviser.mof").get(at("letter", question.id)).content.decode()
    assert "نقص المرفقات: لم ترد صورة العقد" in page


def test_an_arrival_is_redirected_to_the_competent_body(cast: Cast) -> None:
    question = issued_letter(cast)
    arrival = arrived(cast)
    client = browser("clerk.fl")
    moh = str(body_id("MOH"))
    for body, reason, status in (
        ("x", "سبب", 400),
        (str(MOF), "سبب", 400),
        (moh, "", 400),
        (moh, "لعدم الاختصاص", 302),
    ):
        answer = client.post(at("redirect_arrival", arrival.id), {"body": body, "reason": reason})
        assert answer.status_code == status, (body, reason)
    run_jobs()
    stations = exchange.consignments_of(cast("adviser.mof"), [question.id])[question.id]
    assert [str(one.state) for one in stations] == ["redirected", "delivered"]
    assert browser("adviser.mof").get(at("letter", question.id)).status_code == 200
    assert browser("clerk.moh").get(at("arrival", arrived(cast, "clerk.moh").id)).status_code == 200


def test_a_sealed_arrival_shows_its_envelope_alone_and_its_letter_not_to_the_registry(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL, subject="أمر خاص جدًا")
    arrival = arrived(cast)
    client = browser("clerk.fl")
    page = client.get(at("arrival", arrival.id)).content.decode()
    assert "أمر خاص جدًا" not in page and "data-viewer" not in page
    document = arrival.documents[0][1]
    assert client.get(at("arrival_document", arrival.id, document)).status_code == 404
    taken = client.post(at("register", arrival.id), {"to": f"post:{cast.post('head.fl')}", "act": "study", "due": ""})
    assert taken.status_code == 302
    letter_id = _arrival(cast, arrival.id).letter_id
    assert letter_id is not None
    assert taken.headers["Location"] != at("letter", letter_id)
    assert client.get(at("letter", letter_id)).status_code == 404
    assert browser("head.fl").get(at("letter", letter_id)).status_code == 404
    assert "أمر خاص جدًا" in browser("president.fl").get(at("letter", letter_id)).content.decode()


def _arrival(cast: Cast, arrival_id: UUID) -> Arrival:
    with scope(cast("clerk.fl")):
        return Arrival.objects.get(id=arrival_id)


def test_a_memo_is_taken_in_by_the_unit_that_it_addresses(cast: Cast) -> None:
    memo = AddresseeCommand(MOF, unit_id=cast("finance.mof").unit_ids[0])
    issued_letter(cast, kind=LetterKind.MEMO, addressees=(memo,))
    arrival = arrived(cast, "finance.mof")
    client = browser("finance.mof")
    assert client.get(at("arrival", arrival.id)).status_code == 200
    answer = client.post(at("register", arrival.id), {}, follow=True)
    assert f"MOF-M-{clock.today().year}-00001" in answer.content.decode()
    assert browser("clerk.mof").get(at("arrival", arrival.id)).status_code == 404


# ── isolation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _addresses(letter_id: UUID, arrival_id: UUID) -> list[tuple[str, str]]:
    """Every route of a letter or an arrival, with any other identifier made up."""
    found = []
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        known = {"letter_id": letter_id, "arrival_id": arrival_id}
        if not known.keys() & names.keys():
            continue
        made_up = {name: 1 if isinstance(one, IntConverter) else uuid4() for name, one in names.items()}
        where = [known.get(name, made_up[name]) for name in names]
        found.append((str(pattern.name), at(str(pattern.name), *where)))
    return found


def _shut(client: Client, url: str) -> bool:
    answers = [
        client.get(url),
        client.post(url, {"version": "1", "subject": "x", "body": "x", "reason": "x", "text": "x"}),
    ]
    return all(one.status_code in {404, 405} for one in answers) and any(one.status_code == 404 for one in answers)


@pytest.mark.parametrize("login", ["clerk.moh", "adviser.moh", "signer.moh", "adviser1.fl", "circle2.fl", "admin.fl"])
def test_outsiders_and_colleagues_without_a_grant_find_nothing(cast: Cast, login: str) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    letter = registered(cast)
    client = browser(login)
    for name, url in _addresses(letter.id, arrival.id):
        assert _shut(client, url), name


def test_who_is_not_signed_in_is_sent_to_the_door(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("adviser.mof")
    client.cookies.clear()
    for name, url in _addresses(letter.id, uuid4()):
        answer = client.get(url)
        assert answer.status_code in {302, 401}, name
        assert answer.status_code == 401 or answer.headers["Location"].startswith("/sign-in/"), name


def test_a_letter_of_one_body_is_no_letter_of_the_other(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast)
    assert browser("clerk.fl").get(at("letter", question.id)).status_code == 404
    assert browser("adviser.mof").get(at("letter", incoming.id)).status_code == 404
