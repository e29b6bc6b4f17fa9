# SPDX-License-Identifier: EUPL-1.2
"""Why a certificate, a time-stamp or a person's signature is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal

# ── certificates ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


class CertificateNotListed(Refusal):
    """The directory lists no such seal for the sender, or the sender withdrew it."""

    code = "certificate.not-listed"
    attack = True
    ar = "لا يذكر دليل الجهات هذا الختم للجهة المرسلة، أو سحبته الجهة."
    en = "The directory does not list this seal for the sender, or the sender withdrew it."


class CertificateWithdrawn(Refusal):
    """The authority that issued the certificate had withdrawn it when it was used."""

    code = "certificate.withdrawn"
    attack = True
    ar = "ألغت جهةُ التصديق هذه الشهادة قبل استعمالها أو في وقته."
    en = "The authority had withdrawn the certificate when it was used."


class RevocationListUnreadable(Refusal):
    """The bytes are no list of revoked certificates that speaks of all that its authority issued."""

    code = "revocation.unreadable"
    ar = "قائمة الشهادات الملغاة المرفقة لا تُقرأ."
    en = "The list of revoked certificates that came along cannot be read."


class RevocationListBroken(Refusal):
    """A list is written in the name of an authority that did not sign it."""

    code = "revocation.broken"
    attack = True
    ar = "قائمة الشهادات الملغاة ليست من جهة التصديق المذكورة فيها، أو غُيّرت."
    en = "The list of revoked certificates is not by the authority that it names, or was changed."


# ── time-stamps and signatures ────────────────────────────────────────────────────────────────────────────────────────


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


# ── the letter ────────────────────────────────────────────────────────────────────────────────────────────────────────


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
