# SPDX-License-Identifier: EUPL-1.2
"""Use cases of the vault: documents and keys; the room's other modules take them from here."""

from mukatabat.vault.actions.directory import ProvenDirectory, proven_directory, signed_directory
from mukatabat.vault.actions.documents import (
    adopt,
    enter,
    keep,
    keep_generated,
    store_generated,
    store_upload,
)
from mukatabat.vault.actions.keys import destroy, newest_key, rotate, store_of
from mukatabat.vault.actions.node import NodeSeal, evidence_seal, replace_evidence_key, require_node
from mukatabat.vault.actions.pairs import (
    body_seal,
    encryption_key,
    opening_keys,
    replace_pair,
    require_seal,
    retire_pairs,
)
from mukatabat.vault.actions.papers import under_seal
from mukatabat.vault.actions.readers import (
    end_service,
    grant,
    hand_on,
    hold,
    lend_to_service,
    recover,
    revoke,
    seal,
    unseal,
)
from mukatabat.vault.actions.requests import accept_node, accept_seal, give_up_seal, request_node, request_seal
from mukatabat.vault.actions.revoking import look_at_node, look_at_seal
from mukatabat.vault.actions.rewrapping import move_keys, rewrap
from mukatabat.vault.actions.uploads import (
    access_upload,
    append_part,
    begin_upload,
    end_upload,
    keep_upload,
    sweep_uploads,
)

__all__ = [
    "NodeSeal", "ProvenDirectory", "accept_node", "accept_seal", "access_upload", "adopt", "append_part",
    "begin_upload", "body_seal", "destroy", "encryption_key", "end_service", "end_upload", "enter", "evidence_seal",
    "give_up_seal", "grant", "hand_on", "hold", "keep", "keep_generated", "keep_upload", "lend_to_service",
    "look_at_node", "look_at_seal", "move_keys", "newest_key", "opening_keys", "proven_directory", "recover",
    "replace_evidence_key", "replace_pair", "request_node", "request_seal", "require_node", "require_seal",
    "retire_pairs", "revoke", "rewrap", "rotate", "seal", "signed_directory", "store_generated", "store_of",
    "store_upload", "sweep_uploads", "under_seal", "unseal",
]  # fmt: skip
