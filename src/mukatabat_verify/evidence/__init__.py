# SPDX-License-Identifier: EUPL-1.2
"""Evidence after ETSI EN 319 522-3: a signed statement that an event happened to a parcel."""
