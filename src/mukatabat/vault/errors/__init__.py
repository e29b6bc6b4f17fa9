# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a stored document and its keys; why a file is not taken; what is missing of a seal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.vault.errors.base import VaultError
from mukatabat.vault.errors.certificates import (
    NodeHeldUp,
    NodeNotCertified,
    NodeWithdrawn,
    NotCertified,
    SealEnded,
    SealHeldUp,
    SealNotCertified,
    SealWithdrawn,
)
from mukatabat.vault.errors.files import (
    ActivePdf,
    Bomb,
    BrokenFile,
    CheckUnavailable,
    DigestMismatch,
    EmbeddedProgram,
    EmptyFile,
    EntityTricks,
    FileRefused,
    InfectedFile,
    MacroEnabled,
    NameLies,
    PasswordProtected,
    TooLarge,
    TooManyUploads,
    TwoTypes,
    UnsafeName,
    UnsupportedType,
    UploadIncomplete,
    UploadNotFound,
    WrongOffset,
)

__all__ = [
    "ActivePdf",
    "BlobDamaged",
    "BlobMissing",
    "Bomb",
    "BrokenFile",
    "CheckUnavailable",
    "DestructionRefused",
    "DigestMismatch",
    "DocumentDestroyed",
    "DocumentNotFound",
    "EmbeddedProgram",
    "EmptyFile",
    "EntityTricks",
    "FileRefused",
    "InfectedFile",
    "KeyUnavailable",
    "MacroEnabled",
    "NameLies",
    "NodeHeldUp",
    "NodeNotCertified",
    "NodeWithdrawn",
    "NotAReader",
    "NotCertified",
    "PasswordProtected",
    "SealEnded",
    "SealHeldUp",
    "SealKeyMissing",
    "SealNotCertified",
    "SealWithdrawn",
    "StoreUnavailable",
    "StoredBytes",
    "SuiteNotAccepted",
    "TextDamaged",
    "TokenBusy",
    "TokenGone",
    "TokenPinLocked",
    "TokenPinRefused",
    "TooLarge",
    "TooManyUploads",
    "TwoTypes",
    "UnsafeName",
    "UnsupportedType",
    "UploadIncomplete",
    "UploadNotFound",
    "VaultError",
    "WrongKey",
    "WrongOffset",
]


class DocumentNotFound(VaultError, NotFoundOrForbidden):
    """No such document in the actor's body; missing and another body's look the same."""

    code = "vault.document-not-found"
    http_status = NotFoundOrForbidden.http_status
    happened = NotFoundOrForbidden.happened
    do = NotFoundOrForbidden.do


class NotAReader(VaultError, NotFoundOrForbidden):
    """The document is for named readers, and this actor is none of them, or has no session; looks like missing."""

    code = "vault.not-a-reader"
    http_status = NotFoundOrForbidden.http_status
    happened = NotFoundOrForbidden.happened
    do = NotFoundOrForbidden.do


class StoredBytes(VaultError):
    """Base of what can be wrong with bytes that were stored; ``digest`` is their address in the store."""

    code = "vault.stored-bytes"
    http_status = 500
    safe = _("Nothing damaged was shown or sent. The letter, its numbers and its signatures are unchanged.")
    do = _("Tell your administrator, who can restore it from the backup, and give this code: %(digest)s")


class BlobMissing(StoredBytes):
    """The store holds nothing under this digest."""

    code = "vault.blob-missing"
    happened = _("The stored copy of this document is missing.")


class BlobDamaged(StoredBytes):
    """The stored bytes are not those that were stored: changed, cut short, or put together from others."""

    code = "vault.blob-damaged"
    happened = _("The stored copy of this document was altered or damaged.")


class TextDamaged(StoredBytes):
    """A sealed text of a row is not what was sealed; ``digest`` names the column."""

    code = "vault.text-damaged"
    happened = _("A stored text of this page was altered or damaged.")


class KeyUnavailable(VaultError):
    """The key store cannot be opened, or does not hold the key; ``reason`` is for the log and names no secret."""

    code = "vault.key-unavailable"
    http_status = 503
    happened = _("The keys of the stored documents are not available at the moment.")
    safe = _("The documents are unchanged and stay locked until their keys are there again.")
    do = _("Tell your administrator that the key store has to be opened.")


class WrongKey(KeyUnavailable):
    """A key does not open what was sealed: another key store, or a key moved to another row."""

    code = "vault.wrong-key"
    happened = _("The key at hand does not open this document.")
    do = _("Tell your administrator, who can check whether the key store and the database belong together.")


class TokenBusy(KeyUnavailable):
    """The hardware module answers others first, or has no room for a session."""

    code = "vault.token-busy"
    happened = _("The hardware module that holds the keys is busy.")
    do = _("Try again in a minute. If it happens again, tell your administrator.")


class TokenGone(KeyUnavailable):
    """The hardware module was taken out, switched off, or is not the one that is configured."""

    code = "vault.token-gone"
    happened = _("The hardware module that holds the keys is not connected.")
    do = _("Tell your administrator, who has to connect it; nothing has to be done again afterwards.")


class TokenPinRefused(KeyUnavailable):
    """The hardware module refused the PIN; it is not tried again before its file changes, so that it is not locked."""

    code = "vault.token-pin-refused"
    happened = _("The hardware module that holds the keys refused its PIN.")
    do = _("Tell your administrator, who has to put the right PIN in its place.")


class TokenPinLocked(KeyUnavailable):
    """The hardware module takes no PIN any more after too many wrong ones."""

    code = "vault.token-pin-locked"
    happened = _("The hardware module that holds the keys has locked itself after wrong PINs.")
    do = _("Tell your administrator: its security officer has to set a new PIN.")


class SuiteNotAccepted(VaultError):
    """The body's keys are to move where only keys of a ``suite`` are held that its floor no longer takes."""

    code = "vault.suite-not-accepted"
    http_status = 409
    happened = _("The body no longer takes sealed letters by the suite of that key store: %(suite)s.")
    safe = _("No key was moved.")
    do = _("Let the body take this suite again, then move its keys.")


class SealKeyMissing(KeyUnavailable):
    """The directory lists a seal of the body whose private half this installation does not hold."""

    code = "vault.seal-key-missing"
    happened = _("The key of this body's seal is not held here.")
    safe = _("Nothing was sealed or sent. The issued letter waits with us.")
    do = _("Tell your administrator, who can give the body a new seal.")


class DocumentDestroyed(VaultError):
    """The document's key was destroyed on a named authority; nothing opens its bytes any more."""

    code = "vault.document-destroyed"
    http_status = 410
    happened = _("This document was destroyed under the retention schedule and can never be opened again.")
    safe = _("The record of it, and the certificate of its destruction, are kept.")
    do = _("If you need to know why, ask your archive for the certificate.")


class DestructionRefused(VaultError):
    """A destruction without its schedule, two approvals of two people, certificate and reason."""

    code = "vault.destruction-refused"
    http_status = 403
    happened = _("A document is destroyed only under a schedule, with two people's approval and a certificate.")
    do = _("Complete the disposal order, then carry it out from there.")


class StoreUnavailable(VaultError):
    """The store cannot take or give bytes now: full, read-only, unreachable, or not the folder that it was."""

    code = "vault.store-unavailable"
    http_status = 503
    happened = _("Documents cannot be stored or opened at the moment.")
    safe = _("Nothing was half stored. What you had written or attached before is unchanged.")
    do = _("Try again in a few minutes. If it happens again, tell your administrator.")
