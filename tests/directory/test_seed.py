# SPDX-License-Identifier: EUPL-1.2
"""The bodies that come with the product."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.digits import bidi_controls
from tests.directory.conftest import TODAY


def test_the_cast_has_every_role_and_no_log_in_twice():
    from mukatabat.directory.seed import CAST
    from mukatabat.directory.vocabulary import PostRole

    logins = Counter(member.login for member in CAST)
    assert not [login for login, count in logins.items() if count > 1]
    assert {member.role for member in CAST} == set(PostRole)
    for member in CAST:
        assert member.login.split(".")[1] == member.body_code.lower()


def test_every_ministry_of_the_cast_can_play_a_whole_letter():
    from mukatabat.directory.seed import CAST

    for body in ("FL", "MOF", "MOH", "MPW"):
        roles = {member.role for member in CAST if member.body_code == body and member.realm == "live"}
        assert roles >= {"registry_clerk", "adviser", "head", "signatory", "administrator"}, body


def test_no_name_in_the_data_hides_a_direction_mark():
    from mukatabat.directory.seed import DATA

    for path in DATA.rglob("*.*"):
        assert not bidi_controls(path.read_text(encoding="utf-8")), path


@pytest.mark.usefixtures("directory")
def test_all_72_bodies_are_addressable_and_have_a_registry_and_a_head():
    from mukatabat.directory import queries

    bodies = queries.addressable_bodies("live")
    assert len(bodies) == 72
    for body in bodies:
        assert queries.registry_unit(body.id).is_registry
        posts = queries.addressable_posts(body.id)
        assert queries.office_among(posts) == posts[0]
    assert [body.code for body in queries.addressable_bodies("training")] == ["FL", "MOF"]


@pytest.mark.usefixtures("directory")
def test_loading_twice_adds_nothing_and_keeps_what_people_changed():
    from mukatabat.directory.models import Body, BodyName, Person
    from mukatabat.directory.seed import load_directory, person_id

    before = (Body.objects.count(), BodyName.objects.count(), Person.objects.count())
    Person.objects.filter(pk=person_id("clerk.fl")).update(ar="سالم فهد العجمي")
    load_directory(TODAY + timedelta(days=400))
    assert (Body.objects.count(), BodyName.objects.count(), Person.objects.count()) == before
    assert Person.objects.get(pk=person_id("clerk.fl")).ar == "سالم فهد العجمي"


@pytest.mark.usefixtures("directory")
def test_every_signer_of_the_cast_signs_or_learns_why_not():
    from mukatabat.directory.errors import MandateError
    from mukatabat.directory.queries import mandate_for
    from mukatabat.directory.seed import CAST

    refused = {}
    for member in CAST:
        if member.role == "signatory":
            try:
                choice = mandate_for(member.person_id, letter_type="general", recipient_level=2, on=clock.today())
            except MandateError as error:
                refused[member.login] = error.code
            else:
                assert choice.mandate.person_id == member.person_id
    assert refused == {
        "sector.fl": "directory.mandate-letter-type",
        "assistant.mof": "directory.mandate-expired",
        "assistant.moh": "directory.mandate-holder-present",
        "assistant.mpw": "directory.signer-on-leave",
    }
