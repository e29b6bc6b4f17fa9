# SPDX-License-Identifier: EUPL-1.2
"""A time-stamp authority inside the process: true RFC 3161 tokens, by a certificate of the development authority."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms as syntax
from asn1crypto import tsp

from mukatabat.kernel import clock
from mukatabat.signing.development.announcement import announce
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.timestamps.tokens import TimeStampReply
from mukatabat_verify import cms

# A policy of nobody, under the arc that needs no registration (ITU-T X.667).
POLICY = "2.25.104571385938127744216938104419812731907"


class LocalTimeStampAuthority:
    """Stamps at once with the product's own clock."""

    def __init__(self, authority: DevelopmentAuthority, *, now: Callable[[], datetime] = clock.now) -> None:
        """Take the authority that certifies it and the clock."""
        announce("The in-process time-stamp authority")
        self.identity = authority.time_stamping
        self.now = now

    def stamp(self, digest: bytes) -> bytes:
        """Give a token, DER, for a SHA-256 digest; ValueError when it is not one."""
        if len(digest) != hashlib.sha256().digest_size:
            raise ValueError("a SHA-256 digest has 32 bytes")
        return self._token(digest, nonce=None)

    def respond(self, question: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp, as an authority on the wire does (RFC 3161 §2.4)."""
        try:
            asked = tsp.TimeStampReq.load(question, strict=True)
            imprint = asked["message_imprint"]
            if imprint["hash_algorithm"]["algorithm"].native != "sha256":
                return _rejection("bad_alg")
            token = self._token(imprint["hashed_message"].native, nonce=asked["nonce"].native)
        except (ValueError, TypeError):
            return _rejection("bad_data_format")
        answer = {"status": {"status": "granted"}, "time_stamp_token": syntax.ContentInfo.load(token)}
        return bytes(TimeStampReply(answer).dump())

    def _token(self, digest: bytes, *, nonce: int | None) -> bytes:
        information: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "serial_number": secrets.randbits(127),
            "gen_time": self.now().astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": 1},
        }
        if nonce is not None:
            information["nonce"] = nonce
        content = bytes(tsp.TSTInfo(information).dump())
        chain = self.identity.certificate.chain
        attributes = cms.signed_attributes("tst_info", hashlib.sha256(content).digest(), chain[0])
        return cms.signed_data(attributes, self.identity.sign(attributes), certificates=chain, enveloped=content)


def _rejection(failure: str) -> bytes:
    status = {"status": "rejection", "fail_info": {failure}}
    return bytes(TimeStampReply({"status": status}).dump())
