# SPDX-License-Identifier: EUPL-1.2
"""The drill after a restore: random letters are opened, the trail is proven, the books are counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mukatabat.access import second_factor
from mukatabat.audit.checking import verify
from mukatabat.directory.models import Body
from mukatabat.letters.models import Attachment, Letter
from mukatabat.registers.queries import check
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import store
from mukatabat.vault.errors import DocumentDestroyed, VaultError
from mukatabat.vault.queries import access_document, open_verified
from mukatabat.web.backup.making import Unwatched, Watch


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill found: counts, and one sentence per fault; ``locked`` documents only named readers open."""

    letters: int
    documents: int
    locked: int
    chained: int
    books: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything opened and nothing was missing, double or altered."""
        return not self.faults


def drill(count: int, *, watch: Watch | None = None) -> Drill:
    """Open the documents of ``count`` random letters of all bodies, prove the audit chain and every numbered book.

    People can sign in: every second factor is opened too.

    Every document is decrypted whole and its digest compared; of those that only named readers can open, the sealed
    bytes are. A destroyed document is no fault.
    """
    actors = [
        system_actor("cli.drill", body_id=body_id, realm=realm)
        for body_id, realm in Body.objects.order_by("id").values_list("id", "realm")
    ]
    letters = [(actor, letter_id) for actor in actors for letter_id in _letters(actor)]
    chosen = random.SystemRandom().sample(letters, min(count, len(letters)))
    faults: list[str] = []
    opened: Counter[bool] = Counter()
    with (watch or Unwatched()).count("letters", len(chosen)) as done:
        for actor, letter_id in chosen:
            opened += _open(actor, letter_id, faults.append)
            done(1)
    trail = verify(Body.objects.values_list("id", "realm"))
    books = [(name, found) for actor in actors for name, found in check(actor).items()]
    faults += [*trail.faults, *_sentences(books)]
    if closed := second_factor.unreadable():
        faults.append(f"{closed} second factors do not open: the secret-key is another installation's")
    return Drill(len(chosen), opened[True], opened[False], trail.last, len(books), tuple(faults))


def _letters(actor: Actor) -> Sequence[UUID]:
    with scope(actor):
        return list(Letter.objects.exclude(document_id=None).values_list("id", flat=True))


def _open(actor: Actor, letter_id: UUID, complain: Callable[[str], None]) -> Counter[bool]:
    """Open every document of a letter; returns how many were opened (True), and how many are locked (False)."""
    opened: Counter[bool] = Counter()
    with scope(actor):
        found = Letter.objects.filter(id=letter_id).values_list("document_id", flat=True)
        attached = Attachment.objects.filter(letter_id=letter_id).values_list("document_id", flat=True)
        documents = [one for one in (*found, *attached) if one is not None]
    for document_id in documents:
        try:
            opened[_opened(actor, document_id)] += 1
        except DocumentDestroyed:
            continue
        except VaultError as error:
            complain(f"letter {letter_id}, document {document_id}: {error.code}")
    return opened


def _opened(actor: Actor, document_id: UUID) -> bool:
    """Read a document whole: opened, or, when only its named readers can, as it lies in the store."""
    document = access_document(actor, document_id)
    if document.key.named:
        store().verify(document.key.address)
        return False
    open_verified(actor, document).close()
    return True


def _sentences(books: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    return [f"book {name}: {fault}" for name, found in books for fault in found]
