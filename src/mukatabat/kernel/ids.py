# SPDX-License-Identifier: EUPL-1.2
"""Identifiers of rows: unique everywhere, and in order of time so that indexes stay dense."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """Make a fresh identifier.

    A version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits. Ids made one after the other
    in one process sort in that order. It tells when a row was made, so it is never a secret.
    """
    return uuid7()
