# SPDX-License-Identifier: EUPL-1.2
"""What is stated of a parcel: with each event, on both sides, signed by the node, and nothing confidential in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from lxml import etree

from mukatabat.exchange import carrier, evidence, jobs, stamping
from mukatabat.exchange.models import Consignment, Evidence, EvidenceStamp
from mukatabat.exchange.rules import DECISIVE, EVIDENCE, PROVEN, ConsignmentState, Event
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import following, receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.signing.service import trust
from mukatabat.signing.timestamps import scripted
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions as vault
from mukatabat.vault.models import NodeKey
from mukatabat_verify import errors
from mukatabat_verify.certificates import check_seal, check_signing
from mukatabat_verify.evidence.signature import Signed, check, check_about
from mukatabat_verify.evidence.statement import reason_digest
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.timestamps import check_authority, stamped_at
from tests.cast import FL, MOF, Cast
from tests.exchange.support import again, arrivals, consignments, cover_of, dispatched
from tests.story import issued_letter, run_jobs

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).parents[3] / "shared" / "data" / "xsd"


def kept(cast: Cast, login: str, consignment: Consignment) -> list[Evidence]:
    with scope(cast(login)):
        return evidence.about(consignment.id)


def events(stated: Iterable[Evidence]) -> list[str]:
    return [one.event for one in stated]


def read(one: Evidence) -> Signed:
    """One evidence, checked as a court would."""
    found = check(bytes(one.xml))
    check_signing(found.chain, trust(clock.now()))
    return found


def registered_consignment(cast: Cast, **changes: object) -> Consignment:
    letter = issued_letter(cast, **changes)
    run_jobs()
    arrival = arrivals(cast)[-1]
    receiving.accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand())
    run_jobs()
    return consignments(cast, letter)[0]


def test_each_event_of_a_letter_is_stated_once_and_both_sides_keep_the_same_bytes(cast: Cast) -> None:
    consignment = registered_consignment(cast)
    ours, theirs = kept(cast, "signer.mof", consignment), kept(cast, "clerk.fl", consignment)
    assert events(ours) == events(theirs) == [Event.DISPATCH, Event.DELIVER, Event.REGISTER]
    for mine, copy in zip(ours, theirs, strict=True):
        assert (bytes(mine.xml), bytes(mine.salt), mine.digest) == (bytes(copy.xml), bytes(copy.salt), copy.digest)
        assert mine.made_here is not copy.made_here
        assert hashlib.sha256(bytes(mine.xml)).hexdigest() == mine.digest
    assert [one.made_here for one in ours] == [True, False, False]


def test_the_cover_of_a_parcel_is_read_for_its_first_event_and_not_for_each(cast: Cast) -> None:
    letter = issued_letter(cast)
    with mock.patch.object(evidence, "covers", wraps=covers) as asked:
        run_jobs()
        receiving.accept_arrival(cast("clerk.fl"), arrivals(cast)[-1].id, AcceptCommand())
        run_jobs()
    consignment = consignments(cast, letter)[0]
    assert len(kept(cast, "signer.mof", consignment)) == 3
    assert asked.read.call_count == 1
    assert {read(one).statement.header for one in kept(cast, "clerk.fl", consignment)} == {
        cover_of(consignment)[0].digest
    }


def test_a_clock_that_stands_still_leaves_both_sides_the_order_of_a_letter_s_life(cast: Cast) -> None:
    with clock.fixed(clock.now()):
        consignment = registered_consignment(cast)
        ours, theirs = kept(cast, "signer.mof", consignment), kept(cast, "clerk.fl", consignment)
    assert len({one.at for one in ours}) == 1
    assert events(ours) == events(theirs) == [Event.DISPATCH, Event.DELIVER, Event.REGISTER]


def test_an_evidence_is_about_its_parcel_and_says_who_sent_it_to_whom_and_under_which_number(cast: Cast) -> None:
    consignment = registered_consignment(cast)
    cover, header = cover_of(consignment)
    for one in kept(cast, "clerk.fl", consignment):
        stated = read(one).statement
        assert stated.event == EVIDENCE[Event(one.event)]
        assert (stated.sender, stated.recipients, stated.about) == ("MOF", ("FL",), "FL")
        check_about(stated, parcel=header.parcel, header=cover.digest)
        assert [part.digest.hex() for part in stated.parts] == [header.content.digest]
        assert (stated.realm, stated.custody) == ("live", "host-kept")
    assert stated.register == consignment.their_reference != ""


def test_every_evidence_is_valid_under_the_standard_s_schema(cast: Cast) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the standard are not here")
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "en319522-3-erds.xsd")))
    for one in kept(cast, "signer.mof", registered_consignment(cast)):
        schema.assertValid(etree.fromstring(bytes(one.xml)))


def test_an_evidence_tells_nothing_of_a_secret_letter_and_no_words_of_a_reason(cast: Cast) -> None:
    letter = issued_letter(cast, subject="مفاوضات سرية", secrecy=Secrecy.SECRET)
    run_jobs()
    (arrival,) = arrivals(cast)
    receiving.return_arrival(cast("clerk.fl"), arrival.id, "الموضوع خارج الاختصاص")
    run_jobs()
    consignment = consignments(cast, letter)[0]
    *_, last = stated = kept(cast, "signer.mof", consignment)
    for one in stated:
        text = bytes(one.xml).decode()
        assert not [told for told in ("مفاوضات", "الاختصاص", arrival.sender_reference) if told in text]
        assert not [one.digest for one in arrival.read().documents if one.digest.removeprefix("sha256:") in text]
    code, words = read(last).statement.reason or ("", "")
    assert (last.event, code) == (Event.RETURN, "urn:mukatabat:reason:return")
    assert words == reason_digest(bytes.fromhex(last.reason_salt), "الموضوع خارج الاختصاص")


def test_what_did_not_happen_is_not_stated(cast: Cast) -> None:
    consignment = dispatched(cast)
    before = kept(cast, "signer.mof", consignment)
    with mock.patch.object(carrier, "_show", side_effect=RuntimeError), pytest.raises(RuntimeError):
        carrier.deliver(carrier.carrier(MOF), consignment.id)
    assert events(kept(cast, "signer.mof", consignment)) == events(before) == [Event.DISPATCH]
    assert kept(cast, "clerk.fl", consignment) == []


def test_a_withdrawal_is_stated_on_both_sides_and_of_what_never_left_on_none(cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    delivered = consignments(cast, letter)[0]
    following.withdraw(cast("signer.mof"), letter.id, delivered.id, "صدر بالخطأ")
    for login in ("signer.mof", "clerk.fl"):
        assert events(kept(cast, login, delivered)) == [Event.DISPATCH, Event.DELIVER, Event.WITHDRAW]
    second = issued_letter(cast)
    waiting = consignments(cast, second)[0]
    following.withdraw(cast("signer.mof"), second.id, waiting.id, "صدر بالخطأ")
    assert kept(cast, "signer.mof", waiting) == []


def test_what_fails_and_is_ordered_again_is_stated_each_time(cast: Cast) -> None:
    consignment, actor = dispatched(cast), carrier.carrier(MOF)
    with scope(actor):
        Consignment.objects.filter(id=consignment.id).update(ordered_at=clock.now() - timedelta(days=9))
    carrier.note_failure(actor, consignment.id)
    letter_id = consignment.letter_id
    following.retry(cast("signer.mof"), letter_id, consignment.id)
    run_jobs()
    expected = [Event.DISPATCH, Event.FAIL, Event.DISPATCH, Event.DELIVER]
    assert events(kept(cast, "signer.mof", consignment)) == expected
    assert events(kept(cast, "clerk.fl", consignment)) == expected
    assert again(consignment).state == ConsignmentState.DELIVERED


def stamps(cast: Cast, login: str) -> dict[str, EvidenceStamp]:
    with scope(cast(login)):
        return {one.evidence.event: one for one in EvidenceStamp.objects.select_related("evidence")}


def test_the_decisive_evidence_is_time_stamped_on_both_sides(cast: Cast) -> None:
    registered_consignment(cast)
    for login in ("signer.mof", "clerk.fl"):
        kept_stamps = stamps(cast, login)
        assert set(kept_stamps) == set(DECISIVE)
        for one in kept_stamps.values():
            digest = hashlib.sha256(bytes(one.evidence.xml)).digest()
            assert stamped_at(bytes(one.token), digest) == one.stamped_at
            check_authority(bytes(one.token), trust(clock.now()))


def test_a_silent_or_false_time_stamp_authority_delays_proof_and_nothing_else(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    true = stamping.time_stamps()
    for bad in (scripted.DeadTimeStampAuthority(), scripted.ForeignTimeStampAuthority(true)):
        with mock.patch.object(stamping, "time_stamps", return_value=bad):
            assert registered_consignment(cast).state == ConsignmentState.REGISTERED
    assert stamps(cast, "signer.mof") == stamps(cast, "clerk.fl") == {}
    later = clock.now() + stamping.ALARM_AFTER + timedelta(minutes=1)
    with clock.fixed(later):
        for body in (MOF, FL):
            jobs.sweep(body)
    assert set(stamps(cast, "signer.mof")) == set(stamps(cast, "clerk.fl")) == set(DECISIVE)
    assert "has waited for time-stamps" in caplog.text


def test_every_state_has_the_evidence_without_which_no_consignment_is_in_it() -> None:
    for state, event in PROVEN.items():
        assert event in EVIDENCE, state


def test_the_application_can_neither_change_nor_remove_an_evidence(cast: Cast) -> None:
    consignment = dispatched(cast)
    with scope(cast("signer.mof")):
        for act in (
            lambda: Evidence.objects.filter(consignment_id=consignment.id).update(digest=""),
            lambda: Evidence.objects.filter(consignment_id=consignment.id)._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


def test_nobody_but_the_two_sides_keeps_an_evidence(cast: Cast) -> None:
    consignment = registered_consignment(cast)
    assert kept(cast, "clerk.moh", consignment) == []


def test_the_node_s_key_is_no_body_s_seal_and_its_successor_leaves_what_was_signed_valid(cast: Cast) -> None:
    first = dispatched(cast)
    vault.replace_evidence_key(cast("signer.mof"))
    second = dispatched(cast)
    (one,), (other,) = kept(cast, "signer.mof", first), kept(cast, "signer.mof", second)
    assert read(one).chain[0] != read(other).chain[0]
    with pytest.raises(errors.CertificateOfAnotherBody):
        check_seal(read(one).chain, trust(clock.now()), body="MOF")
    assert NodeKey.objects.filter(realm="live", valid_to=None).count() == 1
