# SPDX-License-Identifier: EUPL-1.2
"""Capabilities, lock-out, one-time codes and session limits, without a database."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.access import rules
from mukatabat.access.rules import Attempts, Capability
from mukatabat.directory.vocabulary import PostRole

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRET = base64.b32encode(b"12345678901234567890").decode()


def test_every_role_has_its_row_of_capabilities() -> None:
    assert set(rules.ROLE_CAPABILITIES) == set(PostRole)
    assert all(rules.ROLE_CAPABILITIES.values())


def test_every_capability_belongs_to_some_role() -> None:
    assert frozenset().union(*rules.ROLE_CAPABILITIES.values()) == set(Capability)


def test_several_posts_unite_their_capabilities() -> None:
    both = rules.capabilities_of([PostRole.ADVISER, PostRole.ARCHIVIST])
    assert both == rules.ROLE_CAPABILITIES[PostRole.ADVISER] | rules.ROLE_CAPABILITIES[PostRole.ARCHIVIST]
    assert rules.capabilities_of([]) == frozenset()


@pytest.mark.parametrize("role", [PostRole.SIGNATORY, PostRole.ADMINISTRATOR, PostRole.OPERATOR, PostRole.AUDITOR])
def test_strong_posts_demand_a_second_factor(role: PostRole) -> None:
    assert rules.second_factor_required(rules.capabilities_of([role]))


@pytest.mark.parametrize("role", [PostRole.ADVISER, PostRole.HEAD, PostRole.REGISTRY_CLERK, PostRole.TRAINEE])
def test_ordinary_posts_do_not_demand_a_second_factor(role: PostRole) -> None:
    assert not rules.second_factor_required(rules.capabilities_of([role]))


def test_a_session_without_a_second_factor_has_no_strong_capability() -> None:
    held = rules.capabilities_of([PostRole.SIGNATORY])
    assert Capability.SIGN not in rules.capabilities_in_session(held, None)
    assert Capability.APPROVE in rules.capabilities_in_session(held, None)
    assert rules.capabilities_in_session(held, NOON) == held


def test_the_fifth_attempt_locks_for_fifteen_minutes() -> None:
    attempts = Attempts()
    for _ in range(4):
        attempts = rules.count_attempt(attempts, NOON)
        assert not rules.is_locked(attempts, NOON)
    attempts = rules.count_attempt(attempts, NOON)
    assert rules.is_locked(attempts, NOON + timedelta(minutes=14, seconds=59))
    assert not rules.is_locked(attempts, NOON + timedelta(minutes=15))


def test_after_a_lock_the_count_begins_anew() -> None:
    locked = Attempts(failures=5, first_failure_at=NOON, locked_until=NOON + timedelta(minutes=1))
    after = rules.count_attempt(locked, NOON + timedelta(minutes=2))
    assert (after.failures, after.locked_until) == (1, None)


def test_slow_mistakes_never_lock() -> None:
    attempts, at = Attempts(), NOON
    for _ in range(20):
        attempts = rules.count_attempt(attempts, at)
        assert not rules.is_locked(attempts, at)
        at += timedelta(minutes=8)


@given(st.lists(st.integers(min_value=0, max_value=1200), max_size=60))
def test_no_quarter_of_an_hour_holds_more_than_twice_the_allowed_looks(gaps: list[int]) -> None:
    attempts, at, looks = Attempts(), NOON, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        if not rules.is_locked(attempts, at):
            attempts = rules.count_attempt(attempts, at)
            looks.append(at)
    for start in looks:
        inside = [look for look in looks if start <= look < start + rules.LOCKOUT.window]
        assert len(inside) <= 2 * rules.LOCKOUT.failures - 1


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (900, 15), (-5, 1)])
def test_the_time_left_is_rounded_up_to_minutes(seconds: int, minutes: int) -> None:
    assert rules.minutes_left(NOON + timedelta(seconds=seconds), NOON) == minutes


@pytest.mark.parametrize(
    ("unix_time", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_one_time_codes_match_the_vectors_of_rfc_6238(unix_time: int, code: str) -> None:
    at = datetime.fromtimestamp(unix_time, UTC)
    assert rules.one_time_code(SECRET, rules.step_at(at)) == code
    assert rules.matching_step(SECRET, code, at) == unix_time // 30


@pytest.mark.parametrize("typed", ["۲۸۷۰۸۲", "٢٨٧٠٨٢", "287 082", " 287-082 "])
def test_a_code_is_accepted_in_any_digit_style_and_grouping(typed: str) -> None:
    assert rules.matching_step(SECRET, typed, datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize(("drift", "accepted"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_drift_by_one_step(drift: int, accepted: bool) -> None:
    code = rules.one_time_code(SECRET, rules.step_at(NOON))
    assert (rules.matching_step(SECRET, code, NOON + timedelta(seconds=drift)) is not None) is accepted


@given(st.text(max_size=30))
def test_no_typed_text_breaks_the_check_of_a_code(typed: str) -> None:
    step = rules.matching_step(SECRET, typed, NOON)
    assert step is None or rules.one_time_code(SECRET, step) == rules.code_digits(typed)


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(timedelta(0), True), (timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)],
)
def test_a_second_factor_is_fresh_for_five_minutes(age: timedelta, fresh: bool) -> None:
    assert rules.is_fresh(NOON - age, NOON) is fresh


def test_a_second_factor_never_proved_or_proved_in_the_future_is_not_fresh() -> None:
    assert not rules.is_fresh(None, NOON)
    assert not rules.is_fresh(NOON + timedelta(seconds=1), NOON)


def test_a_session_ends_after_eight_hours_or_thirty_idle_minutes() -> None:
    hour = timedelta(hours=1)
    assert not rules.session_over(NOON, NOON, NOON)
    assert not rules.session_over(NOON, NOON + 7 * hour, NOON + 7 * hour + timedelta(minutes=29))
    assert rules.session_over(NOON, NOON + 7 * hour, NOON + 7 * hour + timedelta(minutes=30))
    assert rules.session_over(NOON, NOON + 8 * hour, NOON + 8 * hour)
    assert rules.session_over(None, NOON, NOON)
