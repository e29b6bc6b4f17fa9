# SPDX-License-Identifier: EUPL-1.2
"""The outbox (letters, their sealed parcels and consignments), the inbox (arrivals) and the notices that travel back.

Every row belongs to one body. What two bodies share exists twice, linked by the parcel's identifier.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.rules import ArrivalState, ConsignmentState, Role
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedJSONField, SealedTextField

_STATES = [(state, state) for state in ConsignmentState]


class Parcel(TenantModel):
    """An issued letter that was ordered to travel, kept by its sender; its manifest never changes.

    The manifest names all its recipients, those on paper and the hidden ones too; what travels of it is in its
    ``sealings``. The first of them, for all whom the original shows, has this row's identifier.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    letter_id = models.UUIDField(unique=True)
    manifest = SealedJSONField()
    created_at = models.DateTimeField()

    def read(self) -> Manifest:
        """The checked manifest."""
        return Manifest.model_validate(self.manifest)


class SealedParcel(TenantModel):
    """A parcel as it travels, kept by its sender: sealed once, the same bytes at every attempt. Its id is the header's.

    ``header_digest`` is H(header), in hexadecimal; ``cover`` the cover (`docs/parcel.md` §1), whose wrapped keys lie
    with the consignments (one from before they did may hold them itself); ``address`` where the sealed content lies in
    the blob store. ``letter_data`` and ``signature`` are ``letter.json`` and the body's seal over the list of files, as
    they are inside: with the documents, the container can be written again to the byte. ``salt`` (hexadecimal) shows
    that the container is the content of the header. The parcel's key is kept by nobody here.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="sealings")
    header_digest = models.CharField(max_length=64)
    cover = models.BinaryField()
    address = models.CharField(max_length=71)
    letter_data = SealedTextField()
    signature = models.BinaryField()
    salt = SealedTextField()
    sealed_at = models.DateTimeField()


class Consignment(TenantModel):
    """The outbox row of one (letter, recipient) pair, with everything that the sender learns of it.

    ``sealed`` is the parcel in which it travels; ``wrap`` its key, wrapped for the recipient, until it was delivered: a
    key that is stolen later opens nothing of it here. ``refusal`` is the code of the reason for which it was last held
    (mukatabat_verify.errors).
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="consignments")
    sealed = models.ForeignKey(SealedParcel, on_delete=models.PROTECT, null=True, related_name="consignments")
    wrap = models.BinaryField(null=True)
    letter_id = models.UUIDField(db_index=True)
    recipient_id = models.UUIDField()
    recipient_unit_id = models.UUIDField(null=True)
    role = models.CharField(max_length=8, choices=[(role, role) for role in Role])
    state = models.CharField(max_length=12, choices=_STATES, default=ConsignmentState.ORDERED)
    redirected_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="redirections")
    ordered_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    their_reference = models.CharField(max_length=40, blank=True)
    reason = SealedTextField(blank=True)
    refusal = models.CharField(max_length=64, blank=True)
    on_paper = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    again_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["body_id", "ordered_at"],
                condition=models.Q(state__in=[ConsignmentState.ORDERED, ConsignmentState.DISPATCHED]),
                name="consignment_under_way",
            ),
            models.Index(
                fields=["body_id", "ordered_at"],
                condition=models.Q(state__in=[ConsignmentState.PAPER, ConsignmentState.HANDED]),
                name="consignment_on_paper",
            ),
            models.Index(
                fields=["body_id", "-ordered_at"],
                condition=models.Q(state__in=["dispatched", "delivered", "failed", "held", "returned"]),
                name="consignment_to_chase",
            ),
        )


class PaperRecord(TenantModel):
    """What somebody of the sender's registry keyed in about a delivery on paper; never changed, at most one of a kind.

    ``at`` is when it happened, ``typed_at`` when it was keyed in; ``scan_id`` the acknowledgement as a document.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="paper")
    event = models.CharField(max_length=12)
    at = models.DateTimeField()
    taken_by = models.CharField(max_length=200, blank=True)
    their_reference = models.CharField(max_length=40, blank=True)
    reason = SealedTextField(blank=True)
    scan_id = models.UUIDField(null=True)
    typed_by_ar = models.CharField(max_length=200)
    typed_by_en = models.CharField(max_length=200)
    typed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["consignment", "event"], name="paper_record_once"),)


class Arrival(TenantModel):
    """The inbox row of a parcel in the recipient's registry tray, one per consignment.

    ``header_digest`` is by what the parcel is known when it comes again, and ``cover`` its cover without wrapped keys:
    who sealed what. ``manifest`` is the letter's own data from inside the parcel. ``documents`` lists
    [part, document id] in the manifest's order, the recipient's own rows of the vault, which lie in the sealed content.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    parcel_id = models.UUIDField(db_index=True)
    header_digest = models.CharField(max_length=64)
    cover = models.BinaryField()
    consignment_id = models.UUIDField(unique=True)
    sender_id = models.UUIDField()
    sender_ar = models.CharField(max_length=200)
    sender_en = models.CharField(max_length=200)
    sender_reference = models.CharField(max_length=40)
    subject = models.CharField(max_length=500, blank=True)
    secrecy = models.CharField(max_length=12, choices=Secrecy.choices)
    urgency = models.CharField(max_length=16)
    role = models.CharField(max_length=8, choices=[(role, role) for role in Role])
    unit_id = models.UUIDField(null=True)
    manifest = SealedJSONField()
    documents = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=[(s, s) for s in ArrivalState], default=ArrivalState.AVAILABLE)
    arrived_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = SealedTextField(blank=True)
    our_reference = models.CharField(max_length=40, blank=True)
    letter_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["body_id", "parcel_id", "unit_id"], nulls_distinct=False, name="arrival_of_parcel_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["body_id", "arrived_at"],
                condition=models.Q(state=ArrivalState.AVAILABLE),
                name="arrival_waiting",
            ),
        )

    @property
    def shows_envelope_alone(self) -> bool:
        """Whether its text is kept from the registry: it is sealed, or its sender took it back."""
        return Secrecy(self.secrecy).is_sealed or self.state == ArrivalState.WITHDRAWN

    def read(self) -> Manifest:
        """The checked manifest as this body got it."""
        return Manifest.model_validate(self.manifest)


class Evidence(TenantModel):
    """A signed statement that something happened to a parcel at one recipient; written with the event, never changed.

    Both sides keep the same bytes under the same ``evidence_id``; ``made_here`` is true for the side on which it was
    made. ``event`` is a value of :class:`mukatabat.exchange.rules.Event`; ``digest`` is SHA-256 of ``xml`` in
    hexadecimal. The ledger commits to SHA-256 of ``salt`` (32 bytes) and ``xml``. ``reason_salt`` (hexadecimal) opens
    what ``xml`` says of a reason given in words; "" where none was.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    evidence_id = models.UUIDField()
    consignment_id = models.UUIDField()
    parcel_id = models.UUIDField()
    event = models.CharField(max_length=12)
    at = models.DateTimeField()
    made_here = models.BooleanField()
    xml = models.BinaryField()
    digest = models.CharField(max_length=64)
    salt = models.BinaryField()
    reason_salt = SealedTextField(blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id", "evidence_id"], name="evidence_kept_once"),)
        indexes = (models.Index(fields=["consignment_id", "at"], name="evidence_of_consignment"),)


class EvidenceStamp(TenantModel):
    """The time-stamp (RFC 3161, DER) over the SHA-256 of an evidence, which may come long after it."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="stamp")
    token = models.BinaryField()
    stamped_at = models.DateTimeField()


class Notice(TenantModel):
    """What the recipient tells the sender about a consignment; kept by the recipient, delivered by a job, once."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    consignment_id = models.UUIDField()
    sender_id = models.UUIDField()
    event = models.CharField(max_length=12)
    at = models.DateTimeField()
    detail = SealedJSONField(default=dict)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["consignment_id", "event"], name="notice_once"),)
        indexes = (
            models.Index(fields=["body_id", "at"], condition=models.Q(delivered_at=None), name="notice_waiting"),
        )
