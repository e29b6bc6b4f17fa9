# SPDX-License-Identifier: EUPL-1.2
"""A working week on the Department's desks: letters on paper, referrals with their dates, drafts on their way.

Everything is done by the product's own use cases, with the clock held where it belongs, so that a screen shows what it
shows on an ordinary Sunday: something is late, something is due today, something waits for a signature.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mukatabat.access.grants.rules import Grantee
from mukatabat.access.queries import actor_by_posts
from mukatabat.directory.actions.changes import propose_mandate
from mukatabat.directory.actions.mandates import GrantMandate
from mukatabat.directory.actions.people import AddPerson, add_person
from mukatabat.directory.models import Person
from mukatabat.directory.queries import body_names
from mukatabat.directory.seed import body_id, person_id
from mukatabat.directory.vocabulary import MandateKind
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Urgency
from mukatabat.letters.actions.approval import approve, comment, send_back, submit
from mukatabat.letters.actions.drafting import begin_draft
from mukatabat.letters.actions.intake import register_paper, take_in
from mukatabat.letters.commands import AddresseeCommand, DraftCommand, PaperCommand
from mukatabat.letters.models import Letter
from mukatabat.press.actions import render_letter
from mukatabat.press.content import from_plain_text
from mukatabat.press.rules import Letterhead, LetterSheet
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.rules import Upload
from mukatabat.work.rules import Act, ReferralCommand, Task

SENT, STUDIED = time(9, 20), time(12, 20)
PAPER_TEXT = "بالإشارة إلى الموضوع أعلاه، يرجى التفضل بالاطلاع واتخاذ ما ترونه مناسبًا، مع تزويدنا بما ينتهي إليه الرأي."
DRAFT_TEXT = (
    "بالإشارة إلى كتابكم بشأن الموضوع أعلاه، نفيدكم بأنه بعد الاطلاع على الأوراق المرفقة وعلى أحكام القانون رقم "
    "(٤٩) لسنة ٢٠١٦ بشأن المناقصات العامة ولائحته التنفيذية، انتهى الرأي إلى ما يأتي:\n\n"
    "أولًا: جواز التمديد للمدة المطلوبة متى ثبتت الحاجة إلى استمرار الأعمال.\n"
    "ثانيًا: لزوم عرض الطلب على الجهاز المركزي للمناقصات العامة والحصول على موافقته المسبقة."
)


@dataclass(frozen=True)
class Paper:
    """A letter that came on paper: from whom under which number, how many days ago, and who was asked for what by when.

    ``due`` counts days from today; a negative one is late, None is no date.
    """

    body: str
    number: int
    subject: str
    ago: int
    act: Act
    due: int | None
    urgency: Urgency = Urgency.NORMAL
    note: str = ""


PAPERS = (
    Paper(
        "MPW", 977, "استعجال الرد على كتاب الوزارة بشأن مستخلصات المقاول الختامية", 9, Act.REPLY, -2,
        Urgency.VERY_URGENT,
    ),
    Paper(
        "MOF", 1843, "طلب الرأي بشأن مدى جواز تمديد عقد صيانة مباني الوزارة رقم (31/2024)", 8, Act.STUDY, -1,
        Urgency.URGENT, "للدراسة وإبداء الرأي، مع الرجوع إلى ما سبق من فتاوى في الموضوع ذاته.",
    ),
    Paper("PACI", 412, "مراجعة صياغة مشروع اتفاقية لتبادل البيانات مع جهة نظيرة", 7, Act.REVIEW, 0),
    Paper("MOJ", 11208, "إعلان بصحيفة دعوى — تجاري كلي حكومة/8، الرقم الآلي 264817350", 7, Act.ACT, 0, Urgency.URGENT),
    Paper("MOH", 2216, "مراجعة عقد توريد أجهزة مختبرات تتجاوز قيمته النصاب", 6, Act.REVIEW, 1),
    Paper("CSC", 735, "مشروع قرار بتعديل بعض أحكام لائحة شؤون الموظفين", 6, Act.REVIEW, 1),
    Paper("KM", 3108, "الإفادة بما تم في تنفيذ حكم نهائي صادر لصالح البلدية", 5, Act.REPLY, 4),
    Paper("MEW", 659, "طلب تمثيل الوزارة أمام هيئة التحكيم", 5, Act.ACT, 4),
    Paper("CAPT", 584, "محضر الاجتماع التنسيقي الثالث للجنة مراجعة العقود النموذجية", 4, Act.REVIEW, 4),
    Paper("MOE", 4417, "طلب نسخة من الحكم الصادر في الدعوى رقم 1184/2024 إداري", 3, Act.REPLY, 11),
    Paper("CAPT", 591, "ملاحظات على لائحة الجزاءات الواردة في وثائق الطرح النموذجية", 2, Act.REVIEW, 15),
    Paper("GSCM", 121, "تعميم بشأن إيقاف المراسلات الورقية اعتبارًا من 1 نوفمبر", 1, Act.INFORM, None),
)  # fmt: skip
TO_APPROVE = (
    ("MOF", "مدى أحقية المتعاقد في المطالبة بفروق أسعار المواد في العقد رقم (18/2023)", Urgency.URGENT),
    ("CAPT", "اشتراطات التأهيل المسبق في المناقصة رقم 12/2026", Urgency.NORMAL),
    ("MOH", "الرأي في تعديل شروط التوريد بعد الترسية", Urgency.NORMAL),
)
TO_SIGN = (
    ("MOF", "مدى جواز تمديد عقد صيانة مباني الوزارة رقم (31/2024)", Urgency.URGENT),
    ("MPW", "الرأي في المستخلصات الختامية للمقاول", Urgency.NORMAL),
    ("KM", "الإفادة بشأن تنفيذ حكم نهائي", Urgency.NORMAL),
    ("MOE", "تزويدكم بنسخة من الحكم الصادر في الدعوى رقم 1184/2024", Urgency.NORMAL),
    ("CSC", "الملاحظات على مشروع قرار تعديل لائحة شؤون الموظفين", Urgency.VERY_URGENT),
)


RETURNED = ("MOF", "مدى أحقية المتعاقد في المطالبة بفروق أسعار المواد في العقد رقم (18/2023)")
BACK = "لاستيفاء سند القاعدة"
QUOTED, REMARK = "أحكام القانون رقم (٤٩)", "أضف سند القاعدة من فتاوى الإدارة السابقة."


def lay() -> bool:
    """Lay the week on the desks; returns False, and changes nothing, when it lies there already."""
    clerk = _actor("clerk.fl")
    with reading(clerk):
        if Letter.objects.filter(body_id=clerk.body_id, their_reference=_reference(PAPERS[0])).exists():
            return False
    for paper in PAPERS:
        _take_in(paper)
    for body, subject, urgency in TO_APPROVE:
        submit(_actor("adviser.fl"), _draft(body, subject, urgency).id)
    for body, subject, urgency in TO_SIGN:
        approve(_actor("head.fl"), submit(_actor("adviser.fl"), _draft(body, subject, urgency).id).id)
    remarked = submit(_actor("adviser.fl"), _draft(*RETURNED, Urgency.URGENT).id)
    comment(_actor("head.fl"), remarked.id, REMARK, quote=QUOTED, position=DRAFT_TEXT.index(QUOTED))
    send_back(_actor("head.fl"), remarked.id, BACK)
    for number in (1, 2):
        take_in(_actor("clerk.moh"), Upload(f"وارد-{number}.pdf", io.BytesIO(_sheet(PAPERS[number], clock.today()))))
    add_person(
        _actor("admin.fl"),
        AddPerson(ar="أمل الفرحان", en="Amal Al-Farhan", staff_number="100099", valid_from=clock.today()),
    )
    _propose()
    return True


def _actor(login: str) -> Actor:
    return actor_by_posts(Person.objects.select_related("body").get(id=person_id(login)))


def _reference(paper: Paper) -> str:
    return f"{paper.body}-O-{clock.today().year}-{paper.number:05}"


@contextmanager
def _on(day: date, hour: time) -> Iterator[None]:
    with clock.fixed(datetime.combine(day, hour, clock.KUWAIT)):
        yield


def _take_in(paper: Paper) -> None:
    """The registry takes the paper in and refers it, on the day that it came."""
    today = clock.today()
    came = today - timedelta(days=paper.ago)
    due = None if paper.due is None else today + timedelta(days=paper.due)
    holder = Grantee.post(_actor("head.fl").post_ids[0])
    with _on(came, SENT):
        clerk = _actor("clerk.fl")
        upload = Upload(f"{paper.body}-{paper.number}.pdf", io.BytesIO(_sheet(paper, came)))
        scan = take_in(clerk, upload)
    command = PaperCommand(
        source_id=body_id(paper.body), their_reference=_reference(paper), their_date=came - timedelta(days=1),
        subject=paper.subject, urgency=paper.urgency,
        referral=ReferralCommand(task=Task(holder=holder, act=paper.act, due=due), note=paper.note),
    )  # fmt: skip
    with _on(came, STUDIED):
        register_paper(clerk, scan.id, command)


def _sheet(paper: Paper, came: date) -> bytes:
    """The letter as it lay in the envelope, scanned."""
    name = body_names([body_id(paper.body)])[body_id(paper.body)]
    day = came - timedelta(days=1)
    return render_letter(LetterSheet(
        letterhead=Letterhead(arabic=("دولة الكويت", name.ar), english=("State of Kuwait", name.en)),
        reference=Reference.parse(_reference(paper)), date=day, hijri=hijri(day),
        addressee="السيد الفاضل/ رئيس إدارة الفتوى والتشريع", honorific_end="المحترم", greeting="تحية طيبة وبعد،،،",
        subject=paper.subject, content=from_plain_text(PAPER_TEXT), closing="وتفضلوا بقبول فائق الاحترام والتقدير،،،",
        signer_post="وكيل الوزارة", signer_name="صورة من كتاب ورقي", source=b"{}",
    ))  # fmt: skip


def _draft(body: str, subject: str, urgency: Urgency) -> Letter:
    """A draft of the adviser, to be approved by the head of the section and signed by the vice-president."""
    command = DraftCommand(
        letter_type="opinion", subject=subject, content=from_plain_text(DRAFT_TEXT), urgency=urgency,
        addressees=(AddresseeCommand(body_id(body)),), approvers=(_actor("head.fl").post_ids[0],),
        signer=_actor("signer.fl").post_ids[0],
    )  # fmt: skip
    return begin_draft(_actor("adviser.fl"), command)


def _propose() -> None:
    """A mandate that a second administrator has to confirm."""
    holder = _actor("sector.fl")
    assert holder.person_id is not None
    command = GrantMandate(
        person_id=holder.person_id, post_id=holder.post_ids[0], kind=MandateKind.DELEGATION,
        instrument_number=f"قرار إداري رقم 27 لسنة {clock.today().year}", instrument_date=clock.today(),
        valid_from=clock.today(), valid_to=clock.today() + timedelta(days=90),
    )  # fmt: skip
    propose_mandate(_actor("admin.fl"), command, "التوقيع عن نائب الرئيس أثناء إجازته")
