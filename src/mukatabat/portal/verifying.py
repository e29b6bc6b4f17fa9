# SPDX-License-Identifier: EUPL-1.2
"""What anybody may learn who holds a printed letter: whether its code is that of an issued one, and what became of it.

Of an ordinary letter its number, date, sender, visible recipients and count of pages; from سري on the number and the
date alone. Never its subject or text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from mukatabat.directory.models import Body
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.manifest import Manifest, Party
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel.codes import ShortCode
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import Issue, Letter, Link, PrintCode
from mukatabat.letters.rules import IssueState, LetterState, LinkKind
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault.queries import access_document

NAME = "portal.verifier"


class Verdict(StrEnum):
    """What the page says of a code."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as a stranger may know it. ``ended_at`` is when it was withdrawn or replaced.

    ``sender``, ``recipients`` and ``pages`` are empty from سري on; ``digest`` is the SHA-256 of the signed PDF in
    hexadecimal. By the count of pages whoever holds a print sees that none was taken out.
    """

    verdict: Verdict
    reference: str = ""
    issued_on: date | None = None
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    pages: int | None = None
    digest: str = ""


def look_up(code: ShortCode) -> Printed:
    """Tell what became of the letter under a code; one that was never signed is as unknown as one that never was."""
    known = PrintCode.objects.filter(code=str(code)).first()
    if known is None:
        return Printed(Verdict.UNKNOWN)
    realm = Body.objects.values_list("realm", flat=True).get(id=known.body)
    actor = system_actor(NAME, body_id=known.body, realm=realm)
    with reading(actor):
        issue = Issue.objects.select_related("letter").filter(id=known.issue, state=IssueState.SIGNED).first()
        if issue is None or issue.letter.state != LetterState.ISSUED or issue.letter.reference != issue.reference:
            return Printed(Verdict.UNKNOWN)
        verdict, ended_at = _outcome(actor, issue.letter)
        return _shown(actor, issue, verdict, ended_at)


def _outcome(actor: Actor, letter: Letter) -> tuple[Verdict, datetime | None]:
    corrections = Link.objects.filter(to=letter, kind=LinkKind.CORRECTION, letter__state=LetterState.ISSUED)
    replaced = corrections.order_by("letter__issued_at").values_list("letter__issued_at", flat=True).first()
    if replaced is not None:
        return Verdict.REPLACED, replaced
    sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
    if sent and all(one.state == ConsignmentState.WITHDRAWN for one in sent):
        return Verdict.WITHDRAWN, max(one.ended_at for one in sent if one.ended_at)
    return Verdict.VALID, None


def _shown(actor: Actor, issue: Issue, verdict: Verdict, ended_at: datetime | None) -> Printed:
    letter, manifest = issue.letter, Manifest.model_validate(issue.manifest)
    is_sealed = Secrecy(letter.secrecy).is_sealed
    return Printed(
        verdict, reference=letter.reference, issued_on=manifest.issued_on, ended_at=ended_at,
        signed_at=None if is_sealed else letter.issued_at,
        sender=None if is_sealed else manifest.sender,
        recipients=() if is_sealed else _visible(manifest),
        pages=None if is_sealed or letter.document_id is None else access_document(actor, letter.document_id).pages,
        digest=letter.document_digest.removeprefix("sha256:"),
    )  # fmt: skip


def _visible(manifest: Manifest) -> tuple[Party, ...]:
    """The recipients that the print itself shows, each body once."""
    named: dict[UUID, Party] = {one.body_id: one for one in manifest.recipients if one.visible}
    return tuple(named.values())
