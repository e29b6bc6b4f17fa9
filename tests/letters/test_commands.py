# SPDX-License-Identifier: EUPL-1.2
"""Whoever runs the server learns where a letter stands, and never what it says."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.web.cli.letters import letters
from tests.cast import Cast
from tests.story import issued_letter, registered, run_jobs

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(letters, list(arguments))


def _issued(cast: Cast) -> Letter:
    letter = issued_letter(cast)
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=letter.id)


def test_a_letter_s_way_is_told_by_its_number_without_its_subject(cast: Cast) -> None:
    sent = _issued(cast)
    incoming = registered(cast)
    run_jobs()
    done = _run("track", sent.reference, "--body", "MOF", "--json")
    assert done.exit_code == 0, done.output
    (recipient,) = json.loads(done.output)["recipients"]
    assert (recipient["body"], recipient["state"]) == ("FL", "registered")
    assert recipient["their_reference"] == incoming.reference
    plain = _run("track", sent.reference, "--body", "MOF").output
    assert incoming.reference in plain
    assert sent.subject not in done.output + plain


def test_the_number_of_another_body_is_not_found(cast: Cast) -> None:
    sent = _issued(cast)
    assert isinstance(_run("track", sent.reference, "--body", "FL").exception, NotFoundOrForbidden)


def test_what_should_have_been_delivered_is_counted_by_body(cast: Cast) -> None:
    issued_letter(cast)
    assert _run("late").exit_code == 0
    with scope(cast("clerk.mof")):
        Consignment.objects.update(ordered_at=clock.now() - timedelta(days=1), state="ordered")
    done = _run("late", "--json")
    assert done.exit_code == 1
    assert [(one["body"], one["count"]) for one in json.loads(done.output)] == [("MOF", 1)]
