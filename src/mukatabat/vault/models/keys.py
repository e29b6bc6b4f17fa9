# SPDX-License-Identifier: EUPL-1.2
"""Keys of bodies and of the node: where each is held, what awaits a certificate, and what the node signed of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import models

from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import Custody
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.ledger.rules import commitment
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.rules import (
    SEAL_SUITE,
    HeldKey,
    HeldPair,
    NodeUse,
    body_key_context,
    node_context,
    pair_context,
)


class BodyKey(TenantModel):
    """A version of the body's own key, under which the keys of its documents are wrapped; the newest wraps new ones.

    ``token`` is the key in the hands of the key store ``store``, see :class:`mukatabat.vault.rules.HeldKey`;
    ``text_key`` is the key of the body's texts, wrapped by it when the first text is sealed. After the body's keys were
    moved to another store it is wrapped by the version ``text_under``.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    version = models.PositiveIntegerField()
    store = models.CharField(max_length=16, db_default="software")
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    text_key = models.BinaryField(null=True)
    text_under = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "vault_body_key"
        constraints = (models.UniqueConstraint(fields=["body_id", "version"], name="vault_body_key_version"),)

    @property
    def held(self) -> HeldKey:
        """The key as the key store takes it."""
        return HeldKey(self.root, bytes(self.token), body_key_context(self.body_id, self.version))


class PrivateKey(TenantModel):
    """The private half of a body's key pair, in the hands of the key store ``store``; its public half is everybody's.

    Once nothing is to be opened with it any more it is destroyed: ``token`` is then null.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    public = models.OneToOneField(PublicKey, on_delete=models.PROTECT, related_name="+")
    store = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    token = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_private_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(token=None, destroyed_at__isnull=False)
                | models.Q(token__isnull=False, destroyed_at=None),
                name="vault_private_key_held_or_destroyed",
            ),
        )

    @property
    def held(self) -> HeldKey:
        """The private half as the key store takes it."""
        return HeldKey(self.root, bytes(self.token or b""), pair_context(self.body_id, self.public_id))

    @property
    def pair(self) -> HeldPair:
        """Both halves as the key store takes them."""
        return HeldPair(self.public.suite, bytes(self.public.public), self.held)


class NodeKey(models.Model):
    """A key pair of this node itself, in each realm: what it signs evidence with, and what it signs the log with.

    It is no body's, so it stands in one table for all; the private half is sealed by the key store as a body's is.
    ``chain`` holds the certificates (DER in hexadecimal, its own first), empty for a key that is known by itself. It is
    in use from ``valid_from`` until another took its place at ``valid_to``; ``expires_at`` ends its certificate, and
    ``revoked_at`` and ``held_up`` say of it what they say of a seal's (:class:`mukatabat.directory.models.PublicKey`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    realm = models.CharField(max_length=8, choices=Realm.choices)
    use = models.CharField(max_length=12, choices=[(use, use) for use in NodeUse])
    suite = models.CharField(max_length=64)
    public = models.BinaryField()
    chain = models.JSONField(default=list)
    custody = models.CharField(max_length=12, choices=Custody.choices)
    store = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    held_up = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "vault_node_key"
        constraints = (
            models.UniqueConstraint(
                fields=["realm", "use"], condition=models.Q(valid_to=None), name="vault_one_node_key_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.use} of the node, {self.realm}"

    @property
    def held(self) -> HeldKey:
        """The private half as the key store takes it."""
        return HeldKey(self.root, bytes(self.token), node_context(self.realm, self.id))

    @property
    def pair(self) -> HeldPair:
        """Both halves as the key store takes them."""
        return HeldPair(self.suite, bytes(self.public), self.held)


class KeyRequest(models.Model):
    """What a body's seal and the node's key have in common while an authority outside is asked to certify them.

    ``request`` is the PKCS#10 (DER) as it went out. The private half is held by the key store ``store`` for the row
    that it becomes, which bears this identifier; once the request ended it is there, or destroyed, and ``token`` is
    null.
    """

    public = models.BinaryField()
    store = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    token = models.BinaryField(null=True)
    request = models.BinaryField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    @abstractmethod
    def context(self) -> bytes:
        """What binds the private half to its place."""

    @property
    def held(self) -> HeldKey:
        """The private half as the key store takes it."""
        return HeldKey(self.root, bytes(self.token or b""), self.context)

    @property
    def pair(self) -> HeldPair:
        """Both halves as the key store takes them."""
        return HeldPair(SEAL_SUITE, bytes(self.public), self.held)

    @property
    def key(self) -> ec.EllipticCurvePublicKey:
        """The public half, of which the certificate must be."""
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes(self.public))


class SealRequest(KeyRequest, TenantModel):
    """A body's new seal for which its certificate is awaited; the present one seals until then."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    class Meta:
        db_table = "vault_seal_request"
        constraints = (
            models.UniqueConstraint(
                fields=["body_id"], condition=models.Q(ended_at=None), name="vault_one_seal_request_open"
            ),
            models.CheckConstraint(
                condition=models.Q(token=None, ended_at__isnull=False) | models.Q(token__isnull=False, ended_at=None),
                name="vault_seal_request_held_or_ended",
            ),
        )

    @property
    def context(self) -> bytes:
        """What binds the private half to its body and to the public key that it becomes."""
        return pair_context(self.body_id, self.id)


class NodeRequest(KeyRequest):
    """The node's new key for evidence for which its certificate is awaited, in one realm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    realm = models.CharField(max_length=8, choices=Realm.choices)

    class Meta:
        db_table = "vault_node_request"
        constraints = (
            models.UniqueConstraint(
                fields=["realm"], condition=models.Q(ended_at=None), name="vault_one_node_request_open"
            ),
            models.CheckConstraint(
                condition=models.Q(token=None, ended_at__isnull=False) | models.Q(token__isnull=False, ended_at=None),
                name="vault_node_request_held_or_ended",
            ),
        )

    def __str__(self) -> str:
        return f"a request for the node, {self.realm}"

    @property
    def context(self) -> bytes:
        """What binds the private half to its realm and to the node's key that it becomes."""
        return node_context(self.realm, self.id)


class DirectoryStatements(models.QuerySet["DirectoryStatement"]):
    """What the node signed of the directory."""

    def newest_first(self, realm: str) -> DirectoryStatements:
        """Those of a realm, by their numbers."""
        return self.filter(realm=realm).order_by("-number")


class DirectoryStatement(models.Model):
    """What the node signed of the directory of a realm: which bodies there are and which keys are theirs.

    ``statement`` and ``signature`` are those of :class:`mukatabat_verify.directory.Signed`; ``root`` is in hexadecimal.
    The entries are read from the directory again as long as their root is this one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    realm = models.CharField(max_length=8, choices=Realm.choices)
    number = models.BigIntegerField()
    root = models.CharField(max_length=64)
    statement = models.BinaryField()
    signature = models.BinaryField()
    issued_at = models.DateTimeField()

    objects = DirectoryStatements.as_manager()

    class Meta:
        db_table = "vault_directory_statement"
        constraints = (models.UniqueConstraint(fields=["realm", "number"], name="vault_directory_number_once"),)

    def __str__(self) -> str:
        return f"directory {self.number}, {self.realm}"

    @property
    def commitment(self) -> bytes:
        """What the log commits to: the statement is public, and so there is no salt."""
        return commitment(b"", bytes(self.statement))
