# SPDX-License-Identifier: EUPL-1.2
"""The blob stores."""
