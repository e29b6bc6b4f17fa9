# SPDX-License-Identifier: EUPL-1.2
"""The pages of the registry: books, tray, paper delivery."""
