# SPDX-License-Identifier: EUPL-1.2
"""Talking to the provider: its description, its keys, and the exchange of a code for an ID token."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request

from mukatabat.access.oidc.rules import Pending, Provider
from mukatabat.access.oidc.tokens import TokenInvalid, verified_claims
from mukatabat.kernel.addresses import is_trusted
from mukatabat.kernel.http import NoAnswer, ask

SECONDS = 5.0
LARGEST_ANSWER = 256 * 1024
DESCRIPTION_LIFE = 3600.0
PAUSE = 30.0
"""Seconds in which a provider that did not describe itself is not asked again: a silent one would hold all threads."""
WELL_KNOWN = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderUnreachable(Exception):
    """The provider does not answer in time, or not as one."""


class Client:
    """One provider as this process knows it; its description and keys are asked for again after an hour."""

    def __init__(self, provider: Provider) -> None:
        """Take the provider; nothing is asked yet."""
        self.provider = provider
        self._lock = threading.Lock()
        self._description: dict[str, Any] = {}
        self._keys: list[dict[str, Any]] = []
        self._read_at = -DESCRIPTION_LIFE
        self._failed_at = -PAUSE

    def authorization_url(self, pending: Pending, *, back: str, language: str) -> str:
        """Return the address at the provider where a person says who they are; raises `ProviderUnreachable`."""
        endpoint = self._described()["authorization_endpoint"]
        question = {
            "response_type": "code", "scope": "openid profile", "client_id": self.provider.client_id,
            "redirect_uri": back, "state": pending.state, "nonce": pending.nonce,
            "code_challenge": pending.challenge, "code_challenge_method": "S256", "ui_locales": language,
        }  # fmt: skip
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(question)}"

    def claims(self, code: str, pending: Pending, *, back: str) -> dict[str, Any]:
        """Redeem a code and return the claims of the ID token, its signature checked.

        Raises `ProviderUnreachable`, or `TokenInvalid`. An unknown key is looked for once more: providers change them.
        """
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": pending.verifier,
        }  # fmt: skip
        answer = self._ask(self._described()["token_endpoint"], form=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenInvalid
        try:
            return verified_claims(token, self._keys)
        except TokenInvalid:
            self._described(again=True)
            return verified_claims(token, self._keys)

    def _described(self, *, again: bool = False) -> dict[str, Any]:
        with self._lock:
            if again or time.monotonic() - self._read_at >= DESCRIPTION_LIFE:
                # Those who waited for the lock meanwhile are told the same at once.
                if time.monotonic() - self._failed_at < PAUSE:
                    raise ProviderUnreachable("it did not answer a moment ago")
                try:
                    self._read()
                except ProviderUnreachable:
                    self._failed_at = time.monotonic()
                    raise
            return self._description

    def _read(self) -> None:
        found = self._ask(self.provider.issuer.rstrip("/") + WELL_KNOWN)
        endpoints = [found.get(name) for name in _ENDPOINTS]
        # Another issuer's description could send people, codes and the secret elsewhere (Discovery §4.3).
        if found.get("issuer") != self.provider.issuer or not all(
            isinstance(one, str) and is_trusted(one) for one in endpoints
        ):
            raise ProviderUnreachable("the description is another's, or names an address in the open")
        keys = self._ask(found["jwks_uri"]).get("keys")
        if not isinstance(keys, list):
            raise ProviderUnreachable("no keys")
        self._description, self._keys = found, [one for one in keys if isinstance(one, dict)]
        self._read_at = time.monotonic()

    def _ask(self, url: str, *, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if form is not None:
            named = f"{quote(self.provider.client_id, safe='')}:{quote(self.provider.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
        data = None if form is None else urlencode(form).encode()
        request = Request(url, data=data, headers=headers)  # noqa: S310 - the address was checked
        try:
            reply = ask(request, seconds=SECONDS, most=LARGEST_ANSWER)
            if reply.status != HTTPStatus.OK:
                raise ProviderUnreachable(f"status {reply.status}")
            answer = json.loads(reply.body)
        except (NoAnswer, ValueError, RecursionError) as error:
            raise ProviderUnreachable(str(error)) from error
        if not isinstance(answer, dict):
            raise ProviderUnreachable("no object")
        return answer


@cache
def client_of(provider: Provider) -> Client:
    """The client of a provider in this process."""
    return Client(provider)
