# SPDX-License-Identifier: EUPL-1.2
"""What a browser says of itself, in words: «كروم على ويندوز». It says what it likes; nothing is decided by it."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

BROWSERS = (
    ("Edg", _("Edge")), ("OPR/", _("Opera")), ("SamsungBrowser", _("Samsung Internet")), ("Firefox/", _("Firefox")),
    ("FxiOS", _("Firefox")), ("CriOS", _("Chrome")), ("Chrome/", _("Chrome")), ("Safari/", _("Safari")),
)  # fmt: skip
"""The marks of browsers, the closer ones first: nearly every browser also names those that it imitates."""
SYSTEMS = (
    ("Windows", _("Windows")), ("Android", _("Android")), ("iPhone", _("iPhone")), ("iPad", _("iPad")),
    ("Mac OS X", _("Mac")), ("CrOS", _("ChromeOS")), ("Linux", _("Linux")),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """Name browser and system of a user agent in the reader's language; what is unknown is said to be that."""
    browser = next((str(name) for mark, name in BROWSERS if mark in user_agent), "")
    system = next((str(name) for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Another program")
