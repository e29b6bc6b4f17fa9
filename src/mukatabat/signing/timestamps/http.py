# SPDX-License-Identifier: EUPL-1.2
"""A time-stamp authority reached over HTTP (RFC 3161 §3.4)."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit
from urllib.request import Request

from asn1crypto import tsp

from mukatabat.kernel.http import NoAnswer, fetch
from mukatabat.signing.errors import TimeStampInvalid, TimeStampUnavailable
from mukatabat.signing.timestamps.tokens import TimeStampReply, stamped_at

LARGEST_REPLY = 65_536


class HttpTimeStampAuthority:
    """Asks one authority, once per call, and never longer than its time limit."""

    def __init__(self, url: str, *, seconds: float = 5.0) -> None:
        """Take the authority's address (http or https) and the limit in seconds for a whole call."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("a time-stamp authority is reached over http or https")
        self.url = url
        self.seconds = seconds

    def stamp(self, digest: bytes) -> bytes:
        """Give a checked token for a SHA-256 digest.

        Raises TimeStampUnavailable when nobody answers in time or the authority refuses, TimeStampInvalid when the
        answer is not the answer to this question.
        """
        nonce = secrets.randbits(63)
        question = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        return self._token(self._post(question.dump()), digest, nonce=nonce)

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310 - the scheme was checked
        try:
            return fetch(request, seconds=self.seconds, most=LARGEST_REPLY)
        except NoAnswer as error:
            raise TimeStampUnavailable(detail=str(error)) from error

    def _token(self, reply: bytes, digest: bytes, *, nonce: int) -> bytes:
        try:
            answer = TimeStampReply.load(reply, strict=True)
            status = answer["status"]["status"].native
            if status not in {"granted", "granted_with_mods"}:
                raise TimeStampUnavailable(detail=f"refused: {status}")
            token = answer["time_stamp_token"]
            information = token["content"]["encap_content_info"]["content"].parsed
            if information["nonce"].native != nonce:
                raise TimeStampInvalid(detail="answers another question")
            found = bytes(token.dump())
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise TimeStampInvalid(detail=str(error)) from error
        stamped_at(found, digest)
        return found
