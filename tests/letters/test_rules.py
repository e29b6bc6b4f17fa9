# SPDX-License-Identifier: EUPL-1.2
"""The table of the letter's life, row by row, and long walks over it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.access.grants.rules import Shelf
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.letters.errors import UNMET
from mukatabat.letters.rules import (
    MOVES,
    REGISTER_OF,
    RULES,
    Direction,
    DraftFacts,
    Guard,
    LetterEvent,
    LetterKind,
    LetterState,
    Rule,
    Unready,
    lacks,
    shelf_of,
    unmet,
)

S, E, G = LetterState, LetterEvent, Guard
PLAN = {
    (S.DRAFT, E.SAVE): (S.DRAFT, {G.AUTHOR}),
    (S.DRAFT, E.SUBMIT): (S.REVIEW, {G.AUTHOR, G.READY}),
    (S.DRAFT, E.DISCARD): (S.DISCARDED, {G.AUTHOR}),
    (S.REVIEW, E.RECALL): (S.DRAFT, {G.AUTHOR}),
    (S.REVIEW, E.PASS_STEP): (S.REVIEW, {G.STEP_HOLDER, G.MORE_STEPS}),
    (S.REVIEW, E.APPROVE): (S.APPROVED, {G.STEP_HOLDER, G.LAST_STEP}),
    (S.REVIEW, E.SEND_BACK): (S.DRAFT, {G.STEP_HOLDER, G.REASON}),
    (S.APPROVED, E.RECALL): (S.DRAFT, {G.AUTHOR}),
    (S.APPROVED, E.SEND_BACK): (S.DRAFT, {G.STEP_HOLDER, G.REASON}),
    (S.APPROVED, E.BEGIN_ISSUE): (S.ISSUING, {G.STEP_HOLDER, G.READY, G.MANDATE, G.FRESH_SECOND_FACTOR}),
    (S.ISSUING, E.SIGNED): (S.ISSUED, {G.VALID_SIGNATURE}),
    (S.ISSUING, E.UNSIGNED): (S.APPROVED, {G.REASON}),
}
"""The plan, written down a second time and independently; a change of the table has to be made twice."""

ABSENT = [pair for pair in product(LetterState, LetterEvent) if pair not in PLAN]


def test_the_table_is_the_plan_and_names_no_move_twice() -> None:
    assert {(rule.state, rule.event): (rule.to, set(rule.guards)) for rule in RULES} == PLAN
    assert len(RULES) == len(MOVES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.state}-{rule.event}")
def test_a_move_with_all_its_guards_is_made(rule: Rule) -> None:
    assert unmet(rule, rule.guards) is None


@pytest.mark.parametrize(
    ("rule", "guard"), [(rule, guard) for rule in RULES for guard in sorted(rule.guards)],
    ids=lambda value: str(value) if isinstance(value, Guard) else f"{value.state}-{value.event}",
)  # fmt: skip
def test_each_missing_guard_stops_the_move_under_its_own_name(rule: Rule, guard: Guard) -> None:
    everything_else = frozenset(Guard) - {guard}
    assert unmet(rule, everything_else) is guard


@pytest.mark.parametrize(("state", "event"), ABSENT, ids=str)
def test_what_the_plan_does_not_name_is_no_move(state: LetterState, event: LetterEvent) -> None:
    assert (state, event) not in MOVES


def test_every_guard_has_an_error_with_its_three_sentences() -> None:
    assert UNMET.keys() == set(Guard)
    for error in UNMET.values():
        shown = error().as_dict()
        assert all(shown.values())


@given(st.lists(st.tuples(st.sampled_from(LetterEvent), st.sets(st.sampled_from(Guard)))))
def test_no_walk_issues_a_letter_without_mandate_fresh_factor_and_signature(
    walk: list[tuple[LetterEvent, set[Guard]]],
) -> None:
    state, made = LetterState.DRAFT, []
    for event, met in walk:
        rule = MOVES.get((state, event))
        if rule is not None and unmet(rule, frozenset(met)) is None:
            state = rule.to
            made.append((event, met))
    if state is LetterState.ISSUED:
        events = [event for event, _ in made]
        begun = next(met for event, met in reversed(made) if event is E.BEGIN_ISSUE)
        assert {G.MANDATE, G.FRESH_SECOND_FACTOR, G.STEP_HOLDER, G.READY} <= begun
        assert G.VALID_SIGNATURE in made[-1][1]
        assert events.index(E.SUBMIT) < events.index(E.APPROVE) < events.index(E.BEGIN_ISSUE)


@given(st.sampled_from([S.ISSUED, S.DISCARDED, S.REGISTERED]), st.sampled_from(LetterEvent))
def test_what_is_issued_discarded_or_registered_never_moves_again(state: LetterState, event: LetterEvent) -> None:
    assert (state, event) not in MOVES


READY = DraftFacts(
    kind=LetterKind.LETTER, subject="طلب رأي", plain_body="نص", originals=1, addresses_own_body=False, has_signer=True,
    secrecy=Secrecy.NORMAL,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, ()),
        ({"originals": 0}, (Unready.ADDRESSEE,)),
        ({"addresses_own_body": True}, (Unready.OWN_BODY,)),
        ({"addresses_own_body": True, "kind": LetterKind.MEMO}, ()),
        ({"subject": "  "}, (Unready.SUBJECT,)),
        ({"plain_body": "\n"}, (Unready.BODY,)),
        ({"has_signer": False}, (Unready.SIGNER,)),
        ({"answered_secrecy": Secrecy.SECRET}, (Unready.SECRECY_LOWERED,)),
        ({"answered_secrecy": Secrecy.SECRET, "secrecy": Secrecy.SECRET}, ()),
        ({"answered_secrecy": Secrecy.CONFIDENTIAL, "secrecy": Secrecy.TOP_SECRET}, ()),
        ({"subject": "", "has_signer": False}, (Unready.SUBJECT, Unready.SIGNER)),
    ],
)
def test_a_draft_is_told_everything_that_it_lacks(changes: dict[str, object], lacking: tuple[Unready, ...]) -> None:
    facts = DraftFacts(**{name: changes.get(name, getattr(READY, name)) for name in DraftFacts.__slots__})
    assert lacks(facts) == lacking


def test_a_letter_stands_among_the_drafts_until_it_is_issued_or_registered() -> None:
    for kind, direction, state in product(LetterKind, Direction, LetterState):
        shelf = shelf_of(kind, direction, state)
        assert (shelf is Shelf.DRAFT) == (state not in {S.ISSUED, S.REGISTERED})


def test_each_kind_has_its_own_book() -> None:
    assert REGISTER_OF == {
        LetterKind.LETTER: RegisterKind.OUTGOING,
        LetterKind.MEMO: RegisterKind.MEMO,
        LetterKind.CIRCULAR: RegisterKind.CIRCULAR,
    }
