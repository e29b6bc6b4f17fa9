# SPDX-License-Identifier: EUPL-1.2
"""The documents of a letter follow its secrecy: from سري on they are for its readers, and not under the body's key."""

from __future__ import annotations

from uuid import UUID

from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.custody import documents_of
from mukatabat.letters.models import Letter
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import seal, unseal


def readers_of(letter: Letter) -> UUID | None:
    """The letter, if what is stored for it is for its readers alone (``vault.actions.enter``)."""
    return letter.id if Secrecy(letter.secrecy).is_sealed else None


def follow_secrecy(actor: Actor, letter: Letter) -> None:
    """Put the documents of a letter whose secrecy or files have changed where they belong now; the actor reads them."""
    if documents := documents_of(actor, letter):
        (seal if Secrecy(letter.secrecy).is_sealed else unseal)(actor, letter.id, documents)
