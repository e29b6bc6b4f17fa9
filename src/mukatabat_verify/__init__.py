# SPDX-License-Identifier: EUPL-1.2
"""Checks parcels, seals and signatures, and needs nobody for it: no server, no network, no database, no framework.

It lies beneath all rooms and can be handed to a court: ``python -m mukatabat_verify FILE``. Everything that it refuses
it refuses with one of the names in :mod:`mukatabat_verify.errors`.
"""
