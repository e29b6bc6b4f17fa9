# SPDX-License-Identifier: EUPL-1.2
"""A file's name: made safe, and held against what the content is."""

from __future__ import annotations

import re

from mukatabat.kernel.text import IMPLICIT_MARKS, TextRefused, clean_line
from mukatabat.vault.errors import NameLies, UnsafeName, UnsupportedType
from mukatabat.vault.rules import ACCEPTED, CLAIMS, EXTENSION, EXTENSIONS, Findings, Inspected, extension_of

NAME_BYTES = 200
"""Length of a stored name in UTF-8; every file system takes 255, the rest is room for a number before it."""

_LONGEST_NAME = 4096
_FORBIDDEN_ELSEWHERE = str.maketrans(dict.fromkeys('<>:"|?*', "-"))
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Make a file's name fit to store, show and write to any file system.

    Keeps Arabic and every other script; drops implicit direction marks and zero-width noise; shortens the stem to
    `NAME_BYTES` in UTF-8. Raises UnsafeName for folder separators, control characters and bidi overrides.
    """
    bare = "".join(character for character in name if character not in IMPLICIT_MARKS)
    if any(character in "/\\\t\n\r" for character in bare):
        raise UnsafeName
    try:
        line = clean_line(bare, _LONGEST_NAME)
    except TextRefused as refused:
        raise UnsafeName from refused
    line = line.translate(_FORBIDDEN_ELSEWHERE).strip(" .")
    if _DEVICES.match(line):
        line = "_" + line
    return _shortened(line or "document")


def _shortened(name: str) -> str:
    extension = EXTENSION.search(name)
    tail = extension.group(0) if extension else ""
    stem = name.removesuffix(tail).encode()[: NAME_BYTES - len(tail)]
    # A character cut in its middle goes altogether.
    return stem.decode(errors="ignore").rstrip(" .") + tail


def judge(found: Findings, *, size: int, name: str) -> Inspected:
    """Decide by the content whether a file of this cleaned name may be taken, and as what.

    An extension that is well known must agree with the content, else NameLies; a kind outside the allow-list raises
    UnsupportedType. A name without a known extension gets the true one, so that it opens at the reader's.
    """
    extension = extension_of(name)
    claimed = CLAIMS.get(extension)
    if claimed and found.kind not in claimed:
        raise NameLies(name=name, claimed=extension.upper(), actual=found.kind.label)
    if found.kind not in ACCEPTED:
        raise UnsupportedType(name=name, actual=found.kind.label)
    media_type = "text/csv" if extension == "csv" else ACCEPTED[found.kind]
    if not claimed:
        name = _shortened(f"{name}.{EXTENSIONS[found.kind].split()[0]}")
    return Inspected(found.kind, media_type, size, found.pages, name)
