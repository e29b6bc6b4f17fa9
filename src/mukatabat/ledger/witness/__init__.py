# SPDX-License-Identifier: EUPL-1.2
"""The witness: remembers of each log how large it was and its root, and cosigns what continues it.

It runs at somebody else's, without database, framework or anything of a log's content: `python -m
mukatabat.ledger.witness`, or `./run cli witness`.
"""
