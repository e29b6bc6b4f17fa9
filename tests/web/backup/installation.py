# SPDX-License-Identifier: EUPL-1.2
"""Moving the installation to another database, and hurting what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.db import connection, connections

from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.vault.actions import store_generated
from mukatabat.vault.models import DocumentKey
from tests.cast import Cast


@contextmanager
def moved_to(name: str) -> Iterator[None]:
    """Let the installation use another database for the block."""
    stated, former = connection.settings_dict, connection.settings_dict["NAME"]
    try:
        _let_go()
        stated["NAME"] = name
        yield
    finally:
        _let_go()
        stated["NAME"] = former


def _let_go() -> None:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]


def addresses(login: str = "adviser.mof") -> list[str]:
    with scope(Cast()(login)):
        return list(DocumentKey.objects.order_by("address").values_list("address", flat=True))


def address_of_letter(cast: Cast, letter: Letter) -> str:
    """Where the signed document of an issued letter lies."""
    with scope(cast("adviser.mof")):
        return DocumentKey.objects.get(document_id=Letter.objects.get(id=letter.id).document_id).address


def file_something(cast: Cast) -> None:
    """Two documents of a body: what a backup has to carry, without the work of a whole letter."""
    for _ in range(2):
        store_generated(cast("adviser.mof"), uuid4().bytes, name="note.txt", media_type="text/plain")


def in_store(root: Path, address: str) -> Path:
    name = address.removeprefix("sha256:")
    return root / name[:2] / name[2:4] / name


def lose(root: Path, address: str) -> None:
    in_store(root, address).unlink()


def spoil(file: Path) -> None:
    data = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(data[: len(data) // 2])
