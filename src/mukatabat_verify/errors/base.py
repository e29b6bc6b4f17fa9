# SPDX-License-Identifier: EUPL-1.2
"""What every refusal is."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all reasons. ``code`` is stable; ``attack`` tells that no accident explains it, so that it is alarmed."""

    code: ClassVar[str] = "refused"
    attack: ClassVar[bool] = False
    ar: ClassVar[str] = "لم يُقبل ما عُرض للتحقق."
    en: ClassVar[str] = "What was shown cannot be accepted."

    def __init__(self, detail: str = "") -> None:
        """Take what exactly was found."""
        super().__init__(detail or self.code)
        self.detail = detail

    def text(self, language: str) -> str:
        """Give the sentence in "ar" or "en"."""
        return self.ar if language == "ar" else self.en
