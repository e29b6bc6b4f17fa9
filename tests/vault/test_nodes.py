# SPDX-License-Identifier: EUPL-1.2
"""The node's own keys: marked as a node's, and what becomes of those from before."""

from __future__ import annotations

from hashlib import sha256

import pytest
from click.testing import CliRunner

from mukatabat.tenancy.context import scope
from mukatabat.vault import actions
from mukatabat.vault.models import NodeKey
from mukatabat.vault.queries import UnmarkedNode, unmarked_nodes
from mukatabat.web.cli.keys import keys
from mukatabat_verify.certificates import is_node
from tests.cast import Cast
from tests.verify.support import issue, root

pytestmark = pytest.mark.django_db


def test_the_node_s_key_is_marked(cast: Cast) -> None:
    with scope(cast("signer.mof")):
        assert is_node(actions.evidence_seal(cast("signer.mof")).chain[0])
    assert unmarked_nodes() == []
    done = CliRunner().invoke(keys, ["nodes"])
    assert (done.exit_code, done.output.strip()) == (0, "")


def test_one_from_before_is_named_until_it_is_replaced_and_for_courts_ever_after(cast: Cast) -> None:
    actor = cast("signer.mof")
    former = issue("Node", issuer=root()).chain[0]
    with scope(actor):
        actions.evidence_seal(actor)
        NodeKey.objects.update(chain=[former.hex()])  # as a release without the mark left it
    own = sha256(former).hexdigest()
    assert unmarked_nodes() == [UnmarkedNode(own, "live", in_use=True)]
    assert CliRunner().invoke(keys, ["nodes"]).exit_code == 1
    assert CliRunner().invoke(keys, ["replace-node", "MOF"]).exit_code == 0
    assert unmarked_nodes() == [UnmarkedNode(own, "live", in_use=False)]
    done = CliRunner().invoke(keys, ["nodes"])
    assert (done.exit_code, done.output.splitlines()) == (0, ["# live", own])
