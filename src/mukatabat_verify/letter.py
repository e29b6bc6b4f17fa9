# SPDX-License-Identifier: EUPL-1.2
"""``letter.json``: as much of it as a check needs. Its closed form is checked where letters are received."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mukatabat_verify.errors import LetterDataDisagrees, LetterDataMalformed

LARGEST: Final = 2**20


@dataclass(frozen=True, slots=True)
class LetterData:
    """What the letter says of itself. ``documents`` are (digest in hexadecimal, size), the letter's own first."""

    parcel: str
    sender: str
    recipients: frozenset[str]
    reference: str
    issued_on: str
    documents: tuple[tuple[str, int], ...]


def read(data: bytes) -> LetterData:
    """Read the members that a check needs; raises LetterDataMalformed."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object)
        return LetterData(
            parcel=_text(value["parcel_id"]),
            sender=_text(value["sender"]["code"]),
            recipients=frozenset(_text(one["code"]) for one in value["recipients"]),
            reference=_text(value["reference"]),
            issued_on=_text(value["issued_on"]),
            documents=tuple(_document(one, first=not place) for place, one in enumerate(value["documents"])),
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise LetterDataMalformed(type(error).__name__) from error


def check_documents(letter: LetterData, found: Sequence[tuple[str, int]]) -> None:
    """Check that the documents named are those of the container, in order; raises LetterDataDisagrees."""
    if list(letter.documents) != list(found):
        raise LetterDataDisagrees("documents")


def check_parcel(letter: LetterData, *, parcel: str, sender: str, recipients: frozenset[str]) -> None:
    """Check that the letter is the one that the parcel's header announces; raises LetterDataDisagrees.

    A letter may have more recipients than one parcel: those on paper, or whose copy is not visible to the others.
    """
    if letter.parcel != parcel:
        raise LetterDataDisagrees("another parcel")
    if letter.sender != sender:
        raise LetterDataDisagrees("another sender")
    if not recipients <= letter.recipients:
        raise LetterDataDisagrees("a recipient whom the letter does not name")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _document(value: Any, *, first: bool) -> tuple[str, int]:
    kind, _, digest = _text(value["digest"]).partition(":")
    size = value["size"]
    if value["part"] != ("letter" if first else "attachment") or kind != "sha256" or type(size) is not int:
        raise ValueError("a document of another kind")
    return digest, size


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
