# SPDX-License-Identifier: EUPL-1.2
"""Most of the vault needs no database; alone it needs only that the translation functions answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import translation

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_I18N=False)

from tests.vault.objects import ObjectServer, running_server
from tests.vault.tokens import TestToken, new_token

if TYPE_CHECKING:
    from tests.authority import Authority

collect_ignore = (
    []
    if "DJANGO_SETTINGS_MODULE" in os.environ
    else ["test_documents.py", "test_keys.py", "test_thief.py", "test_fields.py"]
)


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """A real S3 server, started when the first test asks for it."""
    with running_server(tmp_path_factory.mktemp("objects")) as server:
        yield server


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestToken:
    """A PKCS#11 token of this test's own."""
    return new_token(tmp_path / "token", monkeypatch)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Read the refusals in the language in which they are written; the catalogue has its own tests."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certification authority that openssl plays."""
    from tests.authority import Authority

    return Authority.founded(tmp_path_factory.mktemp("authorities") / "national")


@pytest.fixture
def trusted(national: Authority, settings: Any, tmp_path: Path) -> Path:
    """An installation outside development that trusts the national authority; gives the folder of its trust."""
    from tests.authority import outside_development

    return outside_development(settings, tmp_path / "installation", national.root, national.issuing)
