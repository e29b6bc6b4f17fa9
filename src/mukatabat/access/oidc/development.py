# SPDX-License-Identifier: EUPL-1.2
"""A body's directory for trying out: a real provider in a process of its own that believes whatever it is told.

    python -m mukatabat.access.oidc.development --port 8790 --client-id mukatabat --secret-file FILE --people FILE

The file of people is a JSON object: the provider's name for somebody (`sub`) to an object of claims. It says what it is
when it starts and on its page, forgets its key when it ends, and listens on this machine alone.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mukatabat.kernel.loopback import StandInPages

ANNOUNCEMENT = "INSECURE, FOR DEVELOPMENT: whoever reaches this page signs in as anybody."
TOKEN_LIFE = 300


def coded(data: bytes) -> str:
    """Write bytes in the URL-safe base-64 without padding that all of this is made of (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Directory:
    """What the provider knows: its client, its people, its key, and the codes that were not redeemed yet."""

    issuer: str
    client_id: str
    client_secret: str
    people: dict[str, dict[str, Any]]
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """Describe the provider (Discovery §3)."""
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"], "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """The public key as a set (RFC 7517 §5)."""
        numbers = self.key.public_key().public_numbers()
        point = {"x": coded(numbers.x.to_bytes(32)), "y": coded(numbers.y.to_bytes(32))}
        return {"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1", **point}]}

    def code(self, subject: str, question: dict[str, str]) -> str:
        """Give a code for a person who was chosen."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = {**question, "sub": subject}
        return code

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Exchange a code, once, for whoever has the client's secret and the verifier (RFC 7636 §4.6)."""
        question = self.codes.pop(form.get("code", ""), None)
        named = f"{self.client_id}:{self.client_secret}"
        if question is None or _basic(authorization) != named or form.get("redirect_uri") != question["redirect_uri"]:
            return None
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if coded(verifier) != question["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            **self.people[question["sub"]], "iss": self.issuer, "aud": self.client_id, "sub": question["sub"],
            "iat": now, "exp": now + TOKEN_LIFE, "nonce": question["nonce"],
        }  # fmt: skip
        return {
            "access_token": "none",
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE,
            "id_token": self.token(claims),
        }

    def token(self, claims: dict[str, Any]) -> str:
        """Sign claims (RFC 7515, ES256)."""
        head = coded(json.dumps({"alg": "ES256", "kid": "1", "typ": "JWT"}).encode())
        signed = f"{head}.{coded(json.dumps(claims).encode())}"
        halves = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{coded(b''.join(one.to_bytes(32) for one in halves))}"


def _basic(authorization: str) -> str:
    kind, _, said = authorization.partition(" ")
    name, _, secret = base64.b64decode(said).decode().partition(":") if kind == "Basic" else ("", "", "")
    return f"{unquote(name)}:{unquote(secret)}"


def handler_of(directory: Directory) -> type[StandInPages]:
    """The pages of a directory."""

    class Pages(StandInPages):
        def show(self) -> None:
            parts = urlsplit(self.path)
            question = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self.send_json(200, directory.description())
            elif parts.path == "/keys":
                self.send_json(200, directory.keys())
            elif parts.path == "/authorize" and question.get("client_id") == directory.client_id:
                self._authorize(question)
            else:
                self.send_error(404)

        def take(self, body: bytes) -> None:
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            answer = directory.redeem(form, self.headers.get("Authorization", ""))
            if answer is None:
                self.send_json(400, {"error": "invalid_grant"})
            else:
                self.send_json(200, answer)

        def _authorize(self, question: dict[str, str]) -> None:
            chosen = question.get("person", "")
            if chosen in directory.people:
                answer = {"code": directory.code(chosen, question), "state": question["state"], "iss": directory.issuer}
                self.send_on(302, f"{question['redirect_uri']}?{urlencode(answer)}")
                return
            links = "".join(
                f'<p><a href="?{html.escape(urlencode({**question, "person": one}))}">{html.escape(one)}</a></p>'
                for one in directory.people
            )
            page = f"<!doctype html><title>Directory</title><p>{ANNOUNCEMENT}</p>{links}"
            self.send_whole(200, page.encode(), "text/html; charset=utf-8")

    return Pages


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=ANNOUNCEMENT)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--secret-file", type=Path, required=True)
    parser.add_argument("--people", type=Path, required=True)
    said = parser.parse_args()
    people = json.loads(said.people.read_text(encoding="utf-8"))
    server = ThreadingHTTPServer(("127.0.0.1", said.port), StandInPages)
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    directory = Directory(issuer, said.client_id, said.secret_file.read_text(encoding="utf-8").strip(), people)
    server.RequestHandlerClass = handler_of(directory)
    sys.stderr.write(f"{ANNOUNCEMENT}\n")
    sys.stdout.write(f"{issuer}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
