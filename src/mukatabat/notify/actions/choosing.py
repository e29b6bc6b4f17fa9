# SPDX-License-Identifier: EUPL-1.2
"""How a person wants to be told outside of the application."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mukatabat.kernel.digits import latin_digits
from mukatabat.notify.errors import MobileNotShaped
from mukatabat.notify.models import Preference
from mukatabat.notify.preferences import Choice
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

_MOBILE = re.compile(r"\+?[0-9]{8,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person chose, and the telephone number for short messages ("" for none)."""

    choice: Choice
    mobile: str = ""


def choose(actor: Actor, chosen: Chosen) -> None:
    """Keep how the actor wants to be told. Raises MobileNotShaped."""
    mobile = latin_digits("".join(chosen.mobile.split()))
    if mobile and not _MOBILE.fullmatch(mobile):
        raise MobileNotShaped
    choice = chosen.choice
    with scope(actor):
        Preference.objects.update_or_create(
            person_id=actor.person,
            defaults={
                "language": choice.language, "email": {str(kind): str(pace) for kind, pace in choice.email.items()},
                "sms": sorted(choice.sms), "hook": sorted(choice.hook), "mobile": mobile,
                "quiet_from": choice.quiet_from, "quiet_until": choice.quiet_until, "digest_at": choice.digest_at,
            },
        )  # fmt: skip
