# SPDX-License-Identifier: EUPL-1.2
"""A PKCS#11 token and this process's one session with it: opened with a PIN from a file, reopened when it was lost.

The library initialises a module without locks of its own, so a module serves one thread at a time: one lock stands
before it. A PIN that was refused is not tried again until its file changes, because a token locks after a few.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as refused

from mukatabat.signing.development.files import private_folder
from mukatabat.vault.custody.opening import private_bytes
from mukatabat.vault.errors import KeyUnavailable, TokenBusy, TokenGone, TokenPinLocked, TokenPinRefused, WrongKey

T = TypeVar("T")

WAIT = 10.0
"""Seconds that a caller waits for the token while others use it."""

PAUSES = (0.05, 0.2, 0.5)
"""Seconds before it is tried again in a new session."""

NEEDED = (
    Mechanism.AES_KEY_GEN, Mechanism.AES_GCM, Mechanism.EC_KEY_PAIR_GEN, Mechanism.ECDSA, Mechanism.ECDH1_DERIVE,
)  # fmt: skip
"""What a token must offer."""

_LOST = (
    refused.SessionHandleInvalid, refused.SessionClosed, refused.UserNotLoggedIn, refused.KeyHandleInvalid,
    refused.ObjectHandleInvalid, refused.DeviceRemoved, refused.DeviceError, refused.TokenNotPresent,
    refused.TokenNotRecognised, refused.SlotIDInvalid, refused.NoSuchToken,
)  # fmt: skip
# What a token also answers while another process is just changing it.
_PASSING = (refused.GeneralError, refused.FunctionFailed, refused.NoSuchKey)
_FULL = (refused.SessionCount, refused.DeviceMemory, refused.OperationActive)


class Token:
    """The token called ``label`` behind the PKCS#11 module ``module``; processes take turns by a lock in ``folder``."""

    def __init__(self, module: Path, label: str, *, pin_file: Path | None, folder: Path) -> None:
        self.label = label
        self._module, self._pin_file, self._folder = module, pin_file, folder
        self._lock = threading.Lock()
        self._session: Any = None
        self._process = 0
        self._is_alone = False
        self._objects: dict[tuple[ObjectClass, bytes], Any] = {}
        self._refused: tuple[int, ...] | None = None

    def perform(self, call: Callable[[Any], T], *, changing: bool = False) -> T:
        """Do something with an open session, alone; again in a new session when the present one was lost.

        What is ``changing`` the token is done while no other process of this host changes it or logs in.

        ``call`` may therefore run several times, and must leave nothing behind when it fails. Raises TokenBusy,
        TokenGone, TokenPinRefused, TokenPinLocked, WrongKey where the token lacks a key or as ``call`` does, or
        KeyUnavailable for anything else.
        """
        if not self._lock.acquire(timeout=WAIT):
            raise TokenBusy(reason="the token did not become free")
        try:
            with self._alone() if changing else nullcontext():
                return self._tried(call)
        except refused.NoSuchKey:
            raise WrongKey(reason="the token does not hold this key") from None
        except _LOST as error:
            raise TokenGone(reason=_said(error)) from None
        except _FULL as error:
            raise TokenBusy(reason=_said(error)) from None
        except refused.PKCS11Error as error:
            raise KeyUnavailable(reason=f"the token says {_said(error)}") from None
        finally:
            self._lock.release()

    def found(self, session: Any, kind: ObjectClass, identifier: bytes) -> Any:
        """Give the token's key of this kind and identifier, remembered for the session; raises pkcs11.NoSuchKey."""
        known = self._objects.get((kind, identifier))
        if known is None:
            wanted = {Attribute.CLASS: kind, Attribute.ID: identifier}
            known = next(iter(list(session.get_objects(wanted))), None)
            if known is None:
                raise refused.NoSuchKey
            self._objects[kind, identifier] = known
        return known

    def _tried(self, call: Callable[[Any], T]) -> T:
        for pause in PAUSES:
            try:
                return call(self._opened())
            except refused.PKCS11Error as error:
                # The base class itself stands for what the library has no name for, such as a module that was ended.
                if not isinstance(error, (*_LOST, *_PASSING)) and type(error) is not refused.PKCS11Error:
                    raise
                self._close()
                time.sleep(pause)
        return call(self._opened())

    def _opened(self) -> Any:
        if self._session is None or self._process != os.getpid():
            self._objects.clear()
            with self._alone():
                self._session, self._process = self._log_in(), os.getpid()
        return self._session

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep this host's other processes from logging in or changing the token meanwhile.

        A login writes into a token, and not every module bears two at once: SoftHSM 2.6 loses a token by it.
        """
        if self._is_alone:
            yield
            return
        with (private_folder(self._folder) / "token.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    def _log_in(self) -> Any:
        library = self._library()
        token = library.get_token(token_label=self.label)
        missing = [one.name for one in NEEDED if one not in set(token.slot.get_mechanisms())]
        if missing:
            raise KeyUnavailable(reason=f"the token does not offer {', '.join(missing)}")
        pin, state = self._pin()
        if TokenFlag.USER_PIN_LOCKED in token.flags:
            raise TokenPinLocked(reason="the token has locked its PIN")
        if TokenFlag.USER_PIN_FINAL_TRY in token.flags or self._refused == state:
            raise TokenPinRefused(reason="the PIN was refused before and is not tried again")
        try:
            session = token.open(rw=True, user_pin=pin)
        except refused.UserAlreadyLoggedIn:  # another store of this process did
            session = token.open(rw=True)
        except refused.PinLocked:
            raise TokenPinLocked(reason="the token has locked its PIN") from None
        except (refused.PinIncorrect, refused.PinInvalid, refused.PinLenRange, refused.PinExpired) as error:
            self._refused = state
            raise TokenPinRefused(reason=_said(error)) from None
        self._refused = None
        return session

    def _library(self) -> Any:
        """The module, initialised by this process and not by the one that it was forked from."""
        try:
            library = pkcs11.lib(str(self._module))
            if self._process not in (0, os.getpid()):
                _quietly(library.finalize)
                library.initialize()
        except (refused.PKCS11Error, OSError, RuntimeError) as error:
            raise KeyUnavailable(reason=f"the module {self._module.name} cannot be loaded: {_said(error)}") from None
        return library

    def _pin(self) -> tuple[str, tuple[int, ...]]:
        """The PIN, and what tells this state of its file from another."""
        if self._pin_file is None:
            raise KeyUnavailable(reason="no file with the token's PIN is named")
        pin = private_bytes(self._pin_file).strip().decode("utf-8", errors="replace")
        if not pin:
            raise KeyUnavailable(reason=f"{self._pin_file.name} is empty")
        stat = self._pin_file.stat()
        return pin, (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def _close(self) -> None:
        """Let go of everything: many modules see a token again only after they were initialised anew."""
        self._objects.clear()
        session, self._session = self._session, None
        if session is not None:
            _quietly(session.close)
        _quietly(lambda: pkcs11.lib(str(self._module)).finalize())


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except refused.PKCS11Error:
        return


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()
