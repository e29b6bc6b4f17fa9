# SPDX-License-Identifier: EUPL-1.2
"""Telling by the bytes alone what a file is, and refusing what no letter may carry.

These modules read hostile bytes: they run in the confined process of `mukatabat.vault.examine.__main__`.
"""
