# SPDX-License-Identifier: EUPL-1.2
"""What changes a person's notices: telling, choosing how to be told, and sending."""

from mukatabat.notify.actions.bell import mark_seen, take_back, tell
from mukatabat.notify.actions.choosing import Chosen, choose

__all__ = ["Chosen", "choose", "mark_seen", "take_back", "tell"]
