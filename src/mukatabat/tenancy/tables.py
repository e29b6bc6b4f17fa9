# SPDX-License-Identifier: EUPL-1.2
"""Every table without row-level security, with its reason and what the application's role may do there.

A table that stands neither here nor below :class:`mukatabat.tenancy.models.TenantModel` stops the migration.
"""

from __future__ import annotations

from typing import NamedTuple


class GlobalTable(NamedTuple):
    """Privileges of the application's role on a shared table, and why it is shared."""

    privileges: str
    reason: str


READ = "select"
ALL = "select, insert, update, delete"

_DIRECTORY = "the directory is shared: every body addresses every other"
_ACCOUNTS = "an account signs in before its body is known"
_FRAMEWORK = "the framework's own bookkeeping, no body's data"
_JOBS = "jobs carry identifiers alone; a worker opens the body's scope itself"
_LEDGER = "the log is one for all bodies: salted commitments and hashes of them, no content"

GLOBAL_TABLES: dict[str, GlobalTable] = {
    "django_migrations": GlobalTable(READ, _FRAMEWORK),
    "django_content_type": GlobalTable(READ, _FRAMEWORK),
    "auth_permission": GlobalTable(READ, _FRAMEWORK),
    "auth_group": GlobalTable(READ, _FRAMEWORK),
    "auth_group_permissions": GlobalTable(READ, _FRAMEWORK),
    "django_session": GlobalTable(ALL, _ACCOUNTS),
    "web_site": GlobalTable("select, insert, update", "one row about the installation itself"),
    "web_cache": GlobalTable(ALL, "rate limits of sign-in, before a body is known"),
    "account_emailaddress": GlobalTable(ALL, _ACCOUNTS),
    "account_emailconfirmation": GlobalTable(ALL, _ACCOUNTS),
    "mfa_authenticator": GlobalTable(ALL, _ACCOUNTS),
    "usersessions_usersession": GlobalTable(ALL, _ACCOUNTS),
    "access_account": GlobalTable(ALL, _ACCOUNTS),
    "access_linkedidentity": GlobalTable("select, insert", _ACCOUNTS),
    "access_usedcode": GlobalTable(ALL, _ACCOUNTS),
    "access_throttle": GlobalTable(ALL, _ACCOUNTS),
    "portal_token": GlobalTable("select, insert, update", "a call is known by its token before its body is"),
    "portal_minute": GlobalTable(ALL, "how many requests each token made in a minute"),
    "portal_position": GlobalTable(READ, "how far the chain of all bodies was read for news; one number"),
    "directory_body": GlobalTable(ALL, _DIRECTORY),
    "directory_bodyname": GlobalTable(ALL, _DIRECTORY),
    "directory_unit": GlobalTable(ALL, _DIRECTORY),
    "directory_post": GlobalTable(ALL, _DIRECTORY),
    "directory_person": GlobalTable(ALL, _DIRECTORY),
    "directory_appointment": GlobalTable(ALL, _DIRECTORY),
    "directory_mandate": GlobalTable(ALL, _DIRECTORY),
    "directory_absence": GlobalTable(ALL, _DIRECTORY),
    "directory_holiday": GlobalTable(ALL, _DIRECTORY),
    "directory_publickey": GlobalTable("select, insert, update", "every body seals to every other's public key"),
    "vault_node_key": GlobalTable("select, insert, update", "the node states what happened in every body with one key"),
    "vault_node_request": GlobalTable("select, insert, update", "the node's next key, which awaits its certificate"),
    "vault_directory_statement": GlobalTable("select, insert", "what the node signed of the directory, for all bodies"),
    "signing_revocation_list": GlobalTable("select, insert, update", "authorities' public lists, one for all bodies"),
    "letters_printcode": GlobalTable("select, insert", "a print is checked before its body is known; no content"),
    "directory_hijriadjustment": GlobalTable("select, insert, update", "the calendar is one for all bodies"),
    "audit_pending": GlobalTable("select, insert", "the sequencer's queue: identifiers and digests alone"),
    "audit_check": GlobalTable("select, insert", "whether the chain of all bodies was whole; it holds no content"),
    "audit_link": GlobalTable(READ, "the chain of digests is one for all bodies; it holds no content"),
    "ledger_log": GlobalTable(READ, _LEDGER),
    "ledger_waiting": GlobalTable("select, insert", "the log's queue: identifiers and salted commitments alone"),
    "ledger_leaf": GlobalTable(READ, _LEDGER),
    "ledger_tile": GlobalTable(READ, _LEDGER),
    "ledger_checkpoint": GlobalTable(READ, _LEDGER),
    "ledger_cosignature": GlobalTable("select, insert", _LEDGER),
    "ledger_checkpoint_stamp": GlobalTable("select, insert", _LEDGER),
    "ledger_named_checkpoint": GlobalTable("select, insert", _LEDGER),
    "ledger_alarm": GlobalTable("select, insert, update", "what keeps proof from going on, for all bodies"),
    "procrastinate_jobs": GlobalTable(ALL, _JOBS),
    "procrastinate_events": GlobalTable(ALL, _JOBS),
    "procrastinate_workers": GlobalTable(ALL, _JOBS),
    "procrastinate_periodic_defers": GlobalTable(ALL, _JOBS),
}
