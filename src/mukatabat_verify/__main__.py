# SPDX-License-Identifier: EUPL-1.2
"""The command: ``python -m mukatabat_verify FILE [--trust DIR] [--key FILE] [--at TIME] [--json]``.

It reads the file and the folder of trusted roots, and nothing else. It ends with 0 when everything that could be
checked holds, with 1 when something was refused, with 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mukatabat_verify.certificates import Trust, certificates_in, take_long_names
from mukatabat_verify.errors import CertificateUnreadable
from mukatabat_verify.log.policies import WitnessPolicy, parse
from mukatabat_verify.parcel.suites import SECRET_BYTES, WRAPS, SoftwareKey
from mukatabat_verify.report import Finding, Report
from mukatabat_verify.verifier import verify

MARKS = {"passed": "✓", "refused": "✗", "left out": "–"}
SUFFIXES = {".pem", ".crt", ".cer", ".der"}
POLICY = "log.policy"
"""What names the log and its witnesses in a folder of roots (C2SP tlog-policy)."""
NODES = "node.certificates"
"""What names, in a folder of roots, the certificates of nodes from before they were marked: a SHA-256 a line."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    roots: tuple[bytes, ...] = (),
    log: WitnessPolicy | None = None,
    nodes: frozenset[str] = frozenset(),
) -> int:
    """Check one file and print what was found; without a folder, ``roots`` (DER), ``log`` and ``nodes`` are trusted."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(
        prog="mukatabat_verify",
        description="Check a bundle of evidence, a parcel, a container or an evidence.",
    )
    parser.add_argument("file", type=Path, help="the bundle, parcel, container or evidence")
    parser.add_argument(
        "--trust",
        type=Path,
        help=f"a folder with the trusted root certificates (PEM or DER), in {POLICY} the log and its witnesses, and in "
        f"{NODES} the SHA-256 of a node's certificates from before they were marked; and lists of revoked ones (*.crl)",
    )
    parser.add_argument(
        "--key", type=Path, help="a recipient's private key: a line with its suite, a line in hexadecimal"
    )
    parser.add_argument(
        "--at", type=_moment, default=datetime.now(UTC), help="judge certificates at this time (ISO 8601)"
    )
    parser.add_argument("--json", action="store_true", help="print the report for programs")
    asked = parser.parse_args(arguments)
    take_long_names()
    for library in ("pyhanko", "pyhanko_certvalidator"):
        # What they would log about a damaged file stands in the report, by its name.
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    try:
        known = _policy(asked.trust) if asked.trust else log
        believed = known.for_readers() if known is not None else None
        named = _nodes(asked.trust) if asked.trust else nodes
        lists = _lists(asked.trust) if asked.trust else ()
        trust = Trust(_roots(asked.trust) if asked.trust else roots, asked.at, believed, named, lists)
        key = _key(asked.key) if asked.key else None
        with asked.file.open("rb") as stream:
            report = verify(stream, trust, key=key)
    except (OSError, ValueError) as error:
        parser.exit(2, f"mukatabat_verify: {error}\n")
    print(json.dumps(report.to_json(), ensure_ascii=False, indent=1) if asked.json else _told(report))  # noqa: T201
    return 1 if report.refusal else 0


def _told(report: Report) -> str:
    in_order = sorted(report.findings, key=lambda finding: finding.to_json()["step"])
    lines = [line for finding in in_order for line in _lines(finding)]
    lines += ["", *(line for name, value in report.facts.items() for line in _fact(name, value))]
    if report.refusal is None:
        lines += ["", "قُبل: كل ما أمكن التحقق منه صحيح.", "Accepted: everything that could be checked holds."]
    else:
        lines += ["", "رُفض. لا يُعتمد على هذا الملف.", "Refused. Do not rely on this file."]
    return "\n".join(lines)


def _fact(name: str, value: object, indent: str = "") -> list[str]:
    """A fact as lines: what has parts stands below its name, each part indented."""
    if value in (None, "", [], {}, ()):
        return []
    if isinstance(value, dict):
        return [
            f"{indent}{name}:",
            *(line for key, one in value.items() for line in _fact(str(key), one, indent + "  ")),
        ]
    if isinstance(value, list | tuple):
        parts = (_fact(str(number), one, indent + "  ") for number, one in enumerate(value, 1))
        return [f"{indent}{name}:", *(line for part in parts for line in part)]
    return [f"{indent}{name}: {value}"]


def _lines(finding: Finding) -> list[str]:
    told = finding.to_json()
    head = f"{MARKS[told['outcome']]} {told['step']:2}"
    lines = [f"{head}  {told['ar']}", f"      {told['en']}"]
    if finding.refusal is not None:
        lines += [f"      {told['reason']}: {told['reason_ar']}", f"      {told['reason_en']} ({told['detail']})"]
    elif detail := told.get("detail"):
        lines.append(f"      {detail}")
    return lines


def _roots(folder: Path) -> tuple[bytes, ...]:
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
    if not files:
        raise ValueError(f"{folder} holds no certificates")
    return tuple(one for file in files for one in _certificates(file))


def _policy(folder: Path) -> WitnessPolicy | None:
    file = folder / POLICY
    return parse(file.read_text(encoding="utf-8")) if file.exists() else None


def _lists(folder: Path) -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted(folder.glob("*.crl")))


def _nodes(folder: Path) -> frozenset[str]:
    file = folder / NODES
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    named = frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if wrong := [one for one in named if not re.fullmatch(r"[0-9a-f]{64}", one)]:
        raise ValueError(f"{file} names no SHA-256: {wrong[0]}")
    return named


def _certificates(file: Path) -> tuple[bytes, ...]:
    try:
        return certificates_in(file.read_bytes())
    except CertificateUnreadable as refusal:
        raise ValueError(f"{file} holds no certificate that can be read") from refusal


def _key(file: Path) -> SoftwareKey:
    suite, _, secret = file.read_text(encoding="ascii").strip().partition("\n")
    if suite not in WRAPS or len(secret) != 2 * SECRET_BYTES:
        raise ValueError(f"{file} holds no key")
    return SoftwareKey(suite, bytes.fromhex(secret))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
