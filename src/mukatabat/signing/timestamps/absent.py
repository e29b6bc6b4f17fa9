# SPDX-License-Identifier: EUPL-1.2
"""Where no time-stamp authority was named: as one that never answers, whom nothing that a person does waits for."""

from __future__ import annotations

from mukatabat.signing.errors import TimeStampUnavailable


class AbsentTimeStampAuthority:
    """Answers nobody; what it does not stamp is stamped once an authority is named."""

    def stamp(self, digest: bytes) -> bytes:
        """See :meth:`mukatabat.signing.ports.TimeStampAuthority.stamp`."""
        raise TimeStampUnavailable(detail="MUKATABAT_TIME_STAMP_URL names no authority")
