# SPDX-License-Identifier: EUPL-1.2
"""A provider that behaves badly in a known way: slow, refusing, dead, late, or giving a wrong signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel import clock
from mukatabat.signing.errors import ProviderUnavailable, RequestConflict, UnknownTicket
from mukatabat.signing.ports import SignatureProvider, Text
from mukatabat.signing.rules import Answer, Pending, Refused, Signed, SignerCertificate, SigningRequest, Ticket


@dataclass(frozen=True, slots=True)
class Script:
    """What goes wrong, counted per request.

    `dead_starts`, `dead_collects`: so many first calls raise ProviderUnavailable. `pending`: so many collects that
    reach the service find no answer. `refusal`: the answer is this. `late`: the signature comes only after the
    deadline. `wrong`: the signature is by another key.
    """

    dead_starts: int = 0
    dead_collects: int = 0
    pending: int = 0
    refusal: Refused | None = None
    late: bool = False
    wrong: bool = False


class ScriptedProvider:
    """Plays a script over a provider that works. Its memory is this process's own."""

    insecure = True
    announcement: Text = _("A scripted signature provider is in use; it fails on purpose.")

    def __init__(self, inner: SignatureProvider, script: Script, *, now: Callable[[], datetime] = clock.now) -> None:
        """Take the provider that works, the script, and the clock that decides what is late."""
        self.inner = inner
        self.script = script
        self.now = now
        self.name = f"scripted-{inner.name}"
        self._requests: dict[UUID, SigningRequest] = {}
        self._answers: dict[UUID, Answer] = {}
        self._starts: dict[UUID, int] = {}
        self._collects: dict[UUID, int] = {}

    def certificate(self, person_id: UUID) -> SignerCertificate:
        """Give the inner provider's certificate."""
        return self.inner.certificate(person_id)

    def start(self, request: SigningRequest) -> Ticket:
        """Die as often as the script says, then take the request; the inner provider answers it at once."""
        self._starts[request.id] = self._starts.get(request.id, 0) + 1
        if self._starts[request.id] <= self.script.dead_starts:
            raise ProviderUnavailable(detail="dead by script")
        kept = self._requests.setdefault(request.id, request)
        if kept.identity != request.identity:
            raise RequestConflict(request=str(request.id))
        if request.id not in self._answers:
            self._answers[request.id] = self._decide(request)
        return Ticket(request.id, self.name, f"scripted:{request.id}")

    def collect(self, ticket: Ticket) -> Answer:
        """Die or let wait as often as the script says, then give the decided answer for ever."""
        if ticket.request_id not in self._requests:
            raise UnknownTicket(request=str(ticket.request_id))
        count = self._collects[ticket.request_id] = self._collects.get(ticket.request_id, 0) + 1
        if count <= self.script.dead_collects:
            raise ProviderUnavailable(detail="dead by script")
        if count <= self.script.dead_collects + self.script.pending:
            return Pending()
        if self.script.late and self.now() <= self._requests[ticket.request_id].deadline:
            return Pending()
        return self._answers[ticket.request_id]

    def _decide(self, request: SigningRequest) -> Answer:
        if self.script.refusal is not None:
            return self.script.refusal
        if self.script.wrong:
            return Signed(ec.generate_private_key(ec.SECP256R1()).sign(request.to_be_signed, ec.ECDSA(hashes.SHA256())))
        return self.inner.collect(self.inner.start(request))
