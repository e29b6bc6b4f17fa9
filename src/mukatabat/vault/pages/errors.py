# SPDX-License-Identifier: EUPL-1.2
"""Why a page is not shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.vault.errors import VaultError


class PageUnshowable(VaultError):
    """The page cannot be drawn or read: broken, or it costs more time or memory than any real page."""

    code = "vault.page-unshowable"
    http_status = 422
    happened = _("This page cannot be shown.")
    safe = _("The document is kept unchanged, and its other pages are not affected.")
    do = _("Download the document and open it on your device, or ask its sender for another copy.")


class NoSuchPage(PageUnshowable):
    """The document has no page of that number."""

    code = "vault.no-such-page"
    http_status = 404


class DrawingBusy(VaultError):
    """More pages are asked for than may be drawn at once, by this person or by all."""

    code = "vault.drawing-busy"
    http_status = 503
    happened = _("Too many pages are being prepared at the moment.")
    safe = _("The document is kept unchanged.")
    do = _("Wait a moment; the page is asked for again by itself.")
