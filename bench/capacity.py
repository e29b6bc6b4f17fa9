# SPDX-License-Identifier: EUPL-1.2
"""Bytes that a letter costs: in the database, in the store, and in a backup of it; sender and recipient together."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from django.conf import settings
from django.db import connection

from mukatabat.audit.actions import chain_pending
from mukatabat.letters.actions import approval, drafting
from mukatabat.vault.rules import Upload
from tests.cast import Cast
from tests.story import draft_command, issue, registered


def main() -> None:
    """Send letters from one body to another, each written, approved, signed, delivered and registered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=100)
    parser.add_argument("--attached", type=int, default=100_000, help="bytes of each letter's one attachment")
    options = parser.parse_args()
    count, attached = options.letters, options.attached
    cast = Cast()
    _send(cast, attached)  # what only the first letter makes: keys, books, pages of empty tables
    database, store = _database(), _store()
    for _ in range(count):
        _send(cast, attached)
    while chain_pending():
        pass
    print(f"{count} letters of one page, each with an attachment of {attached:,} bytes, registered at the recipient")
    print(f"database {(_database() - database) / count:10,.0f} bytes a letter, both bodies, indexes included")
    print(f"store    {(_store() - store) / count:10,.0f} bytes a letter, of which {attached:,} are the attachment")


def _send(cast: Cast, attached: int) -> None:
    """Send one letter with an attachment of so many bytes, which no compression makes smaller."""
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    text = os.urandom(attached // 2).hex().encode()
    drafting.attach(author, letter.id, Upload("annex.txt", io.BytesIO(text)))
    approval.submit(author, letter.id)
    approval.approve(cast("head.mof"), letter.id)
    issue(cast("signer.mof"), letter.id)
    registered(cast)


def _database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _store() -> int:
    return sum(file.stat().st_size for file in Path(settings.MUKATABAT_VAULT_DIR).rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
