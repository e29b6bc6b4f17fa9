# SPDX-License-Identifier: EUPL-1.2
"""Why a parcel is refused: its form, its header, its keys, its sealed content."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal

# ── the form of a parcel ──────────────────────────────────────────────────────────────────────────────────────────────


class UnknownForm(Refusal):
    """The bytes begin with no form that is known here."""

    code = "form.unknown"
    ar = "الملف ليس حزمة مختومة ولا حاوية موقّعة من مكاتبات."
    en = "The file is neither a sealed parcel nor a signed container of Mukatabat."


class CutOff(Refusal):
    """The bytes end before what they announce."""

    code = "form.cut-off"
    ar = "الملف ناقص: انتهى قبل أن تكتمل محتوياته."
    en = "The file is incomplete: it ends before everything that it announces."


class TooMuch(Refusal):
    """Something lies behind the end."""

    code = "form.too-much"
    attack = True
    ar = "أُلحقت بالملف بيانات ليست منه."
    en = "Something was appended to the file that is not part of it."


# ── the header ────────────────────────────────────────────────────────────────────────────────────────────────────────


class NotCanonical(Refusal):
    """The text is no JSON, or not the one way of writing it (RFC 8785)."""

    code = "header.not-canonical"
    ar = "ترويسة الحزمة مكتوبة بغير الصيغة المعتمدة."
    en = "The header of the parcel is not written in its one canonical form."


class MalformedHeader(Refusal):
    """A member is missing, unknown or of the wrong shape."""

    code = "header.malformed"
    ar = "في ترويسة الحزمة بيان ناقص أو غير معروف."
    en = "The header of the parcel lacks something, or says something unknown."


class UnknownVersion(Refusal):
    """The header is of another version."""

    code = "header.unknown-version"
    ar = "إصدار الحزمة غير معروف لهذا البرنامج."
    en = "The parcel is of a version that this program does not know."


class UnknownSuite(Refusal):
    """A suite is named that is not on the list; suites are known by their whole name or not at all."""

    code = "header.unknown-suite"
    ar = "خُتمت الحزمة بطريقة تشفير غير معتمدة."
    en = "The parcel was sealed with a suite that is not accepted."


class BelowFloor(Refusal):
    """A known suite that this recipient no longer accepts."""

    code = "header.below-floor"
    attack = True
    ar = "خُتمت الحزمة بطريقة أضعف مما تقبله الجهة المرسل إليها."
    en = "The parcel was sealed with a weaker suite than the recipient accepts."


class HeaderSignatureBroken(Refusal):
    """The signature was not made by the certificate's key over this header."""

    code = "header.signature-broken"
    attack = True
    ar = "توقيع الجهة المرسلة على ترويسة الحزمة غير صحيح: غُيّرت الترويسة أو زُوّر التوقيع."
    en = "The sender's signature on the header does not hold: the header was changed or the signature forged."


class OtherCertificate(Refusal):
    """The certificate beside the header is not the one that the header names."""

    code = "header.other-certificate"
    attack = True
    ar = "الشهادة المرفقة غير الشهادة المذكورة في الترويسة."
    en = "The certificate that came with the header is not the one that the header names."


# ── the recipients' keys ──────────────────────────────────────────────────────────────────────────────────────────────


class NotAddressed(Refusal):
    """The header does not name this key."""

    code = "key.not-addressed"
    ar = "الحزمة غير موجّهة إلى هذا المفتاح."
    en = "The parcel is not addressed to this key."


class WrapMissing(Refusal):
    """The header names the key, but its wrap did not come."""

    code = "key.wrap-missing"
    ar = "مفتاح الفتح الخاص بهذه الجهة غير موجود في الحزمة."
    en = "The wrapped key for this recipient is not in the parcel."


class WrapMalformed(Refusal):
    """A wrap is for nobody in the header, comes twice or out of order, or has another size than its suite's."""

    code = "key.wrap-malformed"
    attack = True
    ar = "في الحزمة مفتاح مغلّف لا يطابق ترويستها."
    en = "The parcel holds a wrapped key that does not fit its header."


class WrapForeign(Refusal):
    """The wrap does not open with the key it is for: another's wrap, another header's, or changed."""

    code = "key.wrap-foreign"
    attack = True
    ar = "المفتاح المغلّف لا يخص هذه الحزمة أو هذه الجهة، أو غُيّر."
    en = "The wrapped key belongs to another parcel or recipient, or was changed."


class CommitmentBroken(Refusal):
    """The wrap opens, but to another key than the header commits to."""

    code = "key.commitment-broken"
    attack = True
    ar = "المفتاح الذي سُلّم ليس المفتاح الذي التزمت به الجهة المرسلة في الترويسة."
    en = "The key that was handed over is not the one that the sender committed to in the header."


# ── the content ───────────────────────────────────────────────────────────────────────────────────────────────────────


class SealedBytesChanged(Refusal):
    """The sealed bytes are not those that the header names."""

    code = "content.sealed-bytes-changed"
    attack = True
    ar = "المحتوى المختوم غير المحتوى المذكور في الترويسة: غُيّر أو نُقص أو زيد عليه."
    en = "The sealed content is not the one that the header names: changed, cut or added to."


class ChunkBroken(Refusal):
    """A chunk does not open at its place."""

    code = "content.chunk-broken"
    attack = True
    ar = "جزء من المحتوى المختوم غُيّر أو نُقل من مكانه أو حُذف."
    en = "A part of the sealed content was changed, moved or removed."


class ContentChanged(Refusal):
    """The content opens, but is not the one whose digest the header names."""

    code = "content.changed"
    attack = True
    ar = "المحتوى بعد فتحه غير المحتوى الذي وقّعت عليه الجهة المرسلة."
    en = "The opened content is not the one that the sender signed for."


class SameIdOtherBytes(Refusal):
    """A parcel with this identifier is known, and it was another."""

    code = "parcel.same-id-other-bytes"
    attack = True
    ar = "وصلت من قبل حزمة بالمعرّف نفسه ومحتوى مختلف."
    en = "A parcel with the same identifier but other bytes came before."


class CameBefore(Refusal):
    """The same parcel lies there already, and another delivery brings it again: a repetition that nobody ordered."""

    code = "parcel.came-before"
    attack = True
    ar = "هذه الحزمة وصلت من قبل، وأُعيد تقديمها ضمن تسليم آخر."
    en = "This parcel came before, and another delivery brings it again."


class OtherRealm(Refusal):
    """A parcel of the training realm for a live body, or the reverse: nothing crosses between the two."""

    code = "parcel.other-realm"
    attack = True
    ar = "الحزمة من بيئة أخرى: لا ينتقل شيء بين بيئة التدريب والبيئة الفعلية."
    en = "The parcel is of the other realm: nothing crosses between training and live."
