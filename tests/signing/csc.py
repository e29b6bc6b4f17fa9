# SPDX-License-Identifier: EUPL-1.2
"""A trust service provider on the loopback, with one person's key, and our side of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from mukatabat.kernel.ids import new_id
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.models import Release
from mukatabat.signing.providers.csc.client import Account, Client
from mukatabat.signing.providers.csc.development import serving
from mukatabat.signing.providers.csc.provider import CscProvider, Signer
from mukatabat.signing.providers.csc.telephone import StandIn
from mukatabat.signing.rules import Answer, SigningRequest
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor
from mukatabat_verify.certificates import Trust
from tests.cast import MOF

ANYBODY = new_id()
USER = "salem@provider.example"
NUMBER = "IDCKW-285010112345"
PEOPLE = {
    USER: {"name": "سالم عبدالله العتيبي", "number": NUMBER, "body": "إدارة الفتوى والتشريع"},
    "nobody@provider.example": {"name": "منى الشمري", "number": "IDCKW-290020254321", "body": "وزارة المالية"},
}


def signer(_person: UUID) -> Signer:
    """Everybody is the same person at the provider."""
    return Signer(system_actor("signing.csc", body_id=MOF, realm="live"), USER, NUMBER)


@contextmanager
def trust_service(
    authority: DevelopmentAuthority,
    folder: Path,
    *,
    signer_of: Callable[[UUID], Signer] = signer,
    seconds: float = 5.0,
    **manner: object,
) -> Iterator[tuple[StandIn, CscProvider]]:
    """The provider at work for the block, and how we reach it."""
    stand_in = StandIn(authority, PEOPLE, **manner)  # type: ignore[arg-type]
    secret = folder / "secret"
    secret.write_text(stand_in.secret, encoding="utf-8")
    with serving(stand_in) as url:
        client = Client(Account(url=url, client_id=stand_in.client_id, secret_file=secret), seconds=seconds, pause=0.0)
        trusted = (authority.root,)
        yield (
            stand_in,
            CscProvider(client, signer_of=signer_of, trust=lambda at: Trust(roots=trusted, at=at), insecure=True),
        )


def look(csc: CscProvider, request: SigningRequest) -> Answer:
    """What the sweep and the page do each time."""
    return csc.collect(csc.start(request))


def again(csc: CscProvider) -> CscProvider:
    """The same provider in a process that knows nothing."""
    client = Client(csc.client.account, seconds=csc.client.seconds, pause=0.0)
    return CscProvider(client, signer_of=csc.signer_of, trust=csc.trust, insecure=True)


def release() -> Release:
    """The one release that was begun."""
    with scope(signer(ANYBODY).actor):
        return Release.objects.get()
