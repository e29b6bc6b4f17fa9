# SPDX-License-Identifier: EUPL-1.2
"""The log of the host, its queue, and each body's own audit heads. All but the heads hold commitments alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.ledger.rules import AlarmKind, Head, LogKey, commitment, head_bytes
from mukatabat.tenancy.models import TenantModel
from mukatabat_verify.log.notes import ED25519, NoteKey


class Log(models.Model):
    """The one log of this host: name, key, and the head on which the next append compares and sets.

    Written by the functions in sql/ alone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200)
    public = models.BinaryField(max_length=32)
    store = models.CharField(max_length=16)
    root_key = models.CharField(max_length=64)
    token = models.BinaryField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    begun_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_log"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="ledger_log_is_one"),)

    @property
    def head(self) -> Head:
        """How large it is now."""
        return Head(self.size, bytes(self.root))

    @property
    def key(self) -> LogKey:
        """Its key as the key store takes it."""
        return LogKey(bytes(self.public), self.store, self.root_key, bytes(self.token))

    @property
    def note_key(self) -> NoteKey:
        """Its public key as readers know it."""
        return NoteKey(self.origin, ED25519, bytes(self.public))


class Waiting(models.Model):
    """A commitment that is not in the log yet; inserted in the transaction of its event."""

    source_id = models.UUIDField(primary_key=True)
    commitment = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "ledger_waiting"


class Leaf(models.Model):
    """A leaf of the log: its number from 0, what it commits to, and the identifier of the evidence."""

    number = models.BigIntegerField(primary_key=True)
    source_id = models.UUIDField(unique=True)
    commitment = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_leaf"


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree; only ever extended."""

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    data = models.BinaryField(max_length=8192)

    class Meta:
        db_table = "ledger_tile"
        constraints = (models.UniqueConstraint(fields=["level", "number"], name="ledger_tile_once"),)


class Checkpoint(models.Model):
    """What the log signed about itself: a note (C2SP tlog-checkpoint) without the witnesses' lines."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"


class Cosignature(models.Model):
    """A witness's line under a checkpoint, checked before it was kept."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=200)
    line = models.CharField(max_length=400)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "ledger_cosignature"
        constraints = (models.UniqueConstraint(fields=["checkpoint", "witness"], name="ledger_cosigned_once"),)


class CheckpointStamp(models.Model):
    """The time-stamp (RFC 3161, DER) over the SHA-256 of a checkpoint's note, as the log signed it."""

    checkpoint = models.OneToOneField(Checkpoint, on_delete=models.PROTECT, primary_key=True, related_name="stamp")
    token = models.BinaryField()
    stamped_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint_stamp"


class NamedCheckpoint(models.Model):
    """A checkpoint as the header of a parcel names it: SHA-256 (hexadecimal) of the note with the lines of its day."""

    digest = models.CharField(max_length=64, primary_key=True)
    note = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "ledger_named_checkpoint"


class Alarm(models.Model):
    """Something that keeps proof from going on, from when to when; ``witness`` tells of whom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in AlarmKind])
    witness = models.CharField(max_length=200)
    said = models.CharField(max_length=400)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_alarm"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "witness"], condition=models.Q(ended_at=None), name="ledger_alarm_open_once"
            ),
        )


class AuditHead(TenantModel):
    """How far the body's audit trail reached, with the salt of the commitment that the log holds of it."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    realm = models.CharField(max_length=16)
    number = models.BigIntegerField()
    link = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_audit_head"
        constraints = (models.UniqueConstraint(fields=["body_id", "number"], name="ledger_audit_head_once"),)

    @property
    def commitment(self) -> bytes:
        """What the log must hold of it, computed from the row."""
        told = head_bytes(self.body_id, self.realm, number=self.number, link=bytes(self.link))
        return commitment(bytes(self.salt), told)


class Reconciliation(TenantModel):
    """What a body found when it compared what it holds with the log; ``missing`` names evidence without its leaf."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    at = models.DateTimeField()
    held = models.BigIntegerField()
    waiting = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    missing = models.JSONField(default=list)

    class Meta:
        db_table = "ledger_reconciliation"
        indexes = (models.Index(fields=["body_id", "-at"], name="ledger_reconciliation_newest"),)
