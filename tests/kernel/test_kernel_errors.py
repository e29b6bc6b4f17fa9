# SPDX-License-Identifier: EUPL-1.2
import pickle
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext_lazy

from mukatabat.kernel.errors import Conflict, MukatabatError, NotFoundOrForbidden


class Missing(MukatabatError):
    code = "test.missing"
    happened = gettext_lazy("The file %(name)s has gone.")
    safe = "100% of the letter is kept."
    do = ngettext_lazy("Wait %(count)d minute.", "Wait %(count)d minutes.", "count")


def test_the_texts_are_filled_and_inserted_text_is_isolated() -> None:
    error = Missing(name="خطاب.pdf", count=3)
    assert str(error.happened) == "The file \u2068خطاب.pdf\u2069 has gone."
    assert str(error.do) == "Wait 3 minutes."
    assert str(Missing(name="x", count=1).do) == "Wait 1 minute."


@pytest.mark.parametrize(("language", "shown"), [("en", "22 September 2026"), ("ar", "22 سبتمبر 2026")])
def test_a_day_is_written_in_words(language: str, shown: str) -> None:
    with translation.override(language):
        assert f"\u2068{shown}\u2069" in str(Missing(name=date(2026, 9, 22), count=1).happened)


def test_an_imperfect_text_never_raises() -> None:
    assert str(Missing(count=1).happened) == "The file … has gone."
    assert str(Missing(name="x", count=1).safe) == "100% of the letter is kept."


def test_the_answer_names_code_and_three_texts() -> None:
    assert Missing(name="x", count=2).as_dict() == {
        "code": "test.missing",
        "happened": "The file \u2068x\u2069 has gone.",
        "safe": "100% of the letter is kept.",
        "do": "Wait 2 minutes.",
    }


def test_logs_see_the_code_and_not_the_words_of_a_letter() -> None:
    error = Missing(name="سري", count=2)
    assert str(error) == "test.missing"
    assert "سري" not in str(error)
    assert repr(error) == "Missing(name='سري', count=2)"


def test_an_error_survives_the_way_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(Missing(name="x", count=2)))
    assert type(copy) is Missing
    assert copy.as_dict() == Missing(name="x", count=2).as_dict()


@pytest.mark.parametrize(("kind", "status"), [(MukatabatError, 400), (NotFoundOrForbidden, 404), (Conflict, 409)])
def test_every_base_has_its_status_and_complete_texts(kind: type[MukatabatError], status: int) -> None:
    assert kind.http_status == status
    assert all(kind().as_dict().values())
