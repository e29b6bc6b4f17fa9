# SPDX-License-Identifier: EUPL-1.2
"""What the directory answers."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.directory.conftest import TODAY

pytestmark = pytest.mark.usefixtures("directory")
DAY = timedelta(days=1)
NEXT_YEAR = TODAY.year + 1


def seeded(code, realm="live"):
    from mukatabat.directory.seed import body_id

    return body_id(code, realm)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("fl", "FL"),
        ("MOF", "MOF"),
        ("المالية", "MOF"),
        ("وزاره الماليه", "MOF"),
        ("الفتوى", "FL"),
        ("فتوي", "FL"),
        ("ministry of health", "MOH"),
        ("نزاهة", "NAZ"),
        ("القُصَّر", "PAMA"),
    ],
)
def test_search_finds_a_body_as_people_type_it(typed, first):
    from mukatabat.directory.queries import search_bodies

    assert search_bodies(typed, "live")[0].code == first


def test_search_without_text_lists_and_with_nonsense_finds_nothing():
    from mukatabat.directory.queries import search_bodies

    assert len(search_bodies("", "live", limit=5)) == 5
    assert search_bodies("زقزق", "live") == []


def test_search_in_training_never_finds_a_live_body():
    from mukatabat.directory.queries import search_bodies

    assert {body.realm for body in search_bodies("مالية", "training")} == {"training"}
    assert search_bodies("الصحة", "training") == []


def test_search_reads_the_names_once(django_assert_num_queries):
    from mukatabat.directory.queries import search_bodies

    with django_assert_num_queries(1):
        search_bodies("وزارة", "live")


def test_names_come_in_one_query_for_many_bodies(django_assert_num_queries):
    from mukatabat.directory.queries import body_names

    with django_assert_num_queries(1):
        labels = body_names([seeded("FL"), seeded("MOF"), uuid4()])
    assert [labels[seeded(code)].name("ar") for code in ("FL", "MOF")] == ["إدارة الفتوى والتشريع", "وزارة المالية"]
    assert labels[seeded("MOF")].name("en") == "Ministry of Finance"
    assert len(labels) == 2


def test_a_body_by_code_needs_its_realm():
    from mukatabat.directory.errors import UnknownBody
    from mukatabat.directory.queries import body_by_code

    assert body_by_code(" mof ", "live").pk == seeded("MOF")
    assert body_by_code("MOF", "training").pk == seeded("MOF", "training")
    with pytest.raises(UnknownBody):
        body_by_code("MOH", "training")


def test_only_open_bodies_of_the_same_realm_are_addressed():
    from mukatabat.directory.errors import ClosedBody, LiveBody, NotYetOpenBody, TrainingBody, UnknownBody
    from mukatabat.directory.models import Body
    from mukatabat.directory.queries import addressable_bodies, require_addressable

    assert require_addressable(seeded("MOH"), realm="live").code == "MOH"
    with pytest.raises(UnknownBody):
        require_addressable(uuid4(), realm="live")
    with pytest.raises(TrainingBody):
        require_addressable(seeded("MOF", "training"), realm="live")
    with pytest.raises(LiveBody):
        require_addressable(seeded("MOF"), realm="training")
    Body.objects.filter(pk=seeded("PART")).update(valid_to=TODAY - DAY)
    with pytest.raises(ClosedBody) as closed:
        require_addressable(seeded("PART"), realm="live")
    assert not isinstance(closed.value, NotYetOpenBody)
    assert "PART" not in {body.code for body in addressable_bodies("live")}
    assert require_addressable(seeded("PART"), realm="live", on=TODAY - DAY).code == "PART"
    Body.objects.filter(pk=seeded("PART")).update(valid_from=TODAY + DAY, valid_to=None)
    with pytest.raises(NotYetOpenBody):
        require_addressable(seeded("PART"), realm="live")


@pytest.mark.parametrize(
    ("language", "name"), [("ar", "وزارة المالية (تدريب)"), ("en", "Ministry of Finance (training)")]
)
def test_an_error_names_the_body_in_the_readers_language(language, name):
    from django.utils import translation

    from mukatabat.directory.errors import TrainingBody
    from mukatabat.directory.queries import require_addressable

    with pytest.raises(TrainingBody) as refused:
        require_addressable(seeded("MOF", "training"), realm="live")
    with translation.override(language):
        assert f"\u2068{name}\u2069" in str(refused.value.happened)


def test_outsiders_address_only_posts_that_receive_letters():
    from mukatabat.directory.models import Post
    from mukatabat.directory.queries import addressable_posts, addressable_posts_of, office_among, recipient_level

    posts = addressable_posts_of([seeded("MOF"), seeded("MOH"), uuid4()])
    assert {body: list(addressable_posts(body)) for body in posts} == posts
    assert set(posts) == {seeded("MOF"), seeded("MOH")}
    own, others = posts[seeded("MOF")], posts[seeded("MOH")]
    titles = [post.ar for post in own]
    assert titles[0] == "وزير المالية"
    assert "باحث قانوني أول" not in titles
    inner = Post.objects.get(body=seeded("MOF"), ar="باحث قانوني أول")
    assert office_among(own, inner.pk) is None
    undersecretary = Post.objects.get(body=seeded("MOF"), ar="وكيل وزارة المالية")
    assert recipient_level(own, undersecretary.pk) == 2
    assert recipient_level(own) == 1
    assert recipient_level([]) == 1
    assert office_among(others, undersecretary.pk) is None


def test_posts_people_and_heads_are_those_of_the_day():
    from mukatabat.directory.models import Appointment, Unit
    from mukatabat.directory.queries import heads_of_unit, holders_of, people_of_unit, posts_held
    from mukatabat.directory.seed import person_id

    section = Unit.objects.get(body=seeded("FL"), code="CON-1")
    assert [one.person.ar for one in people_of_unit(section.pk)] == ["منيرة الصالح", "فهد الرشيد"]
    assert [post.ar for post in heads_of_unit(section.pk)] == ["رئيس قسم العقود"]
    held = posts_held(person_id("adviser.fl"))
    assert [one.post.ar for one in held] == ["مستشار مساعد"]
    assert [one.ar for one in holders_of(held[0].post_id)] == ["فهد الرشيد"]
    Appointment.objects.filter(person_id=person_id("adviser.fl")).update(valid_to=TODAY - DAY)
    assert not posts_held(person_id("adviser.fl"))
    assert posts_held(person_id("adviser.fl"), TODAY - DAY)


def test_the_tree_hangs_together_and_orphans_stay_visible(django_assert_num_queries):
    from mukatabat.directory.models import Unit
    from mukatabat.directory.queries import unit_tree

    with django_assert_num_queries(1):
        tree = unit_tree(seeded("FL"))
    opinion = next(node for node in tree if node.unit.code == "OPN")
    assert [child.unit.code for child in opinion.children] == ["OPN-1", "OPN-2", "OPN-3"]
    Unit.objects.filter(body=seeded("FL"), code="OPN").update(valid_to=TODAY - DAY)
    assert "OPN-2" in {node.unit.code for node in unit_tree(seeded("FL"))}


def test_leave_moves_the_tray_to_the_deputy():
    from mukatabat.directory.queries import absence_of, trays_covered_by
    from mukatabat.directory.seed import person_id

    assert trays_covered_by(person_id("head.mpw")) == [person_id("assistant.mpw")]
    assert trays_covered_by(person_id("head.mpw"), TODAY - DAY) == []
    assert absence_of(person_id("assistant.mpw")).deputy_id == person_id("head.mpw")
    assert absence_of(person_id("signer.mpw")) is None


def test_a_mandate_is_chosen_in_three_queries(django_assert_num_queries):
    from mukatabat.directory.queries import mandate_for
    from mukatabat.directory.seed import person_id

    with django_assert_num_queries(3):
        choice = mandate_for(person_id("signer.fl"), letter_type="opinion", recipient_level=1, on=TODAY)
    assert choice.mandate.capacity("ar") == "نائب رئيس إدارة الفتوى والتشريع"


def test_a_mandate_by_post_ends_with_the_post_and_the_standing_in_needs_the_holder_away():
    from mukatabat.directory.errors import HolderNotAway, NoMandate, PostVacant
    from mukatabat.directory.models import Absence, Appointment
    from mukatabat.directory.queries import mandate_for
    from mukatabat.directory.seed import person_id

    def sign(login):
        return mandate_for(person_id(login), letter_type="general", recipient_level=1, on=TODAY)

    with pytest.raises(HolderNotAway):
        sign("assistant.moh")
    leave = Absence.objects.create(person_id=person_id("signer.moh"), starts=TODAY, ends=TODAY)
    assert sign("assistant.moh").mandate.capacity("ar") == "وكيل وزارة الصحة بالإنابة"
    leave.delete()
    Appointment.objects.filter(person_id=person_id("signer.moh")).update(valid_to=TODAY - DAY)
    with pytest.raises(NoMandate):
        sign("signer.moh")
    with pytest.raises(PostVacant):
        sign("assistant.moh")


def test_holidays_are_those_of_the_realm_and_the_span():
    from mukatabat.directory.queries import holidays

    days = holidays("live", first=date(NEXT_YEAR, 1, 1), last=date(NEXT_YEAR, 2, 25))
    assert days == {date(NEXT_YEAR, 1, 1), date(NEXT_YEAR, 2, 25)}
