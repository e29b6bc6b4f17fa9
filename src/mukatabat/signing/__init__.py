# SPDX-License-Identifier: EUPL-1.2
"""A person's signature on a letter: prepared over frozen bytes, made by the person's own act, completed and checked.

The room keeps no tables. What it prepares is a value that the caller stores between the steps, so that no lock and no
transaction waits for a person, a card or a time-stamp server.
"""
