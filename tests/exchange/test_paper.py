# SPDX-License-Identifier: EUPL-1.2
"""A letter to a body that is not connected: laid out, printed, handed over, keyed in; each alone, twice and in a race."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mukatabat.access.errors import CapabilityMissing
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.exchange.errors import (
    KeyedTimeUnsuitable,
    PaperAlreadyDecided,
    PaperReasonMissing,
    TakerMissing,
    TheirNumberMissing,
    TooLateToWithdraw,
)
from mukatabat.exchange.models import Arrival, Consignment, PaperRecord
from mukatabat.exchange.paper import Acknowledgement, key_in, records_of, to_hand_over
from mukatabat.exchange.rules import Event
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.notify import queries as notify
from mukatabat.notify.rules import Kind
from mukatabat.tenancy.context import scope
from mukatabat.vault.errors import FileRefused
from mukatabat.vault.rules import Upload
from mukatabat.work import queries as work
from mukatabat.work.rules import Act
from tests.cast import FL, MOH, Cast
from tests.letters.pages import at, browser
from tests.story import issued_letter, run_jobs
from tests.together import together
from tests.vault.making import pdf

if TYPE_CHECKING:
    from mukatabat.letters.models import Letter

pytestmark = pytest.mark.django_db
SUBJECT = "طلب الرأي بشأن فروق أسعار المواد"


@pytest.fixture
def unconnected(cast: Cast) -> Cast:
    """The cast, with the Ministry of Health off the network."""
    Body.objects.filter(id=MOH).update(channel=Channel.PAPER)
    return cast


def on_paper(cast: Cast, **changes: Any) -> tuple[Letter, Consignment]:
    """A letter of the ministry of finance that waits in its registry to be handed over."""
    letter = issued_letter(cast, to=MOH, **changes)
    run_jobs()
    (consignment,) = to_hand_over(cast("clerk.mof"))
    return letter, consignment


def handed(**changes: Any) -> Acknowledgement:
    """A hand-over a moment ago."""
    return Acknowledgement(**{"event": Event.HAND_OVER, "at": clock.now(), "taken_by": "أحمد السالم", **changes})


def state(cast: Cast, consignment: Consignment) -> str:
    """The state of a consignment now."""
    with scope(cast("clerk.mof")):
        return Consignment.objects.get(id=consignment.id).state


def test_the_clerk_addresses_both_kinds_alike_and_each_goes_its_way(unconnected: Cast) -> None:
    cast = unconnected
    issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    run_jobs()
    with scope(cast("clerk.mof")):
        states = dict(Consignment.objects.values_list("recipient_id", "state"))
    assert states == {FL: "delivered", MOH: "paper"}
    with scope(cast("clerk.moh")):
        assert not Arrival.objects.exists(), "nothing lies in a tray that nobody opens"
    assert Kind.FOR_HANDOVER in {one.kind for one in notify.bell(cast("clerk.mof"))}


def test_what_is_known_of_the_other_side_is_known_by_whoever_typed_it(unconnected: Cast) -> None:
    cast = unconnected
    letter, consignment = on_paper(cast)
    key_in(cast("clerk.mof"), consignment.id, handed(scan=Upload("سركي.pdf", io.BytesIO(pdf()))))
    assert state(cast, consignment) == "handed"
    key_in(
        cast("clerk.mof"), consignment.id, Acknowledgement(event=Event.REGISTER, at=clock.now(), their_reference="ص/77")
    )
    run_jobs()
    assert state(cast, consignment) == "registered"
    first, second = records_of(cast("clerk.mof"), [consignment.id])[consignment.id]
    assert (first.taken_by, first.typed_by_ar, second.their_reference) == (
        "أحمد السالم", cast("clerk.mof").name_ar, "ص/77",
    )  # fmt: skip
    for login in ("clerk.mof", "adviser.mof"):
        page = browser(login).get(at("letter", letter.id)).content.decode()
        for said in ("أحمد السالم", "ص/77", "التسليم الورقي", cast("clerk.mof").name_ar):
            assert said in page, (login, said)
        assert b"".join(browser(login).get(at("document", letter.id, first.scan_id))).startswith(b"%PDF-")
    assert browser("finance.mof").get(at("document", letter.id, first.scan_id)).status_code == 404
    assert to_hand_over(cast("clerk.mof")) == []


def test_a_number_given_at_the_counter_is_keyed_in_with_the_hand_over(unconnected: Cast) -> None:
    _letter, consignment = on_paper(unconnected)
    found = key_in(unconnected("clerk.mof"), consignment.id, handed(their_reference="12/2026"))
    assert (found.state, found.their_reference) == ("registered", "12/2026")
    assert found.delivered_at == found.registered_at


@pytest.mark.parametrize("before", [None, Event.HAND_OVER])
def test_a_return_on_paper_asks_the_author_for_a_correction_like_any_other(
    unconnected: Cast, before: Event | None
) -> None:
    cast = unconnected
    letter, consignment = on_paper(cast)
    if before is not None:
        key_in(cast("clerk.mof"), consignment.id, handed())
    key_in(
        cast("clerk.mof"), consignment.id, Acknowledgement(event=Event.RETURN, at=clock.now(), reason="نقص المرفقات")
    )
    run_jobs()
    item = work.item_of(cast("adviser.mof"), letter.id)
    assert item is not None
    assert item.act == Act.CORRECT


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_key_in_one_delivery_write_it_once(unconnected: Cast) -> None:
    cast = unconnected
    _letter, consignment = on_paper(cast)
    outcomes = together(
        *(lambda: key_in(cast("clerk.mof"), consignment.id, handed(their_reference="7")) for _ in range(2))
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Consignment", "PaperAlreadyDecided"]
    with scope(cast("clerk.mof")):
        assert PaperRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_a_hand_over_at_once_have_one_winner(unconnected: Cast) -> None:
    cast = unconnected
    letter, consignment = on_paper(cast)
    outcomes = together(
        lambda: withdraw(cast("adviser.mof"), letter.id, consignment.id, "خطأ"),
        lambda: key_in(cast("clerk.mof"), consignment.id, handed()),
    )
    lost = [one for one in outcomes if isinstance(one, TooLateToWithdraw | PaperAlreadyDecided)]
    assert len(lost) == 1, outcomes
    assert state(cast, consignment) in {"withdrawn", "handed"}


def test_a_letter_on_paper_is_withdrawn_before_it_is_handed_over_and_not_after(unconnected: Cast) -> None:
    cast = unconnected
    letter, consignment = on_paper(cast)
    withdraw(cast("adviser.mof"), letter.id, consignment.id, "خطأ")
    assert to_hand_over(cast("clerk.mof")) == []
    with pytest.raises(PaperAlreadyDecided):
        key_in(cast("clerk.mof"), consignment.id, handed())
    other, second = on_paper(cast)
    key_in(cast("clerk.mof"), second.id, handed())
    with pytest.raises(TooLateToWithdraw):
        withdraw(cast("adviser.mof"), other.id, second.id, "خطأ")


BAD: dict[str, tuple[type[Exception], dict[str, Any]]] = {
    "nobody took it": (TakerMissing, {"taken_by": "  "}),
    "in the future": (KeyedTimeUnsuitable, {"at": clock.now() + timedelta(days=400)}),
    "before it was issued": (KeyedTimeUnsuitable, {"at": clock.now() - timedelta(days=400)}),
    "numbered without a number": (TheirNumberMissing, {"event": Event.REGISTER}),
    "returned without a reason": (PaperReasonMissing, {"event": Event.RETURN}),
    "a scan that lies": (FileRefused, {"scan": Upload("سركي.pdf", io.BytesIO(b"MZ" + bytes(64)))}),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_refused_and_leaves_the_delivery_waiting(unconnected: Cast, case: str) -> None:
    error, changes = BAD[case]
    _letter, consignment = on_paper(unconnected)
    with pytest.raises(error):
        key_in(unconnected("clerk.mof"), consignment.id, handed(**changes))
    assert state(unconnected, consignment) == "paper"
    with scope(unconnected("clerk.mof")):
        assert not PaperRecord.objects.exists()


def test_only_the_sender_s_registry_keys_in(unconnected: Cast) -> None:
    _letter, consignment = on_paper(unconnected)
    for login in ("adviser.mof", "signer.mof"):
        with pytest.raises((CapabilityMissing, NotFoundOrForbidden)):
            key_in(unconnected(login), consignment.id, handed())
    for login in ("clerk.fl", "clerk.moh"):
        with pytest.raises(NotFoundOrForbidden):
            key_in(unconnected(login), consignment.id, handed())
        assert browser(login).get(reverse("registers:key_in", args=[consignment.id])).status_code == 404


def test_of_a_sealed_letter_the_registry_hands_over_an_envelope(unconnected: Cast) -> None:
    _letter, consignment = on_paper(unconnected, secrecy=Secrecy.SECRET)
    clerk = browser("clerk.mof")
    for url in (reverse("registers:handover"), reverse("registers:key_in", args=[consignment.id])):
        page = clerk.get(url).content.decode()
        assert consignment.parcel.read().reference in page
        assert SUBJECT not in page
    key_in(unconnected("clerk.mof"), consignment.id, handed())


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_registry_prints_the_slip_and_keys_it_in_on_a_page(unconnected: Cast, language: str) -> None:
    _letter, consignment = on_paper(unconnected)
    clerk = browser("clerk.mof", language=language)
    assert str(consignment.id) in clerk.get(reverse("registers:handover")).content.decode()
    slip = clerk.get(reverse("registers:slip"), {"c": str(consignment.id)})
    assert slip.content.startswith(b"%PDF-")
    assert clerk.get(reverse("registers:slip"), {"c": "x"}).status_code == 404
    url = reverse("registers:key_in", args=[consignment.id])
    opened = clerk.get(url).context["typed"]
    refused = clerk.post(url, opened | {"taken_by": ""})
    assert refused.status_code == 400
    assert refused.context["errors"][0]["field"] == "id_taken_by"
    scan = SimpleUploadedFile("slip.pdf", pdf(), content_type="application/pdf")
    done = clerk.post(url, opened | {"taken_by": "أحمد السالم", "their_reference": "9", "scan": scan})
    assert (done.status_code, state(unconnected, consignment)) == (302, "registered")
    assert clerk.post(url, opened | {"taken_by": "أحمد"}).status_code == 409
