# SPDX-License-Identifier: EUPL-1.2
"""`./run wheel FOLDER`: the product as one file to install, with pages, texts, fonts and the built letter editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.bootstrap import UV, bootstrap, uv_environment
from tools.console import Stop, quiet, say
from tools.installation import compile_translations
from tools.island import BUNDLE
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence


def wheel(arguments: Sequence[str]) -> int:
    """Perform the verb: write the wheel into the folder named; without the letter editor there is none."""
    if len(arguments) != 1:
        raise Stop("./run wheel FOLDER", code=2)
    folder = Path(arguments[0]).absolute()
    bootstrap()
    compile_translations()
    if not BUNDLE.exists():
        raise Stop("The letter editor is not built here (it needs node); a release without it would be poorer.")
    command = [UV, "build", "--wheel", "--quiet", "--out-dir", folder, ROOT]
    quiet(command, what="Building the wheel", env=uv_environment())
    made = max(folder.glob("mukatabat-*.whl"), key=lambda file: file.stat().st_mtime)
    say(f"  {made}  {made.stat().st_size // 1024} KB")
    return 0
