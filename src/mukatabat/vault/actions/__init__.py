# SPDX-License-Identifier: EUPL-1.2
"""Use cases of the vault: documents come in, and keys change; the room's other modules take them from here."""

from mukatabat.vault.actions.documents import (
    adopt,
    enter,
    keep,
    keep_generated,
    lend,
    store_generated,
    store_upload,
)
from mukatabat.vault.actions.keys import destroy, newest_key, rewrap, rotate

__all__ = [
    "adopt", "destroy", "enter", "keep", "keep_generated", "lend", "newest_key", "rewrap", "rotate", "store_generated",
    "store_upload",
]  # fmt: skip
