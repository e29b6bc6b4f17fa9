# SPDX-License-Identifier: EUPL-1.2
"""Items, referrals and the measured steps."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.access.grants.rules import Grantee, GranteeKind, Shelf
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField
from mukatabat.work.rules import Act, ItemState, ReferralState, Step


class Item(TenantModel):
    """A letter (or, later, a matter) with everything done about it. Exactly one holder and one next step while open."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    object_id = models.UUIDField(unique=True)
    shelf = models.CharField(max_length=16, choices=[(s, s) for s in Shelf])
    subject = models.CharField(max_length=500, blank=True)
    counterpart_id = models.UUIDField()
    counterpart_ar = models.CharField(max_length=200)
    counterpart_en = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, blank=True)
    secrecy = models.CharField(max_length=12, choices=Secrecy.choices)
    urgency = models.CharField(max_length=16, choices=Urgency.choices)
    state = models.CharField(max_length=12, choices=[(s, s) for s in ItemState], default=ItemState.OPEN)
    holder_kind = models.CharField(max_length=8)
    holder_id = models.UUIDField()
    act = models.CharField(max_length=12, choices=Act.choices)
    due = models.DateField(null=True)
    handed_by_ar = models.CharField(max_length=200, blank=True)
    handed_by_en = models.CharField(max_length=200, blank=True)
    handed_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    sort_time = models.DateTimeField()
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)

    @property
    def holder(self) -> Grantee:
        """Who holds it, as the grants name holders."""
        return Grantee(GranteeKind(self.holder_kind), self.holder_id)

    class Meta:
        indexes = (
            models.Index(fields=["holder_id", "state", "due", "-sort_time"], name="item_by_holder"),
            models.Index(fields=["done_by", "-done_at"], name="item_by_doer"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.DONE) | models.Q(done_at__isnull=False), name="item_done_has_time"
            ),
        )


class Referral(TenantModel):
    """One hand-over in an item's tree, with its note (تأشيرة). Notes stand beside the signed document, never on it."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="referrals")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    from_person_id = models.UUIDField(null=True)
    from_ar = models.CharField(max_length=200)
    from_en = models.CharField(max_length=200)
    to_kind = models.CharField(max_length=8)
    to_id = models.UUIDField()
    to_ar = models.CharField(max_length=200)
    to_en = models.CharField(max_length=200)
    act = models.CharField(max_length=12, choices=Act.choices)
    note = SealedTextField(blank=True)
    due = models.DateField(null=True)
    is_primary = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=[(s, s) for s in ReferralState], default=ReferralState.OPEN)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = SealedTextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["item", "at"], name="referral_by_item"),)


class Participation(TenantModel):
    """A person's part in an item beyond holding it: whether they follow it, and when they last passed it on."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="participations")
    person_id = models.UUIDField()
    following = models.BooleanField(default=False)
    acted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "person_id"], name="participation_once"),)
        indexes = (
            models.Index(fields=["person_id", "-acted_at"], name="participation_by_act"),
            models.Index(fields=["person_id"], condition=models.Q(following=True), name="participation_followed"),
        )


class CycleStep(TenantModel):
    """How long one step took for one letter; written when the step ends, and taken back with it when it is undone."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "delete")

    object_id = models.UUIDField()
    step = models.CharField(max_length=24, choices=[(s, s) for s in Step])
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["object_id", "step"], name="cycle_step_once"),)
        indexes = (models.Index(fields=["body_id", "step", "ended_at"], name="cycle_step_by_time"),)


class PaperBaseline(TenantModel):
    """How long a step took on paper, as the body itself stated it, for comparison."""

    step = models.CharField(max_length=24, choices=[(s, s) for s in Step])
    hours = models.DecimalField(max_digits=8, decimal_places=1)
    stated_by = models.CharField(max_length=200)
    stated_on = models.DateField()
    basis = SealedTextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id", "step"], name="baseline_once"),)
