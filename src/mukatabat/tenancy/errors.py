# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong beneath the rooms; these are programming errors, never shown as they are."""


class UnscopedQuery(RuntimeError):
    """A statement names a body's table while no body's scope is open."""


class UnprotectedTable(RuntimeError):
    """A table is neither row-secured nor listed, with its reason, among the global tables."""
