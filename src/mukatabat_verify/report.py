# SPDX-License-Identifier: EUPL-1.2
"""What a check did, step by step, and what it found: for people in two languages, and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mukatabat_verify.errors import Refusal


class Step(Enum):
    """The steps of a check, in their order: number, and what it shows when it passes. :mod:`verifier` makes them."""

    PARCEL_FORM = (
        1,
        "الحزمة كاملة البنية وترويستها بالصيغة المعتمدة",
        "The parcel has its form, and its header the one form",
    )
    HEADER_SIGNED = 2, "وقّعت الجهةُ المرسلة الترويسةَ", "The sender's seal signed the header"
    HEADER_TRUSTED = (
        3,
        "الشهادة شهادة ختم الجهة المرسلة وهي موثوقة",
        "A trusted authority vouches that it is the sender's seal",
    )
    SEALED_BYTES = 4, "المحتوى المختوم هو المذكور في الترويسة", "The sealed bytes are those that the header names"
    KEY = (
        5,
        "المفتاح يفتح هذه الحزمة وحدها وهو الملتزم به",
        "The key opens this parcel alone and is the one committed to",
    )
    CONTENT = (
        6,
        "فُتح كل جزء في موضعه والمحتوى هو الموقّع عليه",
        "Every chunk opens at its place; the content is the signed one",
    )
    CONTAINER_FORM = 7, "الحاوية سليمة البنية ولا تخفي شيئًا", "The container has its one form and hides nothing"
    COMPLETE = 8, "قائمة الملفات الموقّعة كاملة", "The sealed list names every file and no other"
    FILES = 9, "لم يتغير أي ملف", "No file was changed"
    SEALED = 10, "ختمُ الجهة على القائمة صحيح", "The body's seal on the list holds"
    LETTER = (
        11,
        "بيانات الكتاب توافق ما في الحاوية والترويسة",
        "The letter's data agrees with the container and the header",
    )
    STAMPED = 12, "ختم الوقت صحيح وجهته موثوقة", "The time-stamp holds and its authority is trusted"
    SEAL_TRUSTED = (
        13,
        "الختم ختم الجهة المرسلة وهو موثوق في وقته",
        "The seal is the sender's and was trusted at its time",
    )
    PERSON = 14, "توقيع الشخص على الكتاب صحيح وموثوق", "The person's signature on the letter holds and is trusted"

    EVIDENCE = 15, "الإثبات بصيغته المعتمدة وتوقيعه صحيح", "The evidence has its one form, and its signature holds"
    EVIDENCE_TRUSTED = 16, "شهادة موقّع الإثبات موثوقة", "A trusted authority vouches for who signed the evidence"

    BUNDLE = 17, "حزمة الإثبات كاملة ولم تتغيّر قطعة منها", "The bundle is complete, and no piece of it was changed"
    HISTORY = (
        18,
        "كل إثبات يخص هذه الحزمة وهذا المستلم، ولا ينقص إثبات",
        "All evidence is about this parcel and recipient, and none is missing before another",
    )
    EVIDENCE_STAMPED = (
        19,
        "ختم وقت كل إثبات صحيح وجهته موثوقة",
        "Each time-stamp is for its evidence, and its authority is trusted",
    )
    BUNDLE_SEALED = 20, "ختمُ المنصة على القائمة صحيح وموثوق", "The node's seal on the list holds and is trusted"
    LETTER_OF_PARCEL = (
        21,
        "الكتاب في الحزمة هو محتوى الحزمة المختومة",
        "The letter in the bundle is the content that the parcel's header names",
    )

    LOGGED = 22, "الإثبات مقيّد في سجل الشفافية كما هو", "The evidence is in the transparency log as it is"
    NOT_YET_LOGGED = (
        23,
        "لم يكن سجل الشفافية قد قيّد هذا الإثبات عند إعداد الحزمة",
        "The transparency log had not taken this evidence yet when the bundle was made",
    )
    WITNESSED = (
        24,
        "وقّع السجلُ نقطةَ التحقق وشهد عليها العدد المطلوب",
        "The log signed its checkpoint, and as many witnesses as required saw it",
    )
    CHECKPOINT_STAMPED = (
        25,
        "ختم الوقت على نقطة التحقق صحيح وجهته موثوقة",
        "The time-stamp of the checkpoint holds and its authority is trusted",
    )
    NOT_BEFORE = (
        26,
        "خُتمت الحزمة بعد نقطة التحقق المذكورة في ترويستها، والسجل امتداد لها",
        "The parcel was sealed after the checkpoint that its header names, and the log continues it",
    )
    LISTED = (
        27,
        "الختم مدرج للجهة المرسلة في دليل الجهات الموقّع",
        "The signed directory lists the seal as the sender's at that time",
    )
    NOT_WITHDRAWN = (
        28,
        "لم تكن شهادة مما سبق ملغاة حين استُعملت",
        "None of these certificates had been withdrawn when it was used",
    )

    DIRECTORY_LOGGED = (
        29,
        "دليل الجهات الموقّع مقيّد في سجل الشفافية كما هو",
        "The statement of the signed directory is in the transparency log as it is",
    )

    def __init__(self, number: int, ar: str, en: str) -> None:
        self.number = number
        self.ar = ar
        self.en = en


@dataclass(frozen=True, slots=True)
class Finding:
    """How one step ended: passed, refused with a reason, or left out with the reason why it has nothing to check.

    ``note`` says of a step that passed what it could not ask.
    """

    step: Step
    refusal: Refusal | None = None
    left_out: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        outcome = "refused" if self.refusal else "left out" if self.left_out else "passed"
        value: dict[str, Any] = {"step": self.step.number, "ar": self.step.ar, "en": self.step.en, "outcome": outcome}
        if self.refusal is not None:
            value["reason"] = self.refusal.code
            value["reason_ar"], value["reason_en"] = self.refusal.ar, self.refusal.en
            value["detail"] = self.refusal.detail
        elif self.left_out or self.note:
            value["detail"] = self.left_out or self.note
        return value


@dataclass(slots=True)
class Said:
    """What a step says while it is made: a note, or that it had nothing to check after all."""

    note: str = ""
    left_out: str = ""


@dataclass(slots=True)
class Report:
    """A whole check. ``facts`` are what was read in steps that passed; nothing else was proven."""

    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def refusal(self) -> Refusal | None:
        """The reason for which the check ended; None when everything that could be checked was and holds."""
        return self.findings[-1].refusal if self.findings else None

    @contextmanager
    def step(self, step: Step) -> Iterator[Said]:
        """Enter a finding when the block has ended, well or with a refusal, which goes on, and what the block said."""
        said = Said()
        try:
            yield said
        except Refusal as refusal:
            self.findings.append(Finding(step, refusal))
            raise
        self.findings.append(Finding(step, left_out=said.left_out, note=said.note))

    def leave_out(self, step: Step, why: str) -> None:
        """Enter that a step has nothing to check."""
        self.findings.append(Finding(step, left_out=why))

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "accepted": self.refusal is None,
            "facts": self.facts,
            "steps": [one.to_json() for one in self.findings],
        }
