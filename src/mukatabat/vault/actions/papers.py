# SPDX-License-Identifier: EUPL-1.2
"""Prints that a body gives out of its books, under its own seal (PAdES, ETSI EN 319 142-1; EN 319 412-3)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from mukatabat.kernel import clock
from mukatabat.signing import pades
from mukatabat.signing.rules import SignatureField, SignerCertificate, Statement
from mukatabat.signing.service import time_stamps
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.pairs import StoredSeal, seal_in_force
from mukatabat.vault.errors import KeyUnavailable

FIELD = SignatureField(name="Seal", label="ختم الجهة")
PLACE = "الكويت"

logger = logging.getLogger(__name__)


def under_seal(actor: Actor, render: Callable[[bool], bytes], *, reason: str) -> bytes:
    """Give a print of the actor's body under its seal, time-stamped where the authority answers.

    ``render`` draws the PDF and is told whether it is sealed, because the paper says so; ``reason`` is stated inside
    the signed bytes. Where no seal is in force or its key cannot be reached, the print goes out and says that it bears
    none: a register can be printed on the worst day. To print makes no seal. Asks the time-stamp authority; call
    outside any transaction.
    """
    try:
        seal = seal_in_force(actor)
        if seal is not None:
            return _sealed(seal, render(True), reason)
    except KeyUnavailable as error:
        logger.warning("a print leaves without a seal: %s", error.code)
    return render(False)


def _sealed(seal: StoredSeal, pdf: bytes, reason: str) -> bytes:
    statement = Statement(signed_at=clock.now(), reason=reason, location=PLACE)
    prepared = pades.prepare(pdf, field=FIELD, signer=SignerCertificate(seal.chain), statement=statement)
    return pades.complete(prepared, seal.sign(prepared.signed_attributes), timestamp=time_stamps()).document
