# SPDX-License-Identifier: EUPL-1.2
"""`./run verifier FOLDER`: the checking program as one file, a wheel, to be handed to a court.

It is installed by pip, or run where it lies: `PYTHONPATH=FILE python -m mukatabat_verify …`. The same tree gives the
same bytes, so anybody can compare the file with the published source.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.console import Stop, say
from tools.paths import REQUIREMENTS, ROOT, SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "mukatabat_verify"
NEEDS = ("asn1crypto", "cryptography", "pyhanko")
WHEEL = "Wheel-Version: 1.0\nGenerator: mukatabat\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def verifier(arguments: Sequence[str]) -> int:
    """Perform the verb: write the wheel into a folder and print its path and SHA-256."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        raise Stop("./run verifier takes one argument, the folder to write into.", code=2)
    path = write(Path(arguments[0]))
    say(f"{path}\nsha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return 0


def write(folder: Path) -> Path:
    """Write the wheel (PEP 427) into a folder; returns its path."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    information = f"{NAME}-{project['version']}.dist-info"
    files = {str(one.relative_to(SOURCE)): one.read_bytes() for one in sorted((SOURCE / NAME).rglob("*.py"))}
    files[f"{information}/licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files[f"{information}/METADATA"] = _metadata(project).encode()
    files[f"{information}/WHEEL"] = WHEEL.encode()
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{information}/RECORD"] = f"{record}{information}/RECORD,,\n".encode()
    path = folder / f"{NAME}-{project['version']}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            # Stored, and of no time and mode of its own: nothing in it depends on where it was made.
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, data)
    return path


def _metadata(project: dict[str, str]) -> str:
    pinned = dict(re.findall(r"^(\w+)==([\w.]+)", (REQUIREMENTS / "runtime.txt").read_text("utf-8"), re.MULTILINE))
    needs = [f"{name}>={pinned[name]}" for name in NEEDS]
    head = [
        "Metadata-Version: 2.4",
        "Name: mukatabat-verify",
        f"Version: {project['version']}",
        "Summary: Checks sealed parcels and signed containers of Mukatabat, offline.",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
    ]
    return "\n".join([*head, *(f"Requires-Dist: {need}" for need in needs), ""])


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
    return f"sha256={digest}"
