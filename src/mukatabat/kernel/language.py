# SPDX-License-Identifier: EUPL-1.2
"""The reader's language, for values that are stored in both."""

from __future__ import annotations

from django.utils.translation import get_language


def reads_arabic() -> bool:
    """Whether the present reader's screens are in Arabic, which they are unless another language was chosen."""
    return (get_language() or "ar").startswith("ar")


def spoken(ar: str, en: str) -> str:
    """Choose between the two names of a thing; one that has no English name keeps its Arabic one."""
    return ar if reads_arabic() else en or ar
