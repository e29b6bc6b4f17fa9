# SPDX-License-Identifier: EUPL-1.2
"""Row-level security and grants, laid by the owner at the end of every migration run.

Until this has run the application's role has no privilege at all on a new table, so a half-done upgrade fails closed.
People work on the others meanwhile: what is already as it should be takes no lock, and no privilege is ever missing.
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from mukatabat.tenancy.errors import UnprotectedTable
from mukatabat.tenancy.models import TenantModel, tenant_models
from mukatabat.tenancy.tables import GLOBAL_TABLES

APPLICATION_ROLE = "mukatabat_app"
BACKUP_ROLE = "mukatabat_backup"
"""Steps over every policy and may only read; absent where an installation was set up before there were backups."""

POLICY = "one_body"
# An unset or reset custom setting is NULL or an empty string; both must match no row.
CURRENT_BODY = "nullif(current_setting('mukatabat.body', true), '')::uuid"


def secure_tables(**_: Any) -> None:
    """Secure every body's table, grant on every listed global table, refuse any other table; idempotent."""
    if connection.vendor != "postgresql":
        return
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        present = _present_tables(cursor)
        for model in tenant_models():
            if model._meta.db_table in present:
                _secure(cursor, model)
        for table, entry in GLOBAL_TABLES.items():
            if table in present:
                _grant(cursor, table, entry.privileges)
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE}")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [BACKUP_ROLE])
        if cursor.fetchone():
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP_ROLE}")
            cursor.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP_ROLE}")
        known = {model._meta.db_table for model in tenant_models()} | GLOBAL_TABLES.keys()
    if stray := sorted(present - known):
        message = f"neither a body's table nor listed in tenancy.tables: {', '.join(stray)}"
        raise UnprotectedTable(message)


def _present_tables(cursor: Any) -> set[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row[0] for row in cursor.fetchall()}


def _secure(cursor: Any, model: type[TenantModel]) -> None:
    table = model._meta.db_table
    cursor.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class "
        "WHERE relname = %s AND relnamespace = 'public'::regnamespace",
        [table],
    )
    if cursor.fetchone() != (True,):
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
    cursor.execute("SELECT 1 FROM pg_policies WHERE tablename = %s AND policyname = %s", [table, POLICY])
    if cursor.fetchone() is None:
        cursor.execute(
            f'CREATE POLICY {POLICY} ON "{table}" TO {APPLICATION_ROLE} '
            f"USING (body_id = {CURRENT_BODY}) WITH CHECK (body_id = {CURRENT_BODY})"
        )
    _grant(cursor, table, ", ".join(("select", *model.writes)))


def _grant(cursor: Any, table: str, privileges: str) -> None:
    """Give the application's role these privileges and no other, with no moment between in which it has none."""
    with transaction.atomic():
        cursor.execute(f'REVOKE ALL ON "{table}" FROM {APPLICATION_ROLE}')
        cursor.execute(f'GRANT {privileges} ON "{table}" TO {APPLICATION_ROLE}')
