# SPDX-License-Identifier: EUPL-1.2
"""Why a signed directory of bodies is refused."""

from __future__ import annotations

from mukatabat_verify.errors.base import Refusal


class DirectoryMalformed(Refusal):
    """The directory, or the extract of it, is not written in its one form."""

    code = "directory.malformed"
    ar = "دليل الجهات الموقّع مكتوب بغير الصيغة المعتمدة."
    en = "The signed directory is not written in its one form."


class DirectoryKeyDisagrees(Refusal):
    """A listed key is not the one that its fingerprint names: what is sealed to it, somebody else opens."""

    code = "directory.key-disagrees"
    attack = True
    ar = "في دليل الجهات مفتاح لا توافقه بصمته المدرجة."
    en = "The directory lists a key that is not the one that its fingerprint names."


class DirectoryNotLogged(Refusal):
    """Evidence is proven in the log and the directory is not: perhaps nobody else was shown this one."""

    code = "directory.not-logged"
    attack = True
    ar = "دليل الجهات في الحزمة بلا برهان على قيده في سجل الشفافية."
    en = "The directory in the bundle comes without a proof that it is in the transparency log."


class DirectoryOlder(Refusal):
    """It is older than one that the reader has seen: somebody may want a withdrawn key to be believed."""

    code = "directory.older"
    attack = True
    ar = "دليل الجهات الموقّع أقدم مما سبق الاطلاع عليه."
    en = "The signed directory is older than one that was seen before."


class DirectoryOutOfDate(Refusal):
    """It was to be read until a day that is over; a newer one is to be fetched."""

    code = "directory.out-of-date"
    ar = "انتهت مدة دليل الجهات الموقّع، ويلزم أحدث منه."
    en = "The signed directory is out of date; a newer one is needed."
