# SPDX-License-Identifier: EUPL-1.2
"""The books and their entries. A database trigger (migration 0002) keeps a taken number what it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel.calendar import HijriDate, hijri
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.registers.rules import EntryState
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField


class Register(TenantModel):
    """One book of a body: a kind in a year. ``last`` is the last number taken; its row lock orders the takers."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    kind = models.CharField(max_length=1, choices=RegisterKind.choices)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id", "kind", "year"], name="register_once"),)


class Entry(TenantModel):
    """One number: when it was taken, for what, and what the book says about it."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    serial = models.PositiveIntegerField()
    reference = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=[(state, state) for state in EntryState])
    at = models.DateTimeField()
    on = models.DateField()
    hijri = models.CharField(max_length=10, blank=True)
    object_id = models.UUIDField()
    subject = models.CharField(max_length=500, blank=True)
    counterpart_id = models.UUIDField()
    counterpart_ar = models.CharField(max_length=200)
    counterpart_en = models.CharField(max_length=200)
    secrecy = models.CharField(max_length=12, choices=Secrecy.choices)
    attachments = models.PositiveSmallIntegerField(default=0)
    their_reference = models.CharField(max_length=60, blank=True)
    their_date = models.DateField(null=True)
    content_digest = models.CharField(max_length=80, blank=True)
    void_reason = SealedTextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=200)

    @property
    def is_incoming(self) -> bool:
        """Whether the number stands for a received letter: it was issued at once, without a document of our own."""
        return self.state == EntryState.ISSUED and not self.content_digest

    @property
    def hijri_date(self) -> HijriDate:
        """The Hijri date of the number's day, as it stood then; an entry from before it was kept asks the table."""
        return HijriDate.parse(self.hijri) if self.hijri else hijri(self.on)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["register", "serial"], name="entry_serial_once"),)
        indexes = (
            models.Index(fields=["register", "on", "serial"], name="entry_by_day"),
            models.Index(fields=["object_id"], name="entry_by_object"),
        )


class BookView(TenantModel):
    """How one person reads one book: a saved view under its name, or, under the empty name, the columns' widths.

    ``widths`` is column code to pixels, ``columns`` the codes that are shown (empty: all), ``query`` what was typed.
    """

    person_id = models.UUIDField()
    book = models.CharField(max_length=12)
    name = models.CharField(max_length=60, blank=True)
    query = SealedTextField(blank=True)
    columns = models.JSONField(default=list)
    widths = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person_id", "book", "name"], name="book_view_once"),
            models.UniqueConstraint(
                fields=["person_id", "book"], condition=models.Q(is_default=True), name="book_view_one_default"
            ),
        )
