# SPDX-License-Identifier: EUPL-1.2
"""Who holds the keys of a letter, in honest words: of its documents, of the seal it came under, of its signer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.vocabulary import Custody, SealCustody, SignerCustody
from mukatabat.exchange import queries as exchange
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import IssueState
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.providers.csc import provider as csc
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import custody_of


@dataclass(frozen=True, slots=True)
class Held:
    """What is known here: of ``documents`` where the keys lie now, of ``seal`` and ``signer`` where they lay."""

    documents: Custody | None
    seal: SealCustody | None
    signer: SignerCustody | None


def held(actor: Actor, letter: Letter) -> Held:
    """Tell it of a letter that the actor was found to see. What another body's signer held is not known here."""
    documents = documents_of(actor, letter)
    with reading(actor):
        issued = Issue.objects.filter(letter=letter, state=IssueState.SIGNED)
        signed = issued.values_list("provider", "for_practice").first()
    fingerprint = exchange.seal_of_letter(actor, letter.id)
    return Held(
        documents=custody_of(actor, documents) if documents else None,
        seal=directory.seal_custody(fingerprint) if fingerprint else None,
        signer=signer_custody(signed[0], for_practice=signed[1]) if signed else None,
    )


def documents_of(actor: Actor, letter: Letter) -> tuple[UUID, ...]:
    """The letter itself and its attachments."""
    with reading(actor):
        attached = letter.attachments.values_list("document_id", flat=True)
        return (*attached, *([letter.document_id] if letter.document_id else []))


def signer_custody(provider: str, *, for_practice: bool = False) -> SignerCustody:
    """Tell who held the key of a person who signed by a provider.

    ``for_practice``: an authority for development certified it, so that it is nobody's own, wherever it lies.
    """
    if provider == csc.NAME:
        return SignerCustody.STAND_IN if for_practice else SignerCustody.SERVICE
    if for_practice or provider.endswith(SoftwareProvider.name):  # a test's stand-in carries the name of what it plays
        return SignerCustody.HOST
    return SignerCustody.PERSON
