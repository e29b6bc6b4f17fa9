# SPDX-License-Identifier: EUPL-1.2
"""Asking for certificates and bringing in what was answered, by the commands that an operator types."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from mukatabat.web.cli.keys import keys


def run(*arguments: object) -> Result:
    return CliRunner().invoke(keys, [str(one) for one in arguments])


def requested(folder: Path, code: str = "MOF", *more: str, use: str = "seal") -> Path:
    file = folder / f"{code}-{use}-{len(list(folder.iterdir()))}.pem"
    done = run("request", use, code, file, *more)
    assert done.exit_code == 0, done.output
    return file


def accepted(code: str, *files: Path, use: str = "seal") -> None:
    done = run("accept", use, code, *files)
    if done.exception is not None:
        raise done.exception
    assert done.exit_code == 0, done.output
