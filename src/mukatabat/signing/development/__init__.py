# SPDX-License-Identifier: EUPL-1.2
"""Stand-ins for a national certification authority, a signing card and a time-stamp authority.

Insecure by nature: all keys lie on the server. Every one of them announces itself when it is made.
"""
