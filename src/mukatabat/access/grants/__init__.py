# SPDX-License-Identifier: EUPL-1.2
"""Grants: who may see what, written by upper rooms in their own transactions."""
