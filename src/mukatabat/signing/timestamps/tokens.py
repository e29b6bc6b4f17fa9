# SPDX-License-Identifier: EUPL-1.2
"""What an authority answers, and whether its token is for our signature."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from asn1crypto import cms, core, tsp

from mukatabat.signing.errors import TimeStampInvalid
from mukatabat_verify import timestamps
from mukatabat_verify.errors import TimeStampBroken


class TimeStampReply(core.Sequence):  # type: ignore[misc]
    """What an authority answers; the token is absent when it refuses (RFC 3161 §2.4.2), which asn1crypto forgot."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def stamped_at(token: bytes, digest: bytes) -> datetime:
    """Check that a token stamps a SHA-256 digest and is intact, and give its time; raises TimeStampInvalid."""
    try:
        return timestamps.stamped_at(token, digest)
    except TimeStampBroken as error:
        raise TimeStampInvalid(detail=error.detail) from error
