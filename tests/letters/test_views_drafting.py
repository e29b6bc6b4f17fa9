# SPDX-License-Identifier: EUPL-1.2
"""The author's pages over HTTP: writing, saving, files, replies; whatever goes wrong, nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mukatabat.directory.models import Body
from mukatabat.directory.seed import body_id
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Letter
from mukatabat.press.content import to_plain_text, validate
from mukatabat.tenancy.context import scope
from tests.letters.pages import FL, at, browser, draft_fields, post_url
from tests.story import issued_letter, registered

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _drafts(cast: Cast, login: str = "adviser.mof") -> list[Letter]:
    with scope(cast(login)):
        return list(Letter.objects.filter(author_id=cast(login).person_id))


def _begun(cast: Cast, **changes: object) -> UUID:
    draft_id = uuid4()
    answer = browser("adviser.mof").post(at("begin", draft_id), draft_fields(cast, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return draft_id


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kind", ["letter", "memo", "circular"])
def test_an_empty_form_opens_in_both_languages(cast: Cast, language: str, kind: str) -> None:
    page = browser("adviser.mof", language=language).get(at("new"), {"kind": kind})
    assert page.status_code == 200
    assert f"kind={kind}" in post_url(page.content.decode())
    assert f"{at('new')}?kind=circular" in page.content.decode()


def test_a_saved_form_is_a_draft_and_opens_again(cast: Cast) -> None:
    client = browser("adviser.mof")
    url = post_url(client.get(at("new")).content.decode())
    answer = client.post(url, draft_fields(cast), follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "طلب الرأي بشأن فروق الأسعار" in page
    assert "أولًا: صورة العقد." in page
    assert len(_drafts(cast)) == 1


def test_a_double_click_makes_one_draft_and_sends_it_once(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof"), uuid4()
    fields = draft_fields(cast, act="submit")
    answers = [client.post(at("begin", draft_id), fields) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert [one.state for one in _drafts(cast)] == ["review"]


def test_an_incomplete_letter_comes_back_with_everything_typed_and_what_is_missing(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof", language="en"), uuid4()
    answer = client.post(at("begin", draft_id), draft_fields(cast, to=[], signer="", act="submit"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "#id_to" in page and "#id_signer" in page
    assert "طلب الرأي بشأن فروق الأسعار" in page
    assert _drafts(cast)[0].state == "draft"


def test_a_subject_with_direction_overrides_is_refused_and_stays_on_the_page(cast: Cast) -> None:
    draft_id = uuid4()
    answer = browser("adviser.mof").post(at("begin", draft_id), draft_fields(cast, subject="طلب \u202eرأي"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "#id_subject" in page and "\u202e" in page
    assert _drafts(cast) == []


@pytest.mark.parametrize("case", ["unknown", "closed", "training", "garbage"])
def test_a_body_that_may_not_be_addressed_is_named_in_place(cast: Cast, case: str) -> None:
    to = {"unknown": str(uuid4()), "closed": FL, "training": str(body_id("FL", "training")), "garbage": "x"}[case]
    if case == "closed":
        Body.objects.filter(id=FL).update(valid_to=clock.today() - timedelta(days=1))
    answer = browser("adviser.mof").post(at("begin", uuid4()), draft_fields(cast, to=[to]))
    assert answer.status_code == 400
    assert "طلب الرأي بشأن فروق الأسعار" in answer.content.decode()
    assert _drafts(cast) == []


def test_a_memo_goes_to_a_unit_and_a_letter_to_a_body(cast: Cast) -> None:
    client = browser("adviser.mof")
    unit = f"unit:{cast('finance.mof').unit_ids[0]}"
    for kind, to, status in (("memo", unit, 302), ("letter", unit, 400), ("memo", FL, 400)):
        answer = client.post(f"{at('begin', uuid4())}?kind={kind}", draft_fields(cast, to=[to]))
        assert answer.status_code == status, (kind, to)
    assert [(one.kind, one.counterpart_ar) for one in _drafts(cast)] == [("memo", "إدارة الشؤون المالية")]


# ── autosave ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_autosave_begins_the_draft_and_counts_its_versions(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof"), uuid4()
    first = client.post(at("autosave_new", draft_id), draft_fields(cast, subject="م"))
    assert first.status_code == 200 and first.json()["version"] == 1
    lost = client.post(at("autosave_new", draft_id), draft_fields(cast, subject="مسودة"))
    assert lost.json()["version"] == 2, "the answer to the first save may have been lost on the way"
    later = client.post(at("autosave", draft_id), draft_fields(cast, subject="مسودة كتاب", version="2"))
    assert later.json()["version"] == 3
    assert [one.subject for one in _drafts(cast)] == ["مسودة كتاب"]


def test_a_save_says_what_the_draft_still_lacks_and_to_whom_it_goes(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof"), uuid4()
    assert client.get(at("new")).content.decode().count('<li class="stop">') == 4, "nothing was written yet"
    empty = client.post(at("autosave_new", draft_id), draft_fields(cast, body="")).json()
    written = client.post(at("autosave", draft_id), draft_fields(cast, version=str(empty["version"]))).json()
    assert "circle-check" not in empty["standing"] and "circle-check" in written["standing"]
    for said in ("الفتوى والتشريع", "المحترم", at("preview", draft_id), at("discard", draft_id)):
        assert said in empty["standing"]


def test_autosave_over_another_tab_is_a_conflict_in_three_texts(cast: Cast) -> None:
    draft_id = _begun(cast)
    client = browser("adviser.mof", language="en")
    for subject in ("one", "two"):
        client.post(
            at("autosave", draft_id), draft_fields(cast, subject=subject, version=str(_drafts(cast)[0].version))
        )
    answer = client.post(at("autosave", draft_id), draft_fields(cast, subject="late", version="1"))
    assert answer.status_code == 409
    assert set(answer.json()) == {"code", "happened", "safe", "do", "message"}
    assert _drafts(cast)[0].subject == "two"


def test_a_session_that_ended_during_autosave_is_401_and_not_a_redirect(cast: Cast) -> None:
    draft_id = _begun(cast)
    client = browser("adviser.mof")
    client.cookies.clear()
    answer = client.post(at("autosave", draft_id), draft_fields(cast, version="1"))
    assert answer.status_code == 401
    assert answer.json()["message"]


def test_nobody_saves_into_the_draft_of_a_colleague(cast: Cast) -> None:
    draft_id = _begun(cast)
    client = browser("head.mof")
    assert client.post(at("autosave", draft_id), draft_fields(cast, version="1")).status_code == 404
    assert client.post(at("autosave_new", draft_id), draft_fields(cast)).status_code == 404
    assert client.post(at("begin", draft_id), draft_fields(cast)).status_code == 404


def test_marks_that_plain_text_cannot_show_survive_an_untouched_text(cast: Cast) -> None:
    draft_id = _begun(cast)
    actor = cast("adviser.mof")
    bold = {"type": "text", "text": "يرجى", "marks": [{"type": "bold"}]}
    with scope(actor):
        content = {"type": "doc", "content": [{"type": "paragraph", "content": [bold]}]}
        Letter.objects.filter(id=draft_id).update(content=content)
    browser("adviser.mof").post(at("edit", draft_id), draft_fields(cast, version="1", body="يرجى", subject="آخر"))
    letter = _drafts(cast)[0]
    assert (letter.subject, letter.content) == ("آخر", content)


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_good_files_are_kept_and_a_refused_one_is_named(cast: Cast) -> None:
    draft_id = _begun(cast)
    client = browser("adviser.mof", language="en")
    files = [SimpleUploadedFile("ملاحظات.txt", "نص".encode()), SimpleUploadedFile("empty.pdf", b"")]
    answer = client.post(at("edit", draft_id), draft_fields(cast, version="1", act="attach", files=files))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "empty.pdf" in page and "#id_files" in page
    with scope(cast("adviser.mof")):
        kept = _drafts(cast)[0].attachments.get()
    assert kept.name == "ملاحظات.txt"
    opened = client.get(at("document", draft_id, kept.document_id))
    assert opened.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%D9%85" in opened.headers["Content-Disposition"]
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(opened) == "نص".encode()
    removed = client.post(at("detach", draft_id, kept.id), draft_fields(cast, version=str(_drafts(cast)[0].version)))
    assert removed.status_code == 302
    with scope(cast("adviser.mof")):
        assert not _drafts(cast)[0].attachments.exists()


def test_a_draft_is_previewed_as_a_pdf_without_a_number(cast: Cast) -> None:
    draft_id = _begun(cast)
    answer = browser("adviser.mof").get(at("preview", draft_id))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_discarded_draft_leaves_the_desk_after_a_question(cast: Cast) -> None:
    draft_id = _begun(cast)
    client = browser("adviser.mof")
    assert client.get(at("discard", draft_id)).status_code == 200
    assert _drafts(cast)[0].state == "draft"
    assert client.post(at("discard", draft_id)).status_code == 302
    assert _drafts(cast)[0].state == "discarded"


# ── replies ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reply_is_filled_in_from_the_letter_that_it_answers(cast: Cast) -> None:
    issued_letter(cast, urgency="urgent")
    incoming = registered(cast)
    client = browser("clerk.fl")
    page = client.get(at("reply", incoming.id)).content.decode()
    year = clock.today().year
    assert f" data-focus>بالإشارة إلى كتابكم رقم MOF-O-{year}-00001 المؤرخ" in page  # it begins in its text
    assert str(body_id("MOF")) in page
    fields = {
        "version": "0", "to": [str(body_id("MOF"))], "subject": "الرأي", "secrecy": "normal", "urgency": "normal",
        "letter_type": "opinion", "body": f"بالإشارة إلى كتابكم رقم MOF-O-{year}-00001،",
        "approver": "", "signer": str(cast.post("signer.fl")),
    }  # fmt: skip
    assert client.post(post_url(page), fields).status_code == 302
    reply = _drafts(cast, "clerk.fl")[0]
    with scope(cast("clerk.fl")):
        assert [link.to_id for link in reply.links.all()] == [incoming.id]
    runs = reply.content["content"][0]["content"]
    assert {"type": "reference", "attrs": {"value": f"MOF-O-{year}-00001"}} in runs
    assert "MOF-O" in to_plain_text(validate(reply.content))


def test_a_reply_is_never_less_secret_than_its_question(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL)
    incoming = registered(cast)
    client = browser("president.fl")
    page = client.get(at("reply", incoming.id)).content.decode()
    fields = {
        "version": "0", "to": [str(body_id("MOF"))], "subject": "رد", "secrecy": "normal", "urgency": "normal",
        "letter_type": "general", "body": "نص", "signer": str(cast.post("signer.fl")), "act": "submit",
    }  # fmt: skip
    answer = client.post(post_url(page), fields)
    assert answer.status_code == 400
    assert "#id_secrecy" in answer.content.decode()


# ── choices ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_directory_offers_bodies_and_then_their_posts(cast: Cast) -> None:
    client = browser("adviser.mof")
    page = client.get(at("options"), {"q": "الفتوى", "for": "to"}).content.decode()
    assert f'data-value="{FL}"' in page
    assert "رئيس إدارة الفتوى والتشريع" in page
    units = client.get(at("options"), {"q": "الضرائب", "kind": "memo"}).content.decode()
    assert "unit:" in units and "إدارة الضرائب" in units
