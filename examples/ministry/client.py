#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A small correspondence system of a linked body: it sends, takes in, registers and answers letters by the API.

    client.py CONFIG me
    client.py CONFIG send --to FL --subject "…" --text "…" [--attach FILE]… [--key KEY]
    client.py CONFIG tray
    client.py CONFIG proof LETTER --into FOLDER      takes the bundle of evidence of each delivery of a letter
    client.py CONFIG watch [--wait SECONDS]      registers what arrives, and acknowledges it by a signed letter
    client.py CONFIG hook --url URL --purpose "…"      proposes a webhook (see receiver.py) and prints its secret

CONFIG is a JSON file: {"base": "http://127.0.0.1:8600/api/v1", "token_file": …, "signer": "staff number",
"key_file": PEM with the signer's private key and certificate chain}. It needs Python 3.11 and the package
`cryptography`, and knows nothing of Mukatabat but `docs/api.md`.
"""

from __future__ import annotations

import argparse
import base64
import json
import mimetypes
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ACKNOWLEDGEMENT = "نفيدكم باستلام كتابكم رقم {reference}، وقد قُيّد لدينا برقم {number}، وسنوافيكم بالرد."


class Refused(Exception):
    """An answer of the API that is a problem; prints as what to do."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("code", ""))
        self.problem = problem

    def __str__(self) -> str:
        told = self.problem.get("ar", {})
        return " ".join([*told.values(), f"({self.problem.get('code')}, {self.problem.get('trace')})"])


class Ministry:
    """The body's side: a token, a signer's key, and the calls in their order."""

    def __init__(self, config: Path) -> None:
        known = json.loads(config.read_text(encoding="utf-8"))
        self.base, self.signer = known["base"].rstrip("/"), known["signer"]
        self.token = (config.parent / known["token_file"]).read_text(encoding="ascii").strip()
        pem = (config.parent / known["key_file"]).read_bytes()
        self.key: Any = serialization.load_pem_private_key(pem, None)
        self.certificates = [
            base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode()
            for one in x509.load_pem_x509_certificates(pem)
        ]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request with JSON; waits and repeats when it is told to, for a minute at most."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._send(method, path, data, {"Content-Type": "application/json", **headers})

    def attach(self, letter: str, file: Path) -> Any:
        """Attach a file to a draft."""
        mark = uuid.uuid4().hex
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\nContent-Type: {kind}'
        )
        data = f"{head}\r\n\r\n".encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        return self._send(
            "POST", f"/letters/{letter}/attachments", data, {"Content-Type": f"multipart/form-data; boundary={mark}"}
        )

    def send(self, letter: dict[str, Any], *, key: str, files: tuple[Path, ...] = ()) -> Any:
        """Write a letter, attach, begin its issue, sign with the signer's own key, bring the signature.

        Safe to repeat with the same key after any interruption.
        """
        written = self.call("POST", "/letters", {"signer": self.signer, **letter}, **{"Idempotency-Key": key})
        if written["state"] == "draft":
            for file in files:
                self.attach(written["id"], file)
        if written["state"] != "issued":
            wanted = {"signer": self.signer, "certificates": self.certificates}
            begun = self.call("POST", f"/letters/{written['id']}/issue", wanted)
            signature = self.key.sign(base64.b64decode(begun["to_be_signed"]), ec.ECDSA(hashes.SHA256()))
            brought = {"signature": base64.b64encode(signature).decode()}
            written = self.call("POST", f"/letters/{written['id']}/signature", brought)
        return written

    def proofs(self, letter: str, folder: Path) -> list[Path]:
        """Write the bundle of evidence of each delivery of a letter into a folder; what has none yet is left out."""
        taken = []
        for sent in self.call("GET", f"/letters/{letter}")["consignments"]:
            try:
                data = self._bytes("GET", f"/letters/{letter}/consignments/{sent['id']}/proof", None, {})
            except Refused as error:
                if error.problem.get("status") != 404:
                    raise
                continue
            taken.append(folder / f"{sent['body']}-{sent['id']}.proof.zip")
            taken[-1].write_bytes(data)
        return taken

    def news(self, after: str, *, wait: int) -> tuple[list[dict[str, Any]], str]:
        """What happened after a cursor, and the cursor of the next call; waits for the first event.

        The feed is our order of work: keep the cursor with your own data, and nothing is missed or done twice. Where it
        is older than what the other side keeps, the lists are read anew and the feed begins again.
        """
        try:
            page = self.call("GET", f"/events?after={after}&wait={wait}")
        except Refused as error:
            if error.problem.get("code") != "portal.cursor-expired":
                raise
            return [], ""
        time.sleep(page["ask_again_in"])
        return page["items"], page["next"]

    def take_in(self) -> list[str]:
        """Register everything in the tray and acknowledge each original; returns a line for each."""
        told = []
        for arrival in self.call("GET", "/arrivals")["items"]:
            registered = self.call("POST", f"/arrivals/{arrival['id']}/register", {})
            told.append(f"{arrival['sender_reference']} → {registered['reference']}")
            if arrival["role"] == "original" and arrival["subject"]:
                told.append(f"  {self._acknowledge(arrival, registered)['reference']} → {arrival['sender']}")
        return told

    def _acknowledge(self, arrival: dict[str, Any], registered: dict[str, Any]) -> Any:
        text = ACKNOWLEDGEMENT.format(reference=arrival["sender_reference"], number=registered["reference"])
        letter = {
            "subject": f"إفادة باستلام: {arrival['subject']}"[:300], "text": text, "answers": registered["letter"],
            "recipients": [{"body": arrival["sender"]}],
        }  # fmt: skip
        return self.send(letter, key=f"acknowledgement-{arrival['id']}")

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Any:
        return json.loads(self._bytes(method, path, data, headers) or b"null")

    def _bytes(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        proof = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        request = urllib.request.Request(f"{self.base}{path}", data, {**headers, **proof}, method=method)
        for _ in range(3):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                wait = error.headers.get("Retry-After", "")
                if error.code not in {429, 503} or not wait.isdecimal():
                    raise Refused(json.loads(error.read())) from None
                time.sleep(min(int(wait), 60))
        raise SystemExit("the other side is busy; nothing was lost, try again later")


def main() -> int:
    """Do one verb; a refusal is printed and ends with 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("me")
    verbs.add_parser("tray")
    proof = verbs.add_parser("proof")
    proof.add_argument("letter")
    proof.add_argument("--into", type=Path, default=Path())
    watch = verbs.add_parser("watch")
    watch.add_argument("--wait", type=int, default=30)
    hook = verbs.add_parser("hook")
    hook.add_argument("--url", required=True)
    hook.add_argument("--purpose", required=True)
    send = verbs.add_parser("send")
    send.add_argument("--to", required=True)
    send.add_argument("--subject", required=True)
    send.add_argument("--text", required=True)
    send.add_argument("--attach", type=Path, action="append", default=[])
    send.add_argument("--key", default=None)
    asked = parser.parse_args()
    ministry = Ministry(asked.config)
    try:
        if asked.verb == "watch":
            _watch(ministry, asked.wait)
        elif asked.verb == "hook":
            wanted = {"url": asked.url, "purpose": asked.purpose}
            made = ministry.call("POST", "/webhooks", wanted, **{"Idempotency-Key": uuid.uuid4().hex})
            print(made["id"], made["secret"])
        elif asked.verb == "proof":
            print(*ministry.proofs(asked.letter, asked.into), sep="\n")
        elif asked.verb == "send":
            letter = {"subject": asked.subject, "text": asked.text, "recipients": [{"body": asked.to}]}
            sent = ministry.send(letter, key=asked.key or uuid.uuid4().hex, files=tuple(asked.attach))
            print(sent["reference"], sent["id"])
        else:
            found = ministry.call("GET", "/me" if asked.verb == "me" else "/arrivals")
            print(json.dumps(found, ensure_ascii=False, indent=2))
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _watch(ministry: Ministry, wait: int) -> None:
    after = ""
    while True:
        try:
            for line in ministry.take_in():
                print(line, flush=True)
            events, after = ministry.news(after, wait=wait)
            for event in events:
                print(event["type"], event["reference"] or event["their_reference"], event["body"], flush=True)
        except (Refused, OSError) as error:  # it is tried again: nothing is half done
            print(error, file=sys.stderr, flush=True)
            time.sleep(3)


if __name__ == "__main__":
    sys.exit(main())
