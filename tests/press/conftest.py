# SPDX-License-Identifier: EUPL-1.2
"""The press needs no database; alone it needs only that the translation functions answer."""

from __future__ import annotations

import os
from datetime import date

import pytest
from django.conf import settings

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_I18N=False)

from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.references import Reference
from mukatabat.press.content import from_plain_text
from mukatabat.press.rules import Letterhead, LetterSheet, Verification

BODY = """بالإشارة إلى كتابكم رقم MOF-O-2026-01843 المؤرخ ١٧ سبتمبر ٢٠٢٦ بشأن طلب إبداء الرأي، نفيدكم بما يأتي:

أولًا: جواز تمديد العقد للمدة المطلوبة متى ثبتت الحاجة إلى استمرار الأعمال وعدم كفاية الوقت لإتمام الطرح.

ثانيًا: لزوم عرض طلب التمديد على الجهاز المركزي للمناقصات العامة، والحصول على موافقته المسبقة.

وذلك في ضوء ما عُرض من أوراق، مع التوصية بالبدء في إجراءات الطرح الجديد في أقرب وقت."""


@pytest.fixture
def letterhead() -> Letterhead:
    """The letterhead of the Department."""
    return Letterhead(
        arabic=("دولة الكويت", "مجلس الوزراء", "إدارة الفتوى والتشريع"),
        english=("State of Kuwait", "Council of Ministers", "Department of Fatwa and Legislation"),
    )


@pytest.fixture
def letter(letterhead: Letterhead) -> LetterSheet:
    """An ordinary one-page letter; a test replaces what it is about."""
    return LetterSheet(
        letterhead=letterhead,
        reference=Reference.parse("FL-O-2026-04127"),
        date=date(2026, 9, 21),
        hijri=hijri(date(2026, 9, 21)),
        addressee="السيد الفاضل/ وكيل وزارة المالية",
        honorific_end="المحترم",
        greeting="تحية طيبة وبعد،،،",
        subject="مدى جواز تمديد عقد صيانة مباني الوزارة رقم (٣١/٢٠٢٤)",
        content=from_plain_text(BODY),
        closing="وتفضلوا بقبول فائق الاحترام والتقدير،،،",
        signer_post="نائب رئيس إدارة الفتوى والتشريع",
        signer_name="د. خالد محمد المطوع",
        copies=("الجهاز المركزي للمناقصات العامة",),
        attachments_count=2,
        source=b'{"subject": "\xd9\x83\xd8\xaa\xd8\xa7\xd8\xa8"}',
        verification=Verification(
            code="7KQ4-M2XD-9FPA", page="verify.example", address="https://verify.example/7KQ4-M2XD-9FPA"
        ),
    )
