# SPDX-License-Identifier: EUPL-1.2
"""Signing with keys of the development authority, which lie on the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel import clock
from mukatabat.signing.development.announcement import announce
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.files import first_wins, private_folder
from mukatabat.signing.errors import RequestConflict, UnknownTicket
from mukatabat.signing.ports import Text
from mukatabat.signing.rules import (
    Answer,
    RefusalReason,
    Refused,
    Signed,
    SignerCertificate,
    SigningRequest,
    Ticket,
)


class SoftwareProvider:
    """Answers every request at once, taking the caller's fresh second factor for the person's consent.

    Requests and answers are files, so any process may collect what another one started, and a repetition finds the
    first answer.
    """

    name = "development-software"
    insecure = True
    announcement: Text = _("Development signatures: the keys lie on this server and bind nobody.")

    def __init__(
        self,
        authority: DevelopmentAuthority,
        *,
        subject_of: Callable[[UUID], CertificateSubject],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Take the authority, a function that tells what a person's certificate shall say, and the clock."""
        announce("The software signature provider")
        self.authority = authority
        self.subject_of = subject_of
        self.now = now
        self.requests = private_folder(authority.folder / "requests")

    def certificate(self, person_id: UUID) -> SignerCertificate:
        """Give this year's certificate of a person, issued on demand."""
        return self.authority.person(person_id, self.subject_of(person_id)).certificate

    def start(self, request: SigningRequest) -> Ticket:
        """Write the request down; RequestConflict when its id stands for something else."""
        record = {
            "identity": request.identity,
            "person_id": str(request.person_id),
            "certificate": request.certificate,
            "to_be_signed": request.to_be_signed.hex(),
            "deadline": request.deadline.isoformat(),
        }
        path = self.requests / f"{request.id}.json"
        kept = json.loads(first_wins(path, lambda: json.dumps(record).encode("ascii")))
        if kept["identity"] != request.identity:
            raise RequestConflict(request=str(request.id))
        return Ticket(request.id, self.name, f"software:{request.id}")

    def collect(self, ticket: Ticket) -> Answer:
        """Give the answer, making it when it is asked for the first time; UnknownTicket for a ticket of nobody."""
        try:
            request = json.loads((self.requests / f"{ticket.request_id}.json").read_bytes())
        except FileNotFoundError as error:
            raise UnknownTicket(request=str(ticket.request_id)) from error
        path = self.requests / f"{ticket.request_id}.answer"
        return _read(json.loads(first_wins(path, lambda: json.dumps(self._answer(request)).encode("ascii"))))

    def _answer(self, request: dict[str, Any]) -> dict[str, str]:
        if self.now() > datetime.fromisoformat(request["deadline"]):
            return {"refused": RefusalReason.EXPIRED}
        identity = self.authority.person_by_fingerprint(UUID(request["person_id"]), request["certificate"])
        if identity is None:
            return {"refused": RefusalReason.UNABLE}
        return {"signature": identity.sign(bytes.fromhex(request["to_be_signed"])).hex()}


def _read(answer: dict[str, str]) -> Answer:
    if "signature" in answer:
        return Signed(bytes.fromhex(answer["signature"]))
    return Refused(RefusalReason(answer["refused"]))
