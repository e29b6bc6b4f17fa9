# SPDX-License-Identifier: EUPL-1.2
"""Everything that is done to a parcel between two bodies: each is held by its own name, and the letter can go again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.x509 import load_der_x509_certificate

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.seed import body_id
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.exchange import carrier, outbox
from mukatabat.exchange.errors import NothingToRetry
from mukatabat.exchange.models import Arrival, Consignment, Parcel, SealedParcel
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.letters.actions.following import retry, withdraw
from mukatabat.letters.texts import refusal_text
from mukatabat.notify import queries as notify
from mukatabat.notify.rules import Kind
from mukatabat.signing import jobs as signing
from mukatabat.signing import service
from mukatabat.signing.models import RevocationList
from mukatabat.tenancy.context import scope
from mukatabat.vault.actions import body_seal, encryption_key, replace_pair
from mukatabat.vault.models import Document
from mukatabat_verify.canonical import canonical
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.parcel.keys import ParcelKey, wrap_info
from mukatabat_verify.parcel.sealing import Seal, raw_signature
from mukatabat_verify.parcel.suites import P256, RecipientKey
from tests.cast import FL, MOF, MOH, MPW, Cast
from tests.exchange.support import (
    again,
    arrivals,
    consignments,
    cover_of,
    dispatched,
    resealed,
    rewritten,
    sealed_bytes,
    stored_anew,
)
from tests.letters.pages import at, browser
from tests.story import issued_letter, run_jobs
from tests.verify.support import issue as certify
from tests.verify.support import revocation_list

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

Attack = Callable[[Cast, Consignment], dict[str, object]]


def deliver(consignment: Consignment) -> Consignment:
    """Carry it to its recipient; what became of it."""
    carrier.deliver(carrier.carrier(consignment.body_id), consignment.id)
    return again(consignment)


def refusals(cast: Cast, login: str) -> list[str]:
    """The reasons for which a body refused parcels, as its trail tells."""
    with scope(cast(login)):
        found = AuditEntry.objects.filter(act="exchange.parcel-refused").order_by("at", "id")
        return [one.detail["refusal"] for one in found]


def held(cast: Cast, consignment: Consignment, code: str, *, login: str = "clerk.fl") -> None:
    """It is held by this name, both sides say so, and nothing else of it is anywhere."""
    assert (consignment.state, consignment.refusal) == ("held", code)
    assert refusals(cast, login)[-1] == code
    with scope(cast("signer.mof")):
        entry = AuditEntry.objects.filter(act="exchange.consignment-held").latest("at")
        assert (entry.object_id, entry.detail["refusal"]) == (consignment.letter_id, code)
    with scope(cast(login)):
        assert not Arrival.objects.filter(consignment_id=consignment.id).exists()
        assert not Document.objects.exists()
    assert refusal_text(code)


def other_content(how: Callable[[bytes], bytes]) -> Attack:
    return lambda _, one: {"address": stored_anew(how(sealed_bytes(one)))}


def other_cover(how: Callable[[bytes], bytes]) -> Attack:
    def attack(_: Cast, one: Consignment) -> dict[str, object]:
        assert one.sealed is not None
        return {"cover": how(cover_of(one)[0].to_bytes())}

    return attack


def other_wrap(make: Callable[[Cast, Cover, RecipientKey], bytes | None]) -> Attack:
    def attack(cast: Cast, one: Consignment) -> dict[str, object]:
        cover, header = cover_of(one)
        key = PublicKey.objects.get(fingerprint=header.recipients[0].key)
        mine = RecipientKey(key.suite, bytes(key.public))
        wrap = make(cast, cover, mine)
        return {"cover": replace(cover, wraps={} if wrap is None else {mine.id: wrap}).to_bytes()}

    return attack


def other_header(change: Callable[[Header], Header]) -> Attack:
    """The sender itself signs another header over the same content."""
    return lambda cast, one: {"cover": resealed(cast, one, change)}


def signed_by(seal_of: Callable[[Cast], Seal]) -> Attack:
    """Another seal signs a header that names the ministry as its sender."""

    def attack(cast: Cast, one: Consignment) -> dict[str, object]:
        cover, header = cover_of(one)
        by = seal_of(cast)
        written = replace(header, certificate=hashlib.sha256(by.chain[0]).hexdigest()).to_bytes()
        return {
            "cover": Cover(written, raw_signature(by.sign, covers.SIGNED + written), by.chain, cover.wraps).to_bytes()
        }

    return attack


def from_another_letter(cast: Cast, _: Cover, mine: RecipientKey) -> bytes:
    return cover_of(dispatched(cast))[0].wraps[mine.id]


ATTACKS: dict[str, tuple[str, Attack]] = {
    "a bit of the sealed content": ("content.sealed-bytes-changed", other_content(lambda b: b[:9] + b"?" + b[10:])),
    "the sealed content cut off": ("form.cut-off", other_content(lambda b: b[:-1])),
    "something behind the sealed content": ("form.too-much", other_content(lambda b: b + b"x")),
    "another letter's sealed content": (
        "content.sealed-bytes-changed",
        lambda cast, one: {"address": stored_anew(sealed_bytes(dispatched(cast))[: len(sealed_bytes(one))].ljust(len(sealed_bytes(one))))},
    ),
    "a cover of another form": ("form.unknown", other_cover(lambda b: b"PK" + b[2:])),
    "a cover cut off": ("form.cut-off", other_cover(lambda b: b[:-1])),
    "an edited header": ("header.signature-broken", other_cover(lambda b: b.replace(b'"MOF"', b'"MOH"'))),
    "a header that is no header": ("header.not-canonical", other_cover(lambda b: b.replace(b'"version":1}', b'"version":1 '))),
    "another certificate": (
        "header.other-certificate",
        lambda _, one: {"cover": replace(cover_of(one)[0], certificates=()).to_bytes()},
    ),
    "a wrapped key of another letter": ("key.wrap-foreign", other_wrap(from_another_letter)),
    "a wrapped key that opens to another": (
        "key.commitment-broken",
        other_wrap(lambda _, cover, mine: mine.wrap(ParcelKey.fresh().secret, wrap_info(cover.digest, mine.id))),
    ),
    "no wrapped key": ("key.wrap-missing", other_wrap(lambda *_: None)),
    "a header signed again by its sender": (
        "key.wrap-foreign", other_header(lambda one: replace(one, parcel=new_id())),
    ),
    "a parcel of the training realm": ("parcel.other-realm", other_header(lambda one: replace(one, realm="training"))),
    "the practice copy's seal under a live header": (
        "certificate.not-listed", signed_by(lambda _: body_seal(carrier.carrier(body_id("MOF", Realm.TRAINING)))),
    ),
    "another body's seal": ("certificate.of-another-body", signed_by(lambda cast: body_seal(cast("signer.moh")))),
    "a seal of another authority": ("certificate.untrusted", signed_by(lambda _: certify("MOF", body="MOF"))),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_each_change_is_held_by_its_own_name_and_the_letter_goes_again(cast: Cast, owner_url: str, name: str) -> None:
    code, attack = ATTACKS[name]
    consignment = dispatched(cast)
    rewritten(owner_url, consignment, **attack(cast, consignment))
    consignment = deliver(consignment)
    held(cast, consignment, code)
    assert deliver(consignment).state == "held", "nothing tries it again by itself"
    retry(cast("adviser.mof"), consignment.letter_id, consignment.id)
    run_jobs()
    gone = again(consignment)
    assert (gone.state, gone.refusal, gone.sealed_id != consignment.sealed_id) == ("delivered", "", True)
    assert gone.id in {one.consignment_id for one in arrivals(cast)}


# ── what no change of a row can show ────────────────────────────────────────────────────────────────────────────────


def test_a_seal_whose_certificate_ran_out_on_the_way_is_refused_and_the_letter_sealed_anew(cast: Cast) -> None:
    consignment = dispatched(cast)
    with clock.fixed(clock.now().replace(year=clock.today().year + 1, month=2)):
        consignment = deliver(consignment)
        held(cast, consignment, "certificate.out-of-date")
        retry(cast("adviser.mof"), consignment.letter_id, consignment.id)
        run_jobs()
        assert again(consignment).state == "delivered"


def test_a_seal_that_was_withdrawn_is_believed_no_longer(cast: Cast) -> None:
    consignment = dispatched(cast)
    PublicKey.objects.filter(body_id=MOF).update(withdrawn_at=clock.now())
    held(cast, deliver(consignment), "certificate.not-listed")


def test_a_seal_that_its_authority_withdrew_is_refused_where_it_comes_in(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.MUKATABAT_SIGNING_DIR = tmp_path / "authority"  # what is withdrawn stays so, for every other test as well
    replace_pair(cast("signer.mof"), KeyUse.SEAL)
    consignment, authority = dispatched(cast), service._authority(settings.MUKATABAT_SIGNING_DIR)
    authority.revoke(body_seal(cast("signer.mof")).chain[0], at=clock.now())
    signing.fetch_revocation_lists()
    held(cast, deliver(consignment), "certificate.withdrawn")
    replace_pair(cast("signer.mof"), KeyUse.SEAL)
    retry(cast("adviser.mof"), consignment.letter_id, consignment.id)
    run_jobs()
    assert again(consignment).state == "delivered", "under another seal it goes"


def test_a_list_that_speaks_of_others_or_has_run_out_holds_up_no_letter(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.MUKATABAT_SIGNING_DIR = tmp_path / "authority"
    authority = service._authority(settings.MUKATABAT_SIGNING_DIR)
    replace_pair(cast("signer.mof"), KeyUse.SEAL)
    authority.revoke(body_seal(cast("signer.moh")).chain[0], at=clock.now())
    signing.fetch_revocation_lists()
    assert deliver(dispatched(cast)).state == "delivered"
    chain = body_seal(cast("signer.mof")).chain
    namesake = SimpleNamespace(
        certificates=[load_der_x509_certificate(chain[1])], key=certify("Another", authority=True).key
    )
    forged = revocation_list(namesake, (chain[0], clock.now()), at=clock.now())
    RevocationList.objects.create(
        authority="a" * 64, day=clock.today(), at=clock.now(), until=clock.now(), data=forged, kept_at=clock.now()
    )
    assert deliver(dispatched(cast)).state == "delivered", "by another key of the same name"
    with clock.fixed(clock.now() + timedelta(days=40)):
        assert deliver(dispatched(cast)).state == "delivered", "an authority that is silent"


def test_to_another_key_under_the_name_of_a_recipient_s_own_nothing_is_sealed(cast: Cast) -> None:
    own = encryption_key(cast("clerk.fl"))
    theirs = bytes(encryption_key(cast("clerk.moh")).public)
    PublicKey.objects.filter(pk=own.pk).update(public=theirs)
    first = dispatched(cast)
    assert (first.state, first.refusal, first.sealed) == ("held", "directory.key-disagrees", None)
    assert refusal_text(first.refusal)
    PublicKey.objects.filter(pk=own.pk).update(public=own.public)
    retry(cast("signer.mof"), first.letter_id, first.id)
    run_jobs()
    assert again(first).state == "delivered"


def test_a_suite_below_the_recipient_s_floor_is_refused(cast: Cast) -> None:
    consignment = dispatched(cast)
    Body.objects.filter(id=FL).update(accepted_suites=[P256])
    held(cast, deliver(consignment), "header.below-floor")


def test_a_parcel_is_not_delivered_to_whom_it_does_not_name(cast: Cast) -> None:
    consignment = dispatched(cast)
    with scope(cast("signer.mof")):
        Consignment.objects.filter(id=consignment.id).update(recipient_id=MPW)
    held(cast, deliver(consignment), "key.not-addressed", login="clerk.mpw")


def copied(consignment: Consignment, **changes: Any) -> Consignment:
    """Another order in the ministry's outbox for the parcel of one that was delivered, or a changed copy of it."""
    values = {"parcel_id": consignment.parcel_id, "sealed_id": consignment.sealed_id, "recipient_id": FL,
              "letter_id": consignment.letter_id, "role": "original", "ordered_at": clock.now(),
              "dispatched_at": clock.now(), "state": "dispatched"}  # fmt: skip
    with scope(carrier.carrier(consignment.body_id)):
        return Consignment.objects.create(**values | changes)


def test_the_same_parcel_again_is_no_second_letter(cast: Cast) -> None:
    first = deliver(dispatched(cast))
    second = deliver(copied(first))
    assert (first.state, second.state, second.refusal) == ("delivered", "held", "parcel.came-before")
    assert refusals(cast, "clerk.fl") == ["parcel.came-before"]
    assert [one.consignment_id for one in arrivals(cast)] == [first.id]


def test_a_parcel_that_was_taken_back_does_not_come_back_either(cast: Cast) -> None:
    first = deliver(dispatched(cast))
    withdraw(cast("adviser.mof"), first.letter_id, first.id, "خطأ")
    assert deliver(copied(first)).refusal == "parcel.came-before"
    assert [one.state for one in arrivals(cast)] == ["withdrawn"]


def test_another_parcel_under_a_known_identifier_is_refused(cast: Cast, owner_url: str) -> None:
    first = deliver(dispatched(cast))
    second = dispatched(cast)
    known = first.sealed_id
    assert known is not None
    rewritten(owner_url, second, cover=resealed(cast, second, lambda one: replace(one, parcel=known)))
    second = deliver(second)
    assert (second.state, second.refusal) == ("held", "parcel.same-id-other-bytes")
    assert [one.consignment_id for one in arrivals(cast)] == [first.id]


def test_a_recipient_cannot_pass_a_letter_on_as_if_its_sender_had_ordered_it(cast: Cast) -> None:
    sent = dispatched(cast, to=FL)
    assert sent.sealed is not None
    with scope(cast("signer.moh")):
        order = Parcel.objects.create(
            id=new_id(), letter_id=new_id(), manifest=sent.parcel.manifest, created_at=clock.now()
        )  # fmt: skip
        sealed = SealedParcel.objects.create(
            parcel=order, header_digest=sent.sealed.header_digest, cover=cover_of(sent)[0].to_bytes(),
            address=sent.sealed.address, letter_data="{}", signature=b"", salt="", sealed_at=clock.now(),
        )  # fmt: skip
        foreign = Consignment.objects.create(
            parcel=order, sealed=sealed, letter_id=order.letter_id, recipient_id=FL, role="original",
            ordered_at=clock.now(), state="dispatched",
        )  # fmt: skip
    carrier.deliver(carrier.carrier(MOH), foreign.id)
    assert refusals(cast, "clerk.fl") == ["letter.data-disagrees"]
    assert arrivals(cast) == []


# ── a sender that lies ──────────────────────────────────────────────────────────────────────────────────────────────

Data = dict[str, Any]


@contextmanager
def lying(monkeypatch: pytest.MonkeyPatch, change: Callable[[Data], Data]) -> Iterator[None]:
    """The sender puts other data beside the letter, and seals that truly."""
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "canonical", lambda value: canonical(change(value)))
        yield


LIES: dict[str, tuple[str, Callable[[Data], Data]]] = {
    "another sender's name": ("letter.data-disagrees", lambda one: one | {"sender": one["sender"] | {"code": "MOH"}}),
    "another sender's identifier": (
        "letter.data-disagrees", lambda one: one | {"sender": one["sender"] | {"body_id": str(MOH)}},
    ),
    "another parcel": ("letter.data-disagrees", lambda one: one | {"parcel_id": str(new_id())}),
    "recipients without the one who gets it": (
        "letter.data-disagrees", lambda one: one | {"recipients": [one["recipients"][0] | {"code": "MOH"}]},
    ),
    "this body under another identifier": (
        "letter.data-disagrees", lambda one: one | {"recipients": [one["recipients"][0] | {"body_id": str(MOH)}]},
    ),
    "another document": (
        "letter.data-disagrees", lambda one: one | {"documents": [one["documents"][0] | {"digest": "sha256:" + "0" * 64}]},
    ),
    "a member that no letter has": ("letter.data-malformed", lambda one: one | {"further": 1}),
    "a secrecy of another shape": ("letter.data-malformed", lambda one: one | {"hijri": [1447]}),
    "a month that no year has": ("letter.data-malformed", lambda one: one | {"hijri": [1448, 99, 1]}),
    "a secrecy that there is not": ("letter.data-malformed", lambda one: one | {"secrecy": "cosmic"}),
    "a subject longer than any": ("letter.data-malformed", lambda one: one | {"subject": "س" * 501}),
    "a subject that no database takes": ("letter.data-malformed", lambda one: one | {"subject": "طلب\x00"}),
    "a name over several lines": ("letter.data-malformed", lambda one: one | {"signer_ar": "سالم\nالعنزي"}),
    "pages less than none": (
        "letter.data-malformed", lambda one: one | {"documents": [one["documents"][0] | {"pages": -1}]},
    ),
    "a file that would lie elsewhere": (
        "letter.data-malformed", lambda one: one | {"documents": [one["documents"][0] | {"name": "../../letter.pdf"}]},
    ),
    "a file that ends in another way than it reads": (
        "letter.data-malformed", lambda one: one | {"documents": [one["documents"][0] | {"name": "a\u202efdp.exe"}]},
    ),
    "itself under another body's name": (
        "letter.data-disagrees", lambda one: one | {"sender": one["sender"] | {"ar": "ديوان المحاسبة"}},
    ),
    "a number of another body's": ("letter.data-disagrees", lambda one: one | {"reference": "MOH-O-2026-00001"}),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_what_a_letter_says_of_itself_is_believed_only_where_all_of_it_agrees(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    code, change = LIES[name]
    with lying(monkeypatch, change):
        consignment = dispatched(cast)
    held(cast, deliver(consignment), code)


# ── what people see ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_track_says_why_it_is_held_and_orders_it_again(cast: Cast, owner_url: str, language: str) -> None:
    consignment = dispatched(cast)
    rewritten(owner_url, consignment, address=stored_anew(sealed_bytes(consignment)[::-1]))
    deliver(consignment)
    run_jobs()
    for login in ("adviser.mof", "clerk.mof"):
        assert Kind.HELD in {note.kind for note in notify.bell(cast(login))}
    author = browser("adviser.mof", language=language)
    page = author.get(at("letter", consignment.letter_id)).content.decode()
    said = {"ar": ("تعذّر فتح الكتاب", "إعادة التسليم"), "en": ("Could not be opened", "Deliver again")}
    for text in (*said[language], at("retry", consignment.letter_id, consignment.id)):
        assert text in page
    done = author.post(at("retry", consignment.letter_id, consignment.id))
    run_jobs()
    assert (done.status_code, again(consignment).state) == (302, "delivered")
    assert author.post(at("retry", consignment.letter_id, consignment.id)).status_code == 409


def test_only_who_answers_for_a_letter_orders_its_delivery_again(cast: Cast, owner_url: str) -> None:
    consignment = dispatched(cast)
    with pytest.raises(NothingToRetry):
        retry(cast("adviser.mof"), consignment.letter_id, consignment.id)
    rewritten(owner_url, consignment, cover=b"")
    deliver(consignment)
    for login in ("finance.mof", "clerk.fl", "clerk.moh"):
        with pytest.raises(NotFoundOrForbidden):
            retry(cast(login), consignment.letter_id, consignment.id)
    other = consignments(cast, issued_letter(cast))[0]
    with pytest.raises(NotFoundOrForbidden):
        retry(cast("adviser.mof"), other.letter_id, consignment.id)
    assert again(consignment).state == "held"


def test_a_letter_that_is_held_may_be_taken_back(cast: Cast, owner_url: str) -> None:
    consignment = dispatched(cast)
    rewritten(owner_url, consignment, cover=b"x")
    deliver(consignment)
    withdraw(cast("adviser.mof"), consignment.letter_id, consignment.id, "خطأ")
    assert (again(consignment).state, arrivals(cast)) == ("withdrawn", [])
