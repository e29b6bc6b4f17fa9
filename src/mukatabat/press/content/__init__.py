# SPDX-License-Identifier: EUPL-1.2
"""The text of a letter: one closed tree, read from JSON or plain text, written as those, HTML or print data."""

from mukatabat.press.content.html import to_html
from mukatabat.press.content.plain import from_plain_text, is_plain, to_plain_text
from mukatabat.press.content.schema import DEPTH_LIMIT, SIZE_LIMIT, to_json, validate
from mukatabat.press.content.tree import Content
from mukatabat.press.content.typeset import to_typst_data

__all__ = [
    "DEPTH_LIMIT",
    "SIZE_LIMIT",
    "Content",
    "from_plain_text",
    "is_plain",
    "to_html",
    "to_json",
    "to_plain_text",
    "to_typst_data",
    "validate",
]
