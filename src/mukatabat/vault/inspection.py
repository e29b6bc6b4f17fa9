# SPDX-License-Identifier: EUPL-1.2
"""Inspection of an offered file: its name here, its bytes in a confined process that may die of them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import mukatabat
from mukatabat.vault import errors
from mukatabat.vault.naming import clean_name, judge
from mukatabat.vault.rules import DEFAULT_LIMIT, Findings, Inspected
from mukatabat.vault.streams import as_file
from mukatabat.vault.vocabulary import FileKind

logger = logging.getLogger(__name__)

_SECONDS = 60
_PACKAGES = str(Path(mukatabat.__file__).resolve().parents[1])
_REFUSALS: dict[str, type[errors.FileRefused]] = {
    kind.code: kind
    for kind in (
        errors.EmptyFile, errors.BrokenFile, errors.TwoTypes, errors.PasswordProtected, errors.MacroEnabled,
        errors.ActivePdf, errors.EmbeddedProgram, errors.EntityTricks, errors.Bomb,
    )
}  # fmt: skip


def inspect(stream: BinaryIO, name: str, *, limit: int = DEFAULT_LIMIT) -> Inspected:
    """Decide whether a file may be taken, by its content, and say what it is.

    At most `limit` bytes are read; memory and time are bounded whatever they are. Leaves a seekable stream at its
    beginning. Raises the kinds of FileRefused.
    """
    safe_name = clean_name(name)
    with as_file(stream, limit=limit, name=safe_name) as (file, size):
        if not size:
            raise errors.EmptyFile(name=safe_name)
        found = _examined(file, safe_name)
        file.seek(0)
    return judge(found, size=size, name=safe_name)


def _examined(file: BinaryIO, name: str) -> Findings:
    """Ask the confined process. One that is killed or takes too long died of the file: that is an answer as well."""
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-s", "-m", "mukatabat.vault.examine"],
            stdin=file.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_SECONDS,
            env={"PYTHONPATH": _PACKAGES, "LC_ALL": "C.UTF-8"}, cwd="/", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise errors.Bomb(name=name) from None
    if ended.returncode < 0:
        raise errors.Bomb(name=name)
    if ended.returncode:
        logger.error("the examination of a file ended with code %d", ended.returncode)
        raise errors.CheckUnavailable(name=name)
    answer = json.loads(ended.stdout)
    if "refused" in answer:
        raise _REFUSALS[answer["refused"]](name=name)
    return Findings(FileKind(answer["kind"]), answer["pages"])
