# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong beneath the rooms: programming errors, never shown as they are, and a database that is away."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError

OUTAGE = (OperationalError, InterfaceError)
"""How the database says that it cannot do now what it could a moment ago: it is gone, full, or a lock is held."""


class UnscopedQuery(RuntimeError):
    """A statement names a body's table while no body's scope is open."""


class UnprotectedTable(RuntimeError):
    """A table is neither row-secured nor listed, with its reason, among the global tables."""


class DatabaseAway(MukatabatError):
    """The database does not answer, or not in time; it is being restarted, or its host is."""

    code = "tenancy.database-away"
    http_status = 503
    retry_after = 5
    happened = _("The system does not reach its records at the moment.")
    safe = _("What was saved before stays saved; a letter is never half issued or half delivered.")
    do = _("Wait a few seconds and repeat your step. If it goes on, tell your administrator.")
