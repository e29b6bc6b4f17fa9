# SPDX-License-Identifier: EUPL-1.2
"""Filling the measured database, as its owner, before anything is measured as the application's role."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
from _setup import OWNER_URL

FILL = Path(__file__).with_name("_fill.sql").read_text(encoding="utf-8")


def fill(letters: int) -> float:
    """Write ``letters`` letters over all live bodies with entries, grants, items and consignments; returns seconds.

    The owner is subject to forced row-level security too, so it is lifted for the filling and restored after it.
    """
    from mukatabat.directory import queries as directory
    from mukatabat.directory.seed import person_id
    from mukatabat.tenancy.models import tenant_tables

    posts = {body: directory.posts_held(person_id(f"head.{body}")).first().post_id for body in ("fl", "mof")}
    parameters = {
        "letters": letters, "fl_head": posts["fl"], "mof_head": posts["mof"],
        "fl_adviser": person_id("adviser.fl"), "mof_adviser": person_id("adviser.mof"),
    }  # fmt: skip
    began = time.monotonic()
    with psycopg.connect(OWNER_URL, cursor_factory=psycopg.ClientCursor) as connection:
        for table in tenant_tables():
            connection.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.execute("SET LOCAL work_mem = '256MB'")
        connection.execute(FILL, parameters)
        for table in tenant_tables():
            connection.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    with psycopg.connect(OWNER_URL, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return time.monotonic() - began
