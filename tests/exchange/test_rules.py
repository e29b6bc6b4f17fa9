# SPDX-License-Identifier: EUPL-1.2
"""The table of a consignment, row by row, walks over it, and the times of further attempts."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.exchange.rules import (
    CONSIGNMENT,
    FINAL,
    LAST_ATTEMPT_AFTER,
    TIME_FIELD,
    ConsignmentState,
    Event,
    after,
    next_attempt,
)

S, E = ConsignmentState, Event
PLAN = {
    (S.ORDERED, E.DISPATCH): S.DISPATCHED,
    (S.ORDERED, E.WITHDRAW): S.WITHDRAWN,
    (S.ORDERED, E.FAIL): S.FAILED,
    (S.DISPATCHED, E.DELIVER): S.DELIVERED,
    (S.DISPATCHED, E.FAIL): S.FAILED,
    (S.DISPATCHED, E.WITHDRAW): S.WITHDRAWN,
    (S.DELIVERED, E.REGISTER): S.REGISTERED,
    (S.DELIVERED, E.RETURN): S.RETURNED,
    (S.DELIVERED, E.REDIRECT): S.REDIRECTED,
    (S.DELIVERED, E.WITHDRAW): S.WITHDRAWN,
    (S.REGISTERED, E.OPEN): S.OPENED,
    (S.REGISTERED, E.ANSWER): S.ANSWERED,
    (S.OPENED, E.ANSWER): S.ANSWERED,
    (S.ORDERED, E.HOLD): S.HELD,
    (S.DISPATCHED, E.HOLD): S.HELD,
    (S.HELD, E.RETRY): S.ORDERED,
    (S.HELD, E.WITHDRAW): S.WITHDRAWN,
    (S.FAILED, E.RETRY): S.ORDERED,
    (S.ORDERED, E.LAY_OUT): S.PAPER,
    (S.PAPER, E.HAND_OVER): S.HANDED,
    (S.PAPER, E.RETURN): S.RETURNED,
    (S.PAPER, E.WITHDRAW): S.WITHDRAWN,
    (S.HANDED, E.REGISTER): S.REGISTERED,
    (S.HANDED, E.RETURN): S.RETURNED,
    (S.HANDED, E.ANSWER): S.ANSWERED,
}


@pytest.mark.parametrize(("state", "event"), list(product(ConsignmentState, Event)), ids=str)
def test_every_pair_of_state_and_event_does_what_the_plan_says(state: ConsignmentState, event: Event) -> None:
    assert after(state, event) == PLAN.get((state, event))


def test_final_states_have_no_way_out_and_every_reached_state_has_its_time() -> None:
    assert not {state for state, _ in CONSIGNMENT} & FINAL
    assert set(CONSIGNMENT.values()) == TIME_FIELD.keys()


@given(st.lists(st.sampled_from(Event)))
def test_whatever_happens_an_accepted_letter_is_never_withdrawn_returned_or_redirected(events: list[Event]) -> None:
    states = [S.ORDERED]
    for event in events:
        states.append(after(states[-1], event) or states[-1])
    accepted = {S.REGISTERED, S.OPENED, S.ANSWERED}
    first = next((place for place, state in enumerate(states) if state in accepted), len(states))
    assert set(states[first:]) <= accepted
    for former, state in pairwise(states):
        if state is S.REGISTERED and former is not S.REGISTERED:
            assert former in {S.DELIVERED, S.HANDED}


@given(st.lists(st.sampled_from(Event)))
def test_what_was_handed_over_on_paper_is_never_withdrawn_nor_said_to_be_dispatched_or_opened_unkeyed(
    events: list[Event],
) -> None:
    walked: list[tuple[ConsignmentState, Event]] = []
    state = S.ORDERED
    for event in events:
        following = after(state, event)
        if following is not None:
            walked.append((state, event))
            state = following
    on_paper = next((place for place, (_, event) in enumerate(walked) if event is E.LAY_OUT), None)
    if on_paper is None:
        return
    later = [event for _, event in walked[on_paper + 1 :]]
    assert not {E.DISPATCH, E.DELIVER, E.REDIRECT, E.LAY_OUT} & set(later)
    if E.HAND_OVER in later:
        assert E.WITHDRAW not in later


@given(st.integers(1, 200), st.timedeltas(timedelta(0), timedelta(hours=200)))
def test_attempts_grow_apart_to_one_hour_and_end_after_a_hundred(attempts: int, since: timedelta) -> None:
    attempt = next_attempt(attempts, since)
    if since >= LAST_ATTEMPT_AFTER:
        assert attempt.again_in is None
    else:
        assert attempt.again_in is not None
        assert timedelta(seconds=5) <= attempt.again_in <= timedelta(hours=1)
        following = next_attempt(attempts + 1, since).again_in
        assert following is not None
        assert following >= attempt.again_in


def test_the_first_attempts_come_after_five_ten_and_twenty_seconds() -> None:
    assert [next_attempt(number, timedelta(0)).again_in for number in (1, 2, 3)] == [
        timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20),
    ]  # fmt: skip
