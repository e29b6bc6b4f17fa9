# SPDX-License-Identifier: EUPL-1.2
"""One text for every construct that the letter editor can make; the goldens say what becomes of each on paper."""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]


def words(text: str, *marks: str) -> Node:
    return {"type": "text", "text": text} | ({"marks": [{"type": one} for one in marks]} if marks else {})


def reference(value: str) -> Node:
    return {"type": "reference", "attrs": {"value": value}}


BREAK: Node = {"type": "hard_break"}


def paragraph(*inline: Node | str) -> Node:
    content = [words(one) if isinstance(one, str) else one for one in inline]
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def item(*blocks: Node | str) -> Node:
    return {"type": "list_item", "content": [paragraph(one) if isinstance(one, str) else one for one in blocks]}


def ordered(style: str, *items: Node | str) -> Node:
    content = [item(one) if isinstance(one, str) else one for one in items]
    return {"type": "ordered_list", "attrs": {"style": style}, "content": content}


def bullets(*items: Node | str) -> Node:
    return {"type": "bullet_list", "content": [item(one) if isinstance(one, str) else one for one in items]}


def row(kind: str, *cells: str) -> Node:
    return {
        "type": "table_row",
        "content": [{"type": kind, "content": [paragraph(one) if one else paragraph()]} for one in cells],
    }


def table(*rows: Node) -> Node:
    return {"type": "table", "content": list(rows)}


LONG = (
    "وحيث إن الأصل في العقود المبرمة بسعر إجمالي ثابت هو التزام المتعاقد بالأسعار المتفق عليها طوال مدة التنفيذ، " * 6
)

CONSTRUCTS: dict[str, list[Node]] = {
    "paragraphs": [paragraph("الفقرة الأولى."), paragraph(), paragraph("الفقرة الثانية بعد سطر فارغ.")],
    "bold": [paragraph("قبل ", words("غليظ", "bold"), " بعد.")],
    "underline": [paragraph("قبل ", words("مسطّر", "underline"), " بعد.")],
    "bold-and-underline": [paragraph(words("معًا", "bold", "underline"), " ثم ", words("غليظ وحده", "bold"))],
    "hard-break": [paragraph("السطر الأول", BREAK, "السطر الثاني")],
    "reference": [paragraph("كتابكم رقم ", reference("MOF-O-2026-01843"), " المؤرخ ١٧ سبتمبر ٢٠٢٦.")],
    "list-in-words": [ordered("awwalan", "صورة العقد.", "المطالبة.", "الرأي.")],
    "list-in-digits": [ordered("digits", *(f"البند {number}" for number in range(1, 13)))],
    "list-beyond-twenty": [ordered("awwalan", *(f"نقطة {number}" for number in range(1, 23)))],
    "bullets": [bullets("صورة من العقد", "ملاحقه")],
    "nested-lists": [
        ordered(
            "awwalan",
            item("الوقائع:", ordered("digits", item("أبرم العقد.", bullets("ملحق أول", "ملحق ثان")), "نُفّذ العقد.")),
            item("الرأي:", paragraph("وفقرة ثانية في النقطة نفسها.")),
        )
    ],
    "table-with-header": [
        table(
            row("table_header", "البند", "القيمة", "ملاحظة"), row("table_cell", "مواد", "12,500 د.ك", ""),
            row("table_cell", "أجور", "٣٬٠٠٠ د.ك", "عن شهرين"),
        )
    ],
    "table-without-header": [table(row("table_cell", "أ", "ب"), row("table_cell", "ج", "د"))],
    "mixed-directions": [
        paragraph("وفق معيار ISO 15489 (الإصدار 2016) بنسبة 12.5% من المبلغ 1,250.500 د.ك في 22/11/2026."),
        paragraph("The contract of 2019 is governed by Kuwaiti law."),
    ],
    "long-paragraph": [paragraph(LONG.strip())],
    "endless-word": [paragraph("رمز " + "A1" * 60)],
}  # fmt: skip


def document(name: str) -> Node:
    """The text of a construct as the editor sends it."""
    return {"type": "doc", "content": CONSTRUCTS[name]}
