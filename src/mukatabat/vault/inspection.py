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
from mukatabat.vault.spool import Spool, spooled
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
    with spooled(stream, limit=limit, name=safe_name) as spool:
        return inspect_spool(spool, safe_name)


def inspect_spool(spool: Spool, name: str) -> Inspected:
    """As :func:`inspect`, for a file that is spooled already; ``name`` is clean."""
    if not spool.blob.size:
        raise errors.EmptyFile(name=name)
    return judge(_examined(spool, name), size=spool.blob.size, name=name)


def _examined(spool: Spool, name: str) -> Findings:
    """Ask the confined process. One that is killed or takes too long died of the file: that is an answer as well.

    It gets the sealed file as a descriptor and the key of this one file on its standard input.
    """
    file = spool.sealed().fileno()
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-s", "-m", "mukatabat.vault.examine", str(file)], pass_fds=(file,),
            input=spool.key.secret, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_SECONDS,
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
