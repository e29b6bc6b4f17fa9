# SPDX-License-Identifier: EUPL-1.2
"""Whoever is refused an act leaves a trace; whoever merely mistypes or comes too late does not fill the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mukatabat.audit.checking import verify
from mukatabat.audit.models import AuditEntry
from mukatabat.audit.queries import history_of
from mukatabat.tenancy.context import scope
from tests.cast import MOF, MOH
from tests.letters.pages import at, browser
from tests.story import approved_letter, issued_letter

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _refused(cast: Cast, login: str) -> list[tuple[str, UUID | None, int]]:
    with scope(cast(login)):
        found = AuditEntry.objects.filter(act="web.act-refused", actor_id=cast(login).person_id).order_by("id")
        return [(one.detail["route"], one.object_id, one.detail["status"]) for one in found]


def test_an_act_on_what_one_may_not_see_is_kept_in_the_own_body_s_trail_alone(cast: Cast) -> None:
    letter = issued_letter(cast)
    for login in ("finance.mof", "clerk.moh"):
        browser(login).post(at("comment", letter.id), {"text": "ملاحظة"})
        assert _refused(cast, login) == [("letters:comment", letter.id, 404)]
    with scope(cast("clerk.moh")):
        assert set(AuditEntry.objects.values_list("body_id", flat=True)) == {MOH}
    with scope(cast("clerk.mof")):
        (entry,) = AuditEntry.objects.filter(act="web.act-refused")
    assert (entry.body_id, entry.place, entry.actor_name) == (MOF, "127.0.0.1", cast("finance.mof").name_ar)
    assert not verify([(MOF, "live"), (MOH, "live")]).faults


def test_a_step_that_is_another_s_is_kept_and_the_letter_s_readers_see_no_line_of_it(cast: Cast) -> None:
    letter = approved_letter(cast)
    head = browser("head.mof")
    assert head.post(at("send_back", letter.id), {"reason": "سبب"}).status_code == 403
    assert head.post(at("sign", letter.id), {"read": "yes"}).status_code == 404
    assert _refused(cast, "head.mof") == [("letters:send_back", letter.id, 403), ("letters:sign", letter.id, 404)]
    assert "web.act-refused" in {one.act for one in history_of(cast("adviser.mof"), letter.id)}
    page = browser("adviser.mof").get(at("letter", letter.id), {"panel": "track"}).content.decode()
    assert "act-refused" not in page


def test_looking_and_mistyping_fill_no_trail(cast: Cast) -> None:
    client = browser("adviser.mof")
    client.get(at("letter", uuid4()))
    client.get("/nowhere/")
    client.post(at("begin", uuid4()), {"subject": "س", "letter_type": "x"})
    assert _refused(cast, "adviser.mof") == []
