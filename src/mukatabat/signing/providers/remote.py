# SPDX-License-Identifier: EUPL-1.2
"""A provider for signatures that are made elsewhere: a body's own system asks its signer, and brings what came back."""

from __future__ import annotations

from uuid import UUID

from mukatabat.signing.errors import CertificateNotUsable
from mukatabat.signing.ports import SignatureProvider, Text
from mukatabat.signing.rules import Answer, Pending, Signed, SignerCertificate, SigningRequest, Ticket

NAME = "remote"


class RemoteProvider:
    """Holds what one call brought: the signer's certificate when an issue begins, the raw signature when it ends.

    It asks nobody. The key is the person's own, outside of this installation (sole control, Law 20/2014 art. 18-21),
    and what it signed is checked over these bytes before it is used. Without a signature it is pending, so that the
    sweep of running issues only lets their time run out.
    """

    name = NAME
    insecure = False
    announcement: Text = ""

    def __init__(self, certificate: SignerCertificate | None = None, signature: bytes = b"") -> None:
        """Take a checked certificate, a raw signature, or neither."""
        self._certificate = certificate
        self._signature = signature

    def certificate(self, person_id: UUID) -> SignerCertificate:
        """Give the certificate that the call brought."""
        if self._certificate is None:
            raise CertificateNotUsable(signer="—")
        return self._certificate

    def start(self, request: SigningRequest) -> Ticket:
        """Give the ticket of this request; nothing has to be kept, because the issue itself keeps it."""
        return Ticket(request.id, self.name, f"remote:{request.id}")

    def collect(self, ticket: Ticket) -> Answer:
        """Give the signature that the call brought, if any."""
        return Signed(self._signature) if self._signature else Pending()


_: type[SignatureProvider] = RemoteProvider
