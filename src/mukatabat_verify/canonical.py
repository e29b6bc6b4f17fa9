# SPDX-License-Identifier: EUPL-1.2
"""JSON in its one canonical form, so that what is signed and what is read cannot differ.

It is the JSON Canonicalization Scheme (RFC 8785) without fractions, which nothing here needs: objects with ASCII names
in order, no white space, whole numbers up to 2^53 - 1, UTF-8 without escapes that are not necessary.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final, Never

from mukatabat_verify.errors import NotCanonical

LARGEST_NUMBER = 2**53 - 1
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


def canonical(value: object) -> bytes:
    """Write a value made of dict, list, str, int, bool and None; ValueError for anything else."""
    _check(value)
    return _written(value)


def parsed(data: bytes) -> Any:
    """Read canonical bytes; raises NotCanonical for any others, so that one value has one spelling."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_refused,
            parse_constant=_refused,
        )
        if _written(value) != data:
            raise NotCanonical("another way of writing the same")
    except (ValueError, RecursionError) as error:
        raise NotCanonical(type(error).__name__) from error
    return value


def moment(at: datetime) -> str:
    """Write a time (aware) in whole seconds of UTC, as everything that is signed here tells the time."""
    return f"{at.astimezone(UTC):{_MOMENT}}"


def read_moment(text: str) -> datetime:
    """Read what :func:`moment` writes; ValueError for anything else."""
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _written(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs) or not all(map(str.isascii, value)):
        raise ValueError("a name that stands twice, or is not ASCII")
    return value


def _number(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_NUMBER:
        raise ValueError("too large a number")
    return number


def _refused(text: str) -> Never:
    raise ValueError(f"not a whole number: {text}")


def _check(value: object) -> None:
    match value:
        case bool() | None | str():
            return
        case int() if abs(value) <= LARGEST_NUMBER:
            return
        case list():
            for one in value:
                _check(one)
        case dict() if all(isinstance(name, str) and name.isascii() for name in value):
            for one in value.values():
                _check(one)
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form")
