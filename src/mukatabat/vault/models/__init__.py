# SPDX-License-Identifier: EUPL-1.2
"""The documents of a body, its keys, and how the one is locked with the other."""

from mukatabat.vault.models.documents import Document, DocumentKey, UploadPart, UploadSession
from mukatabat.vault.models.keys import (
    BodyKey,
    DirectoryStatement,
    NodeKey,
    NodeRequest,
    PrivateKey,
    SealRequest,
)
from mukatabat.vault.models.readers import ReaderKey, ReaderWrap

__all__ = [
    "BodyKey", "DirectoryStatement", "Document", "DocumentKey", "NodeKey", "NodeRequest", "PrivateKey", "ReaderKey",
    "ReaderWrap", "SealRequest", "UploadPart", "UploadSession",
]  # fmt: skip
