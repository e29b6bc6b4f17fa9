# SPDX-License-Identifier: EUPL-1.2
"""The pages of a letter: parse, call one use case, show."""
