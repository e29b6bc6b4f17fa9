# SPDX-License-Identifier: EUPL-1.2
"""The standing cast: a sender, a recipient and an outsider body, each with a clerk, a head, an adviser, a signer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from mukatabat.access.rules import capabilities_of
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person
from mukatabat.directory.seed import body_id, person_id
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor

_known: dict[tuple[str, date], Actor] = {}


def _forget_at_changes(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    if "directory_" in (text := str(sql)) and not text.startswith("SELECT"):
        _known.clear()
    return execute(sql, *rest)


class Cast:
    """Actors by log-in: ``cast("signer.mof")``.

    Who holds which post is read once for each test, and again after a statement that changes the directory.
    """

    def __init__(self) -> None:
        _known.clear()

    def __call__(self, login: str) -> Actor:
        """The actor of a log-in today, in a session, with a second factor proved just now."""
        if _forget_at_changes not in connection.execute_wrappers:
            connection.execute_wrappers.append(_forget_at_changes)
        key = login, clock.today()
        if key not in _known:
            _known[key] = self._read(login)
        return replace(_known[key], second_factor_at=clock.now())

    def _read(self, login: str) -> Actor:
        person = Person.objects.select_related("body").get(id=person_id(login))
        held = list(directory.posts_held(person.id))
        return Actor(
            person_id=person.id, body_id=person.body_id, realm=person.body.realm, name_ar=person.ar,
            name_en=person.en, post_ids=tuple(one.post_id for one in held),
            unit_ids=tuple(dict.fromkeys(one.post.unit_id for one in held)),
            capabilities=frozenset(map(str, capabilities_of(PostRole(one.post.role) for one in held))),
            second_factor_at=clock.now(), session_key=f"desk of {login}",
        )  # fmt: skip

    def post(self, login: str) -> UUID:
        """The first post of a log-in."""
        return self(login).post_ids[0]

    def without_factor(self, login: str) -> Actor:
        """The actor whose second factor was never proved."""
        return replace(self(login), second_factor_at=None)


FL, MOF, MOH, MPW = (body_id(code) for code in ("FL", "MOF", "MOH", "MPW"))
