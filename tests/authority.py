# SPDX-License-Identifier: EUPL-1.2
"""A certification authority that is not ours: openssl, by the configuration of `examples/authority`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.verify.support import revocation_list
from tools.paths import ROOT

CONFIGURATION = ROOT / "examples" / "authority" / "authority.cnf"


def openssl(*arguments: object, folder: Path) -> bytes:
    """Run openssl in a folder and give what it prints; its own words are in the error when it fails."""
    done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


@dataclass(frozen=True)
class Authority:
    """A root and the issuing authority below it, in a folder of their own."""

    folder: Path

    @classmethod
    def founded(cls, folder: Path, *, name: str = "Example", root: Sequence[str] = ("-days", "7300")) -> Authority:
        """Make keys and certificates of both, as the pages say; ``root`` are the dates of the root."""
        folder.mkdir(parents=True)
        shutil.copy(CONFIGURATION, folder / "authority.cnf")
        made = cls(folder)
        for level in ("root", "issuing"):
            (folder / level).mkdir()
            (folder / level / "index.txt").touch()
            (folder / level / "crlnumber").write_text("1000\n")
            made.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{level}/key.pem")
        made.run(
            "req", "-config", "authority.cnf", "-x509", "-new", "-key", "root/key.pem", *root, "-extensions", "root",
            "-subj", f"/C=KW/O={name} Authority/CN={name} Root", "-out", "root/certificate.pem",
        )  # fmt: skip
        made.run(
            "req", "-config", "authority.cnf", "-new", "-key", "issuing/key.pem",
            "-subj", f"/C=KW/O={name} Authority/CN={name} Issuing", "-out", "issuing/request.pem",
        )  # fmt: skip
        made.run(
            "ca", "-config", "authority.cnf", "-name", "root_ca", "-batch", "-notext", "-in", "issuing/request.pem",
            "-out", "issuing/certificate.pem",
        )  # fmt: skip
        return made

    def run(self, *arguments: object) -> bytes:
        return openssl(*arguments, folder=self.folder)

    @property
    def root(self) -> Path:
        return self.folder / "root" / "certificate.pem"

    @property
    def issuing(self) -> Path:
        return self.folder / "issuing" / "certificate.pem"

    def certify(self, request: Path, *changes: object, extensions: str = "seal", level: str = "issuing") -> Path:
        """Certify what a request asks for by a section of the configuration; ``changes`` are further arguments."""
        answer = request.with_name(f"{request.stem}.answer.pem")
        self.run(
            "ca", "-config", "authority.cnf", "-name", f"{level}_ca", "-batch", "-notext", "-extensions", extensions,
            "-in", request, "-out", answer, *changes,
        )  # fmt: skip
        return answer

    def revoke(self, certificate: Path, *, level: str = "issuing") -> None:
        self.run("ca", "-config", "authority.cnf", "-name", f"{level}_ca", "-revoke", certificate)

    def revoked(self, *, level: str = "issuing") -> bytes:
        """The list of what was withdrawn, DER as it is published."""
        self.run("ca", "-config", "authority.cnf", "-name", f"{level}_ca", "-gencrl", "-out", f"{level}.crl.pem")
        return self.run("crl", "-in", f"{level}.crl.pem", "-outform", "DER")

    def listing(self, *revoked: tuple[bytes, datetime], level: str = "issuing", **changes: Any) -> bytes:
        """A list (DER) of certificates (DER), each with its time, as this authority could write one at any moment;
        ``changes`` as of :func:`tests.verify.support.revocation_list`.
        """
        own = x509.load_pem_x509_certificate((self.folder / level / "certificate.pem").read_bytes())
        key = load_pem_private_key((self.folder / level / "key.pem").read_bytes(), None)
        return revocation_list(SimpleNamespace(certificates=[own], key=key), *revoked, **changes)


def der(file: Path) -> bytes:
    """The first certificate of a PEM file, DER."""
    return x509.load_pem_x509_certificates(file.read_bytes())[0].public_bytes(Encoding.DER)


def outside_development(settings: Any, folder: Path, *trusted: Path) -> Path:
    """Make this an installation that certifies nothing by itself and trusts these files; gives the folder of trust."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "vault-key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o400)
    authorities = folder / "authorities"
    authorities.mkdir()
    for number, file in enumerate(trusted):
        shutil.copy(file, authorities / f"{number}-{file.name}")
    settings.MUKATABAT_DEVELOPMENT = False
    settings.MUKATABAT_KEYS_DIR, settings.MUKATABAT_VAULT_KEY_FILE = folder / "keys", key
    settings.MUKATABAT_AUTHORITIES = authorities
    return authorities
