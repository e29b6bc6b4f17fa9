# SPDX-License-Identifier: EUPL-1.2
"""Keys in a hardware token: what never leaves it, and what is said when it is busy, away, locked, or not the right one."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag

from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions as ledger
from mukatabat.ledger.models import Checkpoint
from mukatabat.vault.custody import token as token_module
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat.vault.custody.token import Token
from mukatabat.vault.errors import (
    KeyUnavailable,
    TokenBusy,
    TokenGone,
    TokenPinLocked,
    TokenPinRefused,
    WrongKey,
)
from mukatabat.vault.rules import SEAL_SUITE, HeldKey
from mukatabat_verify.log import notes
from mukatabat_verify.parcel.suites import P256, RecipientKey
from tests.together import together
from tests.vault.tokens import PIN, TestToken, forget_sessions

# The library complains, unheard, of a search that it could not end because the token was taken out.
pytestmark = pytest.mark.filterwarnings("ignore:.*OperationContext:pytest.PytestUnraisableExceptionWarning")
SECRET = bytes(range(32))


def objects(token: TestToken, kind: ObjectClass) -> list[Any]:
    forget_sessions(token.module)
    session = pkcs11.lib(str(token.module)).get_token(token_label=token.label).open(user_pin=PIN)
    return list(session.get_objects({Attribute.CLASS: kind}))


def test_no_key_can_be_taken_out_of_the_token(token: TestToken) -> None:
    store = token.store()
    store.generate(b"body")
    store.generate_pair(SEAL_SUITE, b"place")
    store.generate_pair(P256, b"place")
    private = [*objects(token, ObjectClass.SECRET_KEY), *objects(token, ObjectClass.PRIVATE_KEY)][-3:]
    assert len(private) == 3
    for key in objects(token, ObjectClass.PRIVATE_KEY):
        assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE], key[Attribute.NEVER_EXTRACTABLE]) == (
            True, False, True,
        )  # fmt: skip
        with pytest.raises(pkcs11.AttributeSensitive):
            _ = key[Attribute.VALUE]
    for key in objects(token, ObjectClass.SECRET_KEY):
        assert key[Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            _ = key[Attribute.VALUE]


def test_a_seal_signs_and_does_not_open_and_the_other_way_round(token: TestToken) -> None:
    store = token.store()
    store.generate_pair(SEAL_SUITE, b"place")
    store.generate_pair(P256, b"place")
    uses = {(key[Attribute.SIGN], key[Attribute.DERIVE]) for key in objects(token, ObjectClass.PRIVATE_KEY)}
    assert uses == {(True, False), (False, True)}


def test_opening_a_parcel_leaves_nothing_in_the_token(token: TestToken) -> None:
    store = token.store()
    pair = store.generate_pair(P256, b"place")
    wrapped = RecipientKey(P256, pair.public).wrap(SECRET, b"info")
    for _ in range(3):
        assert store.opening(pair).unwrap(wrapped, b"info") == SECRET
    assert len(objects(token, ObjectClass.SECRET_KEY)) == 0


def test_a_token_that_is_taken_out_is_missed_by_name_and_found_again(token: TestToken) -> None:
    store = token.store()
    held, pair = store.generate(b"body"), store.generate_pair(SEAL_SUITE, b"place")
    wrapped = store.wrap(held, SECRET, context=b"document")
    token.take_out()
    for use in (
        lambda: store.unwrap(held, wrapped, context=b"document"), lambda: store.wrap(held, SECRET, context=b"x"),
        lambda: store.generate(b"body"), lambda: store.sign(pair, b"data"), store.newest,
    ):  # fmt: skip
        with pytest.raises(TokenGone):
            use()
    token.put_back()
    assert store.unwrap(held, wrapped, context=b"document") == SECRET
    assert store.sign(pair, b"data")


def test_a_session_that_was_lost_is_opened_anew_without_anybody_noticing(token: TestToken) -> None:
    store = token.store()
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"document")
    forget_sessions(token.module)
    assert store.unwrap(held, wrapped, context=b"document") == SECRET


def test_a_wrong_pin_is_tried_once_and_again_only_when_its_file_changed(token: TestToken) -> None:
    token.pin_file.write_text("wrong one")
    store, tries = token.store(), count_logins(token)
    for _ in range(5):
        with pytest.raises(TokenPinRefused):
            store.generate(b"body")
    assert len(tries()) == 1
    token.pin_file.write_text(PIN)
    assert store.generate(b"body").root == "token:test"
    assert objects(token, ObjectClass.SECRET_KEY)[1:] == [], "what was refused left nothing behind"


def count_logins(token: TestToken) -> Any:
    """What the token itself counts is not shown; so each try is seen by reading the PIN's file state that was used."""
    seen: list[int] = []
    original = token_module.Token._log_in

    def counted(self: Token) -> Any:
        before = self._refused
        try:
            return original(self)
        finally:
            if self._refused != before:
                seen.append(1)

    token_module.Token._log_in = counted  # type: ignore[method-assign]
    return lambda: seen


class Scripted:
    """A module whose one token answers a login with an error, or shows flags."""

    def __init__(self, error: Exception | None = None, flags: TokenFlag | None = None) -> None:
        self.error, self.flags, self.logins = error, flags or TokenFlag(0), 0
        self.slot = self

    def get_token(self, **_label: str) -> Scripted:
        return self

    def get_mechanisms(self) -> tuple[Mechanism, ...]:
        return token_module.NEEDED

    def finalize(self) -> None:
        pass

    def open(self, **_pin: object) -> object:
        self.logins += 1
        if self.error:
            raise self.error
        return object()


@pytest.fixture
def pin_file(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text(PIN)
    path.chmod(0o600)
    return path


def scripted(monkeypatch: pytest.MonkeyPatch, module: Scripted) -> None:
    monkeypatch.setattr(pkcs11, "lib", lambda _path: module)
    monkeypatch.setattr(token_module, "PAUSES", (0, 0, 0))


@pytest.mark.parametrize(
    ("module", "error", "logins"),
    [
        (Scripted(pkcs11.PinIncorrect()), TokenPinRefused, 1),
        (Scripted(pkcs11.PinExpired()), TokenPinRefused, 1),
        (Scripted(pkcs11.PinLocked()), TokenPinLocked, 1),
        (Scripted(flags=TokenFlag.USER_PIN_LOCKED), TokenPinLocked, 0),
        (Scripted(flags=TokenFlag.USER_PIN_FINAL_TRY), TokenPinRefused, 0),
        (Scripted(pkcs11.SessionCount()), TokenBusy, 1),
        (Scripted(pkcs11.TokenNotPresent()), TokenGone, 4),
        (Scripted(pkcs11.DeviceError()), TokenGone, 4),
        (Scripted(pkcs11.GeneralError()), KeyUnavailable, 4),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else "",
)
def test_every_refusal_of_a_token_has_its_own_name(
    monkeypatch: pytest.MonkeyPatch, pin_file: Path, module: Scripted, error: type[KeyUnavailable], logins: int
) -> None:
    module.logins = 0
    scripted(monkeypatch, module)
    with pytest.raises(KeyUnavailable) as caught:
        Token(Path("module.so"), "test", pin_file=pin_file, folder=pin_file.parent).perform(lambda _session: None)
    assert (type(caught.value), module.logins) == (error, logins)
    assert PIN not in str(caught.value.params)


def test_a_token_that_lacks_what_is_needed_is_refused_by_the_name_of_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, pin_file: Path
) -> None:
    module = Scripted()
    module.get_mechanisms = lambda: (Mechanism.AES_KEY_GEN, Mechanism.ECDSA)  # type: ignore[method-assign,assignment]
    scripted(monkeypatch, module)
    with pytest.raises(KeyUnavailable) as caught:
        Token(Path("module.so"), "test", pin_file=pin_file, folder=pin_file.parent).perform(lambda _session: None)
    assert "AES_GCM" in caught.value.params["reason"]


def test_who_waits_too_long_for_the_token_is_told_so(
    monkeypatch: pytest.MonkeyPatch, pin_file: Path
) -> None:  # fmt: skip
    scripted(monkeypatch, Scripted())
    monkeypatch.setattr(token_module, "WAIT", 0.0)
    token = Token(Path("module.so"), "test", pin_file=pin_file, folder=pin_file.parent)

    def meanwhile(_session: object) -> None:
        with pytest.raises(TokenBusy):
            token.perform(lambda _session: None)

    token.perform(meanwhile)


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_a_pin_comes_from_a_private_file_that_is_not_empty(
    monkeypatch: pytest.MonkeyPatch, pin_file: Path, content: bytes | None
) -> None:
    scripted(monkeypatch, Scripted())
    if content is None:
        pin_file.chmod(stat.S_IRUSR | stat.S_IROTH)
    else:
        pin_file.write_bytes(content)
    for path in (pin_file, None, pin_file.with_name("absent")):
        with pytest.raises(KeyUnavailable):
            Token(Path("module.so"), "test", pin_file=path, folder=pin_file.parent).perform(lambda _session: None)


def test_a_module_that_is_not_there_is_said(pin_file: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        Token(tmp_path / "absent.so", "test", pin_file=pin_file, folder=pin_file.parent).perform(lambda _session: None)


def test_a_key_of_another_token_is_unavailable_and_not_called_wrong(token: TestToken) -> None:
    store = token.store()
    with pytest.raises(KeyUnavailable) as caught:
        store.unwrap(HeldKey("token:another", bytes(32), b""), bytes(60), context=b"")
    assert not isinstance(caught.value, WrongKey)


def test_a_key_that_the_token_lost_opens_nothing(token: TestToken) -> None:
    store = token.store()
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"d")
    for key in writable(token):
        key.destroy()
    with pytest.raises(WrongKey):
        token.store().unwrap(held, wrapped, context=b"d")


def writable(token: TestToken) -> list[Any]:
    forget_sessions(token.module)
    session = pkcs11.lib(str(token.module)).get_token(token_label=token.label).open(rw=True, user_pin=PIN)
    return list(session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY}))


PROGRAM = """
import pathlib, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from mukatabat.vault.custody.device import TokenKeyStore
from mukatabat.vault.custody.token import Token
from mukatabat.vault.rules import HeldKey
module, pin, name = sys.argv[1:4]
store = TokenKeyStore(Token(pathlib.Path(module), "test", pin_file=pathlib.Path(pin), folder=pathlib.Path(pin).parent))
held = HeldKey("token:test", bytes.fromhex(name), b"body")
for number in range(50):
    context = str(number).encode()
    assert store.unwrap(held, store.wrap(held, bytes(32), context=context), context=context) == bytes(32)
    if number % 10 == 0:
        store.generate(b"body")
"""


def test_several_processes_use_one_token_at_once(token: TestToken) -> None:
    store = token.store()
    held = store.generate(b"body")
    source = str(Path(sys.modules["mukatabat"].__file__ or "").parents[1])
    env = {"PYTHONPATH": source, "SOFTHSM2_CONF": os.environ["SOFTHSM2_CONF"]}
    command = [sys.executable, "-c", PROGRAM, str(token.module), str(token.pin_file), held.token.hex()]
    started = [subprocess.Popen(command, env=env) for _ in range(3)]
    for number in range(20):
        assert store.unwrap(held, store.wrap(held, SECRET, context=b"d"), context=b"d") == SECRET, number
    assert [process.wait(120) for process in started] == [0, 0, 0]
    assert len(objects(token, ObjectClass.SECRET_KEY)) == 1 + 3 * 5


def test_a_forked_process_uses_the_token_by_itself(token: TestToken) -> None:
    store = token.store()
    held = store.generate(b"body")
    wrapped = store.wrap(held, SECRET, context=b"d")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if store.unwrap(held, wrapped, context=b"d") == SECRET else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.unwrap(held, wrapped, context=b"d") == SECRET


def test_eight_threads_share_the_session_without_disturbing_each_other(token: TestToken) -> None:
    store = token.store()
    held = store.generate(b"body")

    def rounds() -> int:
        for number in range(25):
            secret = os.urandom(32)
            context = str(number).encode()
            assert store.unwrap(held, store.wrap(held, secret, context=context), context=context) == secret
        return 25

    assert together(*[rounds] * 8) == [25] * 8


@pytest.mark.django_db
def test_a_log_that_begins_has_its_key_in_the_token_and_goes_on_only_with_it(token: TestToken, settings: Any) -> None:
    token.configure(settings)
    settings.MUKATABAT_KEY_STORE = "token"
    keys = VaultLogKeys()
    log = ledger.begin(keys, "host.example/log")
    assert log.key.store == "token"
    ledger.commit(new_id(), bytes(32))
    assert ledger.append(keys) == 1
    note = notes.read(Checkpoint.objects.latest("size").note.encode())
    assert note.alone_by(log.note_key)
    token.take_out()
    ledger.commit(new_id(), bytes(32))
    with pytest.raises(KeyUnavailable):
        ledger.append(keys)
    token.put_back()
    assert ledger.append(keys) == 1


def test_the_log_s_key_is_of_no_use_under_another_name_and_never_leaves_the_token(token: TestToken) -> None:
    store = token.store()
    held, public = store.generate_note_key(b"mukatabat/log-key/1/host.example")
    Ed25519PublicKey.from_public_bytes(public).verify(store.note_sign(held, b"note"), b"note")
    with pytest.raises(WrongKey):
        store.note_sign(replace(held, context=b"mukatabat/log-key/1/other.example"), b"note")
    with pytest.raises(WrongKey):
        store.unwrap(held, bytes(60), context=b"")
    with pkcs11.lib(str(token.module)).get_token(token_label=token.label).open() as session:
        (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY})
        assert bytes(key[Attribute.EC_POINT])[-32:] == public
