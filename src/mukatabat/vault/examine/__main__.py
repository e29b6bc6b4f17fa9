# SPDX-License-Identifier: EUPL-1.2
"""The confined process: examines the sealed file behind a descriptor and answers one line of JSON.

It is started by :mod:`mukatabat.vault.inspection` with an empty environment, so it holds no secret that a flaw in a
parser could give away but the key of the very file that it reads; the limits below are its own, because qpdf's hold for
a whole process and are not synchronised between threads.
"""

from __future__ import annotations

import json
import os
import resource
import sys

import pikepdf
from django.conf import settings

# The lists of words ask for the settings while they load; no text is shown here, so the plainest will do.
if not settings.configured:
    settings.configure(USE_I18N=False)

from mukatabat.vault.envelope import DataKey, unsealed
from mukatabat.vault.errors import Bomb, FileRefused
from mukatabat.vault.examine.allowance import MAX_PART
from mukatabat.vault.examine.examination import examine

CPU_SECONDS = 20
MEMORY = 1 << 30
_LARGEST_CONTAINER = 500_000


def main() -> None:
    """Examine the file of the descriptor in the first argument, sealed with the key on standard input.

    Writes {"kind", "pages"} or {"refused"}, the code of a FileRefused.
    """
    confine()
    key = DataKey(sys.stdin.buffer.read())
    try:
        with os.fdopen(int(sys.argv[1]), "rb") as sealed:
            found = examine(unsealed(sealed, key, address=""))
    except FileRefused as refused:
        answer: dict[str, object] = {"refused": refused.code}
    except (MemoryError, RecursionError):
        answer = {"refused": Bomb.code}
    else:
        answer = {"kind": found.kind.value, "pages": found.pages}
    sys.stdout.write(json.dumps(answer))


def confine() -> None:
    """Bound this process for the rest of its life: processor time, memory, no file written, what qpdf may unpack."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=1000,
        parser_max_nesting=200,
        parser_max_container_size=_LARGEST_CONTAINER,
        max_stream_filters=4,
        flate_max_memory=MAX_PART,
        png_max_memory=MAX_PART,
        run_length_max_memory=MAX_PART,
        tiff_max_memory=MAX_PART,
        dct_max_memory=MAX_PART,
    )


if __name__ == "__main__":
    main()
