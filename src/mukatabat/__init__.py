# SPDX-License-Identifier: EUPL-1.2
"""Mukatabat (مكاتبات): official letters between government bodies, and the archive of what they settled."""
