# SPDX-License-Identifier: EUPL-1.2
"""Every text column of a body's tables is sealed, or stands in docs/plain-columns.md with the reason why it is not."""

from __future__ import annotations

import re

import pytest
from django.db import connection, models

from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import issuing
from mukatabat.letters.models import Issue, Letter
from mukatabat.registers.models import BookView, Entry
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.models import tenant_models
from mukatabat.vault.fields import MARK, SealedJSONField, SealedTextField
from mukatabat.work.models import PaperBaseline
from tests.cast import Cast
from tests.story import approved_letter
from tools.paths import ROOT

TEXT = (models.CharField, models.TextField, models.JSONField)
SEALED = (SealedTextField, SealedJSONField)


def judged() -> list[str]:
    """The columns that the page names, in its tables alone."""
    page = (ROOT / "docs" / "plain-columns.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    return [column for row in rows for column in re.findall(r"`([a-z_]+\.[a-z_]+)`", row)]


def plain() -> set[str]:
    """The text columns that are neither sealed nor limited to values that we choose."""
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in tenant_models()
        for field in model._meta.concrete_fields
        if isinstance(field, TEXT) and not isinstance(field, SEALED) and not field.choices
    }


def test_a_text_column_is_sealed_or_judged() -> None:
    assert plain() - set(judged()) == set(), "seal it, or say on the page why it stays plain"
    assert set(judged()) - plain() == set(), "the page names what is gone, or sealed"
    assert len(judged()) == len(set(judged()))


@pytest.mark.django_db
def test_what_was_judged_to_be_sealed_lies_sealed(cast: Cast) -> None:
    words = "ما لا يقرؤه لص"
    letter = approved_letter(cast, secrecy=Secrecy.SECRET, general_number="سري-٧")
    signer = cast("signer.mof")
    issuing.begin_issue(signer, letter.id, provider=service.provider())
    issuing.give_up(signer, letter.id, words)
    with scope(signer):
        BookView.objects.create(person_id=signer.person, book="incoming", name="عرض", query=words)
        assert Entry.objects.get().void_reason == words
        assert Issue.objects.get().reason == words
        assert Letter.objects.get(id=letter.id).general_number == "سري-٧"
        assert BookView.objects.get().query == words
        assert Issue.objects.get().mandate
        for column in (
            "registers_entry.void_reason", "letters_issue.reason", "letters_issue.mandate",
            "letters_letter.general_number", "registers_bookview.query",
        ):  # fmt: skip
            table, name = column.split(".")
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT "{name}" FROM "{table}"')
                assert all(value.startswith(MARK) for (value,) in cursor.fetchall()), column
    assert isinstance(PaperBaseline._meta.get_field("basis"), SealedTextField)


@pytest.mark.django_db
def test_the_general_number_of_an_ordinary_letter_stays_plain(cast: Cast) -> None:
    letter = approved_letter(cast, general_number="٧/٢٠٢٦")
    with scope(cast("signer.mof")), connection.cursor() as cursor:
        cursor.execute("SELECT general_number FROM letters_letter WHERE id = %s", [letter.id])
        assert cursor.fetchone() == ("٧/٢٠٢٦",)
