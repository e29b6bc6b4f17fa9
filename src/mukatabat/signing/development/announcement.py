# SPDX-License-Identifier: EUPL-1.2
"""How an insecure stand-in makes itself heard."""

from __future__ import annotations

import logging
import warnings

logger = logging.getLogger(__name__)


class InsecureDevelopmentWarning(UserWarning):
    """An insecure stand-in is in use; in production this must never be seen."""


def announce(stand_in: str, *, because: str = "its keys lie on this server and its signatures bind nobody") -> None:
    """Say in warnings and in the log that a stand-in was made, naming it and what it does not do."""
    message = f"{stand_in} is for development only: {because}."
    warnings.warn(message, InsecureDevelopmentWarning, stacklevel=3)
    logger.warning(message)
