# SPDX-License-Identifier: EUPL-1.2
"""How a call is signed so that its receiver knows who sent it and when (Standard Webhooks 1.0.0). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
KEY_BYTES = 32


def secret_text(key: bytes) -> str:
    """A key as its receiver keeps it: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def signed_headers(secrets: Sequence[str], identifier: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers: the message's own identifier, the time of this sending, and one signature for each secret.

    What is signed is identifier, time and body with points between. A receiver takes any signature that fits, so that a
    secret is changed while both live.
    """
    moment = str(int(at.timestamp()))
    said = f"{identifier}.{moment}.".encode("ascii") + body
    signatures = [hmac.new(_key(one), said, hashlib.sha256).digest() for one in secrets]
    return {
        "webhook-id": identifier, "webhook-timestamp": moment,
        "webhook-signature": " ".join("v1," + base64.b64encode(one).decode("ascii") for one in signatures),
    }  # fmt: skip


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
