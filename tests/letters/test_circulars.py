# SPDX-License-Identifier: EUPL-1.2
"""A circular: chosen by groups of the directory, listed after its text, delivered to each of them."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.directory.seed import body_id
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.letters.choices import group_options
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.letters.printing import MOST_ABOVE
from mukatabat.letters.rules import LetterKind
from mukatabat.letters.sheets import preview_sheet
from mukatabat.letters.views.panels import FEW
from mukatabat.press.actions import render_letter
from mukatabat.registers.models import Entry
from mukatabat.tenancy.context import scope
from tests.letters.pages import at, browser
from tests.story import approved_letter, arrived, issue, run_jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mukatabat.letters.choices import Recipient
    from mukatabat.letters.models import Letter
    from mukatabat.tenancy.rules import Actor
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

ALL, MINISTRIES = "جميع الجهات", "الوزارات"


def _offered(**asked: str) -> dict[str, set[str]]:
    """The groups that the page offers while a recipient is typed: of each its name and the values of its members."""
    offered = browser("adviser.mof").get(at("options"), asked).context["options"]
    return {one.label: {member.value for member in one.members} for one in offered if one.members}


def _everybody(actor: Actor) -> Sequence[Recipient]:
    with scope(actor):
        return group_options(actor, "")[0].members


def _addressed(members: Sequence[Recipient]) -> tuple[AddresseeCommand, ...]:
    return tuple(AddresseeCommand(UUID(one.value)) for one in members)


def _circular(cast: Cast, members: Sequence[Recipient]) -> Letter:
    """A circular of the Ministry of Finance to these bodies, which waits for its signer."""
    return approved_letter(
        cast, kind=LetterKind.CIRCULAR, letter_type="legal_circular", addressees=_addressed(members)
    )  # fmt: skip


def test_a_circular_is_offered_the_groups_of_the_directory_and_a_letter_is_not(cast: Cast) -> None:
    groups = _offered(kind="circular")
    assert next(iter(groups)) == ALL
    assert str(body_id("MOF")) not in groups[ALL], "nobody writes to oneself"
    assert str(body_id("MOH")) in groups[MINISTRIES] < groups[ALL]
    assert list(_offered(kind="circular", q="وزارات")) == [MINISTRIES]
    assert not _offered(kind="letter")
    assert not _offered(kind="memo")


def test_a_group_is_what_the_directory_says_today(cast: Cast) -> None:
    Body.objects.filter(code="MOH").update(valid_to=clock.today() - timedelta(days=1))
    assert str(body_id("MOH")) not in _offered(kind="circular")[ALL]


def test_a_circular_lists_its_recipients_after_its_text_and_goes_to_each(cast: Cast) -> None:
    actor = cast("signer.mof")
    members = _everybody(actor)
    letter = _circular(cast, members)
    with scope(actor):
        sheet = preview_sheet(directory.body(actor.body_id), letter)
    assert sheet.addressee == "السادة/ الجهات المذكورة في قائمة التوزيع"
    assert not sheet.also_to
    assert len(sheet.distribution) == len(members)
    assert all(one.label in line for line, one in zip(sheet.distribution, members, strict=True))
    assert len(pikepdf.open(io.BytesIO(render_letter(sheet))).pages) < 5
    issue(actor, letter.id)
    with scope(actor):
        assert Entry.objects.get(object_id=letter.id).reference.startswith("MOF-C-")
        assert set(Consignment.objects.values_list("recipient_id", flat=True)) == {
            one.body_id for one in _addressed(members)
        }


def test_a_circular_to_all_is_issued_in_hardly_more_queries_than_a_letter_to_two(cast: Cast) -> None:
    actor = cast("signer.mof")
    members = _everybody(actor)
    asked = []
    for chosen in (members[:2], members[:2], members):
        letter = _circular(cast, chosen)
        with CaptureQueriesContext(connection) as seen:
            issue(actor, letter.id)
        asked.append(len(seen))
    assert asked[2] <= asked[1] + 2, asked


def test_a_few_recipients_stand_above_the_text(cast: Cast) -> None:
    actor = cast("signer.mof")
    letter = approved_letter(cast, addressees=_addressed(_everybody(actor)[:MOST_ABOVE]))
    with scope(actor):
        sheet = preview_sheet(directory.body(actor.body_id), letter)
    assert (len(sheet.also_to), sheet.distribution) == (MOST_ABOVE - 1, ())


def test_of_many_recipients_each_is_a_line_and_the_chosen_one_is_told_whole(cast: Cast) -> None:
    actor = cast("signer.mof")
    members = _everybody(actor)[: FEW + 1]
    letter = _circular(cast, members)
    issue(actor, letter.id)
    run_jobs()
    client, url = browser("adviser.mof", language="ar"), reverse("letters:letter", args=[letter.id])
    page = client.get(url, {"panel": "track"}).content.decode()
    assert page.count('<ol class="chain"') == 0
    lines = re.findall(r'<li><a href="([^"]*to=[^"]*)">(?:<bdi>)?([^<]*)', page)
    assert {html.unescape(label) for _, label in lines} == {one.label for one in members}
    whole = client.get(html.unescape(lines[0][0])).content.decode()
    assert whole.count('<ol class="chain"') == 1
    assert whole.count("إيصال الاستلام الموقّع") == 1
    assert whole.count('aria-current="true"') - page.count('aria-current="true"') == 1


def test_an_arrival_folds_the_many_others_it_went_to(cast: Cast) -> None:
    actor = cast("signer.mof")
    members = _everybody(actor)
    letter = _circular(cast, members)
    issue(actor, letter.id)
    page = browser("clerk.fl").get(reverse("letters:arrival", args=[arrived(cast).id])).content.decode()
    assert f"<summary>{len(members) - 1} جهة أخرى</summary>" in page
