# SPDX-License-Identifier: EUPL-1.2
"""PAdES signatures (ETSI EN 319 142-1) in three separate steps: prepare, complete, and later validate.

Between `prepare` and `complete` lies the person's own act; `Prepared` is stored, so any process may finish it.
"""

from mukatabat.signing.pades.completing import check, complete
from mukatabat.signing.pades.preparing import count_pages, prepare
from mukatabat.signing.pades.validating import validate

__all__ = ["check", "complete", "count_pages", "prepare", "validate"]
