# SPDX-License-Identifier: EUPL-1.2
"""The base of the vault's errors."""

from __future__ import annotations

from mukatabat.kernel.errors import MukatabatError


class VaultError(MukatabatError):
    """Base of the errors of this room."""

    code = "vault.error"
