# SPDX-License-Identifier: EUPL-1.2
"""The launcher behind `./run`. Standard library only; `provision` and `translations` alone run inside .venv."""
