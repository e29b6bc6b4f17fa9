# SPDX-License-Identifier: EUPL-1.2
"""Telling signers in good time that their certificate ends, and keeping what authorities withdrew."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import transaction

from mukatabat.access.rules import ROLE_CAPABILITIES, Capability
from mukatabat.audit.actions import record
from mukatabat.directory.models import Appointment, Mandate, effective
from mukatabat.kernel import clock
from mukatabat.notify.actions import tell
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import CERTIFICATE, Kind, Message
from mukatabat.signing.certificates import expires_at
from mukatabat.signing.errors import RevocationUnavailable, SignerNotEnrolled, SigningError
from mukatabat.signing.models import RevocationList
from mukatabat.signing.ports import SignatureProvider
from mukatabat.signing.rules import SignerCertificate, due_notice
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat_verify import lists, revocation
from mukatabat_verify.errors import RevocationListUnreadable

logger = logging.getLogger(__name__)

AHEAD = timedelta(hours=1)
"""How far an authority's clock may be ahead."""

SIGNING_ROLES = [role.value for role, powers in ROLE_CAPABILITIES.items() if Capability.SIGN in powers]


def tell_of_expiry(actor: Actor, provider: SignatureProvider) -> int:
    """Tell each signer of the actor's body whose certificate ends in 30, 7 or 1 days, once each; returns how many.

    One whose certificate cannot be had stops no other.
    """
    told = 0
    for person_id in _signers(actor):
        try:
            certificate = provider.certificate(person_id)
            told += _tell(actor, person_id, certificate)
        except SignerNotEnrolled:
            continue
        except SigningError:
            logger.exception("the certificate of signer %s cannot be looked at", person_id)
    return told


def _signers(actor: Actor) -> Iterator[UUID]:
    """Whoever may sign for the body today, by a post or by an instrument."""
    today = clock.today()
    held = Appointment.objects.filter(
        effective(today), effective(today, "post__"), post__body=actor.body_id, post__role__in=SIGNING_ROLES
    )
    lent = Mandate.objects.filter(
        effective(today), person__body=actor.body_id, may_sign=True, revoked_at=None
    )  # fmt: skip
    found = [*held.values_list("person_id", flat=True), *lent.values_list("person_id", flat=True)]
    yield from dict.fromkeys(found)


def _tell(actor: Actor, person_id: UUID, certificate: SignerCertificate) -> bool:
    expires = expires_at(certificate)
    days = due_notice(expires, clock.now())
    if days is None:
        return False
    notice = uuid5(person_id, f"{certificate.fingerprint}/{days}")
    day = expires.astimezone(clock.KUWAIT).date().isoformat()
    with scope(actor):
        if Notification.objects.filter(kind=Kind.CERTIFICATE_ENDS, object_id=notice).exists():
            return False
        message = Message(
            kind=Kind.CERTIFICATE_ENDS, object_kind=CERTIFICATE, object_id=notice, reference=day, sealed=False
        )
        tell(actor, [person_id], message)
        record(
            actor, act="signing.expiry-told", object_kind="person", object_id=person_id,
            detail={"certificate": certificate.fingerprint, "ends": day, "days": days},
        )  # fmt: skip
    return True


def keep_list(data: bytes, *, authorities: Sequence[bytes]) -> bool:
    """Keep a list of revoked certificates (DER) that one of the known authorities (DER) wrote; tells whether it is new.

    It takes the place of an earlier one of the same day (Kuwait), and of two at once the later one stands. Raises
    RevocationUnavailable for anything else.
    """
    try:
        listed = lists.read(data)
    except RevocationListUnreadable as error:
        raise RevocationUnavailable(detail=error.detail) from error
    by = revocation.signed_by(listed, authorities)
    if by is None or listed.last_update_utc > clock.now() + AHEAD or listed.next_update_utc is None:
        raise RevocationUnavailable(detail="by nobody who is known, or from tomorrow")
    at, kept = listed.last_update_utc, RevocationList.objects.filter(authority=sha256(by).hexdigest())
    if kept.filter(at__gte=at).exists():
        return False
    fresh = RevocationList(
        authority=sha256(by).hexdigest(), day=at.astimezone(clock.KUWAIT).date(), at=at, until=listed.next_update_utc,
        data=data, kept_at=clock.now(),
    )  # fmt: skip
    with transaction.atomic():  # whoever comes second waits for the first one's row, and then compares with it
        RevocationList.objects.bulk_create([fresh], ignore_conflicts=True)
        kept.filter(day=fresh.day, at__lt=at).update(at=at, until=fresh.until, data=data, kept_at=fresh.kept_at)
    return True
