# SPDX-License-Identifier: EUPL-1.2
"""Letters created, and created and issued, a second over the API by eight programs, beside bare inserts."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _site import serving
from django.conf import settings
from django.db import connection

from mukatabat.access.rules import Capability
from mukatabat.directory.models import Person
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.notify.models import Notification
from mukatabat.portal.actions.tokens import NewToken, make_token
from mukatabat.portal.rules import Scope
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from tests.cast import Cast

BODIES = ("mof", "moh", "mpw", "fl")
"""The bodies whose systems write; each letter goes to the next one."""

NO_LIMIT = 1_000_000
SUBJECT = "طلب الرأي بشأن فروق أسعار المواد في عقد الأشغال"
TEXT = "يرجى التفضل بإبداء الرأي فيما ورد من المقاول.\n\nأولًا: صورة العقد رقم ٤١/٢٠٢٥.\n\nثانيًا: كتاب المقاول."


@dataclass
class Program:
    """One body's system: its token, its signer's own key, and one kept connection."""

    body: str
    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        signer = Person.objects.get(id=person_id(f"signer.{self.body}"))
        software = service._software(settings.MUKATABAT_SIGNING_DIR)
        self.identity = software.authority.person(signer.id, software.subject_of(signer.id))
        self.signer = signer.staff_number
        self.chain = [base64.b64encode(one).decode() for one in self.identity.certificate.chain]

    def post(self, path: str, content: dict[str, Any], **headers: str) -> dict[str, Any]:
        """One request; anything but success ends the measurement."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        self.connection.request("POST", f"/api/v1{path}", json.dumps(content).encode(), sent)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            message = f"{path} answered {answer.status}: {data.decode()[:400]}"
            raise RuntimeError(message)
        found: dict[str, Any] = json.loads(data)
        return found

    def create(self) -> str:
        """Write a letter to the next body; returns its id."""
        to = BODIES[(BODIES.index(self.body) + 1) % len(BODIES)].upper()
        letter = {
            "subject": SUBJECT, "text": TEXT, "letter_type": "general", "recipients": [{"body": to}],
            "signer": self.signer,
        }  # fmt: skip
        return str(self.post("/letters", letter, **{"Idempotency-Key": str(uuid4())})["id"])

    def create_and_issue(self) -> None:
        """Write a letter, take its number, sign what comes back, bring the signature."""
        letter = self.create()
        begun = self.post(f"/letters/{letter}/issue", {"signer": self.signer, "certificates": self.chain})
        signature = self.identity.sign(base64.b64decode(begun["to_be_signed"]))
        self.post(f"/letters/{letter}/signature", {"signature": base64.b64encode(signature).decode()})


def main() -> None:
    """Serve from two processes, and let eight programs work for a while at each of the three tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    bare = _rate(options.seconds / 3, [_bare_insert(number) for number in range(options.clients)])
    print(f"{'bare inserts, one a transaction':34} {bare:7.1f} /s")
    with serving(workers=2) as port:
        tokens = {body: token_of(body) for body in BODIES}
        programs = [Program(body, port, tokens[body]) for body in (BODIES * options.clients)[: options.clients]]
        for program in programs:
            program.create_and_issue()  # the first of each loads fonts and keys
        created = _rate(options.seconds, [program.create for program in programs])
        print(f"{'created':34} {created:7.1f} /s   {created / bare:5.2f} of the bare inserts")
        issued = _rate(options.seconds, [program.create_and_issue for program in programs])
        print(f"{'created and issued':34} {issued:7.1f} /s   {issued / bare:5.2f} of the bare inserts")


def _rate(seconds: float, tasks: list[Callable[[], object]]) -> float:
    """How many tasks a second are done when each is repeated by a client of its own."""
    end = time.perf_counter() + seconds

    def repeat(task: Callable[[], object]) -> int:
        done = 0
        try:
            while time.perf_counter() < end:
                task()
                done += 1
        finally:
            connection.close()
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(len(tasks)) as pool:
        done = sum(pool.map(repeat, tasks))
    return done / (time.perf_counter() - began)


def _bare_insert(number: int) -> Callable[[], object]:
    """Django's own insert of one row of a tenant table with two indexes, in a transaction of its own."""
    actor = Cast()(f"clerk.{BODIES[number % len(BODIES)]}")
    at = clock.now()

    def insert() -> None:
        with scope(actor):
            Notification.objects.create(
                person_id=actor.person_id, kind="issued", object_kind="letter", object_id=uuid4(), at=at
            )

    return insert


def token_of(body: str) -> str:
    wanted = NewToken(
        person_id=person_id(f"clerk.{body}"), purpose="bench", scopes=frozenset(Scope),
        expires_at=clock.now() + timedelta(days=1), per_minute=NO_LIMIT,
    )  # fmt: skip
    _, text = make_token(_administrator(Cast()(f"clerk.{body}")), wanted)
    return str(text)


def _administrator(clerk: Actor) -> Actor:
    actor = system_actor("bench.api", body_id=clerk.body_id, realm=clerk.realm)
    return replace(actor, capabilities=frozenset({str(Capability.ADMINISTER_ACCOUNTS)}))


if __name__ == "__main__":
    main()
