# SPDX-License-Identifier: EUPL-1.2
"""Every reason for which something is refused: a name of its own, and one sentence in each language.

The sentences name nothing of the letter. ``detail`` is for the reader of a log or of the program's output, in English.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all reasons. ``code`` is stable; ``attack`` tells that no accident explains it, so that it is alarmed."""

    code: ClassVar[str] = "refused"
    attack: ClassVar[bool] = False
    ar: ClassVar[str] = "لم يُقبل ما عُرض للتحقق."
    en: ClassVar[str] = "What was shown cannot be accepted."

    def __init__(self, detail: str = "") -> None:
        """Take what exactly was found."""
        super().__init__(detail or self.code)
        self.detail = detail

    def text(self, language: str) -> str:
        """Give the sentence in "ar" or "en"."""
        return self.ar if language == "ar" else self.en


# ── the form of a parcel ─────────────────────────────────────────────────────────────────────────────────────────────


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


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── the recipients' keys ─────────────────────────────────────────────────────────────────────────────────────────────


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


# ── the content ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────


class CertificateUnreadable(Refusal):
    """The bytes are no certificate."""

    code = "certificate.unreadable"
    ar = "الشهادة المرفقة لا تُقرأ."
    en = "The certificate that came along cannot be read."


class CertificateUntrusted(Refusal):
    """No trusted root vouches for the certificate."""

    code = "certificate.untrusted"
    attack = True
    ar = "لا تضمن الشهادةَ أيُّ جهة تصديق موثوق بها."
    en = "No trusted authority vouches for the certificate."


class CertificateOutOfDate(Refusal):
    """The certificate was not yet, or no longer, valid at that time."""

    code = "certificate.out-of-date"
    ar = "لم تكن الشهادة سارية في ذلك الوقت."
    en = "The certificate was not valid at that time."


class CertificateOfAnotherUse(Refusal):
    """The certificate is not meant for what was done with it."""

    code = "certificate.of-another-use"
    attack = True
    ar = "الشهادة غير مخصصة لهذا الاستعمال."
    en = "The certificate is not meant for this use."


class CertificateOfAnotherBody(Refusal):
    """The certificate is another body's than the one that is said to have sealed."""

    code = "certificate.of-another-body"
    attack = True
    ar = "الختم لجهة أخرى غير الجهة المرسلة المذكورة."
    en = "The seal is another body's than the sender that is named."


# ── time-stamps and signatures ───────────────────────────────────────────────────────────────────────────────────────


class TimeStampBroken(Refusal):
    """A token that cannot be read, stamps something else, or was changed."""

    code = "time-stamp.broken"
    attack = True
    ar = "ختم الوقت لا يخص هذا التوقيع، أو غُيّر."
    en = "The time-stamp is not for this signature, or was changed."


class SignatureUnreadable(Refusal):
    """A document carries no signature that can be read."""

    code = "signature.unreadable"
    ar = "لا يوجد في الكتاب توقيع يمكن قراءته."
    en = "The letter carries no signature that can be read."


# ── the signed container ─────────────────────────────────────────────────────────────────────────────────────────────


class ArchiveMalformed(Refusal):
    """The file is no ZIP as the container's form wants it: its end, counts or places do not agree."""

    code = "archive.malformed"
    ar = "بنية الحاوية غير سليمة."
    en = "The structure of the container is damaged."


class ArchiveTooLarge(Refusal):
    """More than the form allows: 4 GiB, or 999 attachments."""

    code = "archive.too-large"
    ar = "الحاوية أكبر من المسموح به."
    en = "The container is larger than allowed."


class ArchiveNameTwice(Refusal):
    """A name stands twice, so that two readers could see two files."""

    code = "archive.name-twice"
    attack = True
    ar = "في الحاوية ملفان بالاسم نفسه."
    en = "Two files in the container have the same name."


class ArchiveNameUnknown(Refusal):
    """A name or an order that the form does not have."""

    code = "archive.name-unknown"
    attack = True
    ar = "في الحاوية ملف لا تعرفه صيغتها، أو ينقصها ملف."
    en = "The container holds a file that its form does not have, or lacks one."


class ArchiveCompressed(Refusal):
    """An entry is compressed or encrypted; the form only stores."""

    code = "archive.compressed"
    attack = True
    ar = "في الحاوية ملف مضغوط، وصيغتها لا تسمح بذلك."
    en = "A file in the container is compressed, which its form does not allow."


class ArchiveSpecialFile(Refusal):
    """An entry says that it is a link, a folder or a device."""

    code = "archive.special-file"
    attack = True
    ar = "في الحاوية ما ليس ملفًا عاديًا."
    en = "The container holds something that is not an ordinary file."


class ArchiveHiddenBytes(Refusal):
    """A comment, an extra field, or bytes between the entries."""

    code = "archive.hidden-bytes"
    attack = True
    ar = "في الحاوية بيانات مخفية لا تخص أي ملف فيها."
    en = "The container hides bytes that belong to none of its files."


class ArchiveInconsistent(Refusal):
    """What stands before a file differs from what the directory says of it."""

    code = "archive.inconsistent"
    attack = True
    ar = "فهرس الحاوية يخالف محتواها."
    en = "The directory of the container contradicts what it holds."


class ManifestMalformed(Refusal):
    """The list of files is not in its one form."""

    code = "container.manifest-malformed"
    ar = "قائمة الملفات الموقّعة مكتوبة بغير الصيغة المعتمدة."
    en = "The list of the sealed files is not written in its one form."


class ManifestIncomplete(Refusal):
    """The list names other files than the container holds."""

    code = "container.manifest-incomplete"
    attack = True
    ar = "قائمة الملفات الموقّعة لا تطابق الملفات الموجودة."
    en = "The list of the sealed files names others than are there."


class FileChanged(Refusal):
    """A file is not the one in the sealed list."""

    code = "container.file-changed"
    attack = True
    ar = "غُيّر ملف في الحاوية بعد ختمها."
    en = "A file in the container was changed after it was sealed."


class SealUnreadable(Refusal):
    """The seal is no CAdES signature in the form in which we write it."""

    code = "seal.unreadable"
    ar = "ختم الجهة لا يُقرأ."
    en = "The body's seal cannot be read."


class SealBroken(Refusal):
    """The seal was not made over this list of files by this certificate's key."""

    code = "seal.broken"
    attack = True
    ar = "ختم الجهة لا يخص هذه الملفات، أو زُوّر."
    en = "The body's seal is not for these files, or was forged."


# ── the letter ───────────────────────────────────────────────────────────────────────────────────────────────────────


class LetterDataMalformed(Refusal):
    """``letter.json`` cannot be read, or lacks what every letter says."""

    code = "letter.data-malformed"
    ar = "بيانات الكتاب المرفقة به لا تُقرأ."
    en = "The data of the letter cannot be read."


class LetterDataDisagrees(Refusal):
    """``letter.json`` names other files, another parcel, another sender or other recipients than there are."""

    code = "letter.data-disagrees"
    attack = True
    ar = "بيانات الكتاب تخالف ما في الحزمة."
    en = "The data of the letter contradicts what the parcel holds."


class SignatureBroken(Refusal):
    """The person's signature is not over this PDF."""

    code = "signature.broken"
    attack = True
    ar = "توقيع الشخص على الكتاب غير صحيح: غُيّر الكتاب بعد توقيعه."
    en = "The person's signature does not hold: the letter was changed after it was signed."


class SignatureNotWhole(Refusal):
    """Something was added to the PDF after the signature."""

    code = "signature.not-whole"
    attack = True
    ar = "أُضيف إلى الكتاب شيء بعد توقيعه."
    en = "Something was added to the letter after it was signed."


class SignatureUntrusted(Refusal):
    """The signature is whole, and nobody who is trusted vouches for the signer at that time."""

    code = "signature.untrusted"
    ar = "لا تضمن جهةُ تصديق موثوق بها هويةَ الموقّع في ذلك الوقت."
    en = "No trusted authority vouches for the signer at that time."


# ── the transparency log ─────────────────────────────────────────────────────────────────────────────────────────────


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
