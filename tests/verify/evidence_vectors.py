# SPDX-License-Identifier: EUPL-1.2
"""Makes the published evidences anew: ``python -m tests.verify.evidence_vectors``. Only for a new form."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat_verify.evidence.signature import sign
from mukatabat_verify.evidence.statement import Event, Part, Statement
from tests.verify.support import CREATED, PARCEL, node, root

FOLDER = Path(__file__).parent.parent / "vectors" / "evidence"
STATEMENT = Statement(
    id=UUID("01939c1e-0000-7000-8000-00000000000e"),
    event=Event.DELIVERED,
    at=CREATED + timedelta(minutes=2),
    policy="urn:mukatabat:practice:1",
    issuer="FL",
    issuer_name="إدارة الفتوى والتشريع",
    sender="MOF",
    recipients=("FL", "MOH"),
    about="MOH",
    submitted_at=CREATED,
    parcel=PARCEL,
    header=hashlib.sha256(b"header").digest(),
    realm="live",
    custody="host-kept",
    parts=(Part("letter.pdf", "application/pdf", hashlib.sha256(b"letter").digest()),),
)
OTHERS = {
    "submitted": {"event": Event.SUBMITTED, "about": None},
    "delivered": {},
    "registered": {"event": Event.REGISTERED, "register": "MOH-I-2026-00312"},
    "returned": {
        "event": Event.RETURNED,
        "reason": ("urn:mukatabat:reason:other-body", 'ليست من اختصاصنا & تُرسل إلى "الجهة" المختصة'),
    },
    "withdrawn": {"event": Event.WITHDRAWN},
}


def main() -> None:
    """Write the evidences and their root into tests/vectors/evidence."""
    by = node(years=(2026, 2027))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, changes in OTHERS.items():
        (FOLDER / f"{name}.xml").write_bytes(sign(replace(STATEMENT, **changes), by, at=CREATED))
    pem = x509.load_der_x509_certificate(root().root).public_bytes(Encoding.PEM)
    (FOLDER / "roots.pem").write_bytes(pem)


if __name__ == "__main__":
    main()
