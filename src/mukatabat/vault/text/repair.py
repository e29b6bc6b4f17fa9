# SPDX-License-Identifier: EUPL-1.2
"""The spelling of one extracted word, mended where the mistake is certain; a number is never touched."""

from __future__ import annotations

import re
import unicodedata

from mukatabat.kernel.digits import BIDI_CONTROLS, ZERO_WIDTH

_DROPPED = {ord(one): None for one in BIDI_CONTROLS | ZERO_WIDTH}
_PRESENTATION = re.compile("[\ufb50-\ufdfb\ufe70-\ufefc]+")
# Word writes the lam-alef of the article turned: «اإللزامي», «األحوال», «باالتفاق». No Arabic word begins so.
_TURNED_ARTICLE = re.compile("^([وفبكل]{0,2})ا([إأآا])ل")
_GOD = re.compile("^([وفبت]?)(ا?)هلل$")


def repaired(word: str) -> str:
    """Mend one word by the rules that cannot err (ARCHIVE §6.1).

    1. Marks of direction go. 2. Presentation forms become letters. 3. «اإل», «األ», «اآل», «اال» at the beginning
    become «الإ», «الأ», «الآ», «الا». 4. «اهلل» becomes «الله».
    """
    text = word.translate(_DROPPED)
    text = _PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _TURNED_ARTICLE.sub(r"\1ال\2", text)
    return _GOD.sub(lambda found: found[1] + ("الله" if found[2] else "لله"), text)


def is_turned(word: str) -> bool:
    """Tell whether a word as it was extracted has its lam-alef the wrong way round."""
    return bool(_TURNED_ARTICLE.search(word.translate(_DROPPED)))
