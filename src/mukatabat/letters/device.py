# SPDX-License-Identifier: EUPL-1.2
"""The key under which a browser keeps a draft that could not be sent: one for each person and draft.

It is given with the page of the draft, which no browser stores, to whoever is signed in. So what lies on a device is
unreadable once that person signed out, and to everybody who signs in there afterwards; the same person reads it again.
"""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from django.utils.crypto import salted_hmac

from mukatabat.tenancy.rules import Actor

_SALT = "mukatabat.letters.device"


def device_key(actor: Actor, draft_id: UUID) -> str:
    """The key of a person for a draft: 256 bits in base64, derived and never kept."""
    return b64encode(salted_hmac(_SALT, f"{actor.person}|{draft_id}", algorithm="sha256").digest()).decode()
