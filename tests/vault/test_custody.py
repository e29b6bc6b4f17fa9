# SPDX-License-Identifier: EUPL-1.2
"""Key stores: one contract, what opens them, and what they say when they stay closed."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.vault.custody import opening
from mukatabat.vault.custody.development import development_key_store
from mukatabat.vault.custody.opening import Opener, opener
from mukatabat.vault.custody.software import SoftwareKeyStore
from mukatabat.vault.errors import KeyUnavailable, WrongKey
from mukatabat.vault.ports import KeyStore
from mukatabat.vault.rules import HeldKey
from tests.vault.tokens import TestToken

SECRET = bytes(range(32))
OPENER = Opener("key", bytes(32))


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_COST", 16)


@pytest.fixture(params=["key", "passphrase", "development", "token"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "development":
        return development_key_store(tmp_path)
    if request.param == "token":
        return cast("TestToken", request.getfixturevalue("token")).store()
    return SoftwareKeyStore(tmp_path, Opener(request.param, b"correct horse battery staple"))


def test_what_a_bodys_key_wraps_it_opens_again(store: KeyStore) -> None:
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"document")
    assert SECRET not in wrapped
    assert store.unwrap(held, wrapped, context=b"document") == SECRET
    assert store.wrap(held, SECRET, context=b"document") != wrapped


def test_another_context_another_body_or_a_flipped_bit_opens_nothing(store: KeyStore) -> None:
    held, other = store.generate(b"body"), store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"document")
    moved = HeldKey(held.root, held.token, b"another body")
    flipped = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    for key, data, context in (
        (held, wrapped, b"another document"), (other, wrapped, b"document"), (moved, wrapped, b"document"),
        (held, flipped, b"document"), (held, b"", b"document"),
    ):  # fmt: skip
        with pytest.raises(WrongKey):
            store.unwrap(key, data, context=context)


def test_a_key_beside_another_opens_nothing_of_it(store: KeyStore) -> None:
    body = store.generate(b"body")
    one, other = (store.generate(b"reader", beside=body) for _ in range(2))
    wrapped = store.wrap(one, SECRET, context=b"document")
    assert store.unwrap(one, wrapped, context=b"document") == SECRET
    for key in (body, other, HeldKey(one.root, one.token, b"another reader")):
        with pytest.raises(WrongKey):
            store.unwrap(key, wrapped, context=b"document")


def test_nothing_shows_a_key(store: KeyStore, tmp_path: Path) -> None:
    held = store.generate(b"body")
    assert str(held.token) not in repr(held)
    if store.name == "token":
        return
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.name == "lock"
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_new_root_key_seals_bodies_keys_from_now_on_and_the_older_still_open(tmp_path: Path) -> None:
    store = SoftwareKeyStore(tmp_path, OPENER)
    another_process = SoftwareKeyStore(tmp_path, OPENER)
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"d")
    assert (store.newest(), store.rotate_root(), held.root) == ("root-1", "root-2", "root-1")
    renewed = store.renew(held)
    assert renewed.root == "root-2"
    assert store.renew(renewed) == renewed
    for key in (held, renewed):
        assert another_process.unwrap(key, wrapped, context=b"d") == SECRET


def test_a_root_key_that_is_gone_is_said_to_be_unavailable_not_wrong(tmp_path: Path) -> None:
    store = SoftwareKeyStore(tmp_path, OPENER)
    with pytest.raises(KeyUnavailable) as caught:
        store.unwrap(HeldKey("root-9", b"", b""), b"", context=b"")
    assert not isinstance(caught.value, WrongKey)


def test_a_store_opens_only_with_what_it_was_made_with(tmp_path: Path) -> None:
    SoftwareKeyStore(tmp_path, OPENER)
    for other in (Opener("key", b"1" * 32), Opener("passphrase", bytes(32))):
        with pytest.raises(WrongKey):
            SoftwareKeyStore(tmp_path, other)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"form": 2, "roots": [1]}', '{"form": 1, "roots": []}'])
def test_a_damaged_store_file_is_a_typed_error(tmp_path: Path, content: str) -> None:
    SoftwareKeyStore(tmp_path, OPENER)
    (tmp_path / "root-keys.json").write_text(content)
    with pytest.raises(KeyUnavailable):
        SoftwareKeyStore(tmp_path, OPENER)


def test_the_store_file_tells_a_thief_nothing(tmp_path: Path) -> None:
    store = SoftwareKeyStore(tmp_path, OPENER)
    content = json.loads((tmp_path / "root-keys.json").read_text())
    assert set(content) == {"form", "opened_by", "salt", "roots"}
    assert set(content["roots"][0]) == {"name", "sealed"}
    assert store.name == "software"


def file_of(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_passphrase_or_a_key_comes_from_a_private_file(tmp_path: Path) -> None:
    words = file_of(tmp_path / "words", b"  correct horse battery staple\n")
    assert opener(passphrase_file=words, key_file=None) == Opener("passphrase", b"correct horse battery staple")
    key = file_of(tmp_path / "key", bytes(32))
    assert opener(passphrase_file=None, key_file=key) == OPENER
    assert "horse" not in repr(opener(passphrase_file=words, key_file=None))


@pytest.mark.parametrize(
    ("content", "mode", "as_passphrase"),
    [(b"short", 0o600, True), (bytes(31), 0o600, False), (bytes(32), 0o604, False), (b"x" * 40, 0o644, True)],
)
def test_a_short_or_public_secret_is_refused(tmp_path: Path, content: bytes, mode: int, as_passphrase: bool) -> None:
    path = file_of(tmp_path / "secret", content, mode)
    with pytest.raises(KeyUnavailable) as caught:
        opener(passphrase_file=path if as_passphrase else None, key_file=None if as_passphrase else path)
    assert content.hex() not in str(caught.value.params)


def test_no_secret_at_all_and_a_missing_file_are_said(tmp_path: Path) -> None:
    for path in (None, tmp_path / "absent"):
        with pytest.raises(KeyUnavailable):
            opener(passphrase_file=None, key_file=path)


def test_the_development_store_is_loud_and_the_same_for_every_process(tmp_path: Path) -> None:
    with pytest.warns(InsecureDevelopmentWarning, match="thief"):
        store = development_key_store(tmp_path)
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"d")
    assert development_key_store(tmp_path).unwrap(held, wrapped, context=b"d") == SECRET


def test_two_processes_that_start_at_once_make_one_store(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from django.conf import settings\nsettings.configure(USE_I18N=False)\n"
        "from mukatabat.vault.custody.opening import Opener\n"
        "from mukatabat.vault.custody.software import SoftwareKeyStore\n"
        "SoftwareKeyStore(pathlib.Path(sys.argv[1]), Opener('key', bytes(32)))\n"
    )
    source = str(Path(sys.modules["mukatabat"].__file__ or "").parents[1])
    started: list[Any] = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env={"PYTHONPATH": source}) for _ in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert SoftwareKeyStore(tmp_path, OPENER).newest() == "root-1"
