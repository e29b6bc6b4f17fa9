# SPDX-License-Identifier: EUPL-1.2
"""The demonstration: seeded bodies and people, their log-ins, and the story of the first letter over HTTP."""
