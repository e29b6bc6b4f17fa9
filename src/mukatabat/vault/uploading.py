# SPDX-License-Identifier: EUPL-1.2
"""How a form's file is received: small ones stay in memory, larger ones lie sealed on the disk while they come."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from mukatabat.vault.spool import Spool


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies sealed and unnamed; the vault takes its ``spool`` over as it is."""

    def __init__(self, spool: Spool, **described: Any) -> None:
        """Take a finished spool, and what the form said of the file."""
        super().__init__(cast("Any", spool.plain()), size=spool.blob.size, **described)
        self.spool = spool

    def close(self) -> None:
        """Let the file go, and with it the only copy of its key."""
        super().close()
        self.spool.close()


class SealedUploadHandler(FileUploadHandler):
    """Stands in the place of Django's handler that writes plain files with names to the temporary folder."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a spool."""
        super().new_file(*args, **kwargs)
        self.spool = Spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal what came."""
        self.spool.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        """Give the file."""
        self.spool.finish()
        return SealedUpload(
            self.spool, name=self.file_name, content_type=self.content_type, charset=self.charset,
            content_type_extra=self.content_type_extra,
        )  # fmt: skip

    def upload_interrupted(self) -> None:
        """Let an unfinished file go."""
        if hasattr(self, "spool"):
            self.spool.close()
