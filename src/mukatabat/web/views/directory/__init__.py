# SPDX-License-Identifier: EUPL-1.2
"""The pages of the directory and its administration."""
