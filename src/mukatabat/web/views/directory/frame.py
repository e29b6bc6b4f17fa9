# SPDX-License-Identifier: EUPL-1.2
"""What the pages of the directory share: their tabs, and identifiers read from an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mukatabat.access.rules import Capability
from mukatabat.directory.errors import NotInDirectory
from mukatabat.tenancy.rules import Actor

_C = Capability
TABS: tuple[tuple[Any, str, tuple[Capability, ...]], ...] = (
    (_("Directory"), "directory:home", ()),
    (_("People"), "directory:people", (_C.ADMINISTER_BODY,)),
    (_("Units and posts"), "directory:structure", (_C.ADMINISTER_BODY,)),
    (_("Awaiting a second person"), "directory:changes", (_C.ADMINISTER_BODY, _C.SIGN, _C.OPERATE)),
    (_("Webhooks"), "directory:webhooks", (_C.ADMINISTER_BODY, _C.SIGN)),
    (_("Import people"), "directory:import", (_C.ADMINISTER_BODY,)),
    (_("Particulars of the body"), "directory:particulars", (_C.ADMINISTER_BODY,)),
    (_("Bodies"), "directory:bodies", (_C.OPERATE,)),
    (_("Holidays"), "directory:holidays", (_C.OPERATE,)),
    (_("Hijri months"), "directory:months", (_C.OPERATE,)),
)


def administration_tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The parts of the directory that an actor may open; nothing where there is only one."""
    tabs = [
        {"label": label, "url": reverse(route), "count": None, "current": route == current}
        for label, route, needs in TABS
        if not needs or any(map(actor.may, needs))
    ]
    return tabs if len(tabs) > 1 else []


def identifier(request: HttpRequest, name: str) -> UUID | None:
    """Read an identifier from an address, None where there is none; raises `NotInDirectory` for what is none."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    try:
        return UUID(asked)
    except ValueError as error:
        raise NotInDirectory from error
