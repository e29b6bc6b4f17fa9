# SPDX-License-Identifier: EUPL-1.2
"""Pages of documents as pictures and words, drawn on demand in confined processes; nothing drawn is ever stored.

:mod:`.drawing` is what this process asks, :mod:`.pool` keeps the confined ones, :mod:`.__main__` is what runs in them.
"""
