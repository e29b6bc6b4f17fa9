# SPDX-License-Identifier: EUPL-1.2
"""Putting secret letters that were stored before there were named readers under their readers' keys (ADR 0019).

Until then the body's key opened their documents like any other's. Each letter is a transaction of its own, and what is
done no longer matches the question: cut off anywhere, it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from django.db.models import Q

from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import ArrivalState
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.custody import documents_of
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import IssueState
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import end_service, hold, seal
from mukatabat.vault.queries import opened_by_body

BATCH = 100


def seal_older(actor: Actor, *, batch: int = BATCH) -> int:
    """Name the readers of up to ``batch`` secret letters, and as many arrivals, whose documents the body's key opens.

    The readers are those to whom the letter is open now, and the body's recovery; our own work as well where it still
    has to carry the letter, and alone where the registry has not numbered the arrival. Returns how many were done, 0
    when none is left. Raises KeyUnavailable; what was done before stays done.
    """
    with reading(actor):
        open_to_all = opened_by_body(actor).values("document_id")
        secret = Letter.objects.exclude(secrecy=Secrecy.NORMAL).filter(
            Q(document_id__in=open_to_all) | Q(attachments__document_id__in=open_to_all)
            | Q(issues__prepared_id__in=open_to_all)
        )  # fmt: skip
        letters = list(secret.order_by("id").values_list("id", flat=True).distinct()[:batch])
        arrivals = _arrivals(actor, batch)
    for letter_id in letters:
        _seal_letter(actor, letter_id)
    for arrival_id in arrivals:
        _seal_arrival(actor, arrival_id)
    return len(letters) + len(arrivals)


def _arrivals(actor: Actor, batch: int) -> list[UUID]:
    """Arrivals that were not registered; what was is a letter's."""
    waiting = Arrival.objects.exclude(secrecy=Secrecy.NORMAL).filter(letter_id=None).order_by("id")
    found = (one.id for one in waiting.iterator() if _still(actor, _documents(one)))
    return list(islice(found, batch))


def _documents(arrival: Arrival) -> list[UUID]:
    return [UUID(one) for _part, one in arrival.documents]


def _seal_letter(actor: Actor, letter_id: UUID) -> None:
    with scope(actor):
        letter = Letter.objects.select_for_update().get(id=letter_id)
        if not Secrecy(letter.secrecy).is_sealed:
            return
        frozen = dict(letter.issues.values_list("prepared_id", "state"))
        being_signed = {one for one, state in frozen.items() if state == IssueState.SIGNING}
        carried = bool(being_signed) or exchange.may_be_carried(actor, letter_id)
        seal(actor, letter_id, _still(actor, {*documents_of(actor, letter), *being_signed}), lent=carried)
        seal(actor, letter_id, _still(actor, frozen.keys() - being_signed))


def _still(actor: Actor, documents: Iterable[UUID]) -> list[UUID]:
    found = opened_by_body(actor).filter(document_id__in=list(documents))
    return list(found.values_list("document_id", flat=True))


def _seal_arrival(actor: Actor, arrival_id: UUID) -> None:
    with scope(actor):
        arrival = Arrival.objects.select_for_update().get(id=arrival_id)
        hold(actor, arrival_id, _still(actor, _documents(arrival)))
        if arrival.state != ArrivalState.AVAILABLE:
            end_service(actor, arrival_id)
