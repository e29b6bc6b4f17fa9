# SPDX-License-Identifier: EUPL-1.2
"""What a document is: address, kind, name, outcome of its checks. Pure values and functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, NamedTuple
from uuid import UUID

from mukatabat.vault.vocabulary import FileKind, ScanOutcome, Source
from mukatabat_verify.revocation import Word

MIB = 1024 * 1024
CHUNK = MIB
DEFAULT_LIMIT = 50 * MIB
UPLOAD_LIMIT = 2048 * MIB
PART_LIMIT = 16 * MIB
"""Of one request of a resumable upload; a page sends smaller ones."""

KEY_BYTES = 32
"""Every key of the vault is one of AES-256."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")


@dataclass(frozen=True, slots=True)
class Revoked:
    """That its authority no longer vouches for a certificate in use: since when, and whether it may do so again."""

    since: datetime
    held_up: bool


def after_word(former: Revoked | None, word: Word) -> Revoked | None:
    """What is known of a certificate once the lists were asked; ``former`` is what was known before.

    What was withdrawn for good stays so, whatever a later list leaves out. What was held up is free when a list in
    force no longer names it, and neither by an authority's silence nor by a list that has run out.
    """
    if former is not None and not former.held_up:
        return former
    told = word.withdrawn
    if told is None:
        return None if word.confirmed else former
    return former if former is not None and told.held_up else Revoked(told.since, told.held_up)


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: their address "sha256:<64 hex digits>" and how many they are."""

    digest: str
    size: int


def hexadecimal(digest: str) -> str:
    """Give the 64 hexadecimal digits of an address; raises ValueError for anything else, so that no path is forged."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256 address")
    return digest.removeprefix("sha256:")


@dataclass(frozen=True, slots=True)
class Scan:
    """An outcome, with the scanner's name for what it found."""

    outcome: ScanOutcome
    signature: str = ""


_OOXML = "application/vnd.openxmlformats-officedocument."

ACCEPTED: dict[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: _OOXML + "wordprocessingml.document",
    FileKind.XLSX: _OOXML + "spreadsheetml.sheet",
    FileKind.PPTX: _OOXML + "presentationml.presentation",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
    FileKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.TIFF: "image/tiff",
    FileKind.TEXT: "text/plain",
}
"""The allow-list, with the media type under which each kind is stored and served."""

EXTENSIONS: dict[FileKind, str] = {
    FileKind.PDF: "pdf",
    FileKind.DOCX: "docx",
    FileKind.XLSX: "xlsx",
    FileKind.PPTX: "pptx",
    FileKind.ODT: "odt",
    FileKind.ODS: "ods",
    FileKind.PNG: "png",
    FileKind.JPEG: "jpg jpeg jpe jfif",
    FileKind.TIFF: "tif tiff",
    FileKind.TEXT: "txt csv",
    FileKind.OTHER_TEXT: "txt csv",
    FileKind.OLD_OFFICE: "doc xls ppt msg msi",
    FileKind.OTHER_OFFICE: "docm xlsm pptm dotx dotm xltx xltm potx potm ppsx ppsm xlsb odp odg ott ots epub",
    FileKind.PROGRAM: "exe dll scr com bat cmd ps1 vbs vbe js jse wsf hta jar lnk sh app apk cpl pif reg msc chm iso",
    FileKind.ARCHIVE: "zip rar 7z gz tgz tar bz2 xz cab",
    FileKind.PAGE: "html htm xhtml mhtml svg xml",
    FileKind.RICH_TEXT: "rtf",
    FileKind.OTHER_PICTURE: "gif bmp webp heic heif ico psd",
    FileKind.RECORDING: "mp3 mp4 m4a wav ogg avi mov mkv wmv amr opus",
}
"""The well-known extensions of each kind, the one that we write first."""

CLAIMS: dict[str, frozenset[FileKind]] = {
    extension: frozenset(kind for kind, listed in EXTENSIONS.items() if extension in listed.split())
    for listed in EXTENSIONS.values()
    for extension in listed.split()
}
"""Which kinds an extension promises."""


class Findings(NamedTuple):
    """What an examination of the bytes alone found; `pages` is None where the kind has none to count."""

    kind: FileKind
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be taken: what it is, how large in bytes, how many pages, and the name that it gets."""

    kind: FileKind
    media_type: str
    size: int
    pages: int | None
    safe_name: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a person offers it: its name, its bytes, and how many of them are allowed."""

    name: str
    stream: BinaryIO
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A body's key in the hands of the key store.

    ``token`` is what the store needs to use the key: the key itself sealed under the root key ``root``, or the label of
    one that never leaves a device. ``context`` binds it to its place and is not secret.
    """

    root: str
    token: bytes = field(repr=False)
    context: bytes


SEAL_SUITE = "ecdsa-p256-sha256"
"""What a body's seal signs with; the suites of encryption keys are those of parcels."""


@dataclass(frozen=True, slots=True)
class HeldPair:
    """A key pair of a body in the hands of a key store: what it is for, its public half, and the held private one."""

    suite: str
    public: bytes
    held: HeldKey


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document's bytes as the blob store holds them: their address there, and the key that opens them.

    ``begin`` is None for a blob that holds this document alone; else the blob is the sealed content of a parcel, and
    the document begins there at this byte.
    """

    address: str
    secret: bytes = field(repr=False)
    begin: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are in the store and were checked, before any row says so; ``blob`` tells of the plain bytes."""

    blob: Blob
    sealed: Sealed
    media_type: str
    name: str
    pages: int | None
    scan: ScanOutcome
    source: Source


@dataclass(frozen=True, slots=True)
class About:
    """What a delivered document says of itself."""

    media_type: str
    name: str
    pages: int | None = None


class NodeUse(StrEnum):
    """What a key pair of the node itself is for."""

    EVIDENCE = "evidence"
    LOG = "log"


class ReaderKind(StrEnum):
    """Who holds a key of their own for documents of سري and above."""

    PERSON = "person"
    POST = "post"
    UNIT = "unit"
    SERVICE = "service"  # the installation's own work, from the signature or the delivery until it is done
    RECOVERY = "recovery"  # what two persons open together when no reader is left


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader: a person, a post, a unit; or one of the two of the body itself, whose id is the body's."""

    kind: ReaderKind
    id: UUID

    @property
    def is_party(self) -> bool:
        """Whether it is somebody who was named, and not the body's own service or recovery."""
        return self.kind not in {ReaderKind.SERVICE, ReaderKind.RECOVERY}

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Destruction:
    """On whose authority a document is destroyed: the schedule's entry, two people's approvals, the certificate."""

    schedule: str
    approvals: tuple[UUID, UUID]
    certificate: str
    reason: str

    def is_complete(self) -> bool:
        """Whether everything is named, and two people are two people."""
        named = all(part.strip() for part in (self.schedule, self.certificate, self.reason))
        return named and self.approvals[0] != self.approvals[1]


def body_key_context(body_id: UUID, version: int) -> bytes:
    """What binds a body's key to its row."""
    return b"mukatabat/body-key/1/%s/%d" % (str(body_id).encode(), version)


def upload_part_context(body_id: UUID, session_id: UUID, offset: int) -> bytes:
    """What binds the wrapped key of a part to its place in an upload."""
    return b"mukatabat/upload-part/1/%s/%s/%d" % (str(body_id).encode(), str(session_id).encode(), offset)


def text_key_context(body_id: UUID, version: int) -> bytes:
    """What binds the key of a body's texts to its row."""
    return b"mukatabat/text-key/1/%s/%d" % (str(body_id).encode(), version)


def pair_context(body_id: UUID, public_id: UUID) -> bytes:
    """What binds the private half of a body's key pair to its body and its public half."""
    return b"mukatabat/key-pair/1/%s/%s" % (str(body_id).encode(), str(public_id).encode())


def node_context(realm: str, key_id: UUID) -> bytes:
    """What binds the private half of a key pair of the node to its realm and its row."""
    return b"mukatabat/node-key/1/%s/%s" % (realm.encode(), str(key_id).encode())


def document_key_context(body_id: UUID, document_id: UUID, *, digest: str, place: str) -> bytes:
    """What binds a document's wrapped key to its body, its row, its plain bytes, its blob and its place in it."""
    return b"mukatabat/document-key/1/" + "/".join((str(body_id), str(document_id), digest, place)).encode()


def reader_key_context(body_id: UUID, reader: Reader) -> bytes:
    """What binds a reader's key to its row."""
    return f"mukatabat/reader-key/1/{body_id}/{reader}".encode()


def reader_wrap_context(document: bytes, reader: Reader) -> bytes:
    """What binds a document's key that is wrapped for a reader to both; ``document`` is its own key's context."""
    return document + b"/for/" + str(reader).encode()


def extension_of(name: str) -> str:
    """Give the lower-case ASCII extension of a file's name without its dot, or ""."""
    found = EXTENSION.search(name)
    return found.group(1).lower() if found else ""


def names_a_program(name: str) -> bool:
    """Tell whether a file of this name would be run, not read, when a person opens it."""
    return FileKind.PROGRAM in CLAIMS.get(extension_of(name), frozenset())
