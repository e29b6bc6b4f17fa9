# SPDX-License-Identifier: EUPL-1.2
"""`./run sheets MOCKS OUT [NAME…]`: each screen of a furnished site beside its drawing, one picture a screen.

MOCKS is the folder of the drawings (1-queue.html and its fellows with tokens.css), which are no part of the tree. The
pictures are for somebody who looks at them; docs/screens.md says which differences are meant.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, bootstrap
from tools.checks import temporary_state
from tools.console import Stop, say
from tools.demo import running_site
from tools.installation import DEMONSTRATION
from tools.processes import stop_by_signals
from tools.suite import find_chromium

if TYPE_CHECKING:
    from collections.abc import Sequence


def sheets(arguments: Sequence[str]) -> int:
    """Perform the verb: MOCKS OUT, and names of single sheets; returns 0, or 1 when the site was not filled."""
    if len(arguments) < 2 or not (Path(arguments[0]) / "tokens.css").is_file():
        raise Stop("./run sheets MOCKS OUT [NAME…]: MOCKS is the folder of the drawings with tokens.css.", code=2)
    if find_chromium() is None:
        raise Stop("There is no Chromium: apt install chromium, or set MUKATABAT_CHROMIUM.", code=2)
    mocks, out, *names = arguments
    with stop_by_signals(), temporary_state() as folder:
        bootstrap(DEVELOPMENT)
        with running_site(folder) as site:
            say("A working week, and the story")
            if site.run(DEMONSTRATION, "desks") or site.run(DEMONSTRATION, "story"):
                return 1
            say("Sheets")
            return site.run("tests.browser.sheets", mocks, out, str(site.port), *names)
