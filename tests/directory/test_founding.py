# SPDX-License-Identifier: EUPL-1.2
"""A new body gets its first administrators from the server, because nobody in it could propose or confirm one."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from mukatabat.access.actions import CreateAccount, create_account, found_administrator
from mukatabat.access.errors import AdministratorsEnough
from mukatabat.access.models import Account
from mukatabat.access.queries import holds_power
from mukatabat.access.rules import Capability
from mukatabat.directory.actions import AddPerson
from mukatabat.directory.errors import AlreadyThere, NotInDirectory, StaffNumberOfAnother
from mukatabat.directory.models import Appointment, Body, Person, Post
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.web.cli.answers import acting
from mukatabat.web.cli.bodies import bodies
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NEW = ("add", "NBK", "--kind", "ministry", "--ar", "وزارة جديدة", "--en", "A new ministry", "--json")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(bodies, list(arguments))


def _administrator(login: str, number: str) -> Result:
    return _run(
        "administrator", login, "--body", "NBK", "--staff-number", number, "--ar", "سالم العنزي", "--en",
        "Salem Al-Enezi", "--json",
    )  # fmt: skip


def test_a_new_body_is_added_and_given_two_administrators_who_hold_one_post(cast: Cast) -> None:
    assert json.loads(_run(*NEW).output)["code"] == "NBK"
    made = [json.loads(_administrator(login, number).output) for login, number in (("a.nbk", "1"), ("b.nbk", "2"))]
    assert all(one["password"] and one["enrolment_code"] for one in made)
    post = Post.objects.get(body__code="NBK")
    assert post.role == PostRole.ADMINISTRATOR and post.unit.is_registry
    assert Appointment.objects.filter(post=post).count() == 2
    assert all(holds_power(one) for one in Account.objects.filter(login__in=["a.nbk", "b.nbk"]))


def test_a_body_is_listed_with_the_way_in_which_letters_reach_it(cast: Cast) -> None:
    _run(*NEW, "--channel", "linked")
    found = {one["code"]: one for one in json.loads(_run("list", "--json").output)}
    assert found["NBK"]["channel"] == "linked" and found["NBK"]["ar"] == "وزارة جديدة"


def _clerk(cast: Cast) -> tuple[Person, Account]:
    clerk = Person.objects.get(pk=cast("clerk.mof").person)
    actor = acting("accounts", clerk.body, Capability.ADMINISTER_ACCOUNTS)
    return clerk, create_account(actor, CreateAccount(person_id=clerk.pk, login="clerk.mof")).account


def _of_mof(login: str, known: Person, **other: str) -> Result:
    ar, en = other.get("ar", known.ar), other.get("en", known.en)
    return _run(
        "administrator", login, "--body", "MOF", "--staff-number", known.staff_number, "--ar", ar, "--en", en, "--json"
    )


def test_a_person_of_the_directory_is_not_added_again_and_keeps_the_account_and_its_login(cast: Cast) -> None:
    clerk, account = _clerk(cast)
    done = _of_mof("another.mof", clerk, en=clerk.en.upper())
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {
        "body": "MOF", "staff_number": clerk.staff_number, "login": account.login, "account": "kept",
    }  # fmt: skip
    assert not Account.objects.filter(login="another.mof").exists()
    assert Appointment.objects.filter(person=clerk, post__role=PostRole.ADMINISTRATOR).count() == 1


def test_a_slip_in_the_staff_number_gives_nobody_else_the_power(cast: Cast) -> None:
    clerk, _ = _clerk(cast)
    for other in ({"ar": "اسم آخر"}, {"en": "Another name"}):
        assert isinstance(_of_mof("another.mof", clerk, **other).exception, StaffNumberOfAnother)
    assert not Appointment.objects.filter(person=clerk, post__role=PostRole.ADMINISTRATOR).exists()


def test_a_third_administrator_is_chosen_by_the_two_and_not_on_the_server(cast: Cast) -> None:
    _run(*NEW)
    for login, number in (("a.nbk", "1"), ("b.nbk", "2")):
        assert _administrator(login, number).exit_code == 0
    assert isinstance(_administrator("c.nbk", "3").exception, AdministratorsEnough)
    assert not Person.objects.filter(body__code="NBK", staff_number="3").exists()
    Account.objects.filter(login="b.nbk").update(is_active=False)
    assert json.loads(_administrator("c.nbk", "3").output)["account"] == "made"


def test_a_closed_account_is_not_shown_as_one_to_enter_by(cast: Cast) -> None:
    clerk, account = _clerk(cast)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert json.loads(_of_mof("another.mof", clerk).output)["account"] == "kept, and closed"


def test_where_no_account_can_be_made_nobody_becomes_an_administrator(cast: Cast) -> None:
    _run(*NEW)
    _administrator("a.nbk", "1")
    refused = _administrator("a.nbk", "2")
    assert refused.exception is not None
    assert list(Person.objects.filter(body__code="NBK").values_list("staff_number", flat=True)) == ["1"]


def test_who_is_an_administrator_already_is_not_made_one_again(cast: Cast) -> None:
    _run(*NEW)
    _administrator("a.nbk", "1")
    assert isinstance(_administrator("a.nbk", "1").exception, AlreadyThere)


def test_nobody_but_the_server_makes_an_administrator_alone(cast: Cast) -> None:
    wanted = AddPerson(ar="سالم", en="Salem", staff_number="99", valid_from=clock.today())
    for login in ("admin.mof", "clerk.mof", "operator.cait"):
        with pytest.raises(NotInDirectory):
            found_administrator(cast(login), wanted, login="salem.mof")
    assert not Person.objects.filter(body=Body.objects.get(code="MOF", realm="live"), staff_number="99").exists()
