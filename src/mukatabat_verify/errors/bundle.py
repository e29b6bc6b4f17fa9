# SPDX-License-Identifier: EUPL-1.2
"""Why a bundle of evidence is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal


class BundleMalformed(Refusal):
    """The list of the bundle is not written in its one form."""

    code = "bundle.malformed"
    ar = "قائمة حزمة الإثبات مكتوبة بغير الصيغة المعتمدة."
    en = "The list of the bundle is not written in its one form."


class BundlePieceMissing(Refusal):
    """A piece that the list names is not there."""

    code = "bundle.piece-missing"
    ar = "تنقص حزمة الإثبات قطعة مذكورة في قائمتها."
    en = "A piece that the list names is missing from the bundle."


class BundlePieceForeign(Refusal):
    """A piece is there that the list does not name at this place."""

    code = "bundle.piece-foreign"
    attack = True
    ar = "في حزمة الإثبات قطعة ليست في قائمتها، أو في غير موضعها."
    en = "The bundle holds a piece that its list does not name, or not at this place."


class BundlePieceChanged(Refusal):
    """A piece has another digest than the list says."""

    code = "bundle.piece-changed"
    attack = True
    ar = "غُيّرت قطعة من حزمة الإثبات."
    en = "A piece of the bundle was changed."


class BundleOfAnotherParcel(Refusal):
    """The header or the letter in it is not of the parcel that the list names."""

    code = "bundle.other-parcel"
    attack = True
    ar = "الترويسة أو الكتاب في الحزمة لا يخص الحزمة المختومة المذكورة."
    en = "The header or the letter in the bundle is not of the parcel that it names."


class EvidenceMissing(Refusal):
    """What is proven cannot have happened without something that is not."""

    code = "evidence.missing"
    ar = "ينقص إثبات لا يقع ما بعده بدونه."
    en = "An evidence is missing without which a later one cannot be."


class EvidenceTwice(Refusal):
    """One evidence stands in a bundle more than once."""

    code = "evidence.twice"
    ar = "تكرر الإثبات نفسه في الحزمة."
    en = "The same evidence stands in the bundle twice."


class EvidenceOfAnotherRecipient(Refusal):
    """A true evidence of this parcel, about another recipient."""

    code = "evidence.other-recipient"
    attack = True
    ar = "الإثبات صحيح لكنه يخص مستلمًا آخر."
    en = "The evidence is true, but it is about another recipient."
