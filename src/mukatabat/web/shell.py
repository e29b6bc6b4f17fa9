# SPDX-License-Identifier: EUPL-1.2
"""The frame around every signed-in page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """The template variable ``ui``."""
    return {}
