# SPDX-License-Identifier: EUPL-1.2
"""The sealed parcel: one content, sealed once, a signed header, and one wrapped key for each recipient's key."""
