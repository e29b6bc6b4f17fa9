# SPDX-License-Identifier: EUPL-1.2
"""A text that would act if a page let it: what is typed into every field, and how one sees that it stayed a text."""

from __future__ import annotations

#: Closes an attribute, opens elements, and asks a template to reckon: its product stands on no page by chance.
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7919*7907}}{%x%}"
_RECKONED = str(7919 * 7907)


def is_text_alone(page: str) -> bool:
    """Whether nothing of it became a part of the page."""
    return "<script>alert" not in page and "<img src=x" not in page and _RECKONED not in page
