# SPDX-License-Identifier: EUPL-1.2
"""The vault keeps documents: sealed content-addressed bytes, what they are, who they belong to, and their keys.

:func:`store` and :func:`scanner` name what this installation uses; every other module takes them from here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mukatabat.vault.ports import BlobStore, MalwareScanner


def store() -> BlobStore:
    """Give the blob store of this installation: the bucket of the settings, else the folder ``MUKATABAT_VAULT_DIR``."""
    # Imported here, because the examiner loads this package in a process that has no settings and needs none.
    from django.conf import settings

    if settings.MUKATABAT_STORE_BUCKET:
        return _bucket(
            settings.MUKATABAT_STORE_BUCKET, settings.MUKATABAT_STORE_ENDPOINT, settings.MUKATABAT_STORE_REGION,
            settings.MUKATABAT_STORE_CREDENTIALS_FILE,
        )  # fmt: skip
    return _folder(Path(settings.MUKATABAT_VAULT_DIR))


def scanner() -> MalwareScanner:
    """Give the scanner of this installation: clamd behind the socket of the settings.

    Without one, every outcome is "not scanned", never "clean".
    """
    from django.conf import settings

    from mukatabat.vault.scanners import ClamScanner, NotScanned

    return ClamScanner(settings.MUKATABAT_CLAMD_SOCKET) if settings.MUKATABAT_CLAMD_SOCKET else NotScanned()


@cache
def _bucket(bucket: str, endpoint: str, region: str, credentials_file: Path | None) -> BlobStore:
    from mukatabat.vault.errors import StoreUnavailable
    from mukatabat.vault.stores.bucket import BucketStore, Credentials

    if credentials_file is None:
        raise StoreUnavailable(reason="no file with the access key of the object store is named")
    return BucketStore(bucket, endpoint=endpoint, region=region, credentials=Credentials.read(credentials_file))


@cache
def _folder(root: Path) -> BlobStore:
    from mukatabat.vault.stores.folder import FolderStore

    return FolderStore(root)
