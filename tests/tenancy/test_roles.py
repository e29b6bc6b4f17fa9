# SPDX-License-Identifier: EUPL-1.2
"""What the application's role may do at all, read from the database's own catalogue and tried out."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from mukatabat.tenancy.models import tenant_models
from mukatabat.tenancy.security import APPLICATION_ROLE, POLICY
from mukatabat.tenancy.tables import GLOBAL_TABLES

pytestmark = pytest.mark.django_db

DEFINER_FUNCTIONS = {"audit_sequence", "portal_publish", "portal_forget"}
"""Functions of the core that run with another role's rights; the search room adds its own."""


def rows(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    """Ask the catalogue as the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def test_the_tests_run_as_the_application_s_role() -> None:
    assert rows("SELECT current_user, session_user") == [(APPLICATION_ROLE, APPLICATION_ROLE)]


def test_the_application_s_role_has_no_power_beyond_its_grants() -> None:
    powers = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
    assert rows(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") == [(False,) * 6]
    assert rows("SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole") == []
    assert rows("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert rows("SELECT proname FROM pg_proc WHERE proowner = current_user::regrole") == []
    assert rows("SELECT has_schema_privilege('public', 'create'), has_database_privilege(current_database(), 'create')") \
        == [(False, False)]  # fmt: skip


def test_only_the_backup_s_role_steps_over_a_policy_and_the_definer_cannot_sign_in() -> None:
    found = rows(
        "SELECT rolname, rolsuper OR rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname LIKE 'mukatabat%%' ORDER BY 1"
    )
    assert found == [
        ("mukatabat_app", False, True), ("mukatabat_backup", True, True), ("mukatabat_definer", False, False),
        ("mukatabat_owner", False, True),
    ]  # fmt: skip


def test_every_body_s_table_has_forced_row_level_security_with_one_policy() -> None:
    secured = dict(
        rows(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
    )
    policies = rows(
        "SELECT tablename, qual, with_check, cmd, permissive FROM pg_policies WHERE policyname = %s", POLICY
    )
    by_table = {table: rest for table, *rest in policies}
    for model in tenant_models():
        table = model._meta.db_table
        assert secured[table], table
        qual, check, command, permissive = by_table[table]
        assert qual == check, table
        assert "mukatabat.body" in str(qual)
        assert (command, permissive) == ("ALL", "PERMISSIVE")


def test_no_further_policy_opens_a_body_s_table_to_the_application() -> None:
    others = rows(
        "SELECT tablename, policyname FROM pg_policies WHERE policyname <> %s "
        "AND roles && ARRAY['public', 'mukatabat_app']::name[]", POLICY,
    )  # fmt: skip
    assert others == []


def _granted() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, privilege in rows(
        "SELECT table_name, lower(privilege_type) FROM information_schema.role_table_grants WHERE grantee = %s",
        APPLICATION_ROLE,
    ):
        found.setdefault(str(table), set()).add(str(privilege))
    return found


def test_the_grants_are_what_each_table_states_and_nothing_more() -> None:
    stated = {model._meta.db_table: {"select", *model.writes} for model in tenant_models()}
    stated |= {table: set(entry.privileges.split(", ")) for table, entry in GLOBAL_TABLES.items()}
    granted = _granted()
    assert granted == {table: stated[table] for table in granted}
    present = {str(row[0]) for row in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert present == granted.keys()
    grantable = (
        "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = %s AND is_grantable = 'YES'"
    )
    assert rows(grantable, APPLICATION_ROLE) == []
    assert rows(
        "SELECT table_name, column_name FROM information_schema.column_privileges "
        "WHERE grantee = 'PUBLIC' AND table_schema = 'public'"
    ) == []  # fmt: skip


APPEND_ONLY = {"audit_entry", "vault_document", "exchange_parcel", "letters_link"}
NEVER_REMOVED = APPEND_ONLY | {
    "letters_letter", "letters_issue", "registers_register", "registers_entry", "exchange_consignment",
    "exchange_arrival", "exchange_notice", "work_item", "work_referral", "access_grant",
}  # fmt: skip


def test_what_is_append_only_can_be_neither_changed_nor_removed() -> None:
    granted = _granted()
    for table in APPEND_ONLY:
        assert granted[table] == {"select", "insert"}
    for table in NEVER_REMOVED:
        assert "delete" not in granted[table]
    assert granted["audit_link"] == {"select"}
    assert granted["audit_pending"] == {"select", "insert"}


ATTEMPTS = (
    "TRUNCATE {table}",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY one_body ON {table}",
    "CREATE POLICY mine ON {table} USING (true)",
    "DROP TABLE {table}",
    "CREATE INDEX mine ON {table} (id)",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "COPY {table} FROM PROGRAM 'true'",
)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_application_cannot_change_what_protects_a_table(attempt: str) -> None:
    for table in ("letters_letter", "audit_entry", "registers_entry", "access_grant"):
        connection.ensure_connection()
        with pytest.raises(psycopg.Error), transaction.atomic(), connection.connection.cursor() as cursor:
            cursor.execute(attempt.format(table=table))  # beneath the framework, whose own guard would refuse sooner


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE mukatabat_owner",
        "SET ROLE mukatabat_definer",
        "SET SESSION AUTHORIZATION mukatabat_owner",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id integer)",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER ROLE mukatabat_app BYPASSRLS",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT lo_import('PG_VERSION')",
    ],
)
def test_the_application_cannot_become_or_make_anything_stronger(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        rows(statement)


def test_switching_row_security_off_makes_queries_fail_not_see_more() -> None:
    rows("SELECT set_config('row_security', 'off', true)")
    with connection.connection.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("SELECT count(*) FROM letters_letter")


def test_functions_with_foreign_rights_fix_their_search_path_and_are_known() -> None:
    found = rows(
        "SELECT proname, proowner::regrole::text, coalesce(array_to_string(proconfig, ','), '') "
        "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert {str(name) for name, _, _ in found} >= DEFINER_FUNCTIONS
    for name, owner, configuration in found:
        assert owner == "mukatabat_definer", name
        assert "search_path=public, pg_temp" in str(configuration), name
