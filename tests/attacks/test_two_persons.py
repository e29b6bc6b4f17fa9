# SPDX-License-Identifier: EUPL-1.2
"""One account that tries to widen a power alone: its own, its friend's, or that of an account it then walks into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.access import actions as accounts
from mukatabat.access.actions import AccountAct
from mukatabat.access.errors import OwnAccount, SecondFactorStale
from mukatabat.access.models import Account
from mukatabat.access.rules import ROLE_CAPABILITIES, STRONG
from mukatabat.directory import actions as directory
from mukatabat.directory.actions import AddPost, Appoint, GrantMandate, RecordAbsence
from mukatabat.directory.errors import (
    ChangeDecided,
    ChangeExpired,
    NotInDirectory,
    OwnAppointment,
    OwnDeputy,
    OwnGain,
    OwnMandate,
    OwnProposal,
    ProposerGone,
    SecondPersonNeeded,
)
from mukatabat.directory.models import Appointment, Change, Decision, Mandate, Post
from mukatabat.directory.rules import CHANGE_LIFE, POWER_ROLES
from mukatabat.directory.vocabulary import ChangeKind, MandateKind, PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.tenancy.context import scope
from tests.together import together

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _post(cast: Cast, role: PostRole, login: str = "admin.mof") -> UUID:
    return Post.objects.filter(body=cast(login).body_id, role=role.value).order_by("level", "pk")[0].pk


def _signing(cast: Cast, login: str = "adviser.mof") -> Appoint:
    day = clock.today()
    return Appoint(
        person_id=cast(login).person, post_id=_post(cast, PostRole.SIGNATORY), valid_from=day, is_primary=False
    )


def _instrument(cast: Cast, login: str = "head.mof") -> GrantMandate:
    day = clock.today()
    return GrantMandate(
        person_id=cast(login).person, post_id=_post(cast, PostRole.SIGNATORY), kind=MandateKind.DELEGATION,
        instrument_number="قرار رقم 5", instrument_date=day, valid_from=day, valid_to=day + timedelta(days=30),
    )  # fmt: skip


def _account(login: str) -> Account:
    from mukatabat.directory.seed import person_id

    account, _new = Account.objects.get_or_create(login=login, defaults={"person_id": person_id(login)})
    return account


def _proposed(cast: Cast) -> Change:
    return directory.propose_appointment(cast("admin.mof"), _signing(cast), "شغور المنصب")


# ── alone ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_posts_of_power_are_exactly_those_that_give_a_strong_capability() -> None:
    strong = {role for role, given_ in ROLE_CAPABILITIES.items() if not STRONG.isdisjoint(given_)}
    assert strong == POWER_ROLES


@pytest.mark.parametrize("role", [PostRole.SIGNATORY, PostRole.ADMINISTRATOR, PostRole.AUDITOR])
def test_an_administrator_alone_fills_no_post_of_power(cast: Cast, role: PostRole) -> None:
    command = replace(_signing(cast), post_id=_post(cast, role))
    with pytest.raises(SecondPersonNeeded):
        directory.appoint(cast("admin.mof"), command)
    assert not Appointment.objects.filter(person=command.person_id, post=command.post_id).exists()


def test_an_administrator_alone_records_no_instrument(cast: Cast) -> None:
    with pytest.raises(SecondPersonNeeded):
        directory.grant_mandate(cast("admin.mof"), _instrument(cast))
    assert not Mandate.objects.filter(instrument_number="قرار رقم 5").exists()


def test_nobody_gains_by_what_they_ask_for(cast: Cast) -> None:
    one = cast("admin.mof")
    for refused, act in (
        (OwnAppointment, lambda: directory.appoint(one, _signing(cast, "admin.mof"))),
        (OwnAppointment, lambda: directory.propose_appointment(one, _signing(cast, "admin.mof"), "سبب")),
        (OwnMandate, lambda: directory.propose_mandate(one, _instrument(cast, "admin.mof"), "سبب")),
        (OwnGain, lambda: directory.propose(
            one, ChangeKind.MANDATE, person_id=one.person, content={}, reason="سبب"
        )),
        (OwnDeputy, lambda: directory.record_absence(one, RecordAbsence(
            person_id=cast("signer.mof").person, starts=clock.today(), ends=clock.today(), deputy_id=one.person
        ))),
    ):  # fmt: skip
        with pytest.raises(refused):
            act()


def test_an_administrator_alone_walks_into_no_account_of_power(cast: Cast) -> None:
    one = replace(cast("admin.mof"), account_id=_account("admin.mof").pk)
    for login in ("signer.mof", "admin2.mof", "auditor.mof"):
        account = _account(login)
        command = AccountAct(account_id=account.pk, reason="فقد الجهاز")
        for act in (accounts.set_password, accounts.reset_second_factor):
            with pytest.raises(SecondPersonNeeded):
                act(one, command)
        account.refresh_from_db()
        assert (account.password, account.enrolment_code) == ("", "")
    with pytest.raises(OwnAccount):
        accounts.propose_for_account(
            one, ChangeKind.SECOND_FACTOR, AccountAct(account_id=_account("admin.mof").pk, reason="س")
        )


def test_a_mandate_to_sign_makes_an_account_one_of_two_persons_too(cast: Cast) -> None:
    one = replace(cast("admin.mof"), account_id=_account("admin.mof").pk)
    account = _account("head.mof")
    server = replace(one, kind="system", person_id=None)
    command = AccountAct(account_id=account.pk, reason="فقد الجهاز")
    accounts.set_password(one, command)
    directory.grant_mandate(server, _instrument(cast))
    with pytest.raises(SecondPersonNeeded):
        accounts.set_password(one, command)


def test_a_code_given_before_the_power_is_worth_nothing_after_it(cast: Cast) -> None:
    one = replace(cast("admin.mof"), account_id=_account("admin.mof").pk)
    account = _account("adviser.mof")
    assert accounts.reset_second_factor(one, AccountAct(account_id=account.pk, reason="فقد الجهاز"))
    accounts.confirm_change(cast("admin2.mof"), _proposed(cast).pk)
    account.refresh_from_db()
    assert account.enrolment_code == ""


# ── two of whom one should not be ───────────────────────────────────────────────────────────────────────────────────


def test_the_proposer_the_one_who_gains_and_everybody_without_right_cannot_confirm(cast: Cast) -> None:
    change = _proposed(cast)
    gains = replace(cast("adviser.mof"), capabilities=cast("admin.mof").capabilities)
    for refused, actor in (
        (OwnProposal, cast("admin.mof")), (OwnGain, gains), (NotInDirectory, cast("head.mof")),
        (NotInDirectory, cast("auditor.mof")), (NotInDirectory, cast("admin.moh")),
        (NotInDirectory, cast("signer.moh")), (NotInDirectory, cast("operator.cait")),
    ):  # fmt: skip
        with pytest.raises(refused):
            accounts.confirm_change(actor, change.pk)
        if refused is NotInDirectory:
            with pytest.raises(NotInDirectory):
                directory.decline(actor, change.pk, "سبب")
    with pytest.raises(OwnGain):
        directory.decline(gains, change.pk, "سبب")
    with pytest.raises(SecondFactorStale):
        accounts.confirm_change(cast.without_factor("admin2.mof"), change.pk)
    with scope(cast("admin.mof")):
        assert not Decision.objects.exists()


def test_a_signatory_or_a_second_administrator_confirms_and_both_stand_in_the_trail(cast: Cast) -> None:
    from mukatabat.audit.models import AuditEntry

    for second in ("admin2.mof", "minister.mof"):
        login = "adviser.mof" if second == "admin2.mof" else "finance.mof"
        change = directory.propose_appointment(cast("admin.mof"), _signing(cast, login), "شغور المنصب")
        accounts.confirm_change(cast(second), change.pk)
        assert Appointment.objects.filter(person=cast(login).person, post__role=PostRole.SIGNATORY.value).exists()
        with scope(cast("admin.mof")):
            entries = {one.act: one for one in AuditEntry.objects.filter(object_id=change.pk)}
            done = AuditEntry.objects.filter(act="directory.person-appointed").latest("at")
        assert entries["directory.change-proposed"].actor_id == cast("admin.mof").person_id
        assert entries["directory.change-confirmed"].actor_id == cast(second).person_id
        assert done.detail["proposed_by"] == str(cast("admin.mof").person_id)


def test_what_was_decided_is_not_decided_again(cast: Cast) -> None:
    change, other = _proposed(cast), directory.propose_mandate(cast("admin.mof"), _instrument(cast), "سبب")
    accounts.confirm_change(cast("admin2.mof"), change.pk)
    directory.decline(cast("admin.mof"), other.pk, "")
    for one in (change, other):
        with pytest.raises(ChangeDecided):
            accounts.confirm_change(cast("admin2.mof"), one.pk)
        with pytest.raises(ChangeDecided):
            directory.decline(cast("admin2.mof"), one.pk, "سبب")
    assert Appointment.objects.filter(person=change.person_id, post__role=PostRole.SIGNATORY.value).count() == 1
    assert not Mandate.objects.filter(instrument_number="قرار رقم 5").exists()


def test_a_proposal_dies_of_age_and_with_its_proposers_office(cast: Cast) -> None:
    change = _proposed(cast)
    with clock.fixed(clock.now() + CHANGE_LIFE) as _later, pytest.raises(ChangeExpired):
        accounts.confirm_change(cast("admin2.mof"), change.pk)
    Appointment.objects.filter(person=cast("admin.mof").person_id).update(
        valid_to=clock.today() - timedelta(days=1)
    )  # fmt: skip
    with pytest.raises(ProposerGone):
        accounts.confirm_change(cast("admin2.mof"), change.pk)


@pytest.mark.parametrize("statement", ["UPDATE directory_change SET person_id = id", "DELETE FROM directory_decision"])
def test_what_was_proposed_cannot_be_changed_before_it_is_confirmed(cast: Cast, statement: str) -> None:
    accounts.confirm_change(cast("admin2.mof"), _proposed(cast).pk)
    with scope(cast("admin.mof")), pytest.raises(ProgrammingError, match="permission denied"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_give_the_power_once(cast: Cast) -> None:
    change = _proposed(cast)
    seconds = [cast("admin2.mof"), cast("minister.mof"), cast("signer.mof"), cast("admin2.mof")]
    outcomes = together(*(lambda actor=one: accounts.confirm_change(actor, change.pk) for one in seconds))
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 3, outcomes
    assert all(isinstance(one, ChangeDecided) for one in refused), refused
    assert Appointment.objects.filter(person=change.person_id, post__role=PostRole.SIGNATORY.value).count() == 1


# ── whatever one account does ───────────────────────────────────────────────────────────────────────────────────────

Step = Callable[["Cast", Any], object]
STEPS: dict[str, Step] = {
    "appoint": lambda cast, one: directory.appoint(one, _signing(cast)),
    "appoint auditor": lambda cast, one: directory.appoint(
        one, replace(_signing(cast, "head.mof"), post_id=_post(cast, PostRole.AUDITOR))
    ),
    "propose": lambda cast, one: directory.propose_appointment(one, _signing(cast), "سبب"),
    "propose mandate": lambda cast, one: directory.propose_mandate(one, _instrument(cast), "سبب"),
    "grant": lambda cast, one: directory.grant_mandate(one, _instrument(cast)),
    "new post": lambda _cast, one: directory.add_post(one, AddPost(
        unit_id=one.unit_ids[0], ar="وكيل", en="Deputy", role=PostRole.SIGNATORY, valid_from=clock.today()
    )),
    "fill new post": lambda cast, one: directory.appoint(
        one, replace(_signing(cast), post_id=Post.objects.get(body=one.body_id, en="Deputy").pk)
    ),
    "password": lambda _cast, one: accounts.set_password(
        one, AccountAct(account_id=_account("signer.mof").pk, reason="س")
    ),
    "factor": lambda _cast, one: accounts.propose_for_account(
        one, ChangeKind.SECOND_FACTOR, AccountAct(account_id=_account("signer.mof").pk, reason="س")
    ),
    "confirm": lambda _cast, one: [accounts.confirm_change(one, change.pk) for change in _waiting(one)],
    "decline": lambda _cast, one: [directory.decline(one, change.pk, "س") for change in _waiting(one)],
}  # fmt: skip


def _waiting(one: Any) -> list[Change]:
    with scope(one):
        return list(Change.objects.filter(decision=None))


def _powers() -> tuple[set[tuple[object, ...]], set[object], set[tuple[str, str]]]:
    held = Appointment.objects.filter(post__role__in=[str(role) for role in POWER_ROLES])
    secrets = Account.objects.filter(login="signer.mof").values_list("password", "enrolment_code")
    return (
        set(held.values_list("person_id", "post_id")), set(Mandate.objects.values_list("pk", flat=True)), set(secrets),
    )  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # rolled back within
@given(walk=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=8))
def test_no_walk_of_one_administrator_widens_a_power(cast: Cast, walk: list[str]) -> None:
    one = replace(cast("admin.mof"), account_id=_account("admin.mof").pk)
    _account("signer.mof")
    with transaction.atomic():
        before = _powers()
        for step in walk:
            try:
                with transaction.atomic():
                    STEPS[step](cast, one)
            except (MukatabatError, Post.DoesNotExist):
                continue
        assert _powers() == before, walk
        transaction.set_rollback(True)
