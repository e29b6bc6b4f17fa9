# SPDX-License-Identifier: EUPL-1.2
"""The closed lists of the directory: stored values with their Arabic and English labels."""

from __future__ import annotations

from enum import IntEnum

from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop


class BodyKind(Vocabulary):
    """What a body is in the State's order; it describes, and gives no rights."""

    DIWAN = "diwan", gettext_noop("Diwan"), "ديوان"
    MINISTRY = "ministry", gettext_noop("Ministry"), "وزارة"
    DEPARTMENT = "department", gettext_noop("Department of State"), "إدارة حكومية"
    AUTHORITY = "authority", gettext_noop("Authority"), "هيئة عامة"
    AGENCY = "agency", gettext_noop("Agency"), "جهاز"
    INSTITUTION = "institution", gettext_noop("Institution"), "مؤسسة"
    SECRETARIAT = "secretariat", gettext_noop("Secretariat"), "أمانة عامة"
    COUNCIL = "council", gettext_noop("Council"), "مجلس"
    FORCE = "force", gettext_noop("Uniformed force"), "قوة نظامية"
    JUDICIAL = "judicial", gettext_noop("Judicial body"), "جهة قضائية"
    COMPANY = "company", gettext_noop("State company"), "شركة حكومية"
    SUB_BODY = "sub_body", gettext_noop("Sub-body"), "جهة فرعية"
    MISSION = "mission", gettext_noop("Foreign mission"), "بعثة أجنبية"


class Channel(Vocabulary):
    """How a letter reaches a body: on this host, through its own system, or printed and carried."""

    LOCAL = "local", gettext_noop("On this platform"), "على هذه المنصة"
    LINKED = "linked", gettext_noop("Through its own system"), "عبر نظامها المرتبط"
    PAPER = "paper", gettext_noop("On paper"), "ورقيًا"


class LetterDigits(Vocabulary):
    """The digit shapes in a body's printed letters."""

    ARAB = "arab", gettext_noop("Arabic-Indic digits"), "أرقام عربية مشرقية"
    LATN = "latn", gettext_noop("Western digits"), "أرقام غربية"


class UnitKind(Vocabulary):
    """What a unit is inside its body."""

    OFFICE = "office", gettext_noop("Office"), "مكتب"
    SECTOR = "sector", gettext_noop("Sector"), "قطاع"
    DEPARTMENT = "department", gettext_noop("Department"), "إدارة"
    CIRCLE = "circle", gettext_noop("Circle"), "دائرة"
    SECTION = "section", gettext_noop("Section"), "قسم"
    REGISTRY = "registry", gettext_noop("Registry"), "سجل"


class PostRole(Vocabulary):
    """What the holder of a post does in the system; access derives capabilities from it."""

    REGISTRY_CLERK = "registry_clerk", gettext_noop("Registry clerk"), "كاتب السجل"
    ADVISER = "adviser", gettext_noop("Adviser"), "مستشار"
    HEAD = "head", gettext_noop("Head"), "رئيس"
    SIGNATORY = "signatory", gettext_noop("Signatory"), "صاحب التوقيع"
    ARCHIVIST = "archivist", gettext_noop("Archivist"), "أمين الأرشيف"
    ADMINISTRATOR = "administrator", gettext_noop("Administrator"), "مدير النظام"
    OPERATOR = "operator", gettext_noop("Central operator"), "مشغل المنظومة"
    AUDITOR = "auditor", gettext_noop("Auditor"), "مدقق"
    TRAINEE = "trainee", gettext_noop("Trainee"), "متدرب"


class Honorific(Vocabulary):
    """The style of address of an office: it belongs to the post and is never typed by hand.

    The labels name the style on screens; `rules.address` gives the words of a letter (HANDBOOK §1.8).
    """

    SAMUWW = "samuww", gettext_noop("His Highness"), "سمو"
    MAALI = "maali", gettext_noop("His Excellency"), "معالي"
    SAADA = "saada", gettext_noop("The Honourable"), "سعادة"
    FADILA = "fadila", gettext_noop("His Eminence"), "فضيلة"
    SAYYID = "sayyid", gettext_noop("Mr or Ms"), "السيد"


class MandateKind(Vocabulary):
    """The legal instrument behind a signature (HANDBOOK §1.9: three things that look alike, and the post itself)."""

    POST = "post", gettext_noop("The post itself"), "شغل المنصب"
    DELEGATION = "delegation", gettext_noop("Delegation"), "تفويض"
    STANDING_IN = "standing_in", gettext_noop("Standing-in"), "إنابة"
    ACTING = "acting", gettext_noop("Acting appointment"), "تكليف"


class ChangeKind(Vocabulary):
    """What a change that needs two persons does once the second confirms it."""

    APPOINTMENT = "appointment", gettext_noop("Appointment to a post of power"), "شغل منصب ذي صلاحية"
    MANDATE = "mandate", gettext_noop("Mandate"), "سند صلاحية"
    SECOND_FACTOR = (
        "second_factor",
        gettext_noop("Code for a new second factor"),
        "رمز لإعداد عامل التحقق الثاني من جديد",
    )
    PASSWORD = "password", gettext_noop("New first password"), "كلمة مرور أولى جديدة"
    READER = "reader", gettext_noop("Reader of a sealed letter"), "قارئ لكتاب سري"
    SIGNER = "signer", gettext_noop("Signing key at the trust service provider"), "مفتاح توقيع لدى مزود خدمات التصديق"
    CALENDAR = "calendar", gettext_noop("Beginning of a Hijri month"), "بداية شهر هجري"


class Verdict(Vocabulary):
    """How a proposed change ended."""

    CONFIRMED = "confirmed", gettext_noop("Confirmed"), "صودق عليه"
    DECLINED = "declined", gettext_noop("Declined"), "رُفض"
    WITHDRAWN = "withdrawn", gettext_noop("Taken back"), "سُحب"


class Level(IntEnum):
    """Administrative levels, 1 the highest; a mandate says up to which level its holder may write."""

    MINISTER = 1
    UNDERSECRETARY = 2
    ASSISTANT = 3
    DIRECTOR = 4
    STAFF = 5


class KeyUse(Vocabulary):
    """What a body's key pair is for."""

    SEAL = "seal", gettext_noop("Seal"), "ختم"
    ENCRYPTION = "encryption", gettext_noop("Encryption"), "تعمية"


class Custody(Vocabulary):
    """Who holds a body's keys, and so who could read."""

    HOST = (
        "host",
        gettext_noop("The keys are kept by this platform, whose operator could read"),
        ("المفاتيح محفوظة لدى المنصة، وبوسع مشغّلها القراءة"),
    )
    DEVICE = (
        "device",
        gettext_noop(
            "The keys lie in a hardware module and cannot be copied; the operator of this platform could read "
            "while it uses them"
        ),
        ("المفاتيح في جهاز عتاد لا تُنسخ منه، وبوسع مشغّل المنصة القراءة ما دامت تستعملها"),
    )


class SealCustody(Vocabulary):
    """The same of a body's seal, by the values of :class:`Custody`: who could seal in its name."""

    HOST = (
        "host",
        gettext_noop("Kept by this platform, whose operator could seal in the body's name"),
        ("محفوظ لدى المنصة، وبوسع مشغّلها أن يختم باسم الجهة"),
    )
    DEVICE = (
        "device",
        gettext_noop(
            "In a hardware module and cannot be copied; the operator of this platform could seal while it uses it"
        ),
        ("في جهاز عتاد لا يُنسخ منه، وبوسع مشغّل المنصة أن يختم به ما دامت تستعمله"),
    )


class NodeCustody(Vocabulary):
    """The same of the node's key for evidence: who could state what did not happen."""

    HOST = (
        "host",
        gettext_noop("Kept by this platform, whose operator could state what did not happen"),
        ("محفوظ لدى المنصة، وبوسع مشغّلها أن يثبت ما لم يقع"),
    )
    DEVICE = (
        "device",
        gettext_noop(
            "In a hardware module and cannot be copied; the operator of this platform could state what did not "
            "happen while it uses it"
        ),
        ("في جهاز عتاد لا يُنسخ منه، وبوسع مشغّل المنصة أن يثبت به ما لم يقع ما دامت تستعمله"),
    )


class SignerCustody(Vocabulary):
    """Who holds the private key with which a person signed."""

    HOST = (
        "host",
        gettext_noop("Kept by this platform for practice: this signature binds nobody"),
        ("محفوظ لدى المنصة للتجربة، ولا يلزم هذا التوقيع أحدًا"),
    )
    PERSON = (
        "person",
        gettext_noop("In the signer's own hands; this platform never had it"),
        ("بيد الموقّع وحده، ولم يكن لدى المنصة قط"),
    )
    SERVICE = (
        "service",
        gettext_noop("Kept by a trust service provider and released by the signer; this platform never had it"),
        ("محفوظ لدى مزود خدمات التصديق ولا يُستعمل إلا بموافقة الموقّع، ولم يكن لدى المنصة قط"),
    )
    STAND_IN = (
        "stand-in",
        gettext_noop("Kept by a stand-in of a signing service for practice: this signature binds nobody"),
        ("محفوظ لدى خدمة توقيع بديلة للتجربة، ولا يلزم هذا التوقيع أحدًا"),
    )
