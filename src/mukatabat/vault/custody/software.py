# SPDX-License-Identifier: EUPL-1.2
"""A key store in one file: the root keys, sealed under what opens it, and everything that is done with them.

Bodies' keys lie in the database, sealed under a root key. A stolen database without this file is unreadable, and so is
this file without the passphrase or the key that opens it.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from mukatabat.directory.vocabulary import Custody
from mukatabat.kernel.files import write_private
from mukatabat.signing.development.files import private_folder
from mukatabat.vault.custody.opening import Opener
from mukatabat.vault.errors import KeyUnavailable, WrongKey
from mukatabat.vault.rules import KEY_BYTES, SEAL_SUITE, HeldKey, HeldPair
from mukatabat_verify.parcel.suites import P256, XWING, OpeningKey, SoftwareKey

_FORM = 1
_NONCE = 12
_SALT = 16
_CHECK = b"mukatabat/key-store/root/"


class SoftwareKeyStore:
    """Implements ``KeyStore`` and ``PairStore`` of :mod:`mukatabat.vault.ports` over ``root-keys.json`` in a folder.

    A pair's private half is held as a body's key is: sealed under a root key, opened for the moment of its use.
    """

    name = "software"
    custody = Custody.HOST.value
    parcel_suite = XWING

    def __init__(self, folder: Path, opener: Opener) -> None:
        """Open the store, made with a first root key when absent.

        Raises WrongKey when the opener is another than the one that it was made with.
        """
        self._path = private_folder(folder) / "root-keys.json"
        self._opener = opener
        if not self._path.exists():
            with self._alone():
                if not self._path.exists():
                    salt = _text(secrets.token_bytes(_SALT))
                    self._write(self._and_a_root({"form": _FORM, "opened_by": opener.kind, "salt": salt, "roots": []}))
        self._roots = self._read_roots()

    def newest(self) -> str:
        """See :meth:`mukatabat.vault.ports.KeyStore.newest`."""
        return next(reversed(self._roots))

    def generate(self, context: bytes, *, beside: HeldKey | None = None) -> HeldKey:
        """See :meth:`mukatabat.vault.ports.KeyStore.generate`."""
        return self._held(secrets.token_bytes(KEY_BYTES), context)

    def wrap(self, held: HeldKey, secret: bytes, *, context: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.KeyStore.wrap`."""
        return _sealed(self._key(held), secret, context)

    def unwrap(self, held: HeldKey, wrapped: bytes, *, context: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.KeyStore.unwrap`."""
        return _opened(self._key(held), wrapped, context)

    def renew(self, held: HeldKey) -> HeldKey:
        """See :meth:`mukatabat.vault.ports.KeyStore.renew`."""
        return held if held.root == self.newest() else self._held(self._key(held), held.context)

    def generate_pair(self, suite: str, context: bytes) -> HeldPair:
        """See :meth:`mukatabat.vault.ports.PairStore.generate_pair`."""
        fresh = SoftwareKey.fresh(P256 if suite == SEAL_SUITE else suite)
        return HeldPair(suite, fresh.recipient.public, self._held(fresh.secret, context))

    def sign(self, pair: HeldPair, data: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.PairStore.sign`; without randomness, so a repetition gives the same."""
        key = ec.derive_private_key(int.from_bytes(self._key(pair.held)), ec.SECP256R1())
        return key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))

    def opening(self, pair: HeldPair) -> OpeningKey:
        """See :meth:`mukatabat.vault.ports.PairStore.opening`."""
        return SoftwareKey(pair.suite, self._key(pair.held))

    def generate_note_key(self, context: bytes) -> tuple[HeldKey, bytes]:
        """See :meth:`mukatabat.vault.ports.NoteStore.generate_note_key`; it is held as a body's key is."""
        held = self.generate(context)
        return held, self._note_key(held).public_key().public_bytes_raw()

    def note_sign(self, held: HeldKey, data: bytes) -> bytes:
        """Sign with a log's key (Ed25519)."""
        return self._note_key(held).sign(data)

    def rotate_root(self) -> str:
        """Add a root key, which from now on seals the bodies' keys; returns its name. Other processes see it later."""
        with self._alone():
            self._write(self._and_a_root(self._content()))
        self._roots = self._read_roots()
        return self.newest()

    def _note_key(self, held: HeldKey) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._key(held))

    def _held(self, key: bytes, context: bytes) -> HeldKey:
        root = self.newest()
        return HeldKey(root, _sealed(self._roots[root], key, root.encode() + b"/" + context), context)

    def _key(self, held: HeldKey) -> bytes:
        if held.root not in self._roots:
            # Another process may have added it since this one started.
            self._roots = self._read_roots()
        try:
            root = self._roots[held.root]
        except KeyError:
            raise KeyUnavailable(reason=f"the key store does not hold {held.root}") from None
        return _opened(root, held.token, held.root.encode() + b"/" + held.context)

    def _read_roots(self) -> dict[str, bytes]:
        content = self._content()
        if content["opened_by"] != self._opener.kind:
            raise WrongKey(reason=f"the key store is opened by a {content['opened_by']}")
        sealing = self._opener.key(base64.b64decode(content["salt"]))
        return {
            root["name"]: _opened(sealing, base64.b64decode(root["sealed"]), _CHECK + root["name"].encode())
            for root in content["roots"]
        }

    def _content(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_bytes())
            if content["form"] != _FORM or not content["roots"]:
                raise KeyUnavailable(reason="the key store is of another form")
        except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
            raise KeyUnavailable(reason="the key store cannot be read") from error
        return dict(content)

    def _and_a_root(self, content: dict[str, Any]) -> dict[str, Any]:
        name = f"root-{len(content['roots']) + 1}"
        sealing = self._opener.key(base64.b64decode(content["salt"]))
        sealed = _sealed(sealing, secrets.token_bytes(KEY_BYTES), _CHECK + name.encode())
        return {**content, "roots": [*content["roots"], {"name": name, "sealed": _text(sealed)}]}

    def _write(self, content: dict[str, Any]) -> None:
        write_private(self._path, json.dumps(content, indent=1).encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from writing the file meanwhile."""
        with (self._path.parent / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _sealed(key: bytes, secret: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, secret, context)


def _opened(key: bytes, sealed: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except (InvalidTag, ValueError):
        raise WrongKey(reason="the key does not fit") from None
