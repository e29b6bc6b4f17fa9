# SPDX-License-Identifier: EUPL-1.2
"""What is kept of a release between two looks at it, so that any process may go on and no telephone rings unnoticed.

Each function is one short transaction; between them the service is asked, and nothing is locked. Whoever asks has
claimed the release: until the claim ends, or its holder sets another moment, nobody else asks about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from mukatabat.kernel import clock
from mukatabat.signing.errors import RequestConflict, UnknownTicket
from mukatabat.signing.models import Release, RemoteRequest
from mukatabat.signing.rules import RefusalReason, Refused, SigningRequest
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor

CLAIM = timedelta(seconds=90)
"""Longer than all the calls of one look may take together; so long a release waits after its process died."""
KEPT_OPEN = timedelta(hours=1)
LONGEST_LINE = 200


def enter(actor: Actor, requests: Sequence[SigningRequest]) -> list[UUID]:
    """Write requests down that are released together, those that are not known yet; gives the release of each.

    Raises RequestConflict where an id stands for something else, here or in another body.
    """
    try:
        with scope(actor):
            known = _known(requests)
            fresh = [one for one in requests if one.id not in known]
            if fresh:
                known |= _write(fresh)
    except IntegrityError:  # another process wrote them at this moment, or they are another body's
        with reading(actor):
            known = _known(requests)
    if len(known) < len({one.id for one in requests}):
        raise RequestConflict(request=str(requests[0].id))
    return [known[one.id] for one in requests]


def _known(requests: Sequence[SigningRequest]) -> dict[UUID, UUID]:
    found = {one.id: one for one in RemoteRequest.objects.filter(id__in=[one.id for one in requests])}
    for request in requests:
        if request.id in found and found[request.id].identity != request.identity:
            raise RequestConflict(request=str(request.id))
    return {one.id: one.release_id for one in found.values()}


def _write(requests: Sequence[SigningRequest]) -> dict[UUID, UUID]:
    with transaction.atomic():
        release = Release.objects.create(
            person_id=requests[0].person_id, deadline=min(one.deadline for one in requests)
        )
        RemoteRequest.objects.bulk_create(
            RemoteRequest(
                id=one.id, release=release, place=place, identity=one.identity, certificate=one.certificate,
                digest=one.digest.hex(), display_text=one.display_text[:LONGEST_LINE],
            )
            for place, one in enumerate(requests)
        )  # fmt: skip
    return {one.id: release.id for one in requests}


def request_of(actor: Actor, request_id: UUID) -> RemoteRequest:
    """A request with its release as they stand now; raises UnknownTicket."""
    with reading(actor):
        found = RemoteRequest.objects.select_related("release").filter(id=request_id).first()
    if found is None:
        raise UnknownTicket(request=str(request_id))
    return found


def requests_of(actor: Actor, release: Release) -> list[RemoteRequest]:
    """The requests of a release in their order."""
    with reading(actor):
        return list(release.requests.order_by("place"))


def claim(actor: Actor, release_id: UUID) -> Release | None:
    """Take a release that has not ended and that nobody else is asking about; None otherwise."""
    now = clock.now()
    with scope(actor):
        free = Release.objects.filter(id=release_id, ended_at=None, next_at__lte=now)
        return Release.objects.get(id=release_id) if free.update(next_at=now + CLAIM) else None


def keep(actor: Actor, release: Release, *fields: str) -> None:
    """Make these fields of a claimed release durable."""
    with scope(actor):
        release.save(update_fields=fields)


def let_go(actor: Actor, release: Release, *, wait: timedelta) -> None:
    """Let anybody ask about a release again, after a while."""
    release.next_at = clock.now() + wait
    keep(actor, release, "next_at")


def end(actor: Actor, release: Release, found: Refused | Sequence[bytes]) -> None:
    """Keep how a release ended, for ever: a refusal, or the signatures in the order of its requests.

    Whoever was so slow that another ended it meanwhile changes nothing.
    """
    with scope(actor):
        if not Release.objects.select_for_update().filter(id=release.id, ended_at=None).exists():
            return
        if isinstance(found, Refused):
            release.refusal, release.text = found.reason.value, found.text[:LONGEST_LINE]
        else:
            for request, signature in zip(release.requests.order_by("place"), found, strict=True):
                request.signature = signature
                request.save(update_fields=["signature"])
        release.ended_at = clock.now()
        release.handle = release.activation = release.response = ""
        release.save()


def end_all_of(actor: Actor, person_id: UUID) -> None:
    """End whatever a person was asked and has not answered: their key was taken away, and no telephone releases it."""
    with scope(actor):
        open_ones = Release.objects.filter(person_id=person_id, ended_at=None)
        open_ones.update(
            ended_at=clock.now(), refusal=RefusalReason.UNABLE.value, handle="", activation="", response=""
        )


def end_overdue(actor: Actor) -> None:
    """End what nobody looked at again after its deadline, such as the request of an issue that its signer gave up."""
    with scope(actor):
        overdue = Release.objects.filter(ended_at=None, deadline__lt=clock.now() - KEPT_OPEN)
        overdue.update(ended_at=clock.now(), refusal=RefusalReason.EXPIRED.value, handle="", activation="", response="")
