# SPDX-License-Identifier: EUPL-1.2
"""Reading a container: what is in it, and whether it is what was listed and sealed."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from mukatabat_verify.asic import MANIFEST, MEDIA_TYPE, SIGNATURE, manifest, seal
from mukatabat_verify.asic.archive import Archive
from mukatabat_verify.errors import FileChanged, ManifestIncomplete, UnknownForm


class SealedLetter:
    """A container over a seekable stream. Each ``check_…`` is one step and raises its own refusals."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the archive and the list; raises an Archive… refusal, UnknownForm, or ManifestMalformed."""
        self.archive = Archive(stream)
        if self.archive.read("mimetype", most=100) != MEDIA_TYPE.encode("ascii"):
            raise UnknownForm("mimetype")
        self.manifest = self.archive.read(MANIFEST, most=manifest.LARGEST)
        self.files = {one.name: one for one in manifest.read(self.manifest)}

    def check_complete(self) -> None:
        """Check that the list names every file once, in order, and no other; raises ManifestIncomplete."""
        names = [name for name in self.archive.entries if name not in {"mimetype", MANIFEST, SIGNATURE}]
        if [one.name for one in manifest.read(self.manifest)] != names:
            raise ManifestIncomplete

    def check_files(self) -> None:
        """Check that every file has the digest in the list; raises FileChanged or ArchiveInconsistent."""
        for name, listed in self.files.items():
            digest = hashlib.sha256()
            for piece in self.archive.pieces(name):
                digest.update(piece)
            if digest.digest() != listed.digest:
                raise FileChanged(name)

    def check_seal(self) -> seal.SealFound:
        """Check that the list was sealed by the key of the certificate in the seal; see :func:`seal.check`."""
        return seal.check(self.archive.read(SIGNATURE, most=seal.LARGEST), self.manifest)
