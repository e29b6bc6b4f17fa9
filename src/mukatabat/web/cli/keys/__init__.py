# SPDX-License-Identifier: EUPL-1.2
"""The keys of stored documents, the bodies' seals and encryption keys, and their certificates."""

from mukatabat.web.cli.keys import bodies, certificates
from mukatabat.web.cli.keys.group import keys

__all__ = ["bodies", "certificates", "keys"]
