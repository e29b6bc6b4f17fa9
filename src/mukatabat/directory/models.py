# SPDX-License-Identifier: EUPL-1.2
"""The directory's tables: bodies, units, posts, people, appointments, mandates, absences, holidays.

Global tables without row-level security, because every body addresses every other. What holds for a time carries
`valid_from` and `valid_to`: both days belong to the period, and without `valid_to` it holds until further notice. Old
letters keep their meaning, because nothing here is overwritten or deleted: a change ends one row and begins another.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from mukatabat.directory.vocabulary import (
    BodyKind,
    ChangeKind,
    Channel,
    Custody,
    Honorific,
    KeyUse,
    LetterDigits,
    Level,
    MandateKind,
    PostRole,
    UnitKind,
    Verdict,
)
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.calendar import LARGEST_ADJUSTMENT
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.models import TenantModel
from mukatabat_verify.parcel.suites import WRAPS

BODY_CODE_PATTERN = r"^[A-Z][A-Z0-9]{1,11}$"
UNIT_CODE_PATTERN = r"^[A-Z0-9][A-Z0-9.-]{0,23}$"


def effective(on: date, path: str = "") -> Q:
    """Return the filter for rows that hold on a day; `path` leads to a related row (`effective(day, "post__")`)."""
    begun = Q(**{f"{path}valid_from__lte": on})
    return begun & (Q(**{f"{path}valid_to__isnull": True}) | Q(**{f"{path}valid_to__gte": on}))


def away(on: date) -> Q:
    """Return the filter for leaves during which a day passes; one that was withdrawn counts no longer."""
    return Q(starts__lte=on, ends__gte=on, withdrawn_at__isnull=True)


class FoldedName(models.TextField):  # type: ignore[type-arg]
    """Both names of a row in their folded form, made whenever the row is written, also in bulk."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Fold the names that the row has now."""
        folded = fold(f"{getattr(model_instance, 'ar', '')} {getattr(model_instance, 'en', '')}")
        setattr(model_instance, self.attname, folded)
        return folded


class Effective(models.Model):
    """What holds from one day to another, both included."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_period",
            ),
        ]


def every_suite() -> list[str]:
    """Return the suites by which a body takes wrapped keys until it raises its floor."""
    return sorted(WRAPS)


class Body(Effective):
    """A ministry, authority or institution: the tenant. Its code is unique within its realm.

    ``accepted_suites`` is its floor: the suites by which a parcel's key may be wrapped for it.
    """

    code = models.CharField(max_length=12, validators=[RegexValidator(BODY_CODE_PATTERN)])
    realm = models.CharField(max_length=8, choices=Realm.choices, default=Realm.LIVE.value)
    kind = models.CharField(max_length=12, choices=BodyKind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.LOCAL.value)
    letter_digits = models.CharField(max_length=4, choices=LetterDigits.choices, default=LetterDigits.ARAB.value)
    letterhead_ar = models.TextField(blank=True, default="")
    letterhead_en = models.TextField(blank=True, default="")
    registry_phone = models.CharField(max_length=24, blank=True, default="")
    registry_email = models.EmailField(blank=True, default="")
    registry_opens = models.TimeField(null=True, blank=True)
    registry_closes = models.TimeField(null=True, blank=True)
    accepted_suites = models.JSONField(default=every_suite)

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            UniqueConstraint(fields=["realm", "code"], name="directory_body_code"),
            CheckConstraint(condition=Q(code__regex=BODY_CODE_PATTERN), name="directory_body_code_shape"),
            CheckConstraint(
                condition=Q(registry_opens__isnull=True, registry_closes__isnull=True)
                | Q(registry_opens__lt=F("registry_closes")),
                name="directory_body_registry_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.code if self.realm == Realm.LIVE else f"{self.code} ({self.realm})"


class BodyName(Effective):
    """What a body was called in a period, in both languages."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="names")
    ar = models.CharField(max_length=200)
    en = models.CharField(max_length=200)

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            UniqueConstraint(fields=["body"], condition=Q(valid_to__isnull=True), name="directory_one_open_name"),
        ]

    def __str__(self) -> str:
        return self.ar


class Unit(Effective):
    """A part of a body with its own tray."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=24, validators=[RegexValidator(UNIT_CODE_PATTERN)])
    ar = models.CharField(max_length=200)
    en = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    is_registry = models.BooleanField(default=False)

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            UniqueConstraint(fields=["body", "code"], name="directory_unit_code"),
            CheckConstraint(condition=Q(code__regex=UNIT_CODE_PATTERN), name="directory_unit_code_shape"),
        ]

    def __str__(self) -> str:
        return self.ar


class Post(Effective):
    """An office that people hold one after the other; letters, work and powers belong to it."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    ar = models.CharField(max_length=200)
    en = models.CharField(max_length=200)
    role = models.CharField(max_length=16, choices=PostRole.choices)
    honorific = models.CharField(max_length=8, choices=Honorific.choices, default=Honorific.SAYYID.value)
    level = models.PositiveSmallIntegerField(default=Level.STAFF.value)
    receives_letters = models.BooleanField(default=False)

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="directory_post_level"),
        ]

    def __str__(self) -> str:
        return self.ar


class Person(Effective):
    """A person who works for a body."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="people")
    ar = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    staff_number = models.CharField(max_length=24)
    email = models.EmailField(blank=True, default="")
    folded = FoldedName(editable=False, default="")

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            UniqueConstraint(fields=["body", "staff_number"], name="directory_person_staff_number"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["body", "folded", "id"], name="directory_person_in_order"),
        ]

    def __str__(self) -> str:
        return self.ar


class Appointment(Effective):
    """That a person holds a post in a period; one appointment of a person is the primary one."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    is_primary = models.BooleanField(default=True)

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            UniqueConstraint(
                fields=["person"],
                condition=Q(is_primary=True, valid_to__isnull=True),
                name="directory_one_primary_appointment",
            ),
            UniqueConstraint(
                fields=["person", "post"],
                condition=Q(valid_to__isnull=True),
                name="directory_one_open_appointment",
            ),
        ]


class Mandate(Effective):
    """The legal instrument that lets a person use a post's power in a period, for subjects and recipient levels.

    `letter_types` empty covers every type; `highest_level` is the highest recipient level it reaches (1 = anyone).
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mandates")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="mandates")
    kind = models.CharField(max_length=12, choices=MandateKind.choices)
    instrument_number = models.CharField(max_length=60)
    instrument_date = models.DateField()
    letter_types = models.JSONField(default=list, blank=True)
    highest_level = models.PositiveSmallIntegerField(default=Level.MINISTER.value)
    may_sign = models.BooleanField(default=False)
    may_refer = models.BooleanField(default=False)
    may_see_confidential = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Effective.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Effective.Meta.constraints,
            CheckConstraint(condition=Q(highest_level__gte=1, highest_level__lte=5), name="directory_mandate_level"),
            CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="directory_mandate_revoked_by_someone",
            ),
        ]


class Absence(models.Model):
    """That a person is away from one day to another, both included; the deputy gets the tray, never the signature."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    starts = models.DateField()
    ends = models.DateField()
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="deputises")
    reason = models.CharField(max_length=200, blank=True, default="")
    # One that never began is withdrawn and stays as a row, because the trail names it.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            CheckConstraint(condition=Q(ends__gte=F("starts")), name="directory_absence_period"),
            CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")), name="directory_absence_other_deputy"
            ),
        ]


class Change(TenantModel):
    """A change that needs two persons, as one of them proposed it; it waits for the second.

    The application's role may only insert: what was proposed is what is confirmed. `person_id` is who gains power;
    a change of the calendar gives nobody any.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    person_id = models.UUIDField(null=True)
    content = models.JSONField()
    reason = models.CharField(max_length=200)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["body_id", "-proposed_at"], name="directory_change_newest"),
        ]


class Decision(TenantModel):
    """How a proposed change ended. One row at most for each, which the database sees to: no replay, no race."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200, blank=True, default="")


class Holiday(models.Model):
    """A day on which the State does not work, announced by the Cabinet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    on = models.DateField()
    ar = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    realm = models.CharField(max_length=8, choices=Realm.choices, default=Realm.LIVE.value)
    # An announcement that was taken back stays as a row: deadlines that were told under it can be explained.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            UniqueConstraint(
                fields=["realm", "on"], condition=Q(withdrawn_at__isnull=True), name="directory_holiday_once"
            ),
        ]

    def __str__(self) -> str:
        return self.ar


class HijriAdjustment(models.Model):
    """By how many days a Hijri month begins off the table, as the competent authority announced.

    `valid_from` is the day on which the table begins the month. It holds for the months after it until the next one;
    one with no days brings the table back. Nothing that was issued or registered looks here again, because each number
    keeps the Hijri date of its day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    valid_from = models.DateField()
    days = models.SmallIntegerField()
    announcement = models.CharField(max_length=200)
    realm = models.CharField(max_length=8, choices=Realm.choices, default=Realm.LIVE.value)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            UniqueConstraint(
                fields=["realm", "valid_from"], condition=Q(withdrawn_at__isnull=True), name="directory_hijri_once"
            ),
            CheckConstraint(
                condition=Q(days__gte=-LARGEST_ADJUSTMENT, days__lte=LARGEST_ADJUSTMENT), name="directory_hijri_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.days:+d}"


class PublicKey(models.Model):
    """The public half of a key pair of a body: what others seal parcels to, or know its seal by.

    ``public`` is the encoded key; ``fingerprint`` names it outside: of an encryption key, the id that stands in headers
    (`docs/parcel.md` §4), of a seal, the SHA-256 of its certificate. ``chain`` holds a seal's certificates, DER in
    hexadecimal, its own first. It is in use from ``valid_from`` until another took its place at ``valid_to``;
    ``expires_at`` is the end of its certificate. One that was withdrawn is believed no longer.

    ``revoked_at`` is since when the authority of a seal's certificate believes it no longer, by the lists that were
    kept, None while it does; ``held_up`` that it may do so again (certificateHold).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="keys")
    use = models.CharField(max_length=12, choices=KeyUse.choices)
    suite = models.CharField(max_length=64)
    public = models.BinaryField()
    fingerprint = models.CharField(max_length=64, unique=True)
    chain = models.JSONField(default=list)
    custody = models.CharField(max_length=12, choices=Custody.choices)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    held_up = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            UniqueConstraint(
                fields=["body", "use"], condition=Q(valid_to__isnull=True), name="directory_one_key_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.fingerprint[:16]}"
