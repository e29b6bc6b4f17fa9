# SPDX-License-Identifier: EUPL-1.2
"""The base of every table that holds a body's rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db import models

from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.context import current_actor
from mukatabat.tenancy.errors import UnscopedQuery


class TenantModel(models.Model):
    """A row that belongs to one body and is seen by no other.

    ``body_id`` is filled from the open scope. ``writes`` names what the application's role may do besides SELECT;
    an append-only table says ``("insert",)``.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update", "delete")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Looked up in __dict__: a deferred field must not cause a query.
        if self.__dict__.get("body_id", self) is None:
            actor = current_actor()
            if actor is None:
                message = f"{type(self).__name__} was made outside a body's scope"
                raise UnscopedQuery(message)
            self.body_id = actor.body_id


def tenant_models() -> tuple[type[TenantModel], ...]:
    """Every concrete model whose rows belong to a body."""
    return tuple(model for model in apps.get_models() if issubclass(model, TenantModel) and not model._meta.proxy)


def tenant_tables() -> tuple[str, ...]:
    """The tables of :func:`tenant_models`, sorted."""
    return tuple(sorted(model._meta.db_table for model in tenant_models()))
