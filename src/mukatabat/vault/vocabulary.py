# SPDX-License-Identifier: EUPL-1.2
"""The closed lists of the vault: kinds of files, origins, outcomes of the malware check."""

from __future__ import annotations

from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop


class ScanOutcome(Vocabulary):
    """What the malware check says; "not scanned" is said aloud and never shown as clean."""

    CLEAN = "clean", gettext_noop("No malware found"), "لم يُعثر على برمجيات ضارة"
    INFECTED = "infected", gettext_noop("Malware found"), "عُثر على برمجيات ضارة"
    NOT_SCANNED = "not-scanned", gettext_noop("Not scanned"), "لم يُفحص"


class Source(Vocabulary):
    """How a document came into the vault."""

    UPLOADED = "uploaded", gettext_noop("Attached by a person"), "مرفق من شخص"
    RECEIVED = "received", gettext_noop("Received from another body"), "وارد من جهة أخرى"
    GENERATED = "generated", gettext_noop("Made by the system"), "من إعداد النظام"


class FileKind(Vocabulary):
    """What the bytes are; the first ten may be attached, the others are known so that they can be named."""

    PDF = "pdf", gettext_noop("PDF document"), "مستند PDF"
    DOCX = "docx", gettext_noop("Word document"), "مستند Word"
    XLSX = "xlsx", gettext_noop("Excel workbook"), "مصنف Excel"
    PPTX = "pptx", gettext_noop("PowerPoint presentation"), "عرض PowerPoint"
    ODT = "odt", gettext_noop("OpenDocument text"), "نص OpenDocument"
    ODS = "ods", gettext_noop("OpenDocument spreadsheet"), "جدول OpenDocument"
    PNG = "png", gettext_noop("PNG picture"), "صورة PNG"
    JPEG = "jpeg", gettext_noop("JPEG picture"), "صورة JPEG"
    TIFF = "tiff", gettext_noop("TIFF picture"), "صورة TIFF"
    TEXT = "text", gettext_noop("Plain text"), "نص عادي"
    OTHER_TEXT = "other-text", gettext_noop("Text that is not in UTF-8"), "نص بغير ترميز UTF-8"
    OLD_OFFICE = "old-office", gettext_noop("Office document of the old format"), "مستند Office بالصيغة القديمة"
    OTHER_OFFICE = "other-office", gettext_noop("Office document of another type"), "مستند مكتبي من نوع آخر"
    PROGRAM = "program", gettext_noop("Program"), "برنامج"
    ARCHIVE = "archive", gettext_noop("Compressed archive"), "أرشيف مضغوط"
    PAGE = "page", gettext_noop("Web page or drawing with markup"), "صفحة ويب أو رسم مرمّز"
    RICH_TEXT = "rich-text", gettext_noop("RTF document"), "مستند RTF"
    OTHER_PICTURE = "other-picture", gettext_noop("Picture of another type"), "صورة من نوع آخر"
    RECORDING = "recording", gettext_noop("Audio or video recording"), "تسجيل صوتي أو مرئي"
    UNKNOWN = "unknown", gettext_noop("Unknown type"), "نوع غير معروف"
