# SPDX-License-Identifier: EUPL-1.2
"""The second guard: no statement that names a body's table leaves Python outside a scope.

Row-level security alone would answer such a statement with no rows; a silent emptiness hides the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from mukatabat.tenancy.context import current_actor
from mukatabat.tenancy.errors import UnscopedQuery
from mukatabat.tenancy.models import tenant_tables

_ADMINISTRATIVE = re.compile(r"^(?:\s*--[^\n]*\n)*\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|DO)\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(map(re.escape, tenant_tables())) + r")\b")


def refuse_unscoped(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's execute wrapper: refuse a statement on a body's table when no scope is open."""
    if current_actor() is None and isinstance(sql, str):
        found = _pattern().search(sql)
        if found and not _ADMINISTRATIVE.match(sql):
            message = f"{found.group(1)} was queried outside a body's scope"
            raise UnscopedQuery(message)
    return execute(sql, params, many, context)


def install(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Put the guard on a fresh connection (signal ``connection_created``)."""
    if refuse_unscoped not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_unscoped)
