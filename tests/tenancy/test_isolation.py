# SPDX-License-Identifier: EUPL-1.2
"""Every table that holds a body's rows, attacked as another body, as nobody, and beneath the framework."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection, models, transaction

from mukatabat.directory.seed import body_id
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.context import current_actor, reading, scope
from mukatabat.tenancy.errors import UnscopedQuery
from mukatabat.tenancy.models import TenantModel, tenant_models
from mukatabat.tenancy.rules import in_body, system_actor
from mukatabat.tenancy.security import CURRENT_BODY
from tests.cast import FL, MOF, MOH, Cast
from tests.together import together

pytestmark = pytest.mark.django_db
NOT_THE_STORY_S: frozenset[str] = frozenset()
"""Tables that the story leaves empty; each would need a reason here."""


@contextmanager
def refused() -> Iterator[None]:
    """A statement that the database refuses, in a savepoint of its own."""
    with pytest.raises((DatabaseError, psycopg.Error)), transaction.atomic():
        yield


def raw(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    """Run a statement on the same connection beneath Django, past its guard."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def copy_of(row: TenantModel) -> TenantModel:
    """The same row under another identifier, as somebody would write who knew everything about it."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**values | {"id": new_id()})


def test_no_body_reads_changes_removes_or_writes_another_s_row_in_any_table(told: Cast) -> None:
    ours, outsider = told("signer.mof"), told("signer.moh")
    for model in tenant_models():
        with scope(ours):
            row = model.objects.first()
            assert row is not None or model._meta.db_table in NOT_THE_STORY_S, f"the story leaves {model} empty"
            count = model.objects.count()
        with scope(outsider):
            assert not model.objects.exclude(body_id=MOH).exists()
            assert not model.objects.filter(pk=row.pk).exists()
            _change(model, row)
            with refused():
                copy_of(row).save(force_insert=True)
        with scope(ours):
            assert model.objects.count() == count
            assert model.objects.filter(pk=row.pk, body_id=MOF).exists()


def _change(model: type[TenantModel], row: TenantModel) -> None:
    """Update and delete as the outsider: nothing is found, or the table refuses altogether."""
    if "update" in model.writes:
        assert model.objects.filter(pk=row.pk).update(body_id=MOH) == 0
        assert model.objects.update(body_id=MOF) == 0
    else:
        with refused():
            model.objects.filter(pk=row.pk).update(body_id=MOH)
    with connection.cursor() as cursor:
        if "delete" in model.writes:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', [row.pk])
            assert cursor.rowcount == 0
        else:
            with refused():
                cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', [row.pk])


def test_no_body_gives_its_own_row_away(told: Cast) -> None:
    for model in tenant_models():
        with scope(told("signer.mof")), refused():
            assert model.objects.update(body_id=FL)


def test_a_query_outside_a_scope_is_refused_before_it_leaves(told: Cast) -> None:
    assert current_actor() is None
    for model in tenant_models():
        for query in (
            lambda model=model: list(model.objects.all()),
            lambda model=model: model.objects.count(),
            lambda model=model: model.objects.update(body_id=MOH),
            lambda model=model: model.objects.all().delete(),
            lambda model=model: model(),
        ):
            with pytest.raises(UnscopedQuery):
                query()


def test_where_no_body_is_set_every_table_is_empty_also_beneath_the_framework(told: Cast) -> None:
    for setting in (None, "", "  "):
        if setting is not None:
            raw("SELECT set_config('mukatabat.body', %s, true)", setting.strip())
        for model in tenant_models():
            assert raw(f'SELECT count(*) FROM "{model._meta.db_table}"') == [(0,)], model


def test_a_value_that_is_no_body_shows_nothing(told: Cast) -> None:
    for value in (str(new_id()), "00000000-0000-0000-0000-000000000000"):
        raw("SELECT set_config('mukatabat.body', %s, true)", value)
        for model in tenant_models():
            assert raw(f'SELECT count(*) FROM "{model._meta.db_table}"') == [(0,)], model
    with refused():
        raw("SELECT set_config('mukatabat.body', %s, true)", "' OR true --")
        raw("SELECT count(*) FROM letters_letter")


def test_every_row_of_every_table_says_whose_it_is_and_both_sides_hold_their_own(told: Cast) -> None:
    for model in tenant_models():
        seen: dict[object, set[object]] = {}
        for login in ("signer.mof", "signer.fl", "signer.moh"):
            with scope(told(login)):
                seen[login] = set(model.objects.values_list("id", flat=True))
        assert not seen["signer.mof"] & seen["signer.fl"]
        assert not seen["signer.moh"]
        assert seen["signer.fl"] or model._meta.db_table in NOT_THE_STORY_S, model


# ── the context ─────────────────────────────────────────────────────────────────────────────────────────────────────


def setting() -> str:
    """What the database holds as the present body."""
    return str(raw(f"SELECT coalesce({CURRENT_BODY}::text, '')")[0][0])


class Boom(Exception):
    """An error of the code inside a scope."""


def test_scopes_nest_and_every_exit_restores_what_was_before(told: Cast) -> None:
    ours, theirs = told("signer.mof"), told("signer.fl")
    with scope(ours):
        with scope(theirs):
            assert (setting(), current_actor()) == (str(FL), theirs)
            with scope(ours), scope(told("adviser.mof")):
                assert (setting(), current_actor()) == (str(MOF), told_person(current_actor()))
            assert (setting(), current_actor()) == (str(FL), theirs)
        assert (setting(), current_actor()) == (str(MOF), ours)
        for error in (Boom, psycopg.Error):
            with pytest.raises(error), scope(theirs), reading(ours):
                raise error
            assert (setting(), current_actor()) == (str(MOF), ours)
    assert (setting(), current_actor()) == ("", None)


def told_person(actor: object) -> object:
    """The actor itself: inside a nested scope of the same body the inner person acts."""
    return actor


def test_a_database_error_inside_a_foreign_scope_is_reported_as_what_it_is(told: Cast) -> None:
    with scope(told("signer.mof")):
        with pytest.raises(DatabaseError, match="division by zero"), scope(told("signer.fl")):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        assert setting() == str(MOF)


def test_only_a_system_actor_crosses_bodies(told: Cast) -> None:
    with pytest.raises(ValueError, match="system actor"):
        in_body(told("signer.mof"), FL)
    carrier = system_actor("test", body_id=MOF, realm="live")
    assert in_body(carrier, FL) == replace(carrier, body_id=FL)


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_forgets_the_body_when_its_transaction_ends(cast: Cast) -> None:
    ours = cast("signer.mof")
    for leave in (None, Boom):
        try:
            with scope(ours):
                identity = raw("SELECT pg_backend_pid()")
                assert setting() == str(MOF)
                if leave:
                    raise leave
        except Boom:
            pass
        assert raw("SELECT pg_backend_pid()") == identity
        assert setting() == ""
        with transaction.atomic():
            with scope(ours):
                assert setting() == str(MOF)
            assert setting() == ""


@pytest.mark.django_db(transaction=True)
def test_many_threads_of_two_bodies_never_see_each_other(cast: Cast) -> None:
    from mukatabat.notify.models import Notification

    def work(login: str) -> set[object]:
        actor, seen = cast(login), set()
        for _ in range(5):
            with scope(actor):
                Notification.objects.create(
                    person_id=actor.person_id, kind="x", object_kind="x", object_id=new_id(), at="2026-01-01T00:00Z"
                )
                seen |= set(Notification.objects.values_list("body_id", flat=True))
            connection.close()
        return seen

    logins = ["signer.mof", "signer.fl", "clerk.moh", "clerk.mpw"] * 3
    assert together(*(lambda login=login: work(login) for login in logins)) == [{cast(one).body_id} for one in logins]


def test_training_and_live_are_two_bodies_with_one_name(cast: Cast) -> None:
    assert body_id("MOF", "training") != MOF
    assert cast("clerk.mof.training").realm == "training"
    models_with_body = [
        model for model in tenant_models() if isinstance(model._meta.get_field("body_id"), models.UUIDField)
    ]
    assert len(models_with_body) == len(tenant_models())
