# SPDX-License-Identifier: EUPL-1.2
"""A letter from body to body in sealed parcels: what travels, who can open it, and what no recipient learns."""

from __future__ import annotations

import io
from unittest import mock
from uuid import UUID

import pytest

from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.seed import seed_id
from mukatabat.directory.vocabulary import Channel, KeyUse
from mukatabat.exchange import carrier, jobs, outbox
from mukatabat.exchange.models import SealedParcel
from mukatabat.exchange.rules import Role
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.letters.actions import approval, drafting, following, receiving
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.rules import LetterKind
from mukatabat.signing.service import trust
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions as vault
from mukatabat.vault import store
from mukatabat.vault.models import DocumentKey
from mukatabat.vault.queries import access_document, open_document, sealed_document
from mukatabat_verify import letter as letters
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.stream import Unsealed
from mukatabat_verify.verifier import verify
from tests.cast import FL, MOF, MOH, MPW, Cast
from tests.exchange.support import arrivals, consignments, cover_of, dispatched, sealed_bytes
from tests.story import arrived, draft_command, issue, issued_letter, registered, run_jobs
from tests.together import together

pytestmark = pytest.mark.django_db


def parcels(cast: Cast, login: str = "signer.mof") -> list[SealedParcel]:
    with scope(cast(login)):
        return list(SealedParcel.objects.order_by("sealed_at", "id"))


def test_what_lies_in_the_outbox_is_a_parcel_that_a_court_s_program_believes(cast: Cast) -> None:
    consignment = dispatched(cast)
    cover, header = cover_of(consignment)
    assert (header.sender, header.realm, [one.body for one in header.recipients]) == ("MOF", "live", ["FL"])
    assert header.parcel == consignment.parcel_id == consignment.sealed_id
    with scope(cast("clerk.fl")):
        (key,) = vault.opening_keys(cast("clerk.fl"), [header.recipients[0].key])
    whole = io.BytesIO(cover.to_bytes() + sealed_bytes(consignment))
    report = verify(whole, trust(clock.now()), key=key)
    assert report.refusal is None
    assert (report.facts["sender"], report.facts["parcel"]) == ("MOF", str(header.parcel))


def test_nothing_is_opened_with_another_body_s_keys(cast: Cast) -> None:
    _, header = cover_of(dispatched(cast))
    fingerprints = [one.key for one in header.recipients]
    for login in ("clerk.mof", "clerk.moh"):
        assert vault.opening_keys(cast(login), fingerprints) == []


def test_the_recipient_s_documents_lie_in_the_one_ciphertext_and_its_row_keeps_no_wrapped_key(cast: Cast) -> None:
    consignment = dispatched(cast)
    carrier.deliver(carrier.carrier(MOF), consignment.id)
    (arrival,) = arrivals(cast)
    cover, header = covers.read(io.BytesIO(bytes(arrival.cover)))
    assert (cover.wraps, arrival.header_digest, arrival.parcel_id) == ({}, cover.digest.hex(), header.parcel)
    assert consignment.sealed is not None
    with scope(cast("clerk.fl")):
        (key,) = DocumentKey.objects.filter(document_id__in=[one for _, one in arrival.documents])
        assert key.address == consignment.sealed.address
    document, file = open_document(cast("clerk.fl"), UUID(arrival.documents[0][1]))
    with file:
        assert file.read().startswith(b"%PDF-")
    assert document.digest == arrival.read().documents[0].digest


def test_the_sender_keeps_what_it_needs_to_show_what_it_sent(cast: Cast) -> None:
    consignment = dispatched(cast)
    carrier.deliver(carrier.carrier(MOF), consignment.id)
    sealed, (_, header) = parcels(cast)[0], cover_of(consignment)
    (arrival,) = arrivals(cast)
    with scope(cast("clerk.fl")):
        secret = sealed_document(
            cast("clerk.fl"), access_document(cast("clerk.fl"), UUID(arrival.documents[0][1]))
        ).secret
    assert sealed.salt == ParcelKey(secret).salt.hex()
    assert letters.read(sealed.letter_data.encode()).parcel == str(header.parcel)
    with store().open(sealed.address) as stream:
        assert bytes(sealed.signature) in Unsealed(stream, ParcelKey(secret).cipher).read()


# ── to many ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_circular_is_one_ciphertext_and_each_gets_its_own_wrapped_key(cast: Cast) -> None:
    to = tuple(AddresseeCommand(one) for one in (FL, MOH, MPW))
    letter = issued_letter(cast, addressees=to)
    run_jobs()
    (sealed,) = parcels(cast)
    found = consignments(cast, letter)
    assert {(one.state, one.sealed_id) for one in found} == {("delivered", sealed.id)}
    _, header = cover_of(found[0])
    assert sorted(one.body for one in header.recipients) == ["FL", "MOH", "MPW"]
    addresses = set()
    for login in ("clerk.fl", "clerk.moh", "clerk.mpw"):
        (arrival,) = arrivals(cast, login)
        with scope(cast(login)):
            addresses |= set(DocumentKey.objects.values_list("address", flat=True))
        assert arrival.parcel_id == sealed.id
    assert addresses == {sealed.address}


def test_a_hidden_copy_travels_alone_and_no_header_tells_of_it(cast: Cast) -> None:
    letter = issued_letter(
        cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH, role=Role.COPY, visible=False))
    )  # fmt: skip
    run_jobs()
    shown, hidden = sorted(parcels(cast), key=lambda one: one.id != one.parcel_id)
    covers_ = {one.recipient_id: cover_of(one) for one in consignments(cast, letter)}
    assert [one.body for one in covers_[FL][1].recipients] == ["FL"]
    assert [one.body for one in covers_[MOH][1].recipients] == ["MOH"]
    assert b'"MOH"' not in bytes(shown.cover)
    assert '"MOH"' not in shown.letter_data
    assert (shown.address != hidden.address, covers_[FL][1].commitment != covers_[MOH][1].commitment) == (True, True)
    (arrival,) = arrivals(cast, "clerk.moh")
    assert {one.code for one in arrival.read().recipients} == {"FL", "MOH"}


def test_who_was_withdrawn_while_the_parcel_was_being_sealed_gets_no_wrapped_key(cast: Cast) -> None:
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    sealing = outbox.seal

    def sealed_meanwhile(actor: Actor, chosen: outbox.Plan) -> outbox.Fresh:
        fresh = sealing(actor, chosen)
        theirs = next(one for one in consignments(cast, letter) if one.recipient_id == MOH)
        following.withdraw(cast("signer.mof"), letter.id, theirs.id, "أُرسل سهوًا")
        return fresh

    first = next(one for one in consignments(cast, letter) if one.recipient_id == FL)
    with mock.patch.object(outbox, "seal", sealed_meanwhile):
        carrier.dispatch(system_actor("test.carrier", body_id=MOF, realm="live"), first.id)
    assert {one.recipient_id: one.wrap is None for one in consignments(cast, letter)} == {FL: False, MOH: True}


def test_who_gets_paper_stands_in_the_letter_and_not_in_the_header(cast: Cast) -> None:
    Body.objects.filter(id=MOH).update(channel=Channel.PAPER)
    letter = issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH)))
    run_jobs()
    (sealed,) = parcels(cast)
    assert {one.recipient_id: one.sealed_id for one in consignments(cast, letter)} == {FL: sealed.id, MOH: None}
    assert b'"MOH"' not in bytes(sealed.cover)
    assert {one.code for one in arrivals(cast)[0].read().recipients} == {"FL", "MOH"}


def test_a_redirection_is_a_parcel_of_its_own_for_the_competent_body(cast: Cast) -> None:
    letter = issued_letter(cast)
    receiving.redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=MOH, reason="لعدم الاختصاص")
    arrival = arrived(cast, "clerk.moh")
    first, second = consignments(cast, letter)
    assert arrival.parcel_id == second.sealed_id != first.sealed_id
    assert [one.body for one in cover_of(second)[1].recipients] == ["MOH"]
    named = arrival.read().recipients
    assert [(one.code, one.visible) for one in named] == [("FL", True), ("MOH", False)]


def test_a_redirection_to_who_had_a_copy_asks_them(cast: Cast) -> None:
    issued_letter(cast, addressees=(AddresseeCommand(FL), AddresseeCommand(MOH, role=Role.COPY)))
    receiving.redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=MOH, reason="لعدم الاختصاص")
    run_jobs()
    copy, asked = arrivals(cast, "clerk.moh")
    assert (copy.role, asked.role, copy.parcel_id != asked.parcel_id) == ("copy", "original", True)


def test_an_answer_finds_its_question_also_from_a_redirection(cast: Cast) -> None:
    letter = issued_letter(cast)
    receiving.redirect_arrival(cast("clerk.fl"), arrived(cast).id, to=MOH, reason="لعدم الاختصاص")
    run_jobs()
    incoming = registered(cast, AcceptCommand(), login="clerk.moh")
    command = draft_command(cast, to=MOF, letter_type="opinion", approvers=(), signer=cast.post("signer.moh"))
    reply = drafting.begin_draft(cast("clerk.moh"), command, answers=incoming.id)
    approval.submit(cast("clerk.moh"), reply.id)
    issue(cast("signer.moh"), reply.id)
    run_jobs()
    assert [one.state for one in consignments(cast, letter)] == ["redirected", "answered"]


# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_parcel_makes_the_keys_and_the_next_ones_use_them(cast: Cast) -> None:
    issued_letter(cast), issued_letter(cast)
    run_jobs()
    made = list(PublicKey.objects.values_list("body__code", "use", "suite").order_by("body__code"))
    assert made == [
        ("FL", "encryption", "xwing-hkdfsha256-aes256gcm"), ("MOF", "seal", "ecdsa-p256-sha256"),
    ]  # fmt: skip
    for login, number in (("clerk.fl", 1), ("clerk.mof", 1)):
        with scope(cast(login)):
            assert AuditEntry.objects.filter(act="vault.pair-made").count() == number


def test_what_is_on_its_way_opens_after_both_sides_changed_their_keys(cast: Cast) -> None:
    consignment = dispatched(cast)
    before = directory.encryption_keys([FL])[FL]
    vault.replace_pair(cast("admin.fl"), KeyUse.ENCRYPTION)
    vault.replace_pair(cast("admin.mof"), KeyUse.SEAL)
    carrier.deliver(carrier.carrier(MOF), consignment.id)
    assert [one.parcel_id for one in arrivals(cast)] == [consignment.sealed_id]
    later = dispatched(cast)
    assert [one.key for one in cover_of(later)[1].recipients] != [before.fingerprint]
    carrier.deliver(carrier.carrier(MOF), later.id)
    assert len(arrivals(cast)) == 2


def test_a_seal_whose_certificate_ran_out_is_followed_by_a_new_one(cast: Cast) -> None:
    first = vault.body_seal(cast("signer.mof"))
    assert vault.body_seal(cast("signer.mof")).chain == first.chain
    with clock.fixed(clock.now().replace(year=clock.today().year + 1, month=2)):
        second = vault.body_seal(cast("signer.mof"))
        assert second.chain[0] != first.chain[0]
        assert [one.valid_to is None for one in directory.keys_of(MOF)] == [True, False]


def test_a_memo_to_two_units_of_the_own_body_is_one_parcel_with_two_arrivals(cast: Cast) -> None:
    units = [seed_id("unit", Realm.LIVE, "MOF", code) for code in ("FIN", "REG")]
    to = tuple(AddresseeCommand(MOF, unit_id=one) for one in units)
    letter = issued_letter(cast, kind=LetterKind.MEMO, letter_type="general", addressees=to)
    run_jobs()
    found = consignments(cast, letter)
    assert ({one.state for one in found}, len({one.sealed_id for one in found})) == ({"delivered"}, 1)
    assert {one.unit_id for one in arrivals(cast, "clerk.mof")} == set(units)


@pytest.mark.django_db(transaction=True)
def test_workers_that_seal_one_circular_at_once_leave_one_parcel(cast: Cast) -> None:
    letter = issued_letter(cast, addressees=tuple(AddresseeCommand(one) for one in (FL, MOH, MPW)))
    ids = [one.id for one in consignments(cast, letter)]
    jobs_ = [lambda one=one: jobs.carry(body=str(MOF), consignment=str(one)) for one in (*ids, *reversed(ids))]  # type: ignore[misc]
    assert together(*jobs_) == [None] * 6
    assert len(parcels(cast)) == 1
    assert {one.state for one in consignments(cast, letter)} == {"delivered"}
    for login in ("clerk.fl", "clerk.moh", "clerk.mpw"):
        assert len(arrivals(cast, login)) == 1
