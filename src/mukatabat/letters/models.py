# SPDX-License-Identifier: EUPL-1.2
"""Letters of one body, written and received. A database trigger (migration 0002) keeps issued letters as they are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.exchange.rules import Role
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency
from mukatabat.letters.rules import (
    Direction,
    IssueState,
    LetterKind,
    LetterState,
    LinkKind,
    RouteKind,
    VersionReason,
)
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedJSONField, SealedTextField, SecretTextField


class Letter(TenantModel):
    """One letter as one body keeps it.

    ``content`` is the closed JSON of ``press.content``; ``version`` counts saves and returns to the author.
    ``reference`` is this body's own number, ``their_reference`` the other side's. ``document_id`` is the signed PDF,
    or the scan of one that came ``on_paper``, whose enclosures the registry ``attachments_listed`` as they lay there.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    kind = models.CharField(max_length=8, choices=LetterKind.choices)
    direction = models.CharField(max_length=3, choices=[(d, d) for d in Direction])
    state = models.CharField(max_length=12, choices=[(s, s) for s in LetterState])
    letter_type = models.CharField(max_length=24)
    subject = SecretTextField(blank=True)
    subject_folded = models.CharField(max_length=500, blank=True)
    secrecy = models.CharField(max_length=12, choices=Secrecy.choices, default=Secrecy.NORMAL)
    data_class = models.CharField(max_length=12, choices=DataClass.choices, default=DataClass.RESTRICTED)
    urgency = models.CharField(max_length=16, choices=Urgency.choices, default=Urgency.NORMAL)
    general_number = SecretTextField(blank=True)
    answer_wanted_by = models.DateField(null=True)
    content = SealedJSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    author_id = models.UUIDField(null=True)
    author_ar = models.CharField(max_length=200, blank=True)
    author_en = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sort_time = models.DateTimeField()
    entry_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=40, blank=True, db_index=True)
    issued_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    document_id = models.UUIDField(null=True)
    document_digest = models.CharField(max_length=80, blank=True)
    counterpart_id = models.UUIDField(null=True)
    counterpart_ar = models.CharField(max_length=200, blank=True)
    counterpart_en = models.CharField(max_length=200, blank=True)
    their_reference = models.CharField(max_length=40, blank=True, db_index=True)
    their_date = models.DateField(null=True)
    signer_ar = models.CharField(max_length=200, blank=True)
    signer_en = models.CharField(max_length=200, blank=True)
    on_paper = models.BooleanField(default=False)
    attachments_listed = SealedTextField(blank=True)


class Addressee(TenantModel):
    """Whom a draft is addressed to; after issue the consignments say what became of each."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="addressees")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=8, choices=[(r, r) for r in Role])
    recipient_id = models.UUIDField()
    post_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    visible = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["letter", "position"], name="addressee_position_once"),)


class Attachment(TenantModel):
    """A file that belongs to a letter."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    document_id = models.UUIDField()
    digest = models.CharField(max_length=80)
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    pages = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["letter", "document_id"], name="attachment_once"),)


class RouteStep(TenantModel):
    """One step of a letter's approval route, and what was said at it."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="route")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=[(k, k) for k in RouteKind])
    post_id = models.UUIDField()
    post_ar = models.CharField(max_length=200)
    post_en = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by_ar = models.CharField(max_length=200, blank=True)
    done_by_en = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["letter", "position"], name="route_position_once"),)


class Comment(TenantModel):
    """A reviewer's remark; internal, never sent."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="comments")
    author_id = models.UUIDField()
    author_ar = models.CharField(max_length=200)
    author_en = models.CharField(max_length=200)
    text = SealedTextField()
    at = models.DateTimeField()
    sends_back = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True)
    quote = SealedTextField(blank=True)
    """The words of the text that it is about, and where they began when it was written; never part of the letter."""
    position = models.PositiveIntegerField(null=True)


class DraftVersion(TenantModel):
    """A draft as it stood at a moment worth going back to; numbered from 1 within its letter."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=8, choices=VersionReason.choices)
    name = SealedTextField(blank=True)
    subject = SealedTextField(blank=True)
    content = SealedJSONField()
    kept_by_ar = models.CharField(max_length=200)
    kept_by_en = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["letter", "number"], name="draft_version_once"),)


class Lease(TenantModel):
    """Who writes a draft now, until when, and who asked to write it next. The latter may be nobody."""

    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, related_name="lease")
    person_id = models.UUIDField()
    person_ar = models.CharField(max_length=200)
    person_en = models.CharField(max_length=200)
    until = models.DateTimeField()
    asked_id = models.UUIDField(null=True)
    asked_ar = models.CharField(max_length=200, blank=True)
    asked_en = models.CharField(max_length=200, blank=True)


class CannedText(TenantModel):
    """A paragraph that somebody keeps for later letters: one's own, or that of a unit (then ``person_id`` is None)."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "delete")

    person_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    title = SealedTextField()
    content = SealedJSONField()
    kept_by_ar = models.CharField(max_length=200)
    kept_by_en = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person_id__isnull=False) ^ models.Q(unit_id__isnull=False), name="canned_one_owner"
            ),
        )


class SignaturePicture(TenantModel):
    """The picture above a person's name on what they sign. The newest row holds; one without a document means none."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    person_id = models.UUIDField()
    document_id = models.UUIDField(null=True)
    set_by = models.UUIDField()
    set_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["person_id", "-set_at"], name="signature_picture_newest"),)


class Link(TenantModel):
    """That one letter of the body refers to another of it."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="links")
    to = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=LinkKind.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["letter", "to", "kind"], name="link_once"),)


class Issue(TenantModel):
    """One attempt at issuing a letter: the number taken, the bytes frozen, and what the signer answered."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="issues")
    entry_id = models.UUIDField(unique=True)
    reference = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=[(s, s) for s in IssueState], default=IssueState.SIGNING)
    signer_id = models.UUIDField()
    signer_ar = models.CharField(max_length=200)
    signer_en = models.CharField(max_length=200)
    mandate = SealedJSONField()
    second_factor_at = models.DateTimeField()
    provider = models.CharField(max_length=40)
    for_practice = models.BooleanField(db_default=False)
    prepared_id = models.UUIDField()
    manifest = SealedJSONField()
    code = models.CharField(max_length=14, unique=True, null=True)
    started_at = models.DateTimeField()
    deadline = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=12, blank=True)
    reason = SealedTextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["letter"], condition=models.Q(state=IssueState.SIGNING), name="issue_one_at_a_time"
            ),
        )


class PrintCode(models.Model):
    """Whose a short code is, so that anybody's print is found before its body is known: identifiers alone.

    Codes are keyed (`letters.manifests.code_of`): nobody without the key can tell or count them.
    """

    code = models.CharField(max_length=14, primary_key=True)
    body = models.UUIDField()
    issue = models.UUIDField()

    def __str__(self) -> str:
        return self.code


class Scan(TenantModel):
    """An image of a letter that came on paper, until it is registered (``letter_id``) or put away."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    document_id = models.UUIDField()
    digest = models.CharField(max_length=80)
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    pages = models.PositiveIntegerField(null=True)
    taken_by_ar = models.CharField(max_length=200)
    taken_by_en = models.CharField(max_length=200)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    letter_id = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["body_id", "at"], condition=models.Q(decided_at=None), name="scan_waiting"),)
