# SPDX-License-Identifier: EUPL-1.2
"""The keys that seal a body's texts: one for each version of the body's key, wrapped by it.

Texts are many and small, and a device that holds the body's key answers slowly. So a text key is unwrapped once and
then kept in the memory of the process. A new version of the body's key seals new texts; the older ones keep theirs.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from uuid import UUID

from mukatabat.tenancy.context import current_actor, forget
from mukatabat.tenancy.errors import UnscopedQuery
from mukatabat.vault.actions.keys import NEWEST, newest_key, opened_text_key
from mukatabat.vault.custody import wrap
from mukatabat.vault.errors import KeyUnavailable
from mukatabat.vault.models import BodyKey
from mukatabat.vault.rules import KEY_BYTES, text_key_context

REMEMBERED = 1024


class BodyTextKeys:
    """Implements :class:`mukatabat.vault.fields.TextKeys` for the body whose scope is open."""

    def newest(self) -> tuple[UUID, bytes]:
        """Give the key that seals new texts and its name; made when there is none."""
        actor = current_actor()
        if actor is None:
            message = "a text was sealed outside a body's scope"
            raise UnscopedQuery(message)
        key = newest_key(actor)
        if key.text_key is None:
            _make(key.id)
            forget(NEWEST)
        return key.id, _named(key.id)

    def named(self, key_id: UUID) -> bytes:
        """Give the key of that name; raises KeyUnavailable."""
        return _named(key_id)


def _make(key_id: UUID) -> None:
    # Of two at once the second waits for the row, and finds the first one's key in it.
    key = BodyKey.objects.select_for_update().get(id=key_id)
    if key.text_key is None:
        fresh = secrets.token_bytes(KEY_BYTES)
        key.text_key = wrap(key, fresh, context=text_key_context(key.body_id, key.version))
        key.save(update_fields=["text_key"])


@lru_cache(REMEMBERED)
def _named(key_id: UUID) -> bytes:
    key = BodyKey.objects.select_related("text_under").filter(id=key_id, text_key__isnull=False).first()
    if key is None:
        raise KeyUnavailable(reason="the body does not hold the key of this text")
    return opened_text_key(key)
