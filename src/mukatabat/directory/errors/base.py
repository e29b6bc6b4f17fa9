# SPDX-License-Identifier: EUPL-1.2
"""The base of the directory's errors, and names in both languages as their parameters."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden, isolated


def _in_language_of_reader(ar: str, en: str) -> str:
    return isolated(ar if (get_language() or "ar").startswith("ar") else en)


bilingual = lazy(_in_language_of_reader, str)
"""A name that exists in both languages, as a parameter of an error: chosen and isolated when the error is read."""


class DirectoryError(MukatabatError):
    """Base of the errors of this room."""

    code = "directory.error"


class NotInDirectory(NotFoundOrForbidden, DirectoryError):
    """The row does not exist, belongs to another body, or is not the actor's to change; all look the same."""

    code = "directory.not-found"
