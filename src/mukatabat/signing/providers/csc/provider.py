# SPDX-License-Identifier: EUPL-1.2
"""Signing with a key that a trust service provider keeps and that the person releases on the telephone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from asn1crypto import x509
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel import clock
from mukatabat.signing.certificates import accept_certificate
from mukatabat.signing.errors import (
    AnotherSigner,
    CertificateNotUsable,
    NoKeyThere,
    ProviderMisbehaves,
    ProviderUnavailable,
    UnknownTicket,
)
from mukatabat.signing.models import Release, RemoteRequest
from mukatabat.signing.ports import ReleasesTogether, Text
from mukatabat.signing.providers.csc import answers, keeping
from mukatabat.signing.providers.csc.answers import Credential, Made, Step, Underway
from mukatabat.signing.providers.csc.client import Client, Denied, NotTaken
from mukatabat.signing.rules import (
    Answer,
    Pending,
    RefusalReason,
    Refused,
    Signed,
    SignerCertificate,
    SigningRequest,
    Ticket,
)
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat_verify.certificates import Trust

NAME = "csc"
LOOK_AGAIN = timedelta(seconds=2)
ASK_AGAIN = timedelta(seconds=60)
"""So long after an answer that was lost the person is asked anew: by then both would know that it does not come."""
MOST_ASKED = 3
LONGEST_TEXT = 500
"""Characters that a telephone shows of what is released (§11.6, `description`)."""
COMMA = "، "

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signer:
    """A person at the service: in whose name rows are kept, the service's name, the number in every certificate.

    ``organizations`` are the names of the person's body, one of which stands beside a number that names no register.
    """

    actor: Actor
    user_id: str
    number: str
    organizations: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a key at the service belongs to, by its certificate."""

    number: str
    name: str
    ends: datetime
    certificate: SignerCertificate


class CscProvider:
    """Asks the service, and keeps in the database what it was asked and what it answered.

    Several requests may be released by one act of the person (:meth:`start_together`).
    """

    name = NAME

    def __init__(
        self,
        client: Client,
        *,
        signer_of: Callable[[UUID], Signer],
        trust: Callable[[datetime], Trust],
        insecure: bool = False,
    ) -> None:
        """Take the service, a function that finds a person there, whom to trust, and whether all this is for trying."""
        self.client = client
        self.signer_of = signer_of
        self.trust = trust
        self.insecure = insecure
        self.announcement: Text = (
            _("Development signatures: the signing service is a stand-in and binds nobody.") if insecure else ""
        )

    # ── whose key ───────────────────────────────────────────────────────────────────────────────────────────────────

    def holder(self, user_id: str, *, organizations: Collection[str] = ()) -> Holder:
        """Look who holds a key under this name, before it is recorded for a person of a body of these names.

        Raises NoKeyThere, ProviderUnavailable.
        """
        for credential in self._credentials(user_id):
            number, name, ends = _subject(credential)
            try:
                return Holder(number, name, ends, self._accepted(credential, number, organizations))
            except CertificateNotUsable:
                continue
        raise NoKeyThere

    def certificate(self, person_id: UUID) -> SignerCertificate:
        """Give the certificate of the key with which this person would sign now.

        Raises SignerNotEnrolled, AnotherSigner, CertificateNotUsable, ProviderUnavailable.
        """
        return self._usable(self.signer_of(person_id))[0][1]

    def _usable(self, signer: Signer) -> list[tuple[Credential, SignerCertificate]]:
        usable, others = [], False
        try:
            found = self._credentials(signer.user_id)
        except NoKeyThere as error:
            raise CertificateNotUsable(signer=signer.number) from error
        for credential in found:
            others |= _subject(credential)[0] != signer.number
            try:
                usable.append((credential, self._accepted(credential, signer.number, signer.organizations)))
            except CertificateNotUsable:
                continue
        if not usable and others:
            logger.error(
                "the signing service gives another person's certificate for a signer of %s", signer.actor.body_id
            )
            raise AnotherSigner(signer=signer.number)
        if not usable:
            raise CertificateNotUsable(signer=signer.number)
        return usable

    def _credentials(self, user_id: str) -> list[Credential]:
        try:
            return [one for one in self.client.credentials(user_id) if one.chain and not one.obstacle]
        except Denied as error:
            raise NoKeyThere(detail=error.why.error) from error

    def _accepted(self, credential: Credential, number: str, organizations: Collection[str]) -> SignerCertificate:
        accepted = accept_certificate(
            credential.chain, staff_number=number, trust=self.trust(clock.now()), organizations=organizations
        )
        return SignerCertificate((accepted.own, *(one for one in accepted.chain[1:] if not _is_root(one))))

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, request: SigningRequest) -> Ticket:
        """Ask the person for one signature; see :meth:`start_together`."""
        return self.start_together([request])[0]

    def start_together(self, requests: Sequence[SigningRequest]) -> list[Ticket]:
        """Ask one person for signatures that one act releases. What was asked before is not asked again.

        An answer that was lost is the one exception: the standard has no way to find it, so the person is asked anew
        after `ASK_AGAIN`, and :attr:`~mukatabat.signing.models.Release.asked` says so. Raises RequestConflict,
        ProviderUnavailable, and as :meth:`certificate`.
        """
        signer = self.signer_of(requests[0].person_id)
        most = self._usable(signer)[0][0].most if len(requests) > 1 else 1
        for group in _groups(requests, most):
            for release_id in dict.fromkeys(keeping.enter(signer.actor, group)):
                self._ask_once(signer, release_id)
        place = f"{NAME}:{signer.actor.realm}:{signer.actor.body_id}"
        return [Ticket(one.id, self.name, place) for one in requests]

    def _ask_once(self, signer: Signer, release_id: UUID) -> None:
        release = keeping.claim(signer.actor, release_id)
        if release is None:
            return
        before, wait = release.asked, timedelta(0)
        try:
            if not release.handle and not release.activation and before < MOST_ASKED:
                self._ask(signer, release)
        except ProviderUnavailable:
            # A question that may have rung is not put again before its answer would be known to be lost.
            wait = ASK_AGAIN if release.asked > before else LOOK_AGAIN
            raise
        finally:
            if release.ended_at is None:
                keeping.let_go(signer.actor, release, wait=wait)

    def _ask(self, signer: Signer, release: Release) -> None:
        requests = keeping.requests_of(signer.actor, release)
        if clock.now() > release.deadline:
            keeping.end(signer.actor, release, Refused(RefusalReason.EXPIRED))
            return
        credential = self._named(signer, requests)
        if credential is None or credential.most < len(requests):
            keeping.end(signer.actor, release, Refused(RefusalReason.UNABLE))
            return
        release.credential, release.algorithm, release.asked = credential.id, credential.algorithm, release.asked + 1
        keeping.keep(signer.actor, release, "credential", "algorithm", "asked")
        text = COMMA.join(one.display_text for one in requests)[:LONGEST_TEXT]
        try:
            answer = self.client.authorize(credential, _digests(requests), text=text, mark=str(release.id))
        except NotTaken:
            release.asked -= 1
            keeping.keep(signer.actor, release, "asked")
            raise
        except Denied as error:
            keeping.end(signer.actor, release, answers.refused(Step.AUTHORIZE, error.why))
            return
        self._heard(signer.actor, release, answer)

    def _named(self, signer: Signer, requests: Sequence[RemoteRequest]) -> Credential | None:
        """The key that the bytes are bound to; None where the person has it no longer."""
        wanted = {one.certificate for one in requests}
        try:
            usable = self._usable(signer)
        except CertificateNotUsable:
            return None
        return next((one for one, certificate in usable if wanted == {certificate.fingerprint}), None)

    def _heard(self, actor: Actor, release: Release, answer: answers.Authorization) -> None:
        if isinstance(answer, Underway):
            release.handle = answer.handle
            keeping.keep(actor, release, "handle")
        else:
            release.activation = answer.activation
            keeping.keep(actor, release, "activation")

    # ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────

    def collect(self, ticket: Ticket) -> Answer:
        """Look whether the person agreed, and have the signature made then; raises UnknownTicket, ProviderUnavailable.

        Every answer of the service is durable before the next question, so that any process goes on from it.
        """
        actor = _actor_of(ticket)
        found = keeping.request_of(actor, ticket.request_id)
        if found.release.ended_at is None and (release := keeping.claim(actor, found.release_id)) is not None:
            self._look(actor, release)
            found = keeping.request_of(actor, ticket.request_id)
        if found.signature is not None:
            return Signed(bytes(found.signature))
        if found.release.refusal:
            return Refused(RefusalReason(found.release.refusal), found.release.text)
        return Pending()

    def _look(self, actor: Actor, release: Release) -> None:
        was_asked = bool(release.handle or release.activation)
        try:
            if clock.now() > release.deadline:
                keeping.end(actor, release, Refused(RefusalReason.EXPIRED))
            elif was_asked:
                self._go_on(actor, release)
        finally:
            if release.ended_at is None:
                keeping.let_go(actor, release, wait=LOOK_AGAIN if was_asked else timedelta(0))

    def _go_on(self, actor: Actor, release: Release) -> None:
        step = Step.SIGN
        try:
            if not release.activation:
                step = Step.CHECK
                self._heard(actor, release, self.client.check(release.handle))
            if release.activation:
                step = Step.SIGN
                self._sign(actor, release)
        except Denied as error:
            keeping.end(actor, release, answers.refused(step, error.why))

    def _sign(self, actor: Actor, release: Release) -> None:
        requests = keeping.requests_of(actor, release)
        if release.response:
            found = self.client.poll(release.response, release.algorithm, count=len(requests))
        else:
            found = self.client.sign(
                release.credential, release.algorithm, _digests(requests), activation=release.activation
            )
        if isinstance(found, Made):
            keeping.end(actor, release, found.signatures)
        elif not release.response:
            release.response = found.response
            keeping.keep(actor, release, "response")


def _actor_of(ticket: Ticket) -> Actor:
    name, _colon, rest = ticket.reference.partition(":")
    realm, _colon, body = rest.partition(":")
    try:
        if name != NAME:
            raise ValueError(name)
        return system_actor("signing.csc", body_id=UUID(body), realm=realm)
    except ValueError:
        raise UnknownTicket(request=str(ticket.request_id)) from None


def _groups(requests: Sequence[SigningRequest], most: int) -> list[list[SigningRequest]]:
    """Requests that one act may release: no more than the key allows, and none that the telephone could not show."""
    groups: list[list[SigningRequest]] = [[]]
    for one in requests:
        shown = sum(len(each.display_text) + len(COMMA) for each in (*groups[-1], one)) - len(COMMA)
        if groups[-1] and (len(groups[-1]) >= most or shown > LONGEST_TEXT):
            groups.append([])
        groups[-1].append(one)
    return groups


def _digests(requests: Sequence[RemoteRequest]) -> list[bytes]:
    return [bytes.fromhex(one.digest) for one in requests]


def _subject(credential: Credential) -> tuple[str, str, datetime]:
    """The number and the name in a certificate, and when it ends; raises ProviderMisbehaves."""
    try:
        certificate = x509.Certificate.load(credential.chain[0], strict=True)
        stated = certificate.subject.native
        return str(stated.get("serial_number", "")), str(stated.get("common_name", "")), certificate.not_valid_after
    except (ValueError, TypeError) as error:
        raise ProviderMisbehaves(detail="a certificate that cannot be read") from error


def _is_root(certificate: bytes) -> bool:
    parsed = x509.Certificate.load(certificate)
    return bool(parsed.subject == parsed.issuer)


_port: type[ReleasesTogether] = CscProvider
