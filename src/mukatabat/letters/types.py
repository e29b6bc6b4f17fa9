# SPDX-License-Identifier: EUPL-1.2
"""The catalogue of letter types of the Department's work (HANDBOOK §2.3), and the plain letter."""

from __future__ import annotations

from dataclasses import dataclass

from mukatabat.kernel.vocabulary import Secrecy


@dataclass(frozen=True, slots=True)
class LetterType:
    """One kind of letter: its names, whether an answer is expected and in how many working days, usual secrecy."""

    code: str
    ar: str
    en: str
    answer_in_days: int | None = None
    secrecy: Secrecy = Secrecy.NORMAL

    def name(self, language: str) -> str:
        """The name in a language ("ar…" or any other for English)."""
        return self.ar if language.startswith("ar") else self.en


_ALL = (
    LetterType("general", "كتاب عام", "General letter"),
    LetterType("opinion_request", "طلب رأي", "Request for opinion", 15),
    LetterType("opinion", "فتوى / إفادة بالرأي", "Legal opinion"),
    LetterType("completion_request", "طلب استيفاء", "Request to complete", 10),
    LetterType("contract_review", "مشروع عقد للمراجعة", "Draft contract for review", 15),
    LetterType("contract_comments", "ملاحظات على العقد", "Comments on a contract"),
    LetterType("legislation_draft", "مشروع قانون أو مرسوم أو قرار أو لائحة", "Draft legislation", 20),
    LetterType("claim_served", "صحيفة دعوى معلنة", "Statement of claim, served", 5),
    LetterType("facts_request", "طلب وقائع ومستندات", "Request for facts and documents", 7),
    LetterType("facts_reply", "رد الجهة على الدعوى", "The body's reply to a claim"),
    LetterType("court_filing", "مذكرة دفاع أو حافظة أو طلب تأجيل", "Defence memo, bundle or adjournment request"),
    LetterType("hearing_notice", "إفادة بالجلسة أو القرار", "Notice of a hearing or decision"),
    LetterType("expert_report", "تقرير الخبير وملاحظات", "Expert report and comments", 7),
    LetterType("judgment_notice", "إخطار بصدور حكم ورأي في الطعن", "Notice of a judgment with advice on challenge", 3),
    LetterType("challenge_decision", "قرار الطعن أو التنازل عنه", "Decision to challenge or to accept"),
    LetterType("challenge_filing", "صحيفة استئناف أو طعن بالتمييز", "Appeal or cassation petition"),
    LetterType("execution_referral", "إحالة حكم للتنفيذ", "Referral of a judgment for execution", 15),
    LetterType("execution_follow_up", "متابعة تنفيذ أو تعثره", "Follow-up of execution", 10),
    LetterType("grievance", "تظلم محال لإبداء الرأي", "Grievance referred for an opinion", 30),
    LetterType("claim_request", "طلب رفع دعوى للدولة أو مطالبة", "Request to sue or to claim for the State", 15),
    LetterType("demand", "إنذار أو كتاب مطالبة أو صلح", "Notice, demand or settlement"),
    LetterType("legal_circular", "تعميم قانوني", "Legal circular"),
)
CATALOGUE: dict[str, LetterType] = {one.code: one for one in _ALL}
