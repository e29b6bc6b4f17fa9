# SPDX-License-Identifier: EUPL-1.2
"""Secret letters from before there were named readers: sealed for their readers afterwards, whenever it is cut off."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from click.testing import CliRunner

from mukatabat.audit.models import AuditEntry
from mukatabat.exchange.models import Arrival
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions.sealing_older import seal_older
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import queries
from mukatabat.vault.actions import newest_key
from mukatabat.vault.custody import key_store
from mukatabat.vault.errors import NotAReader
from mukatabat.vault.models import DocumentKey, ReaderWrap
from mukatabat.vault.release import unwrapped
from mukatabat.web.cli.keys import keys
from tests.cast import FL, MOF, Cast
from tests.story import arrived, run_jobs
from tests.vault.test_readers import approved, draft, kinds, papers, reads, received, sent

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def keeper(body: UUID) -> Actor:
    return system_actor("test.keeper", body_id=body, realm="live")


def as_before(actor: Actor) -> int:
    """Lay the body's secret documents as they lay before: under the body's key, without any reader's."""
    with scope(actor):
        found = list(DocumentKey.objects.filter(named=True).select_related("document"))
        body = newest_key(actor)
        for key in found:
            wrap = ReaderWrap.objects.filter(document=key.document).select_related("reader_key").first()
            assert wrap is not None
            secret = unwrapped(wrap, key.document)
            key.body_key, key.named = body, False
            key.wrapped = key_store(body.store).wrap(body.held, secret, context=key.context)
            key.save(update_fields=["body_key", "named", "wrapped"])
        ReaderWrap.objects.all().delete()
    return len(found)


def left(actor: Actor) -> int:
    with scope(actor):
        return len(queries.opened_by_body(actor))


def test_what_the_bodys_key_opened_its_readers_open_afterwards_and_nobody_else(cast: Cast) -> None:
    letter = received(cast)
    body = keeper(FL)
    assert as_before(body) > 0
    ordinary = left(body) - 2
    assert reads(cast("clerk.fl"), letter, of=cast("signer.fl")), "as it was: whoever asks"
    assert seal_older(body) == 1
    assert seal_older(body) == 0
    assert left(body) == ordinary
    assert reads(cast("signer.fl"), letter)
    assert not reads(cast("clerk.fl"), letter, of=cast("signer.fl"))
    assert not reads(body, letter), "what is done with needs no key of our own work"
    with scope(body):
        entry = AuditEntry.objects.filter(act="vault.readers-named", object_id=letter.id).last()
    assert entry is not None
    assert entry.actor_kind == "system"


def test_cut_off_it_goes_on_where_it_stopped(cast: Cast) -> None:
    letters = [draft(cast) for _ in range(3)]
    body = keeper(MOF)
    as_before(body)
    waiting = left(body)
    assert seal_older(body, batch=1) == 1
    assert left(body) == waiting - 1
    while seal_older(body, batch=1):
        pass
    assert left(body) == waiting - 3
    assert all(reads(cast("adviser.mof"), one) for one in letters)


def test_what_lies_in_the_registrys_tray_is_held_by_the_installation_until_it_is_numbered(cast: Cast) -> None:
    sent(cast)
    body = keeper(FL)
    assert as_before(body) > 0
    arrival = arrived(cast)
    assert seal_older(body) == 1
    assert kinds(body, arrival.id) == {"service", "recovery"}
    with pytest.raises(NotAReader):
        queries.open_document(cast("clerk.fl"), UUID(arrival.documents[0][1]))


def test_a_letter_on_its_way_can_still_be_carried(cast: Cast) -> None:
    letter = approved(cast)
    body = keeper(MOF)
    as_before(body)
    assert seal_older(body) == 1
    assert "service" not in kinds(body, letter.id), "approved is not signed yet"
    sent_one = sent(cast)
    as_before(body)
    while seal_older(body):
        pass
    assert "service" in kinds(body, sent_one.id), "it may yet be redirected"
    assert all(reads(cast("adviser.mof"), one) for one in (letter, sent_one))
    assert run_jobs() >= 0


def test_ordinary_letters_stay_as_they_are(cast: Cast) -> None:
    letter = draft(cast, Secrecy.NORMAL)
    assert seal_older(keeper(MOF)) == 0
    with scope(keeper(MOF)):
        assert DocumentKey.objects.filter(document__in=papers(cast("adviser.mof"), letter), named=False).exists()


def test_the_operator_orders_it_for_all_bodies_and_may_repeat_it(cast: Cast) -> None:
    received(cast)
    for body in (MOF, FL):
        as_before(keeper(body))
    done = json.loads(CliRunner().invoke(keys, ["seal-older", "--json"]).output)
    assert done == {"FL": 1, "MOF": 1}
    assert "nothing was left" in CliRunner().invoke(keys, ["seal-older"]).output
    with scope(keeper(FL)):
        assert Arrival.objects.exists()
        assert Letter.objects.exists()
