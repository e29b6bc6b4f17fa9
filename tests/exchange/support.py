# SPDX-License-Identifier: EUPL-1.2
"""Parcels in the outbox of the Ministry of Finance, changed as somebody would who writes the database or the store."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg

from mukatabat.directory.models import Body
from mukatabat.exchange import carrier
from mukatabat.exchange.models import Arrival, Consignment, SealedParcel
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.vault import store
from mukatabat.vault.actions import body_seal
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.parcel.sealing import raw_signature
from tests.cast import MOF, Cast
from tests.story import issued_letter


def dispatched(cast: Cast, **changes: Any) -> Consignment:
    """A letter of the ministry's, sealed and in the outbox; its first consignment."""
    letter = issued_letter(cast, **changes)
    consignment = consignments(cast, letter)[0]
    carrier.dispatch(carrier.carrier(MOF), consignment.id)
    return consignments(cast, letter)[0]


def consignments(cast: Cast, letter: Letter) -> list[Consignment]:
    """The consignments of a letter of the ministry's, with their parcels, in their order."""
    with scope(cast("signer.mof")):
        found = Consignment.objects.select_related("sealed", "parcel").filter(letter_id=letter.id)
        return list(found.order_by("ordered_at", "id"))


def again(consignment: Consignment) -> Consignment:
    """The same consignment as it is now."""
    with scope(carrier.carrier(MOF)):
        return Consignment.objects.select_related("sealed").get(id=consignment.id)


def arrivals(cast: Cast, login: str = "clerk.fl") -> list[Arrival]:
    """What lies or lay in a body's tray."""
    with scope(cast(login)):
        return list(Arrival.objects.order_by("arrived_at", "id"))


def cover_of(consignment: Consignment) -> tuple[Cover, Header]:
    """The cover of a consignment's parcel, with the wrapped keys of all whose letter was not delivered yet."""
    sealed = consignment.sealed
    assert sealed is not None
    cover, header = covers.read(io.BytesIO(bytes(sealed.cover)))
    keys = {one.body: one.key for one in header.recipients}
    with scope(carrier.carrier(sealed.body_id)):
        waiting = Consignment.objects.filter(sealed=sealed, wrap__isnull=False).values_list("recipient_id", "wrap")
        codes = dict(Body.objects.values_list("id", "code"))
        wraps = {keys[codes[body]]: bytes(wrap) for body, wrap in waiting}
    return replace(cover, wraps=wraps), header


def rewritten(owner_url: str, consignment: Consignment, **columns: object) -> None:
    """Write columns of the parcel's row as the owner of the database, who lifts row-level security for it."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with psycopg.connect(owner_url) as connection:
        connection.execute("ALTER TABLE exchange_sealedparcel DISABLE ROW LEVEL SECURITY")
        done = connection.execute(
            f"UPDATE exchange_sealedparcel SET {names} WHERE id = %s", [*columns.values(), consignment.sealed_id]
        )
        connection.execute("ALTER TABLE exchange_sealedparcel ENABLE ROW LEVEL SECURITY")
        assert done.rowcount == 1
        if "cover" in columns:  # it brings its own wrapped keys, or none
            connection.execute("ALTER TABLE exchange_consignment DISABLE ROW LEVEL SECURITY")
            connection.execute(
                "UPDATE exchange_consignment SET wrap = NULL WHERE sealed_id = %s", [consignment.sealed_id]
            )  # fmt: skip
            connection.execute("ALTER TABLE exchange_consignment ENABLE ROW LEVEL SECURITY")


def resealed(cast: Cast, consignment: Consignment, change: Callable[[Header], Header]) -> bytes:
    """The cover with another header, truly signed by the ministry's seal, and the wraps left as they were."""
    cover, header = cover_of(consignment)
    by = body_seal(cast("signer.mof"))
    changed = replace(change(header), certificate=hashlib.sha256(by.chain[0]).hexdigest()).to_bytes()
    signature = raw_signature(by.sign, covers.SIGNED + changed)
    keys = {one.key for one in covers.headers.read(changed).recipients}
    kept = {key: wrap for key, wrap in cover.wraps.items() if key in keys}
    return Cover(changed, signature, by.chain, kept).to_bytes()


def sealed_bytes(consignment: Consignment) -> bytes:
    """The sealed content of a consignment's parcel."""
    assert consignment.sealed is not None
    with store().open(consignment.sealed.address) as stream:
        return stream.read()


def stored_anew(content: bytes) -> str:
    """Other bytes in the blob store; their address."""
    return store().put(content).digest


def row_of(cast: Cast, parcel_id: UUID) -> SealedParcel:
    """One sealed parcel of the ministry's."""
    with scope(cast("signer.mof")):
        return SealedParcel.objects.get(id=parcel_id)
