# SPDX-License-Identifier: EUPL-1.2
"""Why something about a transparency log is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal


class InclusionBroken(Refusal):
    """The proof does not lead from the leaf to the root."""

    code = "log.inclusion-broken"
    attack = True
    ar = "لا يثبت البرهان وجود القيد في سجل الشفافية."
    en = "The proof does not show that the entry is in the transparency log."


class ConsistencyBroken(Refusal):
    """The proof does not show that one state of a log is the beginning of another: it forked or was rewritten."""

    code = "log.consistency-broken"
    attack = True
    ar = "حالتان من سجل الشفافية لا تتفقان: تفرّع السجل أو أُعيدت كتابته."
    en = "Two states of the transparency log do not agree: it was forked or rewritten."


class NoteMalformed(Refusal):
    """The bytes are no signed note."""

    code = "log.note-malformed"
    ar = "نقطة التحقق من سجل الشفافية مكتوبة بغير الصيغة المعتمدة."
    en = "The log's note is not written in its form."


class CheckpointMalformed(Refusal):
    """The note's text is no checkpoint."""

    code = "log.checkpoint-malformed"
    ar = "المذكرة الموقّعة ليست نقطة تحقق من سجل الشفافية."
    en = "The signed note is not a checkpoint of a transparency log."


class NoteSignatureBroken(Refusal):
    """A signature claims a known key and was not made by it."""

    code = "log.signature-broken"
    attack = True
    ar = "توقيع على نقطة التحقق غير صحيح."
    en = "A signature on the checkpoint does not hold."


class NoteUnsigned(Refusal):
    """The log itself did not sign."""

    code = "log.unsigned"
    ar = "نقطة التحقق غير موقّعة من السجل نفسه."
    en = "The checkpoint is not signed by the log itself."


class OtherLog(Refusal):
    """The checkpoint is another log's."""

    code = "log.other-log"
    attack = True
    ar = "نقطة التحقق من سجل آخر."
    en = "The checkpoint is another log's."


class TooFewWitnesses(Refusal):
    """Fewer witnesses cosigned than the reader asks for."""

    code = "log.too-few-witnesses"
    ar = "عدد الشهود على نقطة التحقق أقل من المطلوب."
    en = "Fewer witnesses saw the checkpoint than are required."


class ProofMalformed(Refusal):
    """The bytes are no proof of a place in a log, or name no log and witnesses."""

    code = "log.proof-malformed"
    ar = "برهان الوجود في سجل الشفافية مكتوب بغير الصيغة المعتمدة."
    en = "The proof of a place in the transparency log is not written in its form."


class OtherCheckpoint(Refusal):
    """A true checkpoint, and not the one that the header names."""

    code = "log.other-checkpoint"
    attack = True
    ar = "نقطة التحقق ليست المذكورة في ترويسة الحزمة المختومة."
    en = "The checkpoint is not the one that the parcel's header names."
