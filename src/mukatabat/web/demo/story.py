# SPDX-License-Identifier: EUPL-1.2
"""The first letters, played over HTTP by eight people of two bodies, each in a browser of their own.

A ministry asks for an opinion; the Department registers the question, refers it, answers; the ministry registers the
answer beside its question. Two more letters go to a body with a system of its own, and to one that gets paper. Every
step prints what a person would see: numbers, references, times.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from mukatabat.directory.queries import posts_held
from mukatabat.directory.seed import body_id, person_id
from mukatabat.web.demo.acts import Draft, Stage, approve_and_sign, letter_of, refer, register, until, waiting, write
from mukatabat.web.demo.browser import StoryError

SUBJECT = "طلب الرأي بشأن أحقية المتعاقد في فروق أسعار المواد"
QUESTION = (
    "بالإشارة إلى العقد رقم (18/2023) المبرم بين الوزارة وإحدى شركات المقاولات، ونظرًا لما ورد من المتعاقد من مطالبة "
    "بفروق أسعار المواد الداخلة في التنفيذ، يرجى التفضل بإبداء الرأي القانوني في مدى أحقيته في تلك المطالبة.\n\n"
    "أولًا: صورة العقد وملاحقه.\nثانيًا: مطالبة المتعاقد وجدول الفروق."
)
ANSWER = (
    "نفيدكم بأنه بعد الاطلاع على العقد وملحقه ومذكرة إدارة الشؤون القانونية لديكم، وعلى أحكام القانون، انتهى الرأي إلى "
    "ما يأتي:\n\nأولًا: الأصل في العقود المبرمة بسعر إجمالي ثابت هو التزام المتعاقد بالأسعار المتفق عليها طوال مدة "
    "التنفيذ.\nثانيًا: لا أحقية للمتعاقد في المطالبة بفروق الأسعار ما لم ينص العقد على خلاف ذلك."
)
LINKED_SUBJECT = "طلب الإفادة ببيانات التسجيل"
LINKED_QUESTION = "يرجى التفضل بالإفادة ببيانات التسجيل المطلوبة."
PAPER_SUBJECT = "طلب كشف بالتذاكر الحكومية"
PAPER_QUESTION = "يرجى التفضل بتزويدنا بكشف التذاكر الصادرة على حساب الوزارة خلال السنة المالية."


def play(attach: Sequence[Path]) -> int:
    """Play the story against the running site; returns 0 when every step came out, else 1 with what did not."""
    story = Stage(_port())
    began = time.monotonic()
    try:
        _play(story, attach)
    except StoryError as error:
        click.echo(f"\n  The story stopped: {error}", err=True)
        return 1
    click.echo(f"\n  {story.step} steps in {time.monotonic() - began:.1f} s; one letter waits for a messenger.")
    return 0


def _port() -> int:
    return int(os.environ["MUKATABAT_PORT"])


def _play(story: Stage, attach: Sequence[Path]) -> None:
    question = write(story, "adviser.mof", Draft(
        "/letters/new/", SUBJECT, QUESTION, "opinion_request", to=str(body_id("FL")),
        approver=_post("head.mof"), signer=_post("signer.mof"), files=tuple(attach),
    ))  # fmt: skip
    story.tell("حرّرت المستشارة المسودة وأرسلتها للاعتماد", "The adviser drafted and sent it for approval", SUBJECT)
    asked = approve_and_sign(story, "head.mof", "signer.mof", question)

    arrival = waiting(story, "clerk.fl", "/registers/tray/", asked)
    question_number = register(story, "clerk.fl", arrival, to=f"post:{_post('head.fl')}", act="study")
    story.tell(
        "قيّدته الفتوى والتشريع وأحالته",
        "The Department's registry took it in and referred it",
        f"{asked} → {question_number}",
    )
    refer(story, "head.fl", letter_of(story, "head.fl", asked), to=f"person:{person_id('adviser.fl')}", act="reply")
    story.tell("أحالته رئيسة القسم إلى المستشار لإعداد الرد", "The head referred it to the adviser for a reply")

    incoming = letter_of(story, "adviser.fl", asked)
    answer = write(story, "adviser.fl", Draft(
        f"/letters/{incoming}/reply/", "", ANSWER, "opinion", approver=_post("head.fl"), signer=_post("signer.fl"),
    ))  # fmt: skip
    story.tell("أعدّ المستشار الرد من الكتاب الوارد", "The adviser prepared the reply from the incoming letter")
    answered = approve_and_sign(story, "head.fl", "signer.fl", answer)

    arrival = waiting(story, "clerk.mof", "/registers/tray/", answered)
    answer_number = register(story, "clerk.mof", arrival)
    story.tell("قيّدت الوزارة الرد", "The ministry registered the answer", f"{answered} → {answer_number}")
    page = story.person("adviser.mof").get(f"/letters/{question}/?panel=track")
    if answer_number not in page.text or question_number not in page.text:
        message = "the asker does not see the answer linked to the question"
        raise StoryError(message)
    story.tell(
        "يرى السائل رقمي الجهتين والرد مرتبطًا بسؤاله",
        "The asker sees both numbers, and the answer linked to the question",
        f"{asked} → {question_number}, {answered} → {answer_number}",
    )
    _write_to_the_linked_body(story)
    _write_to_the_unconnected_body(story)


def _write_to_the_linked_body(story: Stage) -> None:
    """A letter to a body with a system of its own, which registers it and acknowledges it without a person."""
    subject = f"{LINKED_SUBJECT} ({time.time_ns()})"  # the acknowledgement names it, and former runs left theirs
    letter = write(story, "adviser.mof", Draft(
        "/letters/new/", subject, LINKED_QUESTION, "general", to=str(body_id("PACI")),
        approver=_post("head.mof"), signer=_post("signer.mof"),
    ))  # fmt: skip
    story.tell("كتبت الوزارة إلى جهة مرتبطة بنظامها", "The ministry wrote to a body with a system of its own", subject)
    asked = approve_and_sign(story, "head.mof", "signer.mof", letter)
    arrival = waiting(story, "clerk.mof", "/registers/tray/", subject)
    number = register(story, "clerk.mof", arrival)
    story.tell(
        "قيّد نظام الجهة الكتاب ووقّعت إفادة باستلامه", "Its system registered the letter; its signer acknowledged it",
        f"{asked} → {number}",
    )  # fmt: skip


def _write_to_the_unconnected_body(story: Stage) -> None:
    """A letter to a body that gets paper: it lies with the own registry, which hands it over."""
    letter = write(story, "adviser.mof", Draft(
        "/letters/new/", PAPER_SUBJECT, PAPER_QUESTION, "general", to=str(body_id("KAC")),
        approver=_post("head.mof"), signer=_post("signer.mof"),
    ))  # fmt: skip
    story.tell("كتبت الوزارة إلى جهة غير مرتبطة", "The ministry wrote to a body that is not connected", PAPER_SUBJECT)
    sent = approve_and_sign(story, "head.mof", "signer.mof", letter)
    registry = story.person("clerk.mof")
    until(
        lambda: sent if sent in registry.get("/registers/handover/").text else None,
        f"{sent} does not lie ready for its messenger",
    )
    story.tell("ينتظر لدى سجل الوزارة تسليمه ورقيًا", "It waits at the ministry's registry for its messenger", sent)


def _post(login: str) -> str:
    return str(posts_held(person_id(login))[0].post_id)
