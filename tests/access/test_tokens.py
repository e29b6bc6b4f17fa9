# SPDX-License-Identifier: EUPL-1.2
"""ID tokens: whose signature holds, and whose claims are for us, now, and for this very question."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mukatabat.access.oidc.development import Directory, coded
from mukatabat.access.oidc.rules import Flaw, Identity, Pending, Provider, identity_of
from mukatabat.access.oidc.tokens import TokenInvalid, verified_claims

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
PROVIDER = Provider(
    issuer="https://directory.example", client_id="mukatabat", client_secret="s", body="MOF", claim="employee_number",
    name_ar="دليل", name_en="Directory",
)  # fmt: skip
CLAIMS: dict[str, Any] = {
    "iss": PROVIDER.issuer, "aud": "mukatabat", "sub": "abc", "iat": AT, "exp": AT + 300, "nonce": "n",
    "employee_number": "7001",
}  # fmt: skip
HOUSE = Directory(PROVIDER.issuer, "mukatabat", "s", {})


def checked(**changes: Any) -> Identity | Flaw:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return identity_of(claims, PROVIDER, nonce="n", now=NOW)


def test_the_claims_name_a_person() -> None:
    assert checked() == Identity(issuer=PROVIDER.issuer, subject="abc", staff_number="7001")
    assert isinstance(checked(aud=["mukatabat", "other"], azp="mukatabat"), Identity)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"iss": "https://evil.example"}, Flaw.ISSUER), ({"iss": PROVIDER.issuer + "/"}, Flaw.ISSUER),
        ({"iss": None}, Flaw.ISSUER), ({"aud": "other"}, Flaw.AUDIENCE), ({"aud": None}, Flaw.AUDIENCE),
        ({"aud": ["mukatabat", "other"]}, Flaw.AUDIENCE), ({"azp": "other"}, Flaw.AUDIENCE),
        ({"aud": ["mukatabat", "other"], "azp": "other"}, Flaw.AUDIENCE), ({"aud": {"mukatabat": 1}}, Flaw.AUDIENCE),
        ({"exp": AT - 61}, Flaw.EXPIRED), ({"exp": None}, Flaw.EXPIRED), ({"exp": "9999999999"}, Flaw.EXPIRED),
        ({"exp": True}, Flaw.EXPIRED), ({"iat": AT + 61}, Flaw.EXPIRED), ({"iat": AT - 601}, Flaw.EXPIRED),
        ({"iat": None}, Flaw.EXPIRED), ({"nonce": "m"}, Flaw.NONCE), ({"nonce": None}, Flaw.NONCE),
        ({"nonce": ["n"]}, Flaw.NONCE), ({"sub": ""}, Flaw.SUBJECT), ({"sub": 7}, Flaw.SUBJECT),
        ({"sub": "a" * 256}, Flaw.SUBJECT), ({"sub": "a\nb"}, Flaw.SUBJECT), ({"employee_number": None}, Flaw.CLAIM),
        ({"employee_number": 7001}, Flaw.CLAIM), ({"employee_number": " "}, Flaw.CLAIM),
        ({"employee_number": "7" * 65}, Flaw.CLAIM),
    ],
)  # fmt: skip
def test_a_claim_that_is_not_for_us_now_and_for_this_question_is_refused(changes: dict[str, Any], flaw: Flaw) -> None:
    assert checked(**changes) is flaw


def test_an_answer_is_to_its_own_question_and_in_time() -> None:
    pending = Pending(state="s", nonce="n", verifier="v", begun_at=NOW.isoformat(), wanted="/")
    assert pending.flaw("s", NOW + timedelta(minutes=10)) is None
    assert pending.flaw("t", NOW) is Flaw.STATE
    assert pending.flaw("", NOW) is Flaw.STATE
    assert pending.flaw("s", NOW + timedelta(minutes=11)) is Flaw.LATE
    assert pending.flaw("s", NOW - timedelta(minutes=1)) is Flaw.LATE


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def keys() -> list[dict[str, Any]]:
    return HOUSE.keys()["keys"]  # type: ignore[no-any-return]


def made(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    return f"{coded(json.dumps(header).encode())}.{coded(json.dumps(claims).encode())}.{coded(signature)}"


def test_a_token_of_the_provider_holds() -> None:
    assert verified_claims(HOUSE.token(CLAIMS), keys()) == CLAIMS


def test_a_token_under_rsa_holds_and_a_short_key_does_not() -> None:
    for size, holds in ((2048, True), (1024, False)):
        key = rsa.generate_private_key(65537, size)
        numbers = key.public_key().public_numbers()
        public = {
            "kty": "RSA", "n": coded(numbers.n.to_bytes(size // 8)), "e": coded(numbers.e.to_bytes(3)),
        }  # fmt: skip
        head, body = coded(b'{"alg":"RS256"}'), coded(json.dumps(CLAIMS).encode())
        token = f"{head}.{body}.{coded(key.sign(f'{head}.{body}'.encode(), padding.PKCS1v15(), SHA256()))}"
        if holds:
            assert verified_claims(token, [public]) == CLAIMS
        else:
            with pytest.raises(TokenInvalid):
                verified_claims(token, [public])


def test_nobody_signs_with_nothing_or_with_the_public_key_as_a_secret() -> None:
    public = HOUSE.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for algorithm in ("none", "None", "HS256", "ES384", "", None):
        header = {"alg": algorithm, "kid": "1"}
        unsigned = made(header, CLAIMS, b"").rsplit(".", 1)[0]
        secret = hmac.new(public, unsigned.encode(), hashlib.sha256).digest()
        for signature in (b"x", secret):
            with pytest.raises(TokenInvalid):
                verified_claims(made(header, CLAIMS, signature), keys())
        with pytest.raises(TokenInvalid):
            verified_claims(f"{unsigned}.", keys())


def test_another_key_another_text_and_another_shape_are_refused() -> None:
    token = HOUSE.token(CLAIMS)
    head, body, signature = token.split(".")
    other = Directory(PROVIDER.issuer, "mukatabat", "s", {})
    changed = coded(json.dumps(CLAIMS | {"sub": "minister"}).encode())
    encrypting = [{**keys()[0], "use": "enc"}]
    critical = coded(b'{"alg":"ES256","kid":"1","crit":["x"]}')
    for wrong, known in (
        (other.token(CLAIMS), keys()), (f"{head}.{changed}.{signature}", keys()), (token, encrypting), (token, []),
        (token, [{**keys()[0], "kid": "2"}]), (f"{critical}.{body}.{signature}", keys()), (f"{token}.x", keys()),
        (f"{head}.{body}", keys()), (f"{head}=.{body}.{signature}", keys()), ("", keys()), ("a.b.c", keys()),
        (f"{head}.{body}.{coded(bytes(64))}", keys()), ("x" * 20_000, keys()), (token, [{"kty": "EC"}]),
        (f"{coded(b'[]')}.{body}.{signature}", keys()),
    ):  # fmt: skip
        with pytest.raises(TokenInvalid):
            verified_claims(wrong, known)


def test_a_point_off_the_curve_is_no_key() -> None:
    assert isinstance(HOUSE.key, ec.EllipticCurvePrivateKey)
    with pytest.raises(TokenInvalid):
        verified_claims(HOUSE.token(CLAIMS), [{**keys()[0], "x": coded(b"\1" * 32)}])
