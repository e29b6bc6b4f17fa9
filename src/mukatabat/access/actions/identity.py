# SPDX-License-Identifier: EUPL-1.2
"""From whom a provider names to an account of ours: the same person always, and never a new one."""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction

from mukatabat.access.actions.door import DOOR, account_actor
from mukatabat.access.backends import is_open
from mukatabat.access.errors import IdentityRefused
from mukatabat.access.models import Account, LinkedIdentity
from mukatabat.access.oidc.rules import Flaw, Identity, Provider
from mukatabat.audit.actions import record
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor

logger = logging.getLogger(__name__)


def account_of(identity: Identity, provider: Provider, *, place: str) -> Account:
    """Return the open account of the person whom a provider names; raises `IdentityRefused`.

    1. The staff number names a person of the provider's body who has an account; nobody is made. 2. Where the
    provider's name for somebody (`sub`) is known, it is this account's. 3. Where the account is bound, it is to this
    name: a staff number that was given to somebody else opens nothing. 4. Else the two are bound, once and for all.
    """
    number = latin_digits(identity.staff_number)
    found = Account.objects.select_related("person__body").filter(
        person__staff_number=number, person__body__code=provider.body, person__body__realm=Realm.LIVE.value
    )
    account = found.first()
    if account is None or not is_open(account):  # 1
        raise refused(Flaw.UNKNOWN_PERSON, provider, place=place)
    bound = LinkedIdentity.objects.filter(issuer=identity.issuer)
    by_subject = bound.filter(subject=identity.subject).first()
    by_account = bound.filter(account=account).first()
    if by_subject is not None and by_subject.account_id != account.pk:  # 2
        raise refused(Flaw.OTHER_SUBJECT, provider, place=place)
    if by_account is not None and by_account.subject != identity.subject:  # 3
        raise refused(Flaw.OTHER_SUBJECT, provider, place=place)
    if by_account is None:
        _bind(account, identity, provider, place=place)  # 4
    return account


def _bind(account: Account, identity: Identity, provider: Provider, *, place: str) -> None:
    try:
        with scope(actor := account_actor(account)):
            LinkedIdentity.objects.create(
                account=account, issuer=identity.issuer, subject=identity.subject, bound_at=clock.now()
            )
            record(
                actor, act="access.identity-bound", object_kind="account", object_id=account.pk, place=place,
                detail={"issuer": identity.issuer},
            )  # fmt: skip
    except IntegrityError as error:  # another request bound one of the two meanwhile
        raise refused(Flaw.OTHER_SUBJECT, provider, place=place) from error


def refused(flaw: Flaw, provider: Provider, *, place: str) -> IdentityRefused:
    """Keep in the trail of the provider's body why nobody was let in; the person reads one and the same sentence."""
    logger.warning("a sign-in through %s was refused: %s", provider.issuer, flaw)
    body = Body.objects.filter(code=provider.body, realm=Realm.LIVE.value).first()
    if body is not None:
        with transaction.atomic():
            record(
                system_actor(DOOR, body_id=body.pk, realm=body.realm), act="access.identity-refused",
                object_kind="account", object_id=None, place=place,
                detail={"issuer": provider.issuer, "flaw": flaw.value},
            )  # fmt: skip
    return IdentityRefused()
