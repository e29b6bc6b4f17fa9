# SPDX-License-Identifier: EUPL-1.2
"""What the demonstration's linked body needs: a token, its signer's key, and the file that names both."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from django.conf import settings

from mukatabat.access.rules import Capability
from mukatabat.directory.models import Body, Person
from mukatabat.directory.queries import body_name
from mukatabat.directory.seed import body_id, person_id
from mukatabat.kernel import clock
from mukatabat.kernel.files import write_private
from mukatabat.portal.actions.tokens import NewToken, make_token
from mukatabat.portal.rules import Scope
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.tenancy.rules import Actor, system_actor

CODE = "PACI"
LIFE = timedelta(days=30)


def link(folder: Path, *, port: int) -> Path:
    """Write the linked system's configuration into a private folder, once; returns the file.

    Development only: the signer's key is made by the development authority and lies there without a passphrase.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration, token, key = folder / "client.json", folder / "token", folder / "signer.pem"
    signer = Person.objects.get(id=person_id(f"signer.{CODE.lower()}"))
    if not key.exists():
        write_private(key, signer_pem(signer))
    if not token.exists():
        write_private(token, _token().encode("ascii"))
    known = {
        "base": f"http://127.0.0.1:{port}/api/v1", "token_file": token.name, "signer": signer.staff_number,
        "key_file": key.name,
    }  # fmt: skip
    write_private(configuration, json.dumps(known).encode("utf-8"))
    return configuration


def signer_pem(person: Person) -> bytes:
    """A key and its certificates by the development authority for a person, as PEM, the key without a passphrase.

    Raises RuntimeError outside a development installation, where nobody would trust it.
    """
    if not settings.MUKATABAT_DEVELOPMENT:
        message = "the development authority certifies in a development installation alone (MUKATABAT_DEVELOPMENT)"
        raise RuntimeError(message)
    authority = DevelopmentAuthority(settings.MUKATABAT_SIGNING_DIR)
    subject = CertificateSubject(person.ar, person.staff_number, body_name(person.body_id))
    identity = authority.person(person.id, subject)
    key = identity.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = identity.certificates[:-1]
    return key + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)


def _token() -> str:
    wanted = NewToken(
        person_id=person_id(f"clerk.{CODE.lower()}"), purpose="نظام المراسلات لدى الجهة", scopes=frozenset(Scope),
        expires_at=clock.now() + LIFE,
    )  # fmt: skip
    _, text = make_token(_administrator(), wanted)
    return str(text)


def _administrator() -> Actor:
    body = Body.objects.get(id=body_id(CODE))
    actor = system_actor("demo.link", body_id=body.id, realm=body.realm)
    return replace(actor, capabilities=frozenset({str(Capability.ADMINISTER_ACCOUNTS)}))
