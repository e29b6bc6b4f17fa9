# SPDX-License-Identifier: EUPL-1.2
"""How much of an Arabic letter comes back out of PDF by several producers: words, numbers, and what we say of them."""

from __future__ import annotations

import mmap
import sys
import time
from collections import Counter
from pathlib import Path

import _setup  # noqa: F401

from mukatabat.kernel.arabic import words
from mukatabat.vault.pages.readers import PdfReader
from mukatabat.vault.text.repair import is_turned

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TRAPS = DATA / "pdf-traps"
LAW = DATA / "misc" / "uae_law.pdf"


def _read(path: Path) -> tuple[list[str], str, int, float]:
    began = time.perf_counter()
    with path.open("rb") as file:
        reader = PdfReader(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        pages = [reader.text(page) for page in range(len(reader.sizes()))]
    spent = (time.perf_counter() - began) * 1000 / len(pages)
    pages = [page for page in pages if page.lines] or pages  # some producers end with an empty sheet
    said = "taken" if all(page.holds for page in pages) else "not taken: " + ", ".join(
        sorted({"read by a machine" if page.recognised else str(page.layer) for page in pages if not page.holds})
    )  # fmt: skip
    return words("\n".join(page.text for page in pages)), said, len(pages), spent


def main() -> int:
    if not TRAPS.is_dir():
        print("The shared data folder is absent; nothing was measured.")
        return 0
    truth = words((TRAPS / "truth.txt").read_text(encoding="utf-8"))
    numbers = Counter(word for word in truth if word[0].isdigit())
    print(f"{'file':26}{'words':>8}{'numbers':>10}{'ms/page':>9}  layer")
    wrong = 0
    for path in sorted(TRAPS.glob("*.pdf")):
        found, said, _, spent = _read(path)
        recall = (Counter(truth) & Counter(found)).total() / len(truth)
        right = (numbers & Counter(found)).total()
        wrong += said == "taken" and right < numbers.total()
        print(f"{path.name:26}{recall:8.3f}{right:6}/{numbers.total()}{spent:9.1f}  {said}")
    if LAW.is_file():
        found, said, pages, spent = _read(LAW)
        turned = sum(map(is_turned, found))
        print(f"{LAW.name:26}{'':8}{'':10}{spent:9.1f}  {said}; {pages} pages, turned lam-alef left: {turned}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
