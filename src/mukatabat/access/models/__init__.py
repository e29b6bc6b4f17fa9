# SPDX-License-Identifier: EUPL-1.2
"""Tables of the access room."""

from .account import Account, Digits, Language, LinkedIdentity, Theme, Throttle, UsedCode
from .grant import Grant

__all__ = ["Account", "Digits", "Grant", "Language", "LinkedIdentity", "Theme", "Throttle", "UsedCode"]
