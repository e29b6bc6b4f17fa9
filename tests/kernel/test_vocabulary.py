# SPDX-License-Identifier: EUPL-1.2
import pickle

import pytest

from mukatabat.kernel.vocabulary import DataClass, Realm, RegisterKind, Secrecy, Urgency, Vocabulary

LISTS = [Realm, RegisterKind, Secrecy, Urgency, DataClass]


@pytest.mark.parametrize("words", LISTS)
def test_every_word_has_an_ascii_value_and_two_labels(words: type[Vocabulary]) -> None:
    for member in words:
        assert member.value.isascii()
        assert member == member.value == str(member)
        assert words(member.value) is member
        assert member.label_en.isascii()
        assert not member.label_ar.isascii()
        assert pickle.loads(pickle.dumps(member)) is member


def test_labels_follow_the_language_asked_for() -> None:
    assert Secrecy.SECRET.label_in("ar-kw") == "سري جدًا"
    assert Secrecy.SECRET.label_in("en") == "Secret"
    assert str(Urgency.IMMEDIATE.label) in {"Immediate", "فوري"}


def test_the_letters_of_the_registers_are_those_of_references() -> None:
    assert [kind.value for kind in RegisterKind] == list("IOMCX")


def test_degrees_run_from_the_mildest_to_the_strongest() -> None:
    assert [mark.rank for mark in Secrecy] == [0, 1, 2, 3]
    assert [mark.is_sealed for mark in Secrecy] == [False, True, True, True]


def test_choices_serve_a_field() -> None:
    assert [value for value, _label in Realm.choices()] == ["live", "training"]


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="not a valid"):
        Realm("test")
