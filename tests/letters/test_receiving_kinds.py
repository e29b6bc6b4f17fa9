# SPDX-License-Identifier: EUPL-1.2
"""Copies, hidden copies, circulars, memos and sealed letters, each to the place where it belongs and no further."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pikepdf
import pytest
from django.urls import reverse

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.queries import granted, newest
from mukatabat.access.grants.rules import Shelf
from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person, Post, Unit
from mukatabat.directory.seed import PAPER_BODIES, seed_id
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.errors import SealedStaysWithItsReader
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.exchange.rules import Role
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Realm, Secrecy
from mukatabat.letters.actions.receiving import accept_arrival, redirect_arrival, return_arrival
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.errors import UnknownChoice
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import LetterKind
from mukatabat.letters.sheets import preview_sheet
from mukatabat.notify.models import Notification
from mukatabat.press.actions import render_letter
from mukatabat.registers.models import Entry
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import open_document
from mukatabat.work import queries as work
from tests.cast import FL, MOF, MOH, MPW, Cast
from tests.letters.pages import at, browser
from tests.story import approved_letter, arrived, issue, issued_letter, registered, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SUBJECT = "طلب الرأي بشأن فروق أسعار المواد"


def only_arrival(actor: Actor) -> Arrival:
    """The one arrival of the actor's body."""
    with scope(actor):
        return Arrival.objects.get()


# ── copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_copy_has_a_state_of_its_own(cast: Cast) -> None:
    letter = issued_letter(
        cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH, role=Role.COPY), AddresseeCommand(MPW, role=Role.COPY))
    )  # fmt: skip
    registered(cast, login="clerk.moh")
    run_jobs()
    rows = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    assert [(one.recipient_id, one.role, one.state) for one in rows] == [
        (FL, "original", "delivered"), (MOH, "copy", "registered"), (MPW, "copy", "delivered"),
    ]  # fmt: skip
    assert only_arrival(cast("clerk.moh")).role == Role.COPY


def test_who_is_addressed_gets_no_copy_besides(cast: Cast) -> None:
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL, role=Role.COPY), AddresseeCommand(FL)))
    (row,) = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    assert row.role == Role.ORIGINAL


def _embedded(actor: Actor, document_id: object) -> str:
    _, file = open_document(actor, document_id)  # type: ignore[arg-type]
    with file:
        data = file.read()
    with pikepdf.open(io.BytesIO(data)) as document:
        return "".join(one.get_file().read_bytes().decode() for one in document.attachments.values())


def test_a_hidden_copy_shows_in_no_other_recipient_s_manifest_nor_on_the_original(cast: Cast) -> None:
    hidden = AddresseeCommand(MOH, role=Role.COPY, visible=False)
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MPW, role=Role.COPY), hidden))
    run_jobs()
    for clerk, seen in (("clerk.fl", {FL, MPW}), ("clerk.mpw", {FL, MPW}), ("clerk.moh", {FL, MPW, MOH})):
        arrival = only_arrival(cast(clerk))
        assert {one.body_id for one in arrival.read().recipients} == seen
        assert (str(MOH) in json.dumps(arrival.manifest)) == (clerk == "clerk.moh")
    with scope(cast("signer.mof")):
        document_id = Letter.objects.get(id=letter.id).document_id
    source = _embedded(cast("signer.mof"), document_id)
    assert str(FL) in source and str(MPW) in source
    assert str(MOH) not in source
    assert "وزارة الصحة" not in source


def test_a_redirected_letter_does_not_reveal_the_hidden_copy_either(cast: Cast) -> None:
    issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH, role=Role.COPY, visible=False)))
    redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=MPW, reason="لعدم الاختصاص")
    run_jobs()
    assert {one.body_id for one in only_arrival(cast("clerk.mpw")).read().recipients} == {FL, MPW}


# ── circulars and memos ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_circular_reaches_twenty_bodies_once_each(cast: Cast) -> None:
    known = directory.addressable_bodies(Realm.LIVE)
    bodies = [one.id for one in known if one.code not in {"MOF", *PAPER_BODIES}][:20]
    letter = issued_letter(
        cast, kind=LetterKind.CIRCULAR, letter_type="legal_circular",
        addressees=tuple(AddresseeCommand(one) for one in bodies),
    )  # fmt: skip
    run_jobs()
    rows = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    assert [row.recipient_id for row in rows] == bodies
    assert {row.state for row in rows} == {"delivered"}
    with scope(cast("signer.mof")):
        assert Letter.objects.get(id=letter.id).reference == f"MOF-C-{clock.today().year}-00001"
    for body in bodies:
        stranger = replace(cast("clerk.fl"), body_id=body)
        with scope(stranger):
            assert Arrival.objects.count() == 1


def _memo(cast: Cast, unit_code: str) -> Letter:
    unit = seed_id("unit", Realm.LIVE, "MOF", unit_code)
    return issued_letter(
        cast, kind=LetterKind.MEMO, letter_type="general", addressees=(AddresseeCommand(MOF, unit_id=unit),)
    )


def test_a_memo_goes_to_a_unit_of_the_own_body_and_keeps_its_one_number(cast: Cast) -> None:
    memo = _memo(cast, "FIN")
    run_jobs()
    reference = f"MOF-M-{clock.today().year}-00001"
    finance, clerk = cast("finance.mof"), cast("clerk.mof")
    assert [one.sender_reference for one in exchange.waiting(finance)[0]] == [reference]
    assert exchange.waiting(clerk)[0] == []
    arrival = only_arrival(finance)
    with pytest.raises((CapabilityMissing, NotFoundOrForbidden)):
        accept_arrival(cast("adviser.mof"), arrival.id, AcceptCommand())
    received = accept_arrival(finance, arrival.id, AcceptCommand())
    run_jobs()
    assert received.reference == reference
    assert exchange.consignments_of(cast("adviser.mof"), [memo.id])[memo.id][0].state == "registered"
    with scope(clerk):
        assert list(Entry.objects.values_list("reference", flat=True)) == [reference]
    assert received.id in newest(finance, Shelf.MEMO).ids
    assert not granted(clerk, [received.id])


@pytest.mark.parametrize("case", ["another body", "another body's unit", "an unknown unit", "a closed unit", "no unit"])
def test_a_memo_never_leaves_its_body(cast: Cast, case: str) -> None:
    own = seed_id("unit", Realm.LIVE, "MOF", "FIN")
    if case == "a closed unit":
        Unit.objects.filter(id=own).update(valid_to="2025-12-31")
    addressee = {
        "another body": AddresseeCommand(FL, unit_id=own),
        "another body's unit": AddresseeCommand(MOF, unit_id=seed_id("unit", Realm.LIVE, "FL", "REG")),
        "an unknown unit": AddresseeCommand(MOF, unit_id=FL),
        "a closed unit": AddresseeCommand(MOF, unit_id=own),
        "no unit": AddresseeCommand(FL),
    }[case]
    with pytest.raises(UnknownChoice):
        approved_letter(cast, kind=LetterKind.MEMO, addressees=(addressee,))
    with scope(cast("adviser.mof")):
        assert not Letter.objects.exists()


def test_a_letter_names_no_unit_of_another_body(cast: Cast) -> None:
    registry = seed_id("unit", Realm.LIVE, "FL", "REG")
    with pytest.raises(UnknownChoice):
        approved_letter(cast, addressees=(AddresseeCommand(FL, unit_id=registry),))


# ── sealed letters ──────────────────────────────────────────────────────────────────────────────────────────────────


def _everything_of(actor: Actor) -> str:
    """What the body's lists, books, bells, items and trail say, in one text; manifests and letters left out."""
    with scope(actor):
        rows = [
            *Entry.objects.values(), *Notification.objects.values(), *AuditEntry.objects.values("detail", "act"),
            *work.Item.objects.values(), *Arrival.objects.values("subject", "sender_reference", "documents"),
        ]  # fmt: skip
    return repr(rows)


def test_a_sealed_letter_is_for_its_named_addressee_and_the_registry_sees_a_number_alone(cast: Cast) -> None:
    head = seed_id("post", Realm.LIVE, "FL", "vice-president")
    letter = issued_letter(cast, secrecy=Secrecy.SECRET, addressees=(AddresseeCommand(FL, post_id=head),))
    year = clock.today().year
    assert not granted(cast("clerk.mof"), [letter.id])
    incoming = registered(cast)
    assert incoming.reference == f"FL-X-{year}-00001"
    with scope(cast("signer.mof")):
        assert Letter.objects.get(id=letter.id).reference == f"MOF-X-{year}-00001"
    for outsider in ("clerk.fl", "registry.fl", "head.fl", "president.fl", "undersecretary.fl"):
        assert not granted(cast(outsider), [incoming.id])
        assert incoming.id not in newest(cast(outsider), Shelf.INCOMING).ids
        assert work.item_of(cast(outsider), incoming.id) is None
    assert granted(cast("signer.fl"), [incoming.id])
    assert [item.object_id for item in work.queue(cast("signer.fl"), work.Tab.REQUIRED)] == [incoming.id]
    for clerk in ("clerk.fl", "clerk.mof"):
        assert SUBJECT not in _everything_of(cast(clerk))


def test_a_sealed_letter_that_names_no_post_is_for_the_highest_office(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.TOP_SECRET)
    incoming = registered(cast)
    readers = _readers(cast, incoming)
    highest = directory.addressable_posts(FL).first()
    assert highest is not None
    assert readers == set(directory.holders_of(highest.id).values_list("id", flat=True))


def test_a_sealed_letter_that_is_redirected_opens_to_no_registry_on_its_way(cast: Cast) -> None:
    issued_letter(cast, secrecy=Secrecy.CONFIDENTIAL)
    arrival = arrived(cast)
    for registry in ("clerk.fl", "clerk2.fl"):  # whether it is theirs cannot be told from the envelope
        with pytest.raises(SealedStaysWithItsReader):
            redirect_arrival(cast(registry), arrival.id, to=MOH, reason="لعدم الاختصاص")
    for other in ("head.fl", "signer.fl", "clerk.moh"):
        with pytest.raises(NotFoundOrForbidden):
            redirect_arrival(cast(other), arrival.id, to=MOH, reason="لعدم الاختصاص")
    redirect_arrival(cast("president.fl"), arrival.id, to=MOH, reason="لعدم الاختصاص")
    incoming = registered(cast, login="clerk.moh")
    highest = directory.addressable_posts(MOH).first()
    assert highest is not None
    assert _readers(cast, incoming, "moh") == set(directory.holders_of(highest.id).values_list("id", flat=True))
    assert SUBJECT not in _everything_of(cast("clerk.moh"))
    assert SUBJECT not in _everything_of(cast("clerk.fl"))


def test_the_named_reader_of_a_sealed_letter_hears_of_its_arrival_and_of_its_number_without_its_subject(
    cast: Cast,
) -> None:
    head = seed_id("post", Realm.LIVE, "FL", "vice-president")
    issued_letter(cast, secrecy=Secrecy.SECRET, addressees=(AddresseeCommand(FL, post_id=head),))
    arrival = arrived(cast)
    reader = browser("signer.fl")
    assert arrival.sender_reference in reader.get(reverse("notify:bell")).content.decode()
    envelope = reader.get(at("arrival", arrival.id)).content.decode()
    assert at("redirect_arrival", arrival.id) in envelope
    assert at("register", arrival.id) not in envelope
    assert SUBJECT not in envelope
    assert at("redirect_arrival", arrival.id) not in browser("clerk.fl").get(at("arrival", arrival.id)).content.decode()
    incoming = registered(cast)
    notices = reader.get(reverse("notify:bell")).content.decode()
    assert at("letter", incoming.id) in notices
    assert SUBJECT not in notices
    with scope(cast("clerk.fl")):
        told = set(Notification.objects.filter(object_id=incoming.id).values_list("person_id", flat=True))
    assert told == {cast("signer.fl").person_id}


def test_a_registry_may_return_a_sealed_letter_from_its_envelope(cast: Cast) -> None:
    letter = issued_letter(cast, secrecy=Secrecy.SECRET)
    return_arrival(cast("clerk.fl"), arrived(cast).id, "لا يوجد هذا المنصب")
    run_jobs()
    with scope(cast("signer.mof")):
        assert Consignment.objects.get(letter_id=letter.id).state == "returned"


def _readers(cast: Cast, letter: Letter, body: str = "fl") -> set[object]:
    """Everyone of the recipient body who may see a letter."""
    logins = [
        f"{name}.{body}" for name in ("clerk", "head", "adviser", "signer", "president", "minister", "undersecretary")
    ]
    people = Person.objects.filter(id__in=[seed_id("person", login) for login in logins]).values_list("id", flat=True)
    by_id = {seed_id("person", login): login for login in logins}
    return {one for one in people if granted(cast(by_id[one]), [letter.id])}


def test_an_addressed_post_that_was_closed_meanwhile_does_not_open_a_sealed_letter_to_the_registry(cast: Cast) -> None:
    head = seed_id("post", Realm.LIVE, "FL", "vice-president")
    letter = approved_letter(cast, secrecy=Secrecy.SECRET, addressees=(AddresseeCommand(FL, post_id=head),))
    Post.objects.filter(id=head).update(receives_letters=False)
    from mukatabat.directory.errors import NotAddressablePost

    with pytest.raises(NotAddressablePost):
        issue(cast("signer.mof"), letter.id)
    with scope(cast("signer.mof")):
        assert not Entry.objects.exists()
        assert not Consignment.objects.exists()


def test_a_letter_to_several_bodies_names_each_of_them_on_its_paper(cast: Cast) -> None:
    letter = approved_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    actor = cast("signer.mof")
    with scope(actor):
        sheet = preview_sheet(directory.body(actor.body_id), letter)
    named = [sheet.addressee, *(line for line, _ in sheet.also_to)]
    assert len(named) == 2
    assert "الفتوى" in named[0]
    assert "الصحة" in named[1]
    assert len(pikepdf.open(io.BytesIO(render_letter(sheet))).pages) == 1
