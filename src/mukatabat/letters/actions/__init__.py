# SPDX-License-Identifier: EUPL-1.2
"""The use cases of a letter: drafting, approval, issue in three steps, receiving."""
