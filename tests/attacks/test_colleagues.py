# SPDX-License-Identifier: EUPL-1.2
"""A colleague of the same body who may do something, and tries to do more: beneath the pages and through them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.actions import grant, revoke
from mukatabat.access.grants.queries import granted
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.access.rules import Capability
from mukatabat.directory.models import Appointment, Person
from mukatabat.directory.seed import seed_id
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.errors import ArrivalAlreadyDecided
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Realm, Secrecy
from mukatabat.letters import errors
from mukatabat.letters.actions import approval, drafting, issuing, receiving
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Attachment, Letter
from mukatabat.letters.rules import LetterKind
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.vault.models import Document
from mukatabat.vault.rules import Upload
from mukatabat.work import actions as work
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import FL, MOF, MOH
from tests.letters.pages import at, browser, code, draft_fields
from tests.story import approved_letter, arrived, draft_command, issue, issued_letter, registered, run_jobs

if TYPE_CHECKING:
    from uuid import UUID

    from mukatabat.tenancy.rules import Actor
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _without(actor: Actor, *capabilities: Capability) -> Actor:
    """The same person in posts that no longer give these powers."""
    return replace(actor, capabilities=actor.capabilities - set(map(str, capabilities)))


def _to(cast: Cast, login: str) -> ReferralCommand:
    return ReferralCommand(task=Task(holder=Grantee.person(cast(login).person), act=Act.STUDY))


def _memo_arrival(cast: Cast) -> Arrival:
    unit = seed_id("unit", Realm.LIVE, "MOF", "FIN")
    issued_letter(cast, kind=LetterKind.MEMO, letter_type="general", addressees=(AddresseeCommand(MOF, unit_id=unit),))
    run_jobs()
    return exchange.waiting(cast("finance.mof"))[0][-1]


# ── capabilities beneath the pages ──────────────────────────────────────────────────────────────────────────────────


def test_whoever_no_longer_drafts_does_nothing_to_the_drafts_left_behind(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    former = _without(cast("adviser.mof"), Capability.DRAFT)
    for act in (
        lambda: drafting.save_draft(former, letter.id, draft_command(cast, subject="آخر"), version=1),
        lambda: drafting.attach(former, letter.id, Upload("ملف.txt", SimpleUploadedFile("ملف.txt", b"text").file)),
        lambda: drafting.detach(former, letter.id, uuid4()),
        lambda: drafting.discard(former, letter.id),
        lambda: approval.submit(former, letter.id),
    ):
        with pytest.raises(CapabilityMissing):
            act()
    with scope(former):
        assert not Document.objects.exists(), "a refused file leaves no document behind"
        assert Letter.objects.get(id=letter.id).state == "draft"


def test_whoever_no_longer_approves_takes_no_step_of_the_route(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    former = _without(cast("head.mof"), Capability.APPROVE)
    for act in (lambda: approval.approve(former, letter.id), lambda: approval.send_back(former, letter.id, "سبب")):
        with pytest.raises(errors.NotYourStep):
            act()


def test_whoever_no_longer_works_items_neither_finishes_nor_follows_nor_refers_them(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast)
    former = _without(cast("clerk.fl"), Capability.WORK_ITEMS, Capability.REFER)
    for act in (
        lambda: work.complete(former, incoming.id, "تم"), lambda: work.follow(former, incoming.id),
        lambda: work.refer(former, incoming.id, _to(cast, "head.fl")),
    ):  # fmt: skip
        with pytest.raises(CapabilityMissing):
            act()


def test_an_adviser_hands_an_item_back_and_on_to_nobody_also_beneath_the_page(cast: Cast) -> None:
    issued_letter(cast)
    incoming = registered(cast, AcceptCommand(referral=_to(cast, "adviser.fl")))
    with pytest.raises(CapabilityMissing):
        work.refer(cast("adviser.fl"), incoming.id, _to(cast, "adviser2.fl"))
    assert not granted(cast("adviser2.fl"), [incoming.id])
    back = _to(cast, "clerk.fl")
    informing = replace(back, informed=(Grantee.person(cast("adviser2.fl").person),))
    with pytest.raises(CapabilityMissing):
        work.refer(cast("adviser.fl"), incoming.id, informing)
    work.refer(cast("adviser.fl"), incoming.id, back)


def test_who_takes_a_memo_in_and_may_not_refer_refers_it_to_nobody(cast: Cast) -> None:
    arrival = _memo_arrival(cast)
    taker = _without(cast("finance.mof"), Capability.REFER, Capability.APPROVE)
    with pytest.raises(CapabilityMissing):
        receiving.accept_arrival(taker, arrival.id, AcceptCommand(referral=_to(cast, "clerk.mof")))
    assert exchange.access_arrival(taker, arrival.id).state == "available"


# ── memos ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_memo_is_not_redirected_out_of_its_body(cast: Cast) -> None:
    arrival = _memo_arrival(cast)
    with pytest.raises(MukatabatError) as refused:
        receiving.redirect_arrival(cast("finance.mof"), arrival.id, to=MOH, reason="لعدم الاختصاص")
    assert refused.value.code == "exchange.memo-stays-inside"
    response = browser("finance.mof").post(
        at("redirect_arrival", arrival.id), {"body": str(MOH), "reason": "لعدم الاختصاص"}
    )
    assert response.status_code == 400
    run_jobs()
    with scope(cast("clerk.moh")):
        assert not Arrival.objects.exists()
    with scope(cast("finance.mof")):
        assert not Consignment.objects.exclude(recipient_id=MOF).exists()


def test_a_sealed_memo_is_for_the_head_of_its_unit_and_not_for_all_who_work_there(cast: Cast) -> None:
    colleague = Person.objects.get(id=cast("adviser.moh").person_id)
    unit = seed_id("unit", Realm.LIVE, "MOF", "FIN")
    sealed = issued_letter(
        cast, kind=LetterKind.MEMO, letter_type="general", secrecy=Secrecy.SECRET,
        addressees=(AddresseeCommand(MOF, unit_id=unit),),
    )  # fmt: skip
    run_jobs()
    arrival = exchange.waiting(cast("finance.mof"))[0][-1]
    received = receiving.accept_arrival(cast("finance.mof"), arrival.id, AcceptCommand())
    assert sealed.id != received.id and colleague.body_id != MOF
    in_the_unit = replace(cast("clerk.mof"), unit_ids=(unit,))
    assert not granted(in_the_unit, [received.id])
    assert granted(cast("finance.mof"), [received.id])


# ── the route ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("approver", ["adviser.mof", "clerk.mof", "admin.mof", "head.fl"])
def test_only_a_colleague_s_post_that_approves_stands_in_the_route(cast: Cast, approver: str) -> None:
    with pytest.raises(errors.UnknownChoice):
        drafting.begin_draft(cast("adviser.mof"), draft_command(cast, approvers=(cast.post(approver),)))


def test_nobody_names_the_own_post_as_approver(cast: Cast) -> None:
    with pytest.raises(errors.UnknownChoice):
        drafting.begin_draft(cast("head.mof"), draft_command(cast, approvers=(cast.post("head.mof"),)))
    fields = draft_fields(cast, approver=str(cast.post("head.mof")))
    assert browser("head.mof").post(at("begin", uuid4()), fields).status_code == 400


@pytest.mark.parametrize("signer", ["adviser.mof", "head.mof", "signer.fl"])
def test_only_a_post_that_signs_is_named_as_signer(cast: Cast, signer: str) -> None:
    with pytest.raises(errors.UnknownChoice):
        drafting.begin_draft(cast("adviser.mof"), draft_command(cast, approvers=(), signer=cast.post(signer)))


def test_an_author_who_comes_to_hold_the_approver_s_post_does_not_approve_the_own_letter(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    author, head = cast("adviser.mof"), cast("head.mof")
    Appointment.objects.filter(person_id=author.person_id).update(post_id=head.post_ids[0])
    promoted = cast("adviser.mof")
    assert promoted.post_ids == head.post_ids
    with pytest.raises(errors.NotYourStep):
        approval.approve(promoted, letter.id)
    with scope(author):
        assert Letter.objects.get(id=letter.id).state == "review"
    page = browser("adviser.mof").get(at("letter", letter.id), follow=True)
    assert page.status_code == 200


def test_remarks_are_resolved_by_who_works_on_the_draft_and_stay_as_they_were_after_the_issue(cast: Cast) -> None:
    letter = approved_letter(cast)
    remark = approval.comment(cast("signer.mof"), letter.id, "راجع المادة 5")
    assert remark is not None
    with pytest.raises(errors.NotYourStep):  # the head's step is over
        approval.resolve_comment(cast("head.mof"), letter.id, remark.id)
    approval.resolve_comment(cast("adviser.mof"), letter.id, remark.id)
    second = approval.comment(cast("head.mof"), letter.id, "والمادة 6")
    assert second is not None
    issue(cast("signer.mof"), letter.id)
    for login in ("clerk.mof", "adviser.mof", "head.mof"):
        with pytest.raises(errors.NoSuchMove):
            approval.resolve_comment(cast(login), letter.id, second.id)


# ── sight that should have ended ────────────────────────────────────────────────────────────────────────────────────


def test_a_recalled_letter_is_its_author_s_alone_again(cast: Cast) -> None:
    letter = approved_letter(cast)
    approval.recall(cast("adviser.mof"), letter.id)
    for login in ("head.mof", "signer.mof"):
        assert not granted(cast(login), [letter.id])
        assert browser(login).get(at("letter", letter.id)).status_code == 404
    approval.submit(cast("adviser.mof"), letter.id)
    assert granted(cast("head.mof"), [letter.id])
    assert not granted(cast("signer.mof"), [letter.id])
    approval.approve(cast("head.mof"), letter.id)
    assert granted(cast("signer.mof"), [letter.id])


def test_who_is_taken_off_the_route_no_longer_sees_what_is_written(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    approval.submit(cast("adviser.mof"), letter.id)
    approval.send_back(cast("head.mof"), letter.id, "سبب")
    other = draft_command(cast, approvers=(cast.post("assistant.mof"),), secrecy=Secrecy.SECRET)
    drafting.save_draft(cast("adviser.mof"), letter.id, other, version=_version(cast, letter.id))
    approval.submit(cast("adviser.mof"), letter.id)
    assert not granted(cast("head.mof"), [letter.id])
    assert granted(cast("assistant.mof"), [letter.id])


def test_what_was_taken_away_can_be_given_again(cast: Cast) -> None:
    actor, reader = cast("adviser.mof"), Grantee.person(cast("finance.mof").person)
    protected = Protected(kind="letter", id=uuid4(), shelf=Shelf.DRAFT, sort_time=clock.now())
    with scope(actor):
        for _ in range(2):
            grant(actor, protected, [reader], reason=Reason.NAMED_READER)
            grant(actor, protected, [reader], reason=Reason.NAMED_READER)
            assert granted(cast("finance.mof"), [protected.id])
            revoke(protected.id, reason=Reason.NAMED_READER)
            assert not granted(cast("finance.mof"), [protected.id])


def test_a_withdrawn_letter_shows_its_recipient_nothing_but_that_it_was_withdrawn(cast: Cast) -> None:
    letter = issued_letter(cast)
    arrival = arrived(cast)
    client = browser("clerk.fl")
    document = arrival.documents[0][1]
    shown = client.get(at("arrival_document", arrival.id, document))
    assert b"".join(shown).startswith(b"%PDF-")
    (consignment,) = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    withdraw(cast("adviser.mof"), letter.id, consignment.id, "أرسل خطأ")
    assert client.get(at("arrival_document", arrival.id, document)).status_code == 404
    for view in ("original", "text"):
        page = client.get(at("arrival", arrival.id), {"view": view})
        assert page.status_code == 200
        assert "فروق أسعار" not in page.content.decode()
        assert "يرجى التفضل" not in page.content.decode()
        assert "<iframe" not in page.content.decode()
    with pytest.raises(ArrivalAlreadyDecided):
        receiving.accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand())


def test_a_wall_around_a_letter_stands_around_its_arrival_as_well(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    incoming = receiving.accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand())
    clerk = cast("clerk.fl")
    protected = Protected(kind="letter", id=incoming.id, shelf=Shelf.INCOMING, sort_time=incoming.sort_time)
    with scope(clerk):
        grant(clerk, protected, [Grantee.person(clerk.person)], reason=Reason.WALL)
    client = browser("clerk.fl")
    assert client.get(at("letter", incoming.id)).status_code == 404
    assert client.get(at("arrival", arrival.id)).status_code == 404
    assert client.get(at("arrival_document", arrival.id, arrival.documents[0][1])).status_code == 404


def test_a_sealed_answer_opens_to_its_addressee_and_not_to_the_asking_clerk(cast: Cast) -> None:
    issued_letter(cast)
    question = registered(cast, AcceptCommand(referral=_to(cast, "adviser.fl")))
    answer = drafting.begin_draft(
        cast("adviser.fl"),
        draft_command(
            cast, to=MOF, letter_type="opinion", secrecy=Secrecy.SECRET, approvers=(), signer=cast.post("signer.fl"),
            addressees=(AddresseeCommand(MOF, post_id=cast.post("minister.mof")),),
        ),
        answers=question.id,
    )  # fmt: skip
    approval.submit(cast("adviser.fl"), answer.id)
    assert issue(cast("signer.fl"), answer.id) is issuing.Progress.ISSUED
    received = registered(cast, login="clerk.mof")
    assert granted(cast("minister.mof"), [received.id])
    for login in ("adviser.mof", "clerk.mof", "head.mof", "signer.mof"):
        assert not granted(cast(login), [received.id]), login


# ── what was read is what is signed ─────────────────────────────────────────────────────────────────────────────────


def _version(cast: Cast, letter_id: UUID) -> int:
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=letter_id).version


def test_a_letter_that_comes_back_to_its_author_is_another_version(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    seen = [_version(cast, letter.id)]
    for back in (
        lambda: approval.recall(cast("adviser.mof"), letter.id),
        lambda: approval.send_back(cast("head.mof"), letter.id, "سبب"),
    ):
        approval.submit(cast("adviser.mof"), letter.id)
        back()
        seen.append(_version(cast, letter.id))
    assert seen == sorted(set(seen))


def test_nobody_approves_or_signs_from_a_page_older_than_the_attachments(cast: Cast) -> None:
    letter = approved_letter(cast)
    read = _version(cast, letter.id)
    author = cast("adviser.mof")
    approval.recall(author, letter.id)
    drafting.attach(author, letter.id, Upload("عقد.txt", SimpleUploadedFile("عقد.txt", b"text").file))
    approval.submit(author, letter.id)
    with pytest.raises(errors.ChangedSinceRead):
        approval.approve(cast("head.mof"), letter.id, version=read)
    approval.approve(cast("head.mof"), letter.id)
    with pytest.raises(errors.ChangedSinceRead):
        issuing.begin_issue(cast("signer.mof"), letter.id, provider=service.provider(), version=read)
    answer = browser("signer.mof").post(
        at("sign", letter.id), {"read": "yes", "code": code("signer.mof"), "version": str(read)}
    )
    assert answer.status_code == 409


def test_files_come_and_go_over_http_and_the_form_goes_on_saving(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof"), uuid4()
    file = SimpleUploadedFile("عقد.txt", b"text")
    assert client.post(at("begin", draft_id), draft_fields(cast, files=file)).status_code == 302
    with scope(cast("adviser.mof")):
        attached = Attachment.objects.get(letter_id=draft_id)
    shown = client.get(at("edit", draft_id)).context["draft"]["version"]
    removed = client.post(
        at("detach", draft_id, attached.id), draft_fields(cast, version=str(shown), subject="موضوع آخر")
    )
    assert removed.status_code == 302
    with scope(cast("adviser.mof")):
        letter = Letter.objects.get(id=draft_id)
        assert (letter.subject, letter.attachments.count()) == ("موضوع آخر", 0)
    fields = draft_fields(cast, version=str(letter.version), subject="ثالث")
    assert client.post(at("autosave", draft_id), fields).status_code == 200


def test_a_file_is_not_taken_off_from_a_page_that_another_tab_has_overtaken(cast: Cast) -> None:
    client, draft_id = browser("adviser.mof"), uuid4()
    client.post(at("begin", draft_id), draft_fields(cast, files=SimpleUploadedFile("عقد.txt", b"text")))
    with scope(cast("adviser.mof")):
        attached = Attachment.objects.get(letter_id=draft_id)
    client.post(at("autosave", draft_id), draft_fields(cast, version="1", subject="من اللسان الآخر"))
    answer = client.post(at("detach", draft_id, attached.id), draft_fields(cast, version="1", subject="من لسان قديم"))
    assert answer.status_code == 409
    with scope(cast("adviser.mof")):
        assert Attachment.objects.filter(id=attached.id).exists()


def test_an_outsider_s_body_is_reached_by_no_route_of_the_training_realm(cast: Cast) -> None:
    trainee = cast("trainee.mof")
    for to in (FL, MOH):
        with pytest.raises(MukatabatError):
            drafting.begin_draft(trainee, draft_command(cast, to=to, approvers=(), signer=None))
    client = browser("trainee.mof")
    fields = draft_fields(cast, to=[str(FL)], approver="", signer="")
    assert client.post(at("begin", uuid4()), fields).status_code == 400
    command = draft_command(cast, addressees=(), approvers=(cast.post("head.mof"),), signer=None)
    with pytest.raises(errors.UnknownChoice):  # a live post in a training route
        drafting.begin_draft(trainee, command)


def test_a_letter_of_the_training_body_of_the_same_name_is_not_found(cast: Cast) -> None:
    letter = issued_letter(cast)
    for login in ("head.mof.training", "signer.mof.training", "clerk.mof.training"):
        assert browser(login).get(at("letter", letter.id)).status_code == 404
        with pytest.raises(NotFoundOrForbidden):
            approval.comment(cast(login), letter.id, "ملاحظة")
