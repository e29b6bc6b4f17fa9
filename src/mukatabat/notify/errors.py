# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong when a person chooses how to be told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError


class NotifyError(MukatabatError):
    """Base of the errors of this room."""

    code = "notify.error"


class MobileNotShaped(NotifyError):
    """A telephone number that is none."""

    code = "notify.mobile-not-shaped"
    http_status = 422
    happened = _("This is no telephone number.")
    safe = _("Your former choices stand.")
    do = _("Write 8 to 15 digits, with + before the code of the country.")
