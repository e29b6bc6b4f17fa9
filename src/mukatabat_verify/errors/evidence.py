# SPDX-License-Identifier: EUPL-1.2
"""Why an evidence is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal


class EvidenceMalformed(Refusal):
    """The bytes are no evidence in its one form."""

    code = "evidence.malformed"
    ar = "الإثبات مكتوب بغير الصيغة المعتمدة."
    en = "The evidence is not written in its one form."


class EvidenceSignatureBroken(Refusal):
    """The signature is not over this evidence, or not by its certificate's key."""

    code = "evidence.signature-broken"
    attack = True
    ar = "توقيع الإثبات غير صحيح: غُيّر الإثبات أو زُوّر توقيعه."
    en = "The signature of the evidence does not hold: it was changed or forged."


class EvidenceOfAnotherParcel(Refusal):
    """A true evidence, of another parcel."""

    code = "evidence.other-parcel"
    attack = True
    ar = "الإثبات صحيح لكنه يخص حزمة أخرى."
    en = "The evidence is true, but it is another parcel's."
