# SPDX-License-Identifier: EUPL-1.2
"""The proof of the trail at the command line: figures, an exit code, and how far it is on a terminal."""

from __future__ import annotations

import io
import json
import sys

import pytest
from click.testing import CliRunner

from mukatabat.audit.actions import chain_pending, record
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.rules import system_actor
from mukatabat.web.cli.answers import progress
from mukatabat.web.cli.audit import audit
from tests.cast import MOF, Cast

pytestmark = pytest.mark.django_db


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_proof_counts_and_its_exit_code_tells(cast: Cast) -> None:
    for _ in range(3):
        record(
            system_actor("test.writer", body_id=MOF, realm="live"), act="test.act", object_kind="t", object_id=new_id()
        )
    chain_pending()
    sound = CliRunner().invoke(audit, ["verify", "--json"])
    assert sound.exit_code == 0
    assert json.loads(sound.stdout) == {"chained": 3, "tail": 0, "faults": []}
    assert not sound.stderr


@pytest.mark.parametrize(("out", "shown"), [(_Terminal(), True), (io.StringIO(), False)], ids=["terminal", "pipe"])
def test_how_far_it_is_shows_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, out: io.StringIO, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", out)
    with progress("links", 4) as advance:
        advance(2)
        advance(2)
    assert ("links" in out.getvalue() and "100%" in out.getvalue()) is shown
    assert shown or not out.getvalue()
