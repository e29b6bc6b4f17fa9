# SPDX-License-Identifier: EUPL-1.2
"""The check with which a use case begins: pages leave out what a post does not allow, use cases refuse it."""

from __future__ import annotations

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.rules import Capability
from mukatabat.tenancy.rules import Actor


def require_capability(actor: Actor, *any_of: Capability) -> None:
    """Raise `CapabilityMissing` unless the posts that the actor holds today give one of these powers."""
    if not any(map(actor.may, any_of)):
        raise CapabilityMissing
