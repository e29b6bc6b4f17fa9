# SPDX-License-Identifier: EUPL-1.2
"""A throw-away certification authority, a person who signs, and a small letter in PDF/A-3."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.providers.csc.provider import CscProvider
from mukatabat.signing.providers.csc.telephone import StandIn
from mukatabat.signing.rules import Prepared, SignatureField, SigningRequest, Statement
from mukatabat_verify.certificates import Trust
from tests.signing.csc import trust_service
from tests.signing.support import LETTER, MARK, NOW, bound_to, request_for, subject_of, typeset


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Stand-ins announce themselves by warnings, which are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        yield


@pytest.fixture(autouse=True)
def time() -> Iterator[clock.FixedClock]:
    """The clock stands still until a test moves it."""
    with clock.fixed(NOW) as standing:
        yield standing


@pytest.fixture(scope="session")
def letter(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One page, PDF/A-3a."""
    return typeset(tmp_path_factory.mktemp("letter") / "letter.typ", LETTER)


@pytest.fixture(scope="session")
def mark(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is drawn where the signature shows."""
    return typeset(tmp_path_factory.mktemp("mark") / "mark.typ", MARK)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    with warnings.catch_warnings(), clock.fixed(NOW):
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        return DevelopmentAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def time_stamps(authority: DevelopmentAuthority) -> LocalTimeStampAuthority:
    return LocalTimeStampAuthority(authority)


@pytest.fixture
def provider(authority: DevelopmentAuthority) -> SoftwareProvider:
    return SoftwareProvider(authority, subject_of=subject_of)


@pytest.fixture(scope="session")
def person() -> UUID:
    return new_id()


@pytest.fixture
def prepared(letter: bytes, mark: bytes, provider: SoftwareProvider, person: UUID) -> Prepared:
    field = SignatureField(box=(60, 60, 220, 120), mark_pdf=mark)
    statement = Statement(NOW, reason="توقيع كتاب رسمي", location="الكويت")
    return pades.prepare(letter, field=field, signer=provider.certificate(person), statement=statement)


@pytest.fixture
def signature(prepared: Prepared, authority: DevelopmentAuthority, person: UUID) -> bytes:
    return authority.person(person, subject_of(person)).sign(prepared.signed_attributes)


@pytest.fixture
def trust(authority: DevelopmentAuthority) -> Trust:
    return Trust((authority.root,), NOW)


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Serve bytes under an address of this machine: ``served(body, status)``."""
    servers = []

    def serve(body: bytes, status: int = 200) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Nothing is logged."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/issuing.crl"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def trust_stand_in(authority: DevelopmentAuthority, tmp_path: Path) -> Iterator[tuple[StandIn, CscProvider]]:
    with trust_service(authority, tmp_path) as both:
        yield both


@pytest.fixture
def stand_in(trust_stand_in: tuple[StandIn, CscProvider]) -> StandIn:
    return trust_stand_in[0]


@pytest.fixture
def csc(trust_stand_in: tuple[StandIn, CscProvider]) -> CscProvider:
    return trust_stand_in[1]


@pytest.fixture
def bound(letter: bytes, csc: CscProvider, person: UUID) -> Prepared:
    return bound_to(csc, letter, person)


@pytest.fixture
def wanted(bound: Prepared, person: UUID) -> SigningRequest:
    return request_for(bound, person)
