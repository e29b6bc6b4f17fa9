# SPDX-License-Identifier: EUPL-1.2
"""What this room needs from outside: who signs, who tells the time, who says what was withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable
from uuid import UUID

from django.utils.functional import Promise

from mukatabat.signing.rules import Answer, SignerCertificate, SigningRequest, Ticket

Text: TypeAlias = str | Promise


class SignatureProvider(Protocol):
    """A road to a person's key: a push to the telephone, a card in a reader, keys of the development CA.

    No call waits for the person, so none needs a lock or a transaction. The signature itself is the person's own act
    (sole control, Law 20/2014 art. 18-21); a provider never signs what nobody asked that person to sign.
    """

    @property
    def name(self) -> str:
        """Give the stable ASCII name that stands in tickets and in the audit."""
        ...

    @property
    def insecure(self) -> bool:
        """Tell whether it must never be used outside development."""
        ...

    @property
    def announcement(self) -> Text:
        """Give the sentence shown where a person signs while an insecure provider is in use; empty for a real one."""
        ...

    def certificate(self, person_id: UUID) -> SignerCertificate:
        """Give the certificate that this person would sign with now.

        Raises CertificateNotUsable when the person has none, ProviderUnavailable when nobody answers.
        """
        ...

    def start(self, request: SigningRequest) -> Ticket:
        """Ask the person. The same request id gives the same ticket and asks once, however often it is called.

        Raises RequestConflict for another thing under a known id, ProviderUnavailable when nobody answers.
        """
        ...

    def collect(self, ticket: Ticket) -> Answer:
        """Look for the answer. Once it is Signed or Refused it stays the same for ever.

        Raises UnknownTicket for a ticket of nobody, ProviderUnavailable when nobody answers.
        """
        ...


@runtime_checkable
class ReleasesTogether(SignatureProvider, Protocol):
    """A provider where one act of a person releases several signatures."""

    def start_together(self, requests: Sequence[SigningRequest]) -> list[Ticket]:
        """Ask one person for all of these at once; otherwise as `start`, one ticket for each."""
        ...


class TimeStampAuthority(Protocol):
    """A time-stamp authority after RFC 3161."""

    def stamp(self, digest: bytes) -> bytes:
        """Give the time-stamp token (DER ContentInfo) for a SHA-256 digest, or raise TimeStampError.

        It answers within its own time limit, whatever the other side does.
        """
        ...


class RevocationSource(Protocol):
    """One authority's list of the certificates that it withdrew."""

    def newest(self) -> bytes:
        """Give the newest list, DER as it came, or raise RevocationUnavailable; within its own time limit."""
        ...
