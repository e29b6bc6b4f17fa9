# SPDX-License-Identifier: EUPL-1.2
"""The signed container: ASiC-E with CAdES (ETSI EN 319 162-1), holding a letter as its body sealed it.

In this order: ``mimetype``, ``letter.pdf`` (signed by the person), ``letter.json``, ``attachments/001.…`` and so on,
``META-INF/ASiCManifest.xml`` with the digest of each, ``META-INF/signature.p7s`` over that list. Any reader of ASiC
reads it; this one reads nothing else.
"""

from __future__ import annotations

from typing import Final

MEDIA_TYPE: Final = "application/vnd.etsi.asic-e+zip"
LETTER: Final = "letter.pdf"
DATA: Final = "letter.json"
MANIFEST: Final = "META-INF/ASiCManifest.xml"
SIGNATURE: Final = "META-INF/signature.p7s"
MOST_ATTACHMENTS: Final = 999
