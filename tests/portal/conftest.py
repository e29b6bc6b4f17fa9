# SPDX-License-Identifier: EUPL-1.2
"""A linked body's system: a token, and calls as a program makes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from mukatabat.directory.models import Person
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.portal.actions.tokens import NewToken, make_token
from mukatabat.portal.rules import Scope
from mukatabat.signing import service
from tests.cast import Cast
from tests.portal.receiver import Receiver, receiving

EVERYTHING = frozenset(Scope)


@dataclass
class System:
    """A program of a body with its token."""

    token: str
    login: str
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; the answer with its status and its JSON."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", headers=sent, **content)

    def get(self, path: str) -> Any:
        return self.call("get", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("post", path, body, **headers)

    def write(self, key: str = "", **changes: Any) -> Any:
        """Write a letter of the signer's body to the Department."""
        letter = {
            "subject": "طلب الرأي بشأن فروق أسعار المواد", "text": "يرجى التفضل بإبداء الرأي.\n\nأولًا: صورة العقد.",
            "letter_type": "opinion_request", "recipients": [{"body": "FL"}], "signer": self.staff_number, **changes,
        }  # fmt: skip
        return self.post("/letters", letter, **{"Idempotency-Key": key or str(uuid4())})

    @property
    def staff_number(self) -> str:
        """The number of the body's signer."""
        return str(Person.objects.get(id=person_id(f"signer.{self.login.partition('.')[2]}")).staff_number)

    def certificates(self) -> list[str]:
        """The signer's chain, as the body's own system holds it."""
        return [base64.b64encode(one).decode() for one in self.identity.certificate.chain]

    @property
    def identity(self) -> Any:
        """The signer's key and certificate, outside of the installation in life."""
        signer = person_id(f"signer.{self.login.partition('.')[2]}")
        software = service._software(settings.MUKATABAT_SIGNING_DIR)
        return software.authority.person(signer, software.subject_of(signer))

    def sign(self, to_be_signed: str) -> str:
        """What the signer's key makes of the bytes."""
        return base64.b64encode(self.identity.sign(base64.b64decode(to_be_signed))).decode()

    def issue(self, letter_id: str) -> Any:
        """Begin the issue and bring the signature."""
        wanted = {"signer": self.staff_number, "certificates": self.certificates()}
        begun = self.post(f"/letters/{letter_id}/issue", wanted)
        assert begun.status_code == 202, begun.content.decode()
        return self.post(f"/letters/{letter_id}/signature", {"signature": self.sign(begun.json()["to_be_signed"])})


@pytest.fixture
def system(cast: Cast) -> Callable[..., System]:
    """Connect a body's system: for a log-in of its registry, with all scopes or some."""

    def connect(login: str = "clerk.mof", scopes: frozenset[Scope] = EVERYTHING, **changes: Any) -> System:
        wanted = NewToken(
            person_id=person_id(login), purpose="اختبار الربط", scopes=scopes,
            expires_at=clock.now() + timedelta(days=30), **changes,
        )  # fmt: skip
        _, text = make_token(cast(f"admin.{login.partition('.')[2]}"), wanted)
        return System(str(text), login)

    return connect


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server of the linked body that is called by webhooks."""
    with receiving() as one:
        yield one


@pytest.fixture
def ministry(system: Callable[..., System]) -> System:
    """The system of the ministry's registry."""
    return system("clerk.mof")
