# SPDX-License-Identifier: EUPL-1.2
"""The letter, its mark and its signer, for the tests of signing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import typst

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing import pades
from mukatabat.signing.development.authority import CertificateSubject
from mukatabat.signing.ports import SignatureProvider
from mukatabat.signing.rules import Prepared, SignatureField, SigningRequest, Statement

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=clock.KUWAIT)
LETTER = """
#set document(title: "كتاب رسمي", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "ar", dir: rtl)
= كتاب رسمي
نأمل التكرم بإبداء الرأي القانوني في الموضوع المعروض.
"""
MARK = """
#set document(title: "توقيع")
#set page(width: 160pt, height: 60pt, margin: 4pt)
#set text(lang: "ar", dir: rtl)
وُقّع إلكترونيًا
"""


def subject_of(person_id: UUID) -> CertificateSubject:
    return CertificateSubject("سالم عبدالله العتيبي", "10482", "إدارة الفتوى والتشريع")


def bound_to(provider: SignatureProvider, letter: bytes, person: UUID, *, reason: str = "") -> Prepared:
    """A letter made ready for the key with which this person would sign."""
    statement = Statement(NOW, reason=reason)
    return pades.prepare(letter, field=SignatureField(), signer=provider.certificate(person), statement=statement)


def request_for(prepared: Prepared, person: UUID, *, minutes: int = 30) -> SigningRequest:
    deadline = clock.now() + timedelta(minutes=minutes)
    return SigningRequest.of(prepared, new_id(), person_id=person, display_text="كتاب رقم ١", deadline=deadline)


def typeset(path: Path, source: str) -> bytes:
    path.write_text(source, encoding="utf-8")
    return typst.compile(str(path), pdf_standards=["a-3a"])
