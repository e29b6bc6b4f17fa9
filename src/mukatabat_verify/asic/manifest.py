# SPDX-License-Identifier: EUPL-1.2
"""The list of the sealed files: ``ASiCManifest`` (ETSI EN 319 162-1 §A.4), in the one form in which it is written.

It is XML for everyone else. Here it is read by the same pattern by which it is written, so no XML parser has a say in
what was sealed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mukatabat_verify.asic import SIGNATURE
from mukatabat_verify.errors import ManifestMalformed

LARGEST: Final = 2**20
_MEDIA_TYPE = r"[a-z0-9][a-z0-9!#$^_.+-]{0,126}/[a-z0-9][a-z0-9!#$^_.+-]{0,126}"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    f'<asic:SigReference URI="{SIGNATURE}" MimeType="application/pkcs7-signature"/>'
)
_TAIL = "</asic:ASiCManifest>\n"
_ONE = (
    '<asic:DataObjectReference URI="{name}" MimeType="{media_type}">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference>"
)
_READ_ONE = re.compile(
    _ONE.replace(".", r"\.").format(
        name=r"([a-z0-9/.]{1,40})", media_type=f"({_MEDIA_TYPE})", digest=r"([A-Za-z0-9+/]{43}=)"
    )
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in the list: its name, its media type, its SHA-256."""

    name: str
    media_type: str
    digest: bytes


def write(files: Sequence[Listed]) -> bytes:
    """Write the list; ValueError for a name or media type that could not be read back."""
    parts = [
        _ONE.format(name=one.name, media_type=one.media_type, digest=base64.b64encode(one.digest).decode("ascii"))
        for one in files
    ]
    data = (_HEAD + "".join(parts) + _TAIL).encode("ascii")
    try:
        read(data)
    except ManifestMalformed as error:
        raise ValueError("a name or a media type that a container cannot hold") from error
    return data


def read(data: bytes) -> tuple[Listed, ...]:
    """Read the list; ManifestMalformed for anything that :func:`write` does not write."""
    try:
        text = data.decode("ascii")
    except ValueError as error:
        raise ManifestMalformed from error
    if not (text.startswith(_HEAD) and text.endswith(_TAIL)):
        raise ManifestMalformed
    found, place, end = [], len(_HEAD), len(text) - len(_TAIL)
    while place < end:
        match = _READ_ONE.match(text, place, end)
        if match is None:
            raise ManifestMalformed
        digest = base64.b64decode(match[3])
        if base64.b64encode(digest).decode("ascii") != match[3]:
            raise ManifestMalformed("another spelling of the same digest")
        found.append(Listed(match[1], match[2], digest))
        place = match.end()
    return tuple(found)
