# SPDX-License-Identifier: EUPL-1.2
"""One way to answer: lines for a person, or JSON for a script."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def answer(value: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``value`` as JSON (Arabic unescaped) or ``lines`` as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
