# SPDX-License-Identifier: EUPL-1.2
"""The page that leads through a certificate from an authority is followed line by line, with openssl as the authority."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509

from mukatabat.signing.actions import keep_list
from mukatabat.signing.queries import revocation_lists
from mukatabat.signing.service import authorities
from mukatabat.vault.actions import body_seal, evidence_seal
from mukatabat.vault.standing import seal_of
from mukatabat.web.cli.__main__ import mukatabat
from mukatabat_verify.certificates import is_node
from tests.authority import der, outside_development
from tests.cast import Cast
from tools.paths import ROOT

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs" / "operations.md"
SECTION = re.compile(r"^## Certificates from an authority\n(.*?)^## ", re.DOTALL | re.MULTILINE)
FAILS = {"mukatabat keys certificates"}
"""What ends with 1 as the page says: the other bodies of the directory wait for their seals."""


def lines() -> Iterator[str]:
    section = SECTION.search(PAGE.read_text(encoding="utf-8"))
    assert section is not None
    for block in re.findall(r"^```\n(.*?)^```$", section.group(1), re.DOTALL | re.MULTILINE):
        yield from block.splitlines()


class Reader:
    """Somebody who types what stands on the page; folders of a server are folders of this test."""

    def __init__(self, folder: Path, authorities: Path) -> None:
        self.places = {
            "/etc/mukatabat/authorities": authorities, "/var/lib/mukatabat": folder / "state",
            "/root/authority": folder / "authority",
        }  # fmt: skip
        self.at = ROOT
        (folder / "state").mkdir()

    def types(self, line: str) -> None:
        here = line
        for place, folder in self.places.items():
            here = here.replace(place, str(folder))
        if here.startswith("mukatabat "):
            done = CliRunner().invoke(mukatabat, shlex.split(here)[1:])
            assert done.exit_code == (line in FAILS), (line, done.output, done.exception)
        elif here.startswith("cd "):
            self.at = Path(here.removeprefix("cd "))
        else:
            ran = subprocess.run(["bash", "-c", here], cwd=self.at, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, (line, ran.stderr)


def test_whoever_follows_the_page_has_a_certified_seal_and_node_and_a_list_of_what_was_withdrawn(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    reader = Reader(tmp_path, outside_development(settings, tmp_path / "installation"))
    typed = list(lines())
    assert len(typed) > 25
    for line in typed:
        reader.types(line)
    actor, authority = cast("signer.mof"), tmp_path / "authority"
    assert seal_of(actor).issuer == "Example Issuing"
    assert body_seal(actor).chain == (der(authority / "mof-answer.pem"), der(authority / "issuing" / "certificate.pem"))
    assert is_node(evidence_seal(actor).chain[0])
    listed = (authority / "issuing.crl").read_bytes()
    assert keep_list(listed, authorities=authorities())
    (kept,) = revocation_lists([])
    own = x509.load_der_x509_certificate(body_seal(actor).chain[0])
    assert x509.load_der_x509_crl(kept).get_revoked_certificate_by_serial_number(own.serial_number) is not None
