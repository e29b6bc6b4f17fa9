# SPDX-License-Identifier: EUPL-1.2
"""Time-stamps after RFC 3161: reading a token, asking an authority over HTTP, and authorities that misbehave."""
