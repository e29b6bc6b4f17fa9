# SPDX-License-Identifier: EUPL-1.2
"""The standard texts of official letters (HANDBOOK 1.5, 1.8): skeletons for kinds of letters, and single paragraphs.

They are Arabic, as letters are; only their titles have two languages. A place to be filled in is written «…».
"""

from __future__ import annotations

from dataclasses import dataclass

DEPARTMENT = "FL"


@dataclass(frozen=True, slots=True)
class Canned:
    """A standard text in plain form; ``types`` are the letter types that it is usual for."""

    code: str
    ar: str
    en: str
    text: str
    types: tuple[str, ...] = ()
    department: bool | None = None
    """True: the Department alone; False: the bodies that write to it; None: everybody."""

    def title(self, *, arabic: bool) -> str:
        """The title in a language."""
        return self.ar if arabic else self.en


TEMPLATES = (
    Canned(
        "opinion", "رأي قانوني", "Legal opinion",
        "بالإشارة إلى كتابكم رقم … المؤرخ … بشأن …، والمطلوب فيه إبداء الرأي القانوني في …\n\n"
        "وحيث إن وقائع الموضوع تخلص، حسبما يبين من الأوراق، في …\n\n"
        "وبدراسة الموضوع نفيدكم بالآتي:\n\nأولًا: …\nثانيًا: …\n\n"
        "لذلك نرى …\n\nوذلك في ضوء ما عُرض من أوراق.",
        ("opinion", "contract_comments"), department=True,
    ),
    Canned(
        "opinion-request", "طلب رأي", "Request for an opinion",
        "نود الإفادة بأن … وقد ثار التساؤل حول مدى …\n\nوتتحصل وقائع الموضوع في الآتي:\n\nأولًا: …\nثانيًا: …\n\n"
        "ومرفق طيه صور المستندات المتعلقة بالموضوع.\n\n"
        "لذا يرجى التفضل بإبداء الرأي القانوني في هذا الشأن.",
        ("opinion_request", "grievance", "contract_review"), department=False,
    ),
    Canned(
        "reminder", "استعجال", "Reminder",
        "إلحاقًا بكتابنا رقم … المؤرخ … بشأن …\n\nوحيث لم يردنا حتى تاريخه ردكم عليه.\n\n"
        "لذا يرجى التفضل بسرعة موافاتنا بالمطلوب، نظرًا إلى ….",
        ("general", "execution_follow_up", "facts_request"),
    ),
    Canned(
        "notice", "إفادة", "Statement",
        "بالإشارة إلى كتابكم رقم … المؤرخ … بشأن …\n\nنود الإفادة بأن …\n\nللتفضل بالعلم واتخاذ ما ترونه مناسبًا.",
        ("general", "facts_reply", "hearing_notice", "judgment_notice"),
    ),
    Canned(
        "completion", "طلب استيفاء", "Request to complete",
        "بالإشارة إلى كتابكم رقم … المؤرخ … بشأن …\n\nوحتى يتسنى لنا إبداء الرأي يرجى موافاتنا بالآتي:\n\n"
        "أولًا: …\nثانيًا: …\n\nوذلك خلال … من تاريخه.",
        ("completion_request", "facts_request"), department=True,
    ),
    Canned(
        "facts", "طلب وقائع ومستندات", "Request for facts and documents",
        "نود الإفادة بأنه أُقيمت الدعوى رقم … من … ضد …، ومحدد لنظرها جلسة ….\n\nلذا يرجى موافاتنا بالآتي:\n\n"
        "أولًا: ردكم على ما جاء في صحيفة الدعوى.\nثانيًا: المستندات المؤيدة للرد.\n"
        "ثالثًا: اسم الموظف المختص ووسيلة الاتصال به.\n\n"
        "وذلك قبل موعد الجلسة بوقت كاف.",
        ("facts_request", "claim_served"), department=True,
    ),
    Canned(
        "circular", "تعميم", "Circular",
        "رغبةً في …\n\nوعملًا بأحكام …\n\nيُراعى الآتي:\n\nأولًا: …\nثانيًا: …\n\n"
        "ويُعمل بهذا التعميم اعتبارًا من تاريخه، وعلى جميع الجهات التقيد بما ورد فيه.",
        ("legal_circular",),
    ),
)  # fmt: skip

PARAGRAPHS = (
    Canned(
        "with-reference", "إشارة إلى كتاب", "With reference to a letter", "بالإشارة إلى كتابكم رقم … المؤرخ … بشأن …"
    ),
    Canned("further-to", "إلحاقًا بكتابنا", "Further to our letter", "إلحاقًا بكتابنا رقم … المؤرخ … بشأن …"),
    Canned("pursuant", "بناءً على", "Pursuant to", "بناءً على ما ورد في كتابكم رقم … المؤرخ … بشأن …"),
    Canned("attached", "مرفق طيه", "Attached", "ومرفق طيه صورة من المستندات المتعلقة بالموضوع."),
    Canned("please-advise", "يرجى الإفادة", "Please advise", "لذا يرجى التفضل بالاطلاع والإفادة بما يتم في هذا الشأن."),
    Canned("act", "لاتخاذ اللازم", "For action", "للتفضل بالاطلاع واتخاذ ما يلزم في هذا الشأن."),
    Canned(
        "urgency", "نظرًا إلى الاستعجال", "In view of urgency",
        "ونظرًا إلى أهمية الموضوع وصفة الاستعجال يرجى التفضل بالرد في أقرب وقت ممكن.",
    ),
    Canned(
        "papers", "في ضوء الأوراق", "On the papers before us",
        "وهذا الرأي في ضوء ما عُرض من أوراق ومستندات، فإن تغيرت الوقائع أو استجد غيرها لزم عرض الموضوع من جديد.",
        department=True,
    ),
    Canned(
        "contract-binds", "العقد شريعة المتعاقدين", "The contract binds its parties",
        "وحيث إن الأصل أن العقد شريعة المتعاقدين، فلا يجوز نقضه ولا تعديله إلا باتفاق الطرفين "
        "أو للأسباب التي يقررها القانون.",
        department=True,
    ),
    Canned(
        "appointed", "اسم المختص", "The officer in charge",
        "وقد كُلف السيد/ … بالتنسيق معكم في هذا الشأن، هاتف ….", department=False,
    ),
    Canned(
        "opinion-wanted", "إبداء الرأي", "Opinion wanted",
        "لذا يرجى التفضل بإبداء الرأي القانوني في مدى …، حتى يتسنى لنا اتخاذ الإجراء المناسب.", department=False,
    ),
)  # fmt: skip


def usual(texts: tuple[Canned, ...], body_code: str) -> tuple[Canned, ...]:
    """Those of the texts that a body writes."""
    department = body_code == DEPARTMENT
    return tuple(one for one in texts if one.department is None or one.department is department)
