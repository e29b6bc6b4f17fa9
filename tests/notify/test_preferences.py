# SPDX-License-Identifier: EUPL-1.2
"""When a notice goes out: pace, quiet hours over midnight, the daily digest."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.clock import KUWAIT
from mukatabat.notify.ports import ChannelName
from mukatabat.notify.preferences import LAST_ATTEMPT, Choice, Pace, after_quiet, next_attempt, next_digest, plan
from mukatabat.notify.rules import Kind

NIGHT = Choice(quiet_from=time(20), quiet_until=time(7))


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=KUWAIT)


@pytest.mark.parametrize(
    ("choice", "asked", "sent"),
    [
        (Choice(), at(3), at(3)),
        (NIGHT, at(12), at(12)), (NIGHT, at(7), at(7)), (NIGHT, at(19, 59), at(19, 59)),
        (NIGHT, at(20), at(7, day=26)), (NIGHT, at(23, 30), at(7, day=26)), (NIGHT, at(0), at(7)), (NIGHT, at(6, 59), at(7)),
        (Choice(quiet_from=time(13), quiet_until=time(15)), at(14), at(15)),
        (Choice(quiet_from=time(13), quiet_until=time(15)), at(15), at(15)),
    ],
)  # fmt: skip
def test_quiet_hours_move_a_message_to_their_end(choice: Choice, asked: datetime, sent: datetime) -> None:
    assert after_quiet(choice, asked) == sent


@given(st.times(), st.times(), st.integers(0, 366 * 24 * 60))
def test_no_message_goes_out_in_a_quiet_hour_or_waits_longer_than_a_day(begin: time, end: time, minutes: int) -> None:
    choice, asked = Choice(quiet_from=begin, quiet_until=end), at(0) + timedelta(minutes=minutes)
    sent = after_quiet(choice, asked)
    assert asked <= sent <= asked + timedelta(days=1)
    assert after_quiet(choice, sent) == sent


def test_the_digest_comes_once_a_day_at_its_time() -> None:
    assert next_digest(Choice(), at(7)) == at(7, 30)
    assert next_digest(Choice(), at(7, 30)) == at(7, 30, day=26)


def test_whoever_chose_nothing_is_mailed_what_is_urgent_and_gets_a_digest_of_the_rest() -> None:
    [now], [later] = plan(Choice(), Kind.FOR_SIGNATURE, at(12)), plan(Choice(), Kind.REGISTERED, at(12))
    assert (now.channel, now.due_at, now.digest) == (ChannelName.EMAIL, at(12), False)
    assert (later.channel, later.digest) == (ChannelName.EMAIL, True)


def test_every_kind_can_be_chosen_by_every_channel_or_none() -> None:
    for kind in Kind:
        never = Choice(email={**Choice().email, kind: Pace.NEVER})
        assert plan(never, kind, at(12)) == []
        both = Choice(email=never.email, sms=frozenset({kind}), hook=frozenset({kind}))
        assert [one.channel for one in plan(both, kind, at(12))] == [ChannelName.SMS, ChannelName.HOOK]


def test_attempts_grow_and_end() -> None:
    pauses = [next_attempt(count) for count in range(1, LAST_ATTEMPT)]
    assert pauses == sorted(pauses)  # type: ignore[type-var]
    assert next_attempt(LAST_ATTEMPT) is None
