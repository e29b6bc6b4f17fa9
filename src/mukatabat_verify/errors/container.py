# SPDX-License-Identifier: EUPL-1.2
"""Why a signed container is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal


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
