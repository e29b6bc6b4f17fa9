# SPDX-License-Identifier: EUPL-1.2
"""Signature providers that are not the development authority's own."""
