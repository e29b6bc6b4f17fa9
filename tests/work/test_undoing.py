# SPDX-License-Identifier: EUPL-1.2
"""The last step on an item is undone by whoever made it, in time, while nothing followed it; and what is passed on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from mukatabat.access.grants.queries import granted
from mukatabat.access.grants.rules import Grantee
from mukatabat.audit.models import AuditEntry
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.commands import AcceptCommand
from mukatabat.notify.queries import bell
from mukatabat.tenancy.context import scope
from mukatabat.work import actions, queries
from mukatabat.work.errors import NotTheHolder, TooLateToUndo
from mukatabat.work.models import CycleStep, Item, Referral
from mukatabat.work.queries import Tab
from mukatabat.work.rules import Act, ReferralCommand, Task
from mukatabat.work.undoing import WINDOW, Undoable, undo, undoably
from tests.cast import Cast
from tests.letters.pages import browser
from tests.story import approved_letter, draft_command, issue, issued_letter, registered

pytestmark = pytest.mark.django_db


def _held(cast: Cast) -> UUID:
    """An item that the head of the Department holds."""
    issued_letter(cast)
    head = Grantee.person(cast("head.fl").person)
    return registered(cast, AcceptCommand(referral=ReferralCommand(task=Task(holder=head, act=Act.STUDY)))).id


def _to_adviser(cast: Cast, **changes: bool) -> ReferralCommand:
    adviser = Grantee.person(cast("adviser.fl").person)
    return ReferralCommand(task=Task(holder=adviser, act=Act.REPLY), note="للدراسة", **changes)


def _fields(cast: Cast, object_id: UUID) -> dict[str, object]:
    with scope(cast("head.fl")):
        return Item.objects.filter(object_id=object_id).values().get()


def _steps(cast: Cast) -> dict[str, Callable[[UUID], object]]:
    head = cast("head.fl")
    return {
        "done": lambda one: actions.complete(head, one, "تم"),
        "follow": lambda one: actions.follow(head, one),
        "refer": lambda one: actions.refer(head, one, _to_adviser(cast, keep_following=True)),
    }


@pytest.mark.parametrize("name", ["done", "follow", "refer"])
def test_an_undone_step_leaves_the_item_as_it_was_and_both_acts_in_the_trail(cast: Cast, name: str) -> None:
    item, head = _held(cast), cast("head.fl")
    before = _fields(cast, item)
    step = undoably(head, item, _steps(cast)[name])
    assert _fields(cast, item) != before
    undo(head, Undoable.of(json.loads(json.dumps(step.as_dict()))))
    assert _fields(cast, item) == before
    with scope(head):
        assert not CycleStep.objects.filter(object_id=item, step="referral-to-action").exists()
        assert AuditEntry.objects.filter(object_id=item, act="work.act-undone").count() == 1
        open_now = Referral.objects.filter(item__object_id=item, state="open")
        assert [one.to_id for one in open_now] == [head.person_id]
    assert [one.object_id for one in queries.queue(head, Tab.REQUIRED)] == [item]
    assert queries.queue(head, Tab.DONE) == queries.queue(head, Tab.FOLLOWING) == []


def test_an_undone_referral_closes_the_letter_again_and_is_not_told(cast: Cast) -> None:
    item, head, adviser = _held(cast), cast("head.fl"), cast("adviser.fl")
    step = undoably(head, item, _steps(cast)["refer"])
    assert granted(adviser, [item])
    undo(head, step)
    assert not granted(adviser, [item])
    assert [one for one in bell(adviser) if one.object_id == item] == []
    with scope(head):
        assert Referral.objects.filter(item__object_id=item, state="undone").count() == 1


def test_a_former_right_to_see_the_letter_outlives_the_undone_referral(cast: Cast) -> None:
    item, head, adviser = _held(cast), cast("head.fl"), cast("adviser.fl")
    actions.refer(head, item, _to_adviser(cast))
    actions.refer(adviser, item, ReferralCommand(task=Task(holder=Grantee.person(head.person), act=Act.REVIEW)))
    undo(head, undoably(head, item, _steps(cast)["refer"]))
    assert granted(adviser, [item])


@pytest.mark.parametrize("happens", ["opened", "passed on", "time"])
def test_what_went_on_is_not_undone(cast: Cast, happens: str) -> None:
    item, head, adviser = _held(cast), cast("head.fl"), cast("adviser.fl")
    step = undoably(head, item, _steps(cast)["refer"])
    later = clock.now()
    if happens == "opened":
        actions.mark_seen(adviser, item)
    elif happens == "passed on":
        actions.complete(adviser, item, "")
    else:
        later += WINDOW + timedelta(seconds=1)
    now = _fields(cast, item)
    with clock.fixed(later), pytest.raises(TooLateToUndo):
        undo(head, step)
    assert _fields(cast, item) == now


def test_a_step_is_undone_once_and_by_nobody_else(cast: Cast) -> None:
    item, head = _held(cast), cast("head.fl")
    step = undoably(head, item, _steps(cast)["refer"])
    with pytest.raises(NotFoundOrForbidden):
        undo(cast("adviser.fl"), step)
    with pytest.raises(NotFoundOrForbidden):
        undo(cast("head.mof"), step)
    undo(head, step)
    with pytest.raises(TooLateToUndo):
        undo(head, step)


def test_a_refused_step_leaves_nothing_to_undo(cast: Cast) -> None:
    item, adviser = _held(cast), cast("adviser.fl")
    actions.refer(cast("head.fl"), item, _to_adviser(cast))
    with pytest.raises(NotTheHolder):
        undoably(cast("head.fl"), item, _steps(cast)["done"])
    assert [one.object_id for one in queries.queue(adviser, Tab.REQUIRED)] == [item]


# ── what is passed on stays in sight ────────────────────────────────────────────────────────────────────────────────


def test_a_referral_that_is_kept_in_sight_stands_among_what_is_followed_until_it_is_done(cast: Cast) -> None:
    item, head, adviser = _held(cast), cast("head.fl"), cast("adviser.fl")
    actions.refer(head, item, _to_adviser(cast, keep_following=True))
    assert [one.object_id for one in queries.queue(head, Tab.FOLLOWING)] == [item]
    assert [one.object_id for one in queries.queue(head, Tab.DONE)] == [item]
    assert queries.counts(head)[Tab.FOLLOWING] == 1
    actions.complete(adviser, item, "تم")
    assert queries.queue(head, Tab.FOLLOWING) == []


def test_a_referral_without_it_is_out_of_sight_and_following_ends_on_ones_word(cast: Cast) -> None:
    item, head = _held(cast), cast("head.fl")
    actions.refer(head, item, _to_adviser(cast))
    assert queries.queue(head, Tab.FOLLOWING) == []
    other = _held(cast)
    actions.refer(head, other, _to_adviser(cast, keep_following=True))
    actions.stop_following(head, other)
    actions.stop_following(head, other)
    assert queries.queue(head, Tab.FOLLOWING) == []
    with scope(head):
        assert AuditEntry.objects.filter(object_id=other, act="work.item-unfollowed").count() == 1


def test_an_author_sees_the_draft_on_its_way_and_an_approver_what_was_approved_today(cast: Cast) -> None:
    author, head, signer = cast("adviser.mof"), cast("head.mof"), cast("signer.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    assert queries.queue(author, Tab.FOLLOWING) == []
    approval.submit(author, letter.id)
    assert [one.object_id for one in queries.queue(author, Tab.FOLLOWING)] == [letter.id]
    approval.approve(head, letter.id)
    assert [one.object_id for one in queries.queue(author, Tab.FOLLOWING)] == [letter.id]
    assert [one.object_id for one in queries.queue(head, Tab.DONE)] == [letter.id]
    issue(signer, letter.id)
    assert [one.object_id for one in queries.queue(signer, Tab.DONE)] == [letter.id]
    with clock.fixed(clock.now() + timedelta(days=1)):
        assert queries.queue(head, Tab.DONE) == []


def test_a_draft_that_came_back_is_required_and_no_longer_followed(cast: Cast) -> None:
    author = cast("adviser.mof")
    letter = approved_letter(cast)
    approval.send_back(cast("signer.mof"), letter.id, "تستكمل المرفقات")
    assert [one.object_id for one in queries.queue(author, Tab.REQUIRED)] == [letter.id]
    assert queries.queue(author, Tab.FOLLOWING) == []


# ── over HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_message_of_an_act_on_several_items_undoes_all_of_them(cast: Cast) -> None:
    items, client = [_held(cast), _held(cast)], browser("head.fl")
    client.post(reverse("work:act"), {"item": [str(one) for one in items], "act": "done"})
    page = client.get(reverse("work:queue")).content.decode()
    assert reverse("work:undo") in page
    answer = client.post(reverse("work:undo"), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == reverse("work:queue")
    assert {one.object_id for one in queries.queue(cast("head.fl"), Tab.REQUIRED)} == set(items)
    assert client.post(reverse("work:undo")).status_code == 302


def test_refused_items_are_named_and_the_others_done(cast: Cast) -> None:
    mine, lost = _held(cast), _held(cast)
    actions.refer(cast("head.fl"), lost, _to_adviser(cast))
    client = browser("head.fl", language="en")
    client.post(reverse("work:act"), {"item": [str(mine), str(lost)], "act": "done"})
    page = client.get(reverse("work:queue")).content.decode()
    assert "1 item was marked done." in page
    assert "طلب الرأي بشأن فروق أسعار المواد" in page.split('id="toasts"')[1]
    assert "no longer with you" in page


def test_new_items_are_told_and_the_list_stays(cast: Cast) -> None:
    client, since = browser("head.fl", language="en"), clock.now()
    _held(cast)
    address = reverse("work:news", args=["required"])
    page = client.get(address, {"since": since.isoformat()}).content.decode()
    assert "new letter" in page
    assert "new letter" not in client.get(address, {"since": clock.now().isoformat()}).content.decode()
    for bad in ("", "x", "2026-01-01T00:00:00"):
        assert client.get(address, {"since": bad}).status_code == 404
    assert client.get(reverse("work:news", args=["nothing"]), {"since": since.isoformat()}).status_code == 404
