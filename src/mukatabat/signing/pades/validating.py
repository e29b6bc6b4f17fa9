# SPDX-License-Identifier: EUPL-1.2
"""Check a signed document, as a court would."""

from __future__ import annotations

from mukatabat.signing.errors import UnreadableSignature
from mukatabat_verify import pades
from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import SignatureUnreadable


def validate(pdf: bytes, trust: Trust) -> pades.SignatureReport:
    """Check the last person's signature of a PDF; raises UnreadableSignature when there is nothing to judge."""
    try:
        return pades.validate(pdf, trust)
    except SignatureUnreadable as error:
        raise UnreadableSignature(detail=error.detail) from error
