# SPDX-License-Identifier: EUPL-1.2
"""References inside texts as links to the letters that the reader may read; any other reference stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mukatabat.letters.queries.mentions import REFERENCE, mentioned
from mukatabat.letters.views.shown import letter_url
from mukatabat.tenancy.rules import Actor

TOKEN = re.compile(rf'<bdi class="ref" dir="ltr">{REFERENCE.pattern}</bdi>')
"""A citation as the press writes it into the text of a letter."""


class Mentions:
    """What the texts of one page name: call it with each of them."""

    def __init__(self, actor: Actor, letter_id: UUID, texts: Iterable[str]) -> None:
        """Look the references of all texts up at once, in two queries at most."""
        self._known: Mapping[str, UUID] = mentioned(actor, texts, besides=letter_id)

    def text(self, plain: str) -> SafeString:
        """A plain text, escaped, with its references isolated and linked."""
        parts = REFERENCE.split(plain)
        return format_html_join(
            "", "{}", ((self._reference(part) if at % 2 else part,) for at, part in enumerate(parts))
        )

    def html(self, fragment: str) -> SafeString:
        """The text of a letter as the press wrote it, with its citations linked."""
        return mark_safe(TOKEN.sub(lambda found: self._reference(found[1]), fragment))  # noqa: S308 - the press escaped it

    def _reference(self, number: str) -> SafeString:
        shown = format_html('<bdi class="ref" dir="ltr">{}</bdi>', number)
        known = self._known.get(number)
        return format_html('<a href="{}">{}</a>', letter_url(known), shown) if known else shown
