# SPDX-License-Identifier: EUPL-1.2
"""Text out of documents by the rules of ARCHIVE §6: order from geometry, lam-alef mended, numbers never turned, scored.

Pure: no document library, no Django. What reads the glyphs is :mod:`mukatabat.vault.pages`.
"""
