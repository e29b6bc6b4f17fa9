# SPDX-License-Identifier: EUPL-1.2
"""Columns whose texts are sealed in the database: what letters say, notes, remarks, names of files, manifests.

A value is sealed with AES-256-GCM under a text key of its body (`mukatabat.vault.texts`), bound to body, table and
column, so that a stolen dump shows nothing and a text moved elsewhere does not open. It is sealed when a row is written
and opened when one is read; whoever uses the model sees plain text. What was not changed keeps its sealed form, because
an issued letter's columns never change. An empty value stays empty. No query can look into such a column.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.tenancy.context import current_actor
from mukatabat.tenancy.errors import UnscopedQuery
from mukatabat.vault.errors import TextDamaged

MARK = "\x01sealed:"
"""Begins a sealed value. No text that people write holds a control character."""

_KEY = 16
_NONCE = 12
_EMPTY = ("", "{}", "[]", "null")


class TextKeys(Protocol):
    """Gives the keys that seal a body's texts, in the body's open scope."""

    def newest(self) -> tuple[UUID, bytes]:
        """Give the key that seals new texts, and its name."""
        ...

    def named(self, key_id: UUID) -> bytes:
        """Give the key of that name; raises KeyUnavailable."""
        ...


_keys: list[TextKeys] = []


def install(keys: TextKeys) -> None:
    """Say who gives the keys; done once, when the room is ready."""
    _keys[:] = [keys]


class SealedText(str):
    """A plain text that remembers how it is sealed, and where."""

    __slots__ = ("place", "sealed")
    place: str
    sealed: str


class SealedObject(dict[str, Any]):
    """A plain JSON object that remembers the text which was sealed of it, how, and where."""

    plain: str
    place: str
    sealed: str


def seal(text: str, place: str) -> str:
    """Seal a text for a place ("body/table.column")."""
    key_id, key = _keys[0].newest()
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return MARK + base64.b64encode(key_id.bytes + nonce + sealed).decode()


def unseal(value: str, place: str) -> str:
    """Open what was sealed for a place; raises TextDamaged, or KeyUnavailable."""
    try:
        data = base64.b64decode(value.removeprefix(MARK), validate=True)
        key = _keys[0].named(UUID(bytes=data[:_KEY]))
        nonce, sealed = data[_KEY : _KEY + _NONCE], data[_KEY + _NONCE :]
        return AESGCM(key).decrypt(nonce, sealed, place.encode()).decode()
    except (InvalidTag, ValueError):
        raise TextDamaged(digest=place) from None


class _Places(models.Field):  # type: ignore[type-arg]
    """What text and JSON columns have in common: the place of a value in the open scope."""

    def _place(self) -> str:
        actor = current_actor()
        if actor is None:
            message = f"{self.model.__name__}.{self.name} was read or written outside a body's scope"
            raise UnscopedQuery(message)
        return f"{actor.body_id}/{self.model._meta.db_table}.{self.column}"

    class Meta:
        abstract = True


class SealedTextField(_Places, models.TextField):  # type: ignore[type-arg]
    """A text column that is always sealed."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal a changed value and leave it on the row, so that a second save writes the same."""
        value = getattr(model_instance, self.attname)
        if not value or not self.applies(model_instance):
            return value
        kept = self._kept(value)
        setattr(model_instance, self.attname, kept)
        return kept

    def applies(self, row: models.Model) -> bool:
        """Whether this row's value is sealed."""
        return True

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Give the sealed form; also of a value that comes by an update without its row."""
        if not value or not isinstance(value, str):
            return super().get_db_prep_save(value, connection)
        return self._kept(value).sealed

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Give the plain text of a stored value; one that was stored before the column was sealed is as it is."""
        if value is None or not value.startswith(MARK):
            return value
        place = self._place()
        text = SealedText(unseal(value, place))
        text.place, text.sealed = place, value
        return text

    def _kept(self, value: str) -> SealedText:
        place = self._place()
        if isinstance(value, SealedText) and value.place == place:
            return value
        text = SealedText(value)
        text.place, text.sealed = place, seal(value, place)
        return text


class SecretTextField(SealedTextField):
    """A text column that is sealed in rows whose ``secrecy`` is سري or above, and plain, for the index, in others."""

    def applies(self, row: Any) -> bool:
        """Whether the row is of سري or above."""
        return Secrecy(row.secrecy).is_sealed

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Give the sealed form of what :meth:`pre_save` sealed."""
        if isinstance(value, SealedText) and value.place == self._place():
            return value.sealed
        return models.TextField.get_db_prep_save(self, value, connection)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal, or make plain what is no longer secret."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, SealedText) and not self.applies(model_instance):
            value = "".join(value)
            setattr(model_instance, self.attname, value)
        return value


class SealedJSONField(_Places, models.JSONField):
    """A JSON column that is always sealed, and therefore text to the database."""

    def get_internal_type(self) -> str:
        """Lie in a text column."""
        return "TextField"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """As :meth:`SealedTextField.pre_save`."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, dict) and value:
            value = self._kept(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Give a value as the text that it would be unsealed."""
        return None if value is None else self._written(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Give the sealed form."""
        if value is None:
            return None
        if isinstance(value, dict) and value:
            return self._kept(value).sealed
        text = self._written(value)
        return text if text in _EMPTY else seal(text, self._place())

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Give the value of a stored text."""
        if value is None or not value.startswith(MARK):
            return None if value is None else json.loads(value)
        place = self._place()
        plain = unseal(value, place)
        found = json.loads(plain)
        if not isinstance(found, dict):
            return found
        return self._remembered(found, plain, place=place, sealed=value)

    def _kept(self, value: dict[str, Any]) -> SealedObject:
        place, plain = self._place(), self._written(value)
        if isinstance(value, SealedObject) and (value.place, value.plain) == (place, plain):
            return value
        return self._remembered(value, plain, place=place, sealed=seal(plain, place))

    @staticmethod
    def _remembered(value: dict[str, Any], plain: str, *, place: str, sealed: str) -> SealedObject:
        found = SealedObject(value)
        found.plain, found.place, found.sealed = plain, place, sealed
        return found

    def _written(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder, ensure_ascii=False)
