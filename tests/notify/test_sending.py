# SPDX-License-Identifier: EUPL-1.2
"""Notices on their way out: after the act, by the person's choice, and never a word of what is confidential."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from mukatabat.directory.models import Person
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import DataClass, Secrecy
from mukatabat.notify import service
from mukatabat.notify.actions import Chosen, choose, mark_seen, sending, take_back, tell
from mukatabat.notify.errors import MobileNotShaped
from mukatabat.notify.jobs import sweep
from mukatabat.notify.models import Dispatch, Notification
from mukatabat.notify.ports import ChannelDown, ChannelName, Outgoing, Undeliverable
from mukatabat.notify.preferences import LAST_ATTEMPT, Choice, Pace
from mukatabat.notify.queries import choice_of
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.tenancy.context import scope
from tests.cast import MOF, MOH, Cast
from tests.story import approved_letter, issued_letter, run_jobs

pytestmark = pytest.mark.django_db


class Box:
    """A channel that keeps what it gets, or fails as it was told to."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.error: Exception | None = None

    def send(self, message: Outgoing) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> dict[ChannelName, Box]:
    found = {name: Box() for name in ChannelName}
    monkeypatch.setattr(service, "channels", lambda: found)
    return found


def pass_on(cast: Cast, body: Any = MOF, login: str = "signer.mof") -> None:
    """The minutes go by, and the worker does what is due."""
    with scope(cast(login)):
        Notification.objects.filter(spread=False).update(at=clock.now() - timedelta(minutes=1))
    sweep(body)
    with scope(cast(login)):
        Dispatch.objects.filter(given_up_at=None).update(due_at=clock.now() - timedelta(seconds=1))
    sweep(body)
    run_jobs()


def said(box: Box) -> str:
    return "\n".join("\n".join((one.subject, *one.lines)) for one in box.sent)


def notice(cast: Cast, kind: Kind = Kind.FOR_SIGNATURE, **changes: Any) -> None:
    fields = {"reference": "MOF-O-2026-00001", "sealed": False, "subject": "طلب الرأي", **changes}
    with scope(cast("clerk.mof")):
        message = Message(kind=kind, object_kind="letter", object_id=new_id(), **fields)
        tell(cast("clerk.mof"), [person_id("signer.mof")], message)


def test_a_letter_for_signature_is_mailed_with_its_subject(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    approved_letter(cast)
    pass_on(cast)
    mail = next(
        one for one in boxes[ChannelName.EMAIL].sent if one.to == Person.objects.get(id=person_id("signer.mof")).email
    )
    assert "طلب الرأي بشأن فروق أسعار المواد" in "\n".join(mail.lines)
    assert boxes[ChannelName.SMS].sent == []


@pytest.mark.parametrize(
    "changes",
    [{"secrecy": secrecy} for secrecy in Secrecy if secrecy.is_sealed] + [{"data_class": DataClass.SENSITIVE}],
)
def test_of_anything_confidential_nothing_is_said_but_that_it_is_there(
    cast: Cast, boxes: dict[ChannelName, Box], changes: dict[str, Any]
) -> None:
    approved_letter(cast, subject="اسم لا يُذكر", **changes)
    pass_on(cast)
    everything = said(boxes[ChannelName.EMAIL])
    assert "كتاب بانتظاركم" in everything
    assert "لا يُذكر" not in everything
    with scope(cast("signer.mof")):
        assert not Notification.objects.exclude(subject="").exists()


def test_a_confidential_notice_names_neither_number_nor_body(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    notice(cast, sealed=True, counterpart_ar="جهة", subject="سر")
    pass_on(cast)
    [mail] = boxes[ChannelName.EMAIL].sent
    assert mail.subject == "كتاب بانتظاركم"
    for word in ("MOF-O", "جهة", "سر"):
        assert word not in said(boxes[ChannelName.EMAIL])


def test_what_may_be_said_outside_is_decided_by_secrecy_and_class() -> None:
    assert outside("س", Secrecy.NORMAL, DataClass.RESTRICTED) == {"sealed": False, "subject": "س"}
    for secrecy, class_ in ((Secrecy.CONFIDENTIAL, DataClass.PUBLIC), (Secrecy.NORMAL, DataClass.SENSITIVE)):
        assert outside("س", secrecy, class_) == {"sealed": True, "subject": ""}
    assert Message(kind=Kind.ARRIVED, object_kind="letter", object_id=new_id(), reference="x").sealed


def test_whatever_stands_in_a_row_stays_one_isolated_line(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    notice(cast, subject="أ\u202eب\u2069ج\r\nBcc: x@y.example", reference="R\u2066\n1")
    pass_on(cast)
    [mail] = boxes[ChannelName.EMAIL].sent
    assert "\u202e" not in said(boxes[ChannelName.EMAIL])
    for line in (mail.subject, *mail.lines):
        assert "\n" not in line
        assert "\r" not in line
        assert line.count("\u2068") == line.count("\u2069")


def test_a_dead_server_blocks_no_act_and_the_mail_goes_when_it_is_back(
    cast: Cast, boxes: dict[ChannelName, Box]
) -> None:
    boxes[ChannelName.EMAIL].error = ChannelDown("x")
    issued_letter(cast)  # is issued, or this fails
    notice(cast)
    pass_on(cast)
    pass_on(cast)
    boxes[ChannelName.EMAIL].error = None
    pass_on(cast)
    assert "طلب الرأي" in said(boxes[ChannelName.EMAIL])
    with scope(cast("signer.mof")):
        assert not Dispatch.objects.filter(digest=False).exists()


def test_a_channel_that_stays_dead_is_given_up_in_the_end(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    boxes[ChannelName.EMAIL].error = ChannelDown("x")
    notice(cast)
    for _ in range(LAST_ATTEMPT):
        pass_on(cast)
    with scope(cast("signer.mof")):
        assert Dispatch.objects.get().given_up_at is not None


def test_a_refused_address_is_not_tried_again(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    boxes[ChannelName.EMAIL].error = Undeliverable("x")
    notice(cast)
    pass_on(cast)
    boxes[ChannelName.EMAIL].error = None
    pass_on(cast)
    assert boxes[ChannelName.EMAIL].sent == []


def test_nothing_is_sent_twice_by_two_sweeps_or_two_workers(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    notice(cast)
    pass_on(cast)
    pass_on(cast)
    sending.send_due(sending.messenger(MOF))
    assert len(boxes[ChannelName.EMAIL].sent) == 1


def test_a_digest_is_one_message_of_what_was_not_seen_in_the_application(
    cast: Cast, boxes: dict[ChannelName, Box]
) -> None:
    for number in range(3):
        notice(cast, Kind.REGISTERED, reference=f"MOF-O-2026-0000{number}")
    pass_on(cast)
    [mail] = boxes[ChannelName.EMAIL].sent
    assert all(f"0000{number}" in "\n".join(mail.lines) for number in range(3))
    notice(cast, Kind.REGISTERED)
    mark_seen(cast("signer.mof"))
    pass_on(cast)
    assert len(boxes[ChannelName.EMAIL].sent) == 1


def test_what_was_undone_is_never_sent(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    notice(cast)
    with scope(cast("signer.mof")):
        one = Notification.objects.get()
    sweep(MOF)  # it is young: nobody looks at it yet
    take_back(cast("clerk.mof"), one.kind, one.object_id, since=one.at)
    pass_on(cast)
    assert boxes[ChannelName.EMAIL].sent == []


def test_a_person_is_told_as_chosen_and_in_the_chosen_language(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    choice = Choice(
        language="en", email={**Choice().email, Kind.FOR_SIGNATURE: Pace.NEVER}, sms=frozenset({Kind.FOR_SIGNATURE}),
        quiet_from=time(22), quiet_until=time(6),
    )  # fmt: skip
    choose(cast("signer.mof"), Chosen(choice=choice, mobile="+965 ٩٩٩ 12345"))
    assert choice_of(cast("signer.mof"), person_id("signer.mof")) == choice
    notice(cast)
    pass_on(cast)
    assert boxes[ChannelName.EMAIL].sent == []
    [short] = boxes[ChannelName.SMS].sent
    assert (short.to, short.language) == ("+96599912345", "en")
    assert short.subject.startswith("A letter awaits your signature")


def test_a_number_that_is_none_is_refused_and_another_body_sees_no_choice(cast: Cast) -> None:
    choose(cast("signer.mof"), Chosen(choice=Choice(language="en")))
    with pytest.raises(MobileNotShaped):
        choose(cast("signer.mof"), Chosen(choice=Choice(), mobile="call me"))
    assert choice_of(cast("signer.mof"), person_id("signer.mof")).language == "en"
    assert choice_of(cast("signer.moh"), person_id("signer.mof")) == Choice()


def test_a_body_is_told_of_its_own_notices_alone(cast: Cast, boxes: dict[ChannelName, Box]) -> None:
    notice(cast)
    pass_on(cast, MOH, "signer.moh")
    assert boxes[ChannelName.EMAIL].sent == []
