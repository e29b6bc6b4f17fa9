# SPDX-License-Identifier: EUPL-1.2
"""Calls to addresses that somebody else chose: where they may lead, how they are signed, how they are made."""
