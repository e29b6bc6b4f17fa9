# SPDX-License-Identifier: EUPL-1.2
"""What a body holds of its own in this room: its audit heads, checked against the trail as it is now."""

from __future__ import annotations

from collections.abc import Iterator

from mukatabat.audit.models import Link
from mukatabat.ledger.models import AuditHead
from mukatabat.ledger.rules import Held, commitment, head_bytes
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


def audit_heads(actor: Actor) -> Iterator[Held]:
    """Give the body's audit heads, oldest first, each with the commitment that follows from the chain as it stands.

    A link that was altered or cut off since gives another commitment than the log holds.
    """
    with scope(actor):
        for head in AuditHead.objects.order_by("number").iterator(chunk_size=2000):
            link = Link.objects.filter(number=head.number).values_list("hash", flat=True).first()
            told = head_bytes(head.body_id, head.realm, number=head.number, link=bytes(link or b""))
            yield Held(head.id, commitment(bytes(head.salt), told), head.at)
