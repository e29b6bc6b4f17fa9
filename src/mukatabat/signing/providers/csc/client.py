# SPDX-License-Identifier: EUPL-1.2
"""Asking a service: each method of the API that we use is one call, bounded in time and size, followed nowhere."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from urllib.request import Request

from mukatabat.kernel.addresses import is_encrypted, is_trusted
from mukatabat.kernel.http import NoAnswer, NotReached, Reply, ask
from mukatabat.signing.errors import ProviderMisbehaves, ProviderUnavailable
from mukatabat.signing.providers.csc import answers
from mukatabat.signing.providers.csc.answers import Denial, Malformed

SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
DESCRIPTION_LIFE = 3600.0
TOKEN_LIFE = 3600.0
MARGIN = 60.0
PAUSE = 5.0
"""Seconds in which a service that was silent is not asked again: it would hold every thread of the process."""
METADATA = "/.well-known/oauth-authorization-server"
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.SERVICE_UNAVAILABLE})
_NO_TOKEN = frozenset({"invalid_token", "expired_token"})

Found = TypeVar("Found")

logger = logging.getLogger(__name__)


class NotTaken(ProviderUnavailable):
    """The question surely reached nobody who took it, so that no telephone rang."""


class Denied(Exception):
    """The service refused (§10.2); the first argument is the `Denial`."""

    def __init__(self, why: Denial) -> None:
        """Take what it said."""
        super().__init__(why.error)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """This installation at the service: the base address (…/csc/v2), and who asks; the secret stays in its file."""

    url: str
    client_id: str
    secret_file: Path

    def __post_init__(self) -> None:
        """Refuse an address over which the secret would travel in the open."""
        if not is_trusted(self.url):
            message = f"the signing service {self.url!r} is not reached over https"
            raise ValueError(message)


@dataclass(slots=True)
class _Known:
    """What one process keeps of a service, by the monotonic clock."""

    token: str = ""
    token_until: float = 0.0
    described: answers.Description | None = None
    described_until: float = 0.0
    silent_until: float = field(default=0.0)


class Client:
    """One service as this process knows it.

    Every method raises `NotTaken`, `ProviderUnavailable`, `ProviderMisbehaves` or `Denied`.
    """

    def __init__(self, account: Account, *, seconds: float = SECONDS, pause: float = PAUSE) -> None:
        """Take the account, the limit for one call, and how long a silent service is left alone."""
        self.account = account
        self.seconds = seconds
        self.pause = pause
        self._known = _Known()

    def describe(self) -> answers.Description:
        """What the service says of itself (`info`), asked for again after an hour."""
        known = self._known
        if known.described is None or time.monotonic() >= known.described_until:
            said = self._said(self._send("info", {}, token=""))
            known.described = self._read(lambda: answers.description(said))
            known.described_until = time.monotonic() + DESCRIPTION_LIFE
        return known.described

    def credentials(self, user_id: str) -> list[answers.Credential]:
        """The keys of a person whom the service knows by this name (`credentials/list`, `credentials/info`)."""
        listed, _ = self._post("credentials/list", {"userID": user_id})
        return [self._credential(one) for one in self._read(lambda: answers.credential_ids(listed))]

    def _credential(self, identifier: str) -> answers.Credential:
        wanted = {"credentialID": identifier, "certificates": "chain", "certInfo": False, "authInfo": True}
        said, _ = self._post("credentials/info", wanted)
        return self._read(lambda: answers.credential(identifier, said))

    def authorize(
        self, credential: answers.Credential, digests: Sequence[bytes], *, text: str, mark: str
    ) -> answers.Authorization:
        """Ask the person to release signatures over these SHA-256 digests (`credentials/authorize`).

        The telephone rings by this call, and the standard has no name under which a repetition would be known.
        """
        said, status = self._post("credentials/authorize", {
            "credentialID": credential.id, "numSignatures": len(digests), "hashes": _coded(digests),
            "hashAlgorithmOID": answers.SHA256, "authData": [{"id": one} for one in credential.factors],
            "description": text, "clientData": mark,
        })  # fmt: skip
        return self._read(lambda: answers.authorization(said, is_underway=status == HTTPStatus.ACCEPTED))

    def check(self, handle: str) -> answers.Authorization:
        """Look whether the person has answered (`credentials/authorizeCheck`)."""
        said, status = self._post("credentials/authorizeCheck", {"handle": handle})
        return self._read(lambda: answers.authorization(said, is_underway=status == HTTPStatus.ACCEPTED))

    def sign(self, credential_id: str, algorithm: str, digests: Sequence[bytes], *, activation: str) -> answers.Signing:
        """Have the digests signed with what the person released (`signatures/signHash`)."""
        wanted: dict[str, Any] = {
            "credentialID": credential_id, "SAD": activation, "hashes": _coded(digests), "signAlgo": algorithm,
        }  # fmt: skip
        if algorithm == answers.RSA:  # the others say it, and then it shall be left out
            wanted["hashAlgorithmOID"] = answers.SHA256
        if self.describe().signs_later:
            wanted["operationMode"] = "A"
        said, _ = self._post("signatures/signHash", wanted)
        return self._read(lambda: answers.signing(said, algorithm=algorithm, count=len(digests)))

    def poll(self, response: str, algorithm: str, *, count: int) -> answers.Signing:
        """Look for signatures that were promised (`signatures/signPolling`)."""
        said, status = self._post("signatures/signPolling", {"requestID": response})
        if status == HTTPStatus.ACCEPTED:
            return answers.Promised(response)
        return self._read(lambda: answers.signing(said, algorithm=algorithm, count=count))

    # ── one call ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _post(self, method: str, said: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        """Ask with a token, once more with a new one where it is not taken; gives the object and the status."""
        for again in (False, True):
            reply = self._send(method, said, token=self._token(again=again))
            try:
                return self._said(reply), reply.status
            except Denied as error:
                if reply.status != HTTPStatus.UNAUTHORIZED and error.why.error not in _NO_TOKEN:
                    raise
        logger.error("the signing service does not accept this installation at %s", method)
        raise NotTaken(detail="it does not accept this installation")

    def _send(self, method: str, said: Mapping[str, Any], *, token: str) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"{self.account.url.rstrip('/')}/{method}"
        return self._ask(Request(url, data=json.dumps(said).encode(), headers=headers))  # noqa: S310 - checked

    def _ask(self, request: Request) -> Reply:
        if time.monotonic() < self._known.silent_until:
            raise NotTaken(detail="it did not answer a moment ago")
        try:
            reply = ask(request, seconds=self.seconds, most=LARGEST_ANSWER)
        except NoAnswer as error:
            self._known.silent_until = time.monotonic() + self.pause
            kind = NotTaken if isinstance(error, NotReached) else ProviderUnavailable
            raise kind(detail=str(error)) from error
        if reply.status in _BUSY:
            raise NotTaken(detail=f"status {reply.status}")
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(detail=f"status {reply.status}")
        return reply

    def _said(self, reply: Reply) -> dict[str, Any]:
        """The object of an answer; raises `Denied` for an error, `ProviderMisbehaves` for anything else."""
        try:
            said = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            if reply.status == HTTPStatus.UNAUTHORIZED:  # RFC 6750 §3 says why in a header alone
                raise Denied(Denial("invalid_token")) from None
            raise ProviderMisbehaves(detail=f"status {reply.status}, no JSON") from error
        if not isinstance(said, dict):
            raise ProviderMisbehaves(detail=f"status {reply.status}, no object")
        if reply.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
            return said
        if reply.status < HTTPStatus.BAD_REQUEST:
            raise ProviderMisbehaves(detail=f"status {reply.status}")
        raise Denied(self._read(lambda: answers.denial(said)))

    @staticmethod
    def _read(read: Callable[[], Found]) -> Found:
        try:
            return read()
        except Malformed as error:
            logger.warning("the signing service answered with something that is not the standard's: %s", error)
            raise ProviderMisbehaves(detail=str(error)) from error

    # ── who asks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _token(self, *, again: bool) -> str:
        """The access token of this installation (client credentials, §8.4.4), asked for anew shortly before it ends."""
        known = self._known
        if again or time.monotonic() >= known.token_until:
            known.token, life = self._new_token()
            known.token_until = time.monotonic() + max(0.0, life - MARGIN)
        return known.token

    def _new_token(self) -> tuple[str, float]:
        try:
            secret = self.account.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            logger.error("the secret for the signing service cannot be read: %s", type(error).__name__)  # noqa: TRY400
            raise NotTaken(detail="our secret cannot be read") from error
        named = f"{quote(self.account.client_id, safe='')}:{quote(secret, safe='')}"
        form = {"grant_type": "client_credentials", "scope": "service", "client_id": self.account.client_id}
        headers = {
            "Accept": "application/json", "Authorization": f"Basic {base64.b64encode(named.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        asked = Request(self._token_url(), data=urlencode(form).encode(), headers=headers)  # noqa: S310 - checked
        try:
            said = self._said(self._ask(asked))
        except Denied as error:
            logger.error("the signing service gives this installation no token: %s", error.why.error)  # noqa: TRY400
            raise NotTaken(detail="it does not accept this installation") from error
        token, life = said.get("access_token"), said.get("expires_in", TOKEN_LIFE)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise ProviderMisbehaves(detail="access_token")
        return token, max(0.0, min(TOKEN_LIFE, life)) if isinstance(life, int | float) else TOKEN_LIFE

    def _token_url(self) -> str:
        """Where tokens are given: below `oauth2`, or where the metadata of `oauth2Issuer` says (RFC 8414 §3)."""
        described = self.describe()
        url = f"{described.oauth2.rstrip('/')}/oauth2/token" if described.oauth2 else ""
        if described.issuer and not url:
            place = self._trusted(described.issuer.rstrip("/") + METADATA)
            said = self._said(self._ask(Request(place, headers={"Accept": "application/json"})))  # noqa: S310
            url = said["token_endpoint"] if isinstance(said.get("token_endpoint"), str) else ""
        return self._trusted(url)

    def _trusted(self, url: str) -> str:
        """The address, if our secret may go there; a service elsewhere leads it to nothing on this machine."""
        if not is_trusted(url) or (is_encrypted(self.account.url) and not is_encrypted(url)):
            raise ProviderMisbehaves(detail="its tokens are given in the open, or nowhere")
        return url


def _coded(digests: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in digests]
