# SPDX-License-Identifier: EUPL-1.2
"""The letter's life as one table of rules, and what makes a draft ready. Pure values and functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mukatabat.access.grants.rules import Shelf
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy, Vocabulary, gettext_noop


class LetterKind(Vocabulary):
    """What is written: a letter to other bodies, a memo inside one body, a circular to many."""

    LETTER = "letter", gettext_noop("Letter"), "كتاب"
    MEMO = "memo", gettext_noop("Internal memo"), "مذكرة داخلية"
    CIRCULAR = "circular", gettext_noop("Circular"), "تعميم"


class Direction(StrEnum):
    """Whether the body wrote the letter or received it."""

    OUT = "out"
    IN = "in"


class LetterState(Vocabulary):
    """Where a letter stands in its own body."""

    DRAFT = "draft", gettext_noop("Draft"), "مسودة"
    REVIEW = "review", gettext_noop("In approval"), "قيد الاعتماد"
    APPROVED = "approved", gettext_noop("Awaiting signature"), "بانتظار التوقيع"
    ISSUING = "issuing", gettext_noop("Being signed"), "قيد التوقيع"
    ISSUED = "issued", gettext_noop("Issued"), "صدر"
    DISCARDED = "discarded", gettext_noop("Discarded"), "متروك"
    REGISTERED = "registered", gettext_noop("In the register"), "مقيّد"


class LetterEvent(StrEnum):
    """What moves a letter."""

    SAVE = "save"
    SUBMIT = "submit"
    RECALL = "recall"
    PASS_STEP = "pass-step"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    DISCARD = "discard"
    BEGIN_ISSUE = "begin-issue"
    SIGNED = "signed"
    UNSIGNED = "unsigned"


class Guard(StrEnum):
    """What must hold for a move; each unmet guard has its own error."""

    AUTHOR = "author"
    READY = "ready"
    STEP_HOLDER = "step-holder"
    MORE_STEPS = "more-steps"
    LAST_STEP = "last-step"
    REASON = "reason"
    MANDATE = "mandate"
    FRESH_SECOND_FACTOR = "fresh-second-factor"
    VALID_SIGNATURE = "valid-signature"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: in this state, on this event, with all guards met, the letter comes into that state."""

    state: LetterState
    event: LetterEvent
    guards: frozenset[Guard]
    to: LetterState


_S, _E, _G = LetterState, LetterEvent, Guard


def _rule(state: LetterState, event: LetterEvent, to: LetterState, *guards: Guard) -> Rule:
    return Rule(state, event, frozenset(guards), to)


RULES: tuple[Rule, ...] = (
    _rule(_S.DRAFT, _E.SAVE, _S.DRAFT, _G.AUTHOR),
    _rule(_S.DRAFT, _E.SUBMIT, _S.REVIEW, _G.AUTHOR, _G.READY),
    _rule(_S.DRAFT, _E.DISCARD, _S.DISCARDED, _G.AUTHOR),
    _rule(_S.REVIEW, _E.RECALL, _S.DRAFT, _G.AUTHOR),
    _rule(_S.REVIEW, _E.PASS_STEP, _S.REVIEW, _G.STEP_HOLDER, _G.MORE_STEPS),
    _rule(_S.REVIEW, _E.APPROVE, _S.APPROVED, _G.STEP_HOLDER, _G.LAST_STEP),
    _rule(_S.REVIEW, _E.SEND_BACK, _S.DRAFT, _G.STEP_HOLDER, _G.REASON),
    _rule(_S.APPROVED, _E.RECALL, _S.DRAFT, _G.AUTHOR),
    _rule(_S.APPROVED, _E.SEND_BACK, _S.DRAFT, _G.STEP_HOLDER, _G.REASON),
    _rule(_S.APPROVED, _E.BEGIN_ISSUE, _S.ISSUING, _G.STEP_HOLDER, _G.READY, _G.MANDATE, _G.FRESH_SECOND_FACTOR),
    _rule(_S.ISSUING, _E.SIGNED, _S.ISSUED, _G.VALID_SIGNATURE),
    _rule(_S.ISSUING, _E.UNSIGNED, _S.APPROVED, _G.REASON),
)
"""Every move that exists. ISSUED, DISCARDED and REGISTERED have no row: a correction is a further letter."""

MOVES: dict[tuple[LetterState, LetterEvent], Rule] = {(rule.state, rule.event): rule for rule in RULES}

SUBJECT_LIMIT = 300


def unmet(rule: Rule, met: frozenset[Guard]) -> Guard | None:
    """The first unmet guard of a rule in the order of :class:`Guard`, or None when the move may be made."""
    return next((guard for guard in Guard if guard in rule.guards and guard not in met), None)


class RouteKind(StrEnum):
    """What a step of the approval route asks for."""

    APPROVE = "approve"
    SIGN = "sign"


class LinkKind(Vocabulary):
    """How one letter refers to another (HANDBOOK §1.5)."""

    REPLY = "reply", gettext_noop("In reply to"), "ردًا على"
    REFERENCE = "reference", gettext_noop("With reference to"), "إشارة إلى"
    FURTHER = "further", gettext_noop("Further to"), "إلحاقًا بـ"
    CORRECTION = "correction", gettext_noop("In correction of"), "تصحيحًا لـ"


class VersionReason(Vocabulary):
    """Why a draft was kept as it stood."""

    SUBMIT = "submit", gettext_noop("Sent for approval"), "أُرسلت للاعتماد"
    RETURN = "return", gettext_noop("Returned to the drafter"), "أُعيدت إلى معدّها"
    TIME = "time", gettext_noop("While writing"), "أثناء الكتابة"
    NAMED = "named", gettext_noop("Kept by name"), "حُفظت باسم"


class ReturnGround(Vocabulary):
    """Why a registry returns a letter."""

    NOT_COMPETENT = "not-competent", gettext_noop("Outside our competence"), "عدم الاختصاص"
    INCOMPLETE = "incomplete", gettext_noop("Attachments are missing"), "نقص المرفقات"
    UNREADABLE = "unreadable", gettext_noop("Cannot be read"), "تعذر القراءة"
    DUPLICATE = "duplicate", gettext_noop("Received before"), "ورد سابقًا"
    OTHER = "other", gettext_noop("Another reason"), "سبب آخر"


class IssueState(StrEnum):
    """Where the signing of a frozen letter stands."""

    SIGNING = "signing"
    SIGNED = "signed"
    VOID = "void"


class Unready(StrEnum):
    """What a draft still lacks; each has its sentence in ``letters.texts``."""

    SUBJECT = "subject"
    BODY = "body"
    ADDRESSEE = "addressee"
    SIGNER = "signer"
    SECRECY_LOWERED = "secrecy-lowered"
    OWN_BODY = "own-body"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """What the readiness check looks at. ``answered_secrecy`` is that of the letter which the draft answers."""

    kind: LetterKind
    subject: str
    plain_body: str
    originals: int
    addresses_own_body: bool
    has_signer: bool
    secrecy: Secrecy
    answered_secrecy: Secrecy | None = None


def lacks(facts: DraftFacts) -> tuple[Unready, ...]:
    """Everything that keeps a draft from being submitted, in the order of the form."""
    found = (
        (facts.originals == 0, Unready.ADDRESSEE),
        (facts.addresses_own_body and facts.kind is not LetterKind.MEMO, Unready.OWN_BODY),
        (not facts.subject.strip(), Unready.SUBJECT),
        (
            facts.answered_secrecy is not None and facts.secrecy.rank < facts.answered_secrecy.rank,
            Unready.SECRECY_LOWERED,
        ),
        (not facts.plain_body.strip(), Unready.BODY),
        (not facts.has_signer, Unready.SIGNER),
    )
    return tuple(what for missing, what in found if missing)


def shelf_of(kind: LetterKind, direction: Direction, state: LetterState) -> Shelf:
    """The list in which a letter stands."""
    if state not in {LetterState.ISSUED, LetterState.REGISTERED}:
        return Shelf.DRAFT
    if kind is LetterKind.MEMO:
        return Shelf.MEMO
    return Shelf.INCOMING if direction is Direction.IN else Shelf.OUTGOING


REGISTER_OF: dict[LetterKind, RegisterKind] = {
    LetterKind.LETTER: RegisterKind.OUTGOING,
    LetterKind.MEMO: RegisterKind.MEMO,
    LetterKind.CIRCULAR: RegisterKind.CIRCULAR,
}
"""The book of an outgoing letter, before secrecy chooses the confidential one."""
