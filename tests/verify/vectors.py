# SPDX-License-Identifier: EUPL-1.2
"""Makes the published vectors anew: ``python -m tests.verify.vectors``. Only for a new form: old parcels open for ever.

Wrapped keys and certificates are random, so every run makes other vectors; those of a form are made once.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.rules import SignatureField, Statement
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.keys import ParcelKey, wrap_info
from mukatabat_verify.parcel.sealing import ContentSealer, raw_signature
from mukatabat_verify.parcel.suites import P256, XWING
from mukatabat_verify.stream import CHUNK, ChunkCipher, StreamSealer, sealed_size
from tests.signing.support import LETTER, NOW, subject_of, typeset
from tests.verify.letters import container_of, written
from tests.verify.support import CREATED, KEYS, Parcel, make_parcel, opening_key, root, seal

FOLDER = Path(__file__).parent.parent / "vectors" / "parcel"
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1]
NAMES = {**KEYS, "stranger": opening_key(XWING, "stranger"), "other": opening_key(P256, "other")}


def stream_of(key: bytes, associated: bytes, size: int) -> bytes:
    """Seal the content whose bytes are their own places modulo 251."""
    sealer = StreamSealer(ChunkCipher(key, associated=associated), digest=lambda _: None)
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    return b"".join([*sealer.update(content), sealer.finish()])


def streams() -> Iterator[dict[str, Any]]:
    for size in SIZES:
        key, associated = sha256(f"key {size}".encode()).digest(), b"" if size % 2 else b"associated"
        digest = sha256(stream_of(key, associated, size)).hexdigest()
        yield {
            "key": key.hex(),
            "associated": associated.hex(),
            "size": size,
            "sealed_size": sealed_size(size),
            "sealed_sha256": digest,
        }


def content(folder: Path) -> tuple[bytes, bytes]:
    """A container with a letter that a person signed, and the root that vouches for the person."""
    authority = DevelopmentAuthority(folder / "authority", now=lambda: NOW)
    stamps = LocalTimeStampAuthority(authority, now=lambda: NOW)
    person = new_id()
    identity = authority.person(person, subject_of(person))
    pdf = typeset(folder / "letter.typ", LETTER)
    prepared = pades.prepare(pdf, field=SignatureField(), signer=identity.certificate, statement=Statement(NOW))
    signed = pades.complete(prepared, identity.sign(prepared.signed_attributes), timestamp=stamps).document
    return written(container_of(signed, time_stamp=stamps.stamp)), authority.root


def refused(parcel: Parcel) -> Iterator[dict[str, Any]]:
    """What is done to the parcel, who then opens it, and the reason for which it is refused."""
    whole, cover = parcel.to_bytes(), parcel.cover
    start = len(cover.to_bytes())
    fl, moh = (KEYS[body].recipient for body in ("FL", "MOH"))

    def with_cover(**changes: Any) -> bytes:
        return replace(cover, **changes).to_bytes() + parcel.sealed

    def flipped(place: int) -> bytes:
        return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]

    other = seal("MOI")
    edited = replace(parcel.header, sender="MOI", certificate=sha256(other.chain[0]).hexdigest()).to_bytes()
    signed_again = Cover(edited, raw_signature(other.sign, covers.SIGNED + edited), other.chain, cover.wraps)
    info = wrap_info(cover.digest, moh.id)
    spaced = cover.header.replace(b'"sender":', b'"sender": ')
    spaced_cover = covers.MAGIC + len(spaced).to_bytes(4, "big") + spaced
    behind = whole[len(covers.MAGIC) + 4 + len(cover.header) :]
    resealed = b"".join(ContentSealer(parcel.key).seal([bytes(parcel.header.content.size)]))
    cases = [
        ("another form", flipped(3), "form.unknown"),
        ("cut in the header", whole[:200], "form.cut-off"),
        ("cut in the content", whole[:-1], "form.cut-off"),
        ("something appended", whole + b"x", "form.too-much"),
        ("white space in the header", spaced_cover + behind, "header.not-canonical"),
        ("another version", whole.replace(b'"version":1', b'"version":2'), "header.unknown-version"),
        ("another suite", whole.replace(b"stream1m", b"stream2m"), "header.unknown-suite"),
        ("another suite of a wrap", whole.replace(b"xwing-hkdf", b"ywing-hkdf"), "header.unknown-suite"),
        ("an unknown member", whole.replace(b'"realm"', b'"realn"'), "header.malformed"),
        ("an edited header", whole.replace(b'"sender":"MOF"', b'"sender":"MOI"'), "header.signature-broken"),
        ("a bit of the signature", flipped(whole.index(cover.signature) + 40), "header.signature-broken"),
        ("another certificate", with_cover(certificates=other.chain), "header.other-certificate"),
        ("signed again by another", signed_again.to_bytes() + parcel.sealed, "key.wrap-foreign"),
        (
            "a bit of the wraps",
            with_cover(wraps={key: wrap[:-1] + b"\0" for key, wrap in cover.wraps.items()}),
            "key.wrap-foreign",
        ),
        ("no wraps", with_cover(wraps={}), "key.wrap-missing"),
        ("a bit of the content", flipped(start + 9), "content.chunk-broken"),
    ]
    for what, changed, reason in cases:
        for key in ("FL", "MOH"):
            yield {"what": what, "key": key, "reason": reason, **patch(whole, changed)}
    for name, public in (("FL", fl), ("MOH", moh)):
        two = {public.id: public.wrap(ParcelKey.fresh().secret, wrap_info(cover.digest, public.id))}
        yield {
            "what": "a wrap of another key",
            "key": name,
            "reason": "key.commitment-broken",
            **patch(whole, with_cover(wraps={**cover.wraps, **two})),
        }
    another = patch(whole, whole[:start] + resealed)
    yield {"what": "another content under the same key", "key": "MOH", "reason": "content.changed", **another}
    theirs = NAMES["other"].recipient.wrap(parcel.key.secret, info)
    moved = with_cover(wraps={**cover.wraps, moh.id: theirs})
    yield {"what": "another recipient's wrap", "key": "MOH", "reason": "key.wrap-foreign", **patch(whole, moved)}
    for name in ("stranger", "other"):
        yield {"what": "a stranger", "key": name, "reason": "key.not-addressed", **patch(whole, whole)}


def patch(old: bytes, new: bytes) -> dict[str, Any]:
    """How bytes become others: from a place on, so many are removed and others inserted."""
    shorter = min(len(old), len(new))
    begin = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    same = next((n for n in range(shorter - begin) if old[-1 - n] != new[-1 - n]), shorter - begin)
    return {"at": begin, "remove": len(old) - begin - same, "insert": new[begin : len(new) - same].hex()}


def main() -> None:
    """Write the vectors into tests/vectors/parcel."""
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as folder:
        container, person_root = content(Path(folder))
    parcel = make_parcel(container)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "letter.parcel").write_bytes(parcel.to_bytes())
    (FOLDER / "letter.asice").write_bytes(container)
    for name, der in (("bodies.pem", root().root), ("people.pem", person_root)):
        (FOLDER / name).write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    value = {
        "form": 1,
        "parcel": "letter.parcel",
        "at": CREATED.isoformat(),
        "header_sha256": parcel.cover.digest.hex(),
        "content_sha256": sha256(container).hexdigest(),
        "parcel_key": parcel.key.secret.hex(),
        "salt": parcel.key.salt.hex(),
        "recipients": {body: key.recipient.id for body, key in KEYS.items()},
        "keys": {
            name: {"suite": key.recipient.suite, "secret": key.secret.hex(), "public": key.recipient.public.hex()}
            for name, key in NAMES.items()
        },
        "streams": list(streams()),
        "refused": list(refused(parcel)),
    }
    (FOLDER / "vectors.json").write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
