# SPDX-License-Identifier: EUPL-1.2
"""Who may sign what, on which day: row by row."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.directory.errors import MandateError, MandateOutOfScope, NoMandate, mandate_error
from mukatabat.directory.rules import (
    Absent,
    BodyLabel,
    Honorific,
    MandateChoice,
    MandateFacts,
    MandateKind,
    Obstacle,
    Refusal,
    address,
    choose_mandate,
    effective,
    match_strength,
)

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
SIGNER, HOLDER = UUID(int=1), UUID(int=2)
POST = MandateFacts(
    id=UUID(int=10),
    person_id=SIGNER,
    body_id=UUID(int=20),
    post_id=UUID(int=30),
    post_ar="وكيل وزارة المالية",
    post_en="Undersecretary of the Ministry of Finance",
    kind=MandateKind.POST,
    instrument_number="مرسوم رقم 119 لسنة 2024",
    instrument_date=date(2024, 5, 1),
    valid_from=date(2024, 5, 1),
    holder_ids=frozenset({SIGNER}),
)
DELEGATION = replace(POST, id=UUID(int=11), kind=MandateKind.DELEGATION, holder_ids=frozenset({HOLDER}))
STANDING_IN = replace(DELEGATION, id=UUID(int=12), kind=MandateKind.STANDING_IN)
SIGNER_AWAY = Absent(person_id=SIGNER, until=TODAY + 3 * DAY)
HOLDER_AWAY = Absent(person_id=HOLDER, until=TODAY + 3 * DAY)


def choose(*mandates, letter_type="general", recipient_level=1, absent=()):
    return choose_mandate(mandates, letter_type=letter_type, recipient_level=recipient_level, on=TODAY, absent=absent)


REFUSED = [
    ("nobody signs without an instrument", (), {}, Obstacle.NONE_HELD),
    ("an instrument without signature is none", (replace(POST, may_sign=False),), {}, Obstacle.NONE_HELD),
    ("revoked today", (replace(POST, revoked_on=TODAY),), {}, Obstacle.REVOKED),
    ("ended yesterday", (replace(POST, valid_to=TODAY - DAY),), {}, Obstacle.EXPIRED),
    ("begins tomorrow", (replace(POST, valid_from=TODAY + DAY),), {}, Obstacle.NOT_YET),
    ("another type", (replace(POST, letter_types=frozenset({"opinion"})),), {}, Obstacle.LETTER_TYPE),
    ("a recipient above it", (replace(POST, highest_level=2),), {"recipient_level": 1}, Obstacle.RECIPIENT),
    ("the signer is on leave", (POST,), {"absent": [SIGNER_AWAY]}, Obstacle.ON_LEAVE),
    ("the holder is at work", (STANDING_IN,), {}, Obstacle.HOLDER_PRESENT),
    ("nobody holds the post", (replace(STANDING_IN, holder_ids=frozenset()),), {}, Obstacle.POST_VACANT),
    ("both on leave", (STANDING_IN,), {"absent": [SIGNER_AWAY, HOLDER_AWAY]}, Obstacle.ON_LEAVE),
    (
        "one of two holders is at work",
        (replace(STANDING_IN, holder_ids=frozenset({HOLDER, UUID(int=3)})),),
        {"absent": [HOLDER_AWAY]},
        Obstacle.HOLDER_PRESENT,
    ),
]


@pytest.mark.parametrize(
    ("mandates", "circumstances", "obstacle"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_signature_is_refused_with_its_reason(mandates, circumstances, obstacle):
    refusal = choose(*mandates, **circumstances)
    assert isinstance(refusal, Refusal)
    assert refusal.obstacle is obstacle


ALLOWED = [
    ("the post itself", (POST,), {}, POST),
    ("its last day counts", (replace(POST, valid_to=TODAY),), {}, replace(POST, valid_to=TODAY)),
    ("its first day counts", (replace(POST, valid_from=TODAY),), {}, replace(POST, valid_from=TODAY)),
    ("an equal level", (replace(POST, highest_level=2),), {"recipient_level": 2}, replace(POST, highest_level=2)),
    ("a lower level", (replace(POST, highest_level=2),), {"recipient_level": 4}, replace(POST, highest_level=2)),
    ("a delegation needs nobody's absence", (DELEGATION,), {}, DELEGATION),
    ("a delegation holds while the holder is away", (DELEGATION,), {"absent": [HOLDER_AWAY]}, DELEGATION),
    ("a standing-in while the holder is away", (STANDING_IN,), {"absent": [HOLDER_AWAY]}, STANDING_IN),
    ("the post before the delegation", (DELEGATION, POST), {}, POST),
    ("the second where the first does not reach", (replace(POST, highest_level=2), DELEGATION), {}, DELEGATION),
    (
        "revoked tomorrow still holds",
        (replace(POST, revoked_on=TODAY + DAY),),
        {},
        replace(POST, revoked_on=TODAY + DAY),
    ),
]


@pytest.mark.parametrize(
    ("mandates", "circumstances", "chosen"), [row[1:] for row in ALLOWED], ids=[row[0] for row in ALLOWED]
)
def test_a_signature_names_its_instrument(mandates, circumstances, chosen):
    choice = choose(*mandates, **circumstances)
    assert isinstance(choice, MandateChoice)
    assert choice.mandate == chosen


def test_leave_gives_the_deputy_no_signature():
    assert choose(absent=[HOLDER_AWAY]) == Refusal(obstacle=Obstacle.NONE_HELD)


def test_the_newest_of_equal_instruments_is_chosen_in_any_order():
    newer = replace(DELEGATION, id=UUID(int=13), instrument_date=date(2025, 1, 1))
    for mandates in ((DELEGATION, newer), (newer, DELEGATION)):
        assert choose(*mandates).mandate == newer


def test_the_refusal_names_the_day_that_matters():
    assert choose(replace(POST, valid_to=TODAY - DAY)).day == TODAY - DAY
    assert choose(replace(POST, valid_from=TODAY + DAY)).day == TODAY + DAY
    assert choose(POST, absent=[SIGNER_AWAY]).day == SIGNER_AWAY.until


@pytest.mark.parametrize("obstacle", Obstacle)
def test_every_obstacle_has_an_error_of_its_own(obstacle):
    error = mandate_error(Refusal(obstacle=obstacle, instrument="قرار رقم 1", post_ar="وكيل", day=TODAY))
    assert isinstance(error, MandateError)
    assert error.code == f"directory.{obstacle}"
    assert issubclass(type(error), MandateOutOfScope) == (
        obstacle in {Obstacle.LETTER_TYPE, Obstacle.RECIPIENT, Obstacle.HOLDER_PRESENT, Obstacle.POST_VACANT}
    )
    assert issubclass(type(error), NoMandate) == (obstacle in {Obstacle.NONE_HELD, Obstacle.REVOKED})


def test_the_evidence_of_a_choice_is_plain_json():
    evidence = choose(replace(POST, valid_to=TODAY)).as_evidence()
    assert json.loads(json.dumps(evidence)) == evidence
    assert evidence["instrument_number"] == POST.instrument_number
    assert evidence["valid_to"] == "2026-11-22"


MANDATES = st.builds(
    replace,
    st.sampled_from([POST, DELEGATION, STANDING_IN]),
    valid_from=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    valid_to=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    highest_level=st.integers(1, 5),
    may_sign=st.booleans(),
    revoked_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    letter_types=st.sampled_from([frozenset(), frozenset({"opinion"}), frozenset({"general", "opinion"})]),
)


@given(
    st.lists(MANDATES, max_size=5),
    st.sampled_from(["general", "opinion"]),
    st.integers(1, 5),
    st.sets(st.sampled_from([SIGNER_AWAY, HOLDER_AWAY])),
)
def test_whatever_is_chosen_reaches_the_letter(mandates, letter_type, recipient_level, absent):
    choice = choose(*mandates, letter_type=letter_type, recipient_level=recipient_level, absent=absent)
    if isinstance(choice, Refusal):
        return
    chosen = choice.mandate
    assert chosen.may_sign
    assert effective(chosen.valid_from, chosen.valid_to, TODAY)
    assert chosen.revoked_on is None or chosen.revoked_on > TODAY
    assert recipient_level >= chosen.highest_level
    assert not chosen.letter_types or letter_type in chosen.letter_types
    assert SIGNER_AWAY not in absent
    assert chosen.kind is not MandateKind.STANDING_IN or HOLDER_AWAY in absent


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        (MandateKind.POST, "ar", "وكيل وزارة المالية"),
        (MandateKind.ACTING, "ar", "وكيل وزارة المالية بالتكليف"),
        (MandateKind.STANDING_IN, "ar", "وكيل وزارة المالية بالإنابة"),
        (MandateKind.DELEGATION, "ar", "عن وكيل وزارة المالية بالتفويض"),
        (MandateKind.ACTING, "en", "Acting Undersecretary of the Ministry of Finance"),
        (MandateKind.DELEGATION, "en", "For the Undersecretary of the Ministry of Finance, by delegation"),
    ],
)
def test_the_signature_says_in_which_capacity(kind, language, words):
    assert replace(POST, kind=kind).capacity(language) == words


def test_a_minister_is_addressed_by_his_office():
    assert address("maali", "وزير المالية", "ar") == ("معالي / وزير المالية", "المحترم")
    assert address("maali", "Minister of Finance", "en") == ("His Excellency the Minister of Finance", "")


@pytest.mark.parametrize("honorific", Honorific)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_honorific_has_words_in_both_languages(honorific, language):
    before, _after = address(honorific.value, "X", language)
    assert before.endswith("X")
    assert len(before) > 3


def test_both_days_of_a_period_belong_to_it():
    assert effective(TODAY, TODAY, TODAY)
    assert not effective(TODAY, TODAY, TODAY + DAY)
    assert not effective(TODAY, None, TODAY - DAY)
    assert effective(TODAY, None, TODAY + 10_000 * DAY)


FINANCE = BodyLabel(id=UUID(int=1), code="MOF", realm="live", ar="وزارة المالية", en="Ministry of Finance")
FATWA = BodyLabel(
    id=UUID(int=2), code="FL", realm="live", ar="إدارة الفتوى والتشريع", en="Department of Fatwa and Legislation"
)


@pytest.mark.parametrize(
    ("body", "typed", "strength"),
    [
        (FINANCE, "mof", 5),
        (FINANCE, "MO", 4),
        (FINANCE, "وزارة الم", 3),
        (FINANCE, "وزاره الماليه", 3),
        (FINANCE, "المالية", 2),
        (FINANCE, "مالية", 2),
        (FINANCE, "finance", 2),
        (FINANCE, "inance", 1),
        (FINANCE, "الصحة", 0),
        (FINANCE, "", 0),
        (FINANCE, "  ", 0),
        (FATWA, "ادارة الفتوي", 3),
        (FATWA, "إدَارَة الفَتوى", 3),
        (FATWA, "فتوى ادارة", 2),
        (FATWA, "تشريع", 1),
        (FATWA, "legislation department", 2),
    ],
)
def test_a_body_is_found_as_people_type_it(body, typed, strength):
    assert match_strength(body, typed) == strength
