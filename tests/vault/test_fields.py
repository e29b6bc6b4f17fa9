# SPDX-License-Identifier: EUPL-1.2
"""Sealed columns: what is stored, what stays when nothing changed, what does not open elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import drafting
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.errors import UnscopedQuery
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import actions
from mukatabat.vault.errors import KeyUnavailable, TextDamaged
from mukatabat.vault.fields import MARK, SealedText
from tests.cast import Cast
from tests.story import draft_command

pytestmark = pytest.mark.django_db

SUBJECT = "موضوع"


def raw(actor: Actor, column: str, table: str = "letters_letter") -> list[str]:
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def secret(cast: Cast, **changes: Any) -> Letter:
    command = draft_command(cast, subject=SUBJECT, secrecy=Secrecy.SECRET, **changes)
    return drafting.begin_draft(cast("adviser.mof"), command)


def test_a_secret_subject_is_sealed_an_ordinary_one_is_not_and_the_body_always(cast: Cast) -> None:
    actor = cast("adviser.mof")
    secret(cast)
    drafting.begin_draft(actor, draft_command(cast, subject=SUBJECT))
    subjects = raw(actor, "subject")
    assert subjects[0].startswith(MARK)
    assert subjects[1] == SUBJECT
    assert all(content.startswith(MARK) for content in raw(actor, "content"))
    assert raw(actor, "subject_folded") == ["", SUBJECT]


def test_what_did_not_change_keeps_its_sealed_form(cast: Cast) -> None:
    actor, letter = cast("adviser.mof"), secret(cast)
    before = raw(actor, "subject || content")
    with scope(actor):
        letter.save()
        Letter.objects.get(id=letter.id).save()
    assert raw(actor, "subject || content") == before
    with scope(actor):
        changed = Letter.objects.get(id=letter.id)
        changed.content["more"] = 1  # changed in its place
        changed.save()
        assert Letter.objects.get(id=letter.id).content["more"] == 1
    assert raw(actor, "content") != before


def test_a_letter_that_is_no_longer_secret_becomes_plain_and_the_other_way_round(cast: Cast) -> None:
    actor, letter = cast("adviser.mof"), secret(cast)
    for secrecy, sealed in ((Secrecy.NORMAL, False), (Secrecy.TOP_SECRET, True)):
        with scope(actor):
            kept = Letter.objects.get(id=letter.id)
            kept.secrecy = secrecy
            kept.save()
            assert Letter.objects.get(id=letter.id).subject == SUBJECT
        assert raw(actor, "subject")[0].startswith(MARK) is sealed


def test_a_text_moved_to_another_column_or_changed_does_not_open(cast: Cast) -> None:
    actor, letter = cast("adviser.mof"), secret(cast)
    (sealed,) = raw(actor, "subject")
    for value in (raw(actor, "content")[0], sealed[:-8] + "AAAAAA==", MARK, MARK + "not base64"):
        with scope(actor), connection.cursor() as cursor:
            cursor.execute("UPDATE letters_letter SET subject = %s", [value])
        with pytest.raises((TextDamaged, KeyUnavailable)), scope(actor):
            Letter.objects.get(id=letter.id)


def test_the_same_text_twice_looks_different(cast: Cast) -> None:
    secret(cast)
    secret(cast)
    one, other = raw(cast("adviser.mof"), "subject")
    assert one != other


def test_texts_of_before_a_rotation_still_open_and_new_ones_use_the_new_key(cast: Cast) -> None:
    actor, letter = cast("adviser.mof"), secret(cast)
    actions.rotate(actor)
    later = secret(cast)
    with scope(actor):
        assert {Letter.objects.get(id=one.id).subject for one in (letter, later)} == {SUBJECT}
    keys = {value[len(MARK) : len(MARK) + 20] for value in raw(actor, "subject")}
    assert len(keys) == 2


def test_an_update_without_rows_seals_as_well_and_an_empty_text_stays_empty(cast: Cast) -> None:
    actor, letter = cast("adviser.mof"), secret(cast)
    with scope(actor):
        Letter.objects.filter(id=letter.id).update(content={"type": "doc"})
        assert Letter.objects.values_list("content", flat=True).get(id=letter.id) == {"type": "doc"}
        Letter.objects.filter(id=letter.id).update(content={})
    assert raw(actor, "content") == ["{}"]


def test_no_text_is_sealed_or_opened_outside_a_bodys_scope() -> None:
    field = Letter._meta.get_field("subject")
    with pytest.raises(UnscopedQuery):
        field.from_db_value(MARK, None, connection)  # type: ignore[union-attr]


def test_a_sealed_text_is_an_ordinary_text_to_its_users(cast: Cast) -> None:
    letter = secret(cast)
    with scope(cast("adviser.mof")):
        subject = Letter.objects.get(id=letter.id).subject
    assert isinstance(subject, SealedText)
    assert (subject, f"{subject}!", len(subject)) == (SUBJECT, f"{SUBJECT}!", len(SUBJECT))
