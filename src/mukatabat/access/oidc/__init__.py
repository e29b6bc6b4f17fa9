# SPDX-License-Identifier: EUPL-1.2
"""Signing in through a body's own directory (OpenID Connect Core 1.0, authorization code with PKCE).

The provider stands in the place of the password and of nothing else: it opens an account that an administrator made,
and gives no post, no mandate and no second factor.
"""
