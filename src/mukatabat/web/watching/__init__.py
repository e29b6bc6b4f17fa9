# SPDX-License-Identifier: EUPL-1.2
"""For whoever runs an installation: logs, metrics, and whether it is well. None of it holds a word of a letter."""
