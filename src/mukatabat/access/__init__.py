# SPDX-License-Identifier: EUPL-1.2
"""Sign-in, second factor, sessions, and the grants table."""
