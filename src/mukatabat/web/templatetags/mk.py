# SPDX-License-Identifier: EUPL-1.2
"""The template tags by which every inserted value reaches a page: isolated, escaped, in the reader's digits.

Digits follow ``ui.digits`` of the context ("latn" or "arab"); references, hashes and times inside links stay ASCII.
Words that stand for codes (status, secrecy, urgency) live in :mod:`mukatabat.web.templatetags.words`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from mukatabat.kernel import calendar, clock
from mukatabat.kernel.digits import arabic_digits, latin_digits
from mukatabat.kernel.errors import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.web.shortcuts import ARABIC
from mukatabat.web.templatetags import words

register = template.Library()

EMPTY = SafeString("")
IDENTIFIER = re.compile(r"[A-Za-z][!-~]*")
INSERTED = re.compile(f"{FIRST_STRONG_ISOLATE}([A-Za-z][!-~]*){POP_DIRECTIONAL_ISOLATE}")
"""An identifier between the isolates with which the errors insert it, in a text whose marks are escaped already."""
SPRITE = "icons/lucide.svg"
MIRRORED = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "chevron-left",
        "chevron-right",
        "corner-up-left",
        "forward",
        "list",
        "log-out",
        "message-square",
        "redo-2",
        "reply",
        "send",
        "undo-2",
    }
)
SIZES = ("B", "KB", "MB", "GB")
UNIT_STEP = 1024
ONE_PLACE_BELOW = 10
HOURS_TOLD_AS_AGE = 24


def _digits(context: Context) -> str:
    ui = context.get("ui")
    chosen = ui.get("digits") if isinstance(ui, dict) else getattr(ui, "digits", None)
    return "arab" if chosen == "arab" else "latn"


def _shown(context: Context, value: object) -> str:
    text = str(value)
    return arabic_digits(text) if _digits(context) == "arab" else latin_digits(text)


def _arabic() -> bool:
    return (get_language() or "ar").startswith("ar")


def _number(context: Context, value: object) -> SafeString:
    return format_html('<span class="num">{}</span>', _shown(context, value))


def _day(value: date | datetime) -> date:
    return value.astimezone(clock.KUWAIT).date() if isinstance(value, datetime) else value


@register.simple_tag
def ref(value: object) -> SafeString:
    """Show a reference, hash, address or telephone number: left to right, unbroken, ASCII as stored."""
    return format_html('<bdi class="ref">{}</bdi>', value) if value else EMPTY


@register.filter
def isolate(value: object) -> SafeString:
    """Wrap a value in an isolate that takes its own direction."""
    return format_html("<bdi>{}</bdi>", value) if value not in (None, "") else EMPTY


@register.filter
def unbroken(text: str | Promise) -> SafeString:
    """Show a sentence of an error: what was inserted into it and reads from the left stays on one line."""
    return SafeString(INSERTED.sub(lambda found: ref(SafeString(found[1])), conditional_escape(str(text))))


@register.simple_tag
def name(value: object) -> SafeString:
    """Show a name of a person, a body or a unit, isolated."""
    return isolate(value)


@register.simple_tag
def named(value: object) -> SafeString:
    """Show a name, or what stands for one and reads from the left: a reference, a log-in, a code, an address."""
    return ref(value) if IDENTIFIER.fullmatch(str(value)) else name(value)


@register.simple_tag
def filename(value: object) -> SafeString:
    """Show the name of a file as its sender wrote it, isolated; it belongs to no language."""
    return format_html('<bdi class="filename">{}</bdi>', value) if value else EMPTY


@register.simple_tag(takes_context=True)
def num(context: Context, value: object, group: bool = False) -> SafeString:
    """Show a number in the reader's digits; ``group`` parts the thousands."""
    if value in (None, ""):
        return EMPTY
    text = f"{value:,}" if group and isinstance(value, int) else str(value)
    if _digits(context) == "arab":
        text = text.replace(",", "٬")
    return _number(context, text)


@register.simple_tag(takes_context=True)
def digits(context: Context, value: object) -> str:
    """Give a number as plain text in the reader's digits, for titles, labels and attributes."""
    return _shown(context, value) if value not in (None, "") else ""


@register.simple_tag(takes_context=True)
def gdate(context: Context, value: date | datetime | None, year: bool = True, weekday: bool = False) -> SafeString:
    """Show a Gregorian day in words, never hyphenated (in Arabic digits a hyphenated date reorders)."""
    if value is None:
        return EMPTY
    day = _day(value)
    parts = [_number(context, day.day), words.gregorian_month(day.month)]
    if year:
        parts.append(_number(context, day.year))
    if weekday:
        parts.insert(0, words.weekday(day))
    joined = format_html_join(" ", "{}", ((part,) for part in parts))
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), joined)


@register.simple_tag(takes_context=True)
def hdate(context: Context, value: object) -> SafeString:
    """Show a Hijri day: a stored ``HijriDate`` as it is, a Gregorian day through the table."""
    if value is None:
        return EMPTY
    stored = calendar.hijri(_day(value)) if isinstance(value, date) else value
    month = words.hijri_month(stored)
    day, year = _number(context, stored.day), _number(context, stored.year)  # type: ignore[attr-defined]
    return format_html('<span class="nw">{} {} {} {}</span>', day, month, year, gettext("AH"))


@register.simple_tag(takes_context=True)
def both_dates(
    context: Context, value: date | datetime | None, hijri: object = None, weekday: bool = False
) -> SafeString:
    """Show a day twice: Gregorian, then lighter its Hijri date (``hijri`` when one was stored with the letter)."""
    if value is None:
        return EMPTY
    second = hdate(context, hijri if hijri is not None else _day(value))
    first = gdate(context, value, weekday=weekday)
    return format_html('<span class="pair">{} <small>{}</small></span>', first, second)


@register.simple_tag(takes_context=True, name="clock")
def clock_time(context: Context, value: datetime | None, seconds: bool = False) -> SafeString:
    """Show the time of day in Kuwait, on twenty-four hours."""
    if value is None:
        return EMPTY
    local = value.astimezone(clock.KUWAIT)
    text = _shown(context, local.strftime("%H:%M:%S" if seconds else "%H:%M"))
    return format_html('<time class="num" datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> SafeString:
    """Show when something happened: the time alone for today, else the day and the time."""
    if value is None:
        return EMPTY
    local = value.astimezone(clock.KUWAIT)
    if local.date() == clock.today():
        return format_html('<span class="when">{}</span>', clock_time(context, value))
    day = gdate(context, local, year=local.year != clock.today().year)
    comma = "،" if _arabic() else ","
    return format_html('<span class="when">{}{} {}</span>', day, comma, clock_time(context, value))


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime | None) -> SafeString:
    """Show how long ago something happened, up to a day; beyond that the moment itself."""
    if value is None:
        return EMPTY
    minutes = int((clock.now() - value.astimezone(UTC)).total_seconds() // 60)
    hours = minutes // 60
    if hours >= HOURS_TOLD_AS_AGE or minutes < 0:
        return moment(context, value)
    if minutes < 1:
        text = gettext("just now")
    elif hours < 1:
        text = ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": _shown(context, minutes)}
    else:
        text = ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": _shown(context, hours)}
    return format_html('<time datetime="{}">{}</time>', value.astimezone(UTC).isoformat(timespec="seconds"), text)


@register.simple_tag(takes_context=True)
def due(context: Context, value: date | None, overdue_days: int | None = None) -> SafeString:
    """Show a due day as a sentence, with the day itself in the second line.

    ``overdue_days`` overrides the count of calendar days, for clocks that count working days.
    """
    if value is None:
        return format_html('<span class="due">{}</span>', gettext("No due date"))
    day = _day(value)
    left = (day - clock.today()).days
    late = overdue_days if overdue_days is not None else -left
    if left < 0 or (overdue_days or 0) > 0:
        sentence = ngettext("%(n)s day late", "%(n)s days late", late) % {"n": _shown(context, late)}
        tone, second = "due late", gdate(context, day, year=False, weekday=True)
    elif left == 0:
        sentence, tone, second = gettext("Today"), "due today", format_html("{}", gettext("end of day"))
    else:
        sentence = gettext("Tomorrow") if left == 1 else words.weekday(day)
        tone, second = "due", gdate(context, day, year=day.year != clock.today().year)
    return format_html('<span class="{}">{}<small>{}</small></span>', tone, sentence, second)


@register.simple_tag
def icon(name: str, mirrored: bool | None = None, small: bool = False, label: str = "") -> SafeString:
    """Draw an icon of the sprite; directional ones turn with the writing. Without ``label`` it is decoration."""
    turned = name in MIRRORED if mirrored is None else mirrored
    classes = " ".join(["i", *(["i-m"] if turned else []), *(["i-s"] if small else [])])
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#i-{}"/></svg>', classes, spoken, static(SPRITE), name)


@register.simple_tag
def emblem() -> SafeString:
    """Draw the placeholder of the State's emblem; the authority supplies the official artwork."""
    return format_html('<svg aria-hidden="true"><use href="{}#emblem"/></svg>', static(SPRITE))


@register.simple_tag
def status(code: object, box: bool = False) -> SafeString:
    """Show a status as shape and word (colour third); an unknown code shows as itself."""
    if not code:
        return EMPTY
    known = words.status(str(code))
    classes = " ".join(["st", *([f"st-{known.tone}"] if known.tone else []), *(["st-box"] if box else [])])
    return format_html('<span class="{}">{} {}</span>', classes, icon(known.icon), known.word)


@register.simple_tag
def status_icon(code: object) -> SafeString:
    """Draw the shape of a status alone, where its word stands beside."""
    return icon(words.status(str(code)).icon)


@register.simple_tag
def step_word(code: object) -> str:
    """Say a step of the delivery chain in one word («سُلّم»)."""
    return words.step(str(code))


@register.simple_tag
def secrecy(value: object, language: str = "") -> SafeString:
    """Show the boxed lock and word of a secrecy above normal; nothing for normal.

    ``language`` is given on a letter's own sheet, which speaks its language whatever the reader's is.
    """
    degree = Secrecy(str(value)) if value else Secrecy.NORMAL
    if not degree.is_sealed:
        return EMPTY
    word = degree.label_in(language) if language else degree.label
    return format_html('<span class="secret">{} {}</span>', icon("lock"), word)


@register.simple_tag
def urgency(value: object, word: bool = False) -> SafeString:
    """Show the chevrons of an importance above normal, with its word visible or only spoken."""
    degree = Urgency(str(value)) if value else Urgency.NORMAL
    if degree is Urgency.NORMAL:
        return EMPTY
    drawn = icon(words.URGENCY_ICONS[degree])
    tone = "warn" if degree is Urgency.URGENT else "danger"
    if word:
        return format_html('<span class="st st-{}">{} {}</span>', tone, drawn, degree.label)
    mark = "pri u" if tone == "warn" else "pri uu"
    return format_html('<span class="{}">{}<span class="vh">{}</span></span>', mark, drawn, degree.label)


@register.simple_tag(takes_context=True, name="bytes")
def size(context: Context, value: int | None) -> SafeString:
    """Show the size of a file in the nearest unit of 1024, one decimal place below ten."""
    if value is None:
        return EMPTY
    amount, unit = float(value), 0
    while amount >= UNIT_STEP and unit < len(SIZES) - 1:
        amount, unit = amount / UNIT_STEP, unit + 1
    text = f"{amount:.1f}" if unit and amount < ONE_PLACE_BELOW else f"{amount:.0f}"
    if _digits(context) == "arab":
        text = text.replace(".", "٫")
    return format_html('<span class="nw">{} {}</span>', _number(context, text), words.unit(SIZES[unit]))


@register.simple_tag(takes_context=True)
def pages(context: Context, value: int | None) -> SafeString:
    """Show a count of pages in words."""
    if not value:
        return EMPTY
    text = ngettext("%(n)s page", "%(n)s pages", value) % {"n": _shown(context, value)}
    return format_html('<span class="nw">{}</span>', text)


@register.simple_tag
def key(letter: str) -> SafeString:
    """Draw a key cap; that of a letter says as well what the key writes under the Arabic layout, for shell.js."""
    arabic = ARABIC.get(letter)
    if arabic is None:
        return format_html("<kbd>{}</kbd>", letter)
    return format_html('<kbd data-cap="{}" data-ar="{}">{}</kbd>', letter, arabic, letter)


@register.simple_tag
def plural_forms(code: str) -> str:
    """Give a counted sentence in every plural form of the reader's language, as JSON by category, for a script."""
    return json.dumps({category: words.counted(code, one) for category, one in words.PLURAL_SAMPLES.items()})


@register.filter
def initials(value: object) -> str:
    """Give the first letters of the first and the last word of a name, without a title such as «د.»."""
    found = [word for word in str(value).split() if not word.endswith(".")]
    chosen = [found[0], found[-1]] if len(found) > 1 else found
    return " ".join(word.removeprefix("ال")[:1] or word[:1] for word in chosen)


@register.filter
def words_of(value: str) -> list[str]:
    """Give the words of a text, so that a template can go through a few codes."""
    return value.split()


@register.filter
def lines(value: object) -> list[str]:
    """Give the lines of a letterhead, whether it was stored as text or as a list."""
    return value.splitlines() if isinstance(value, str) else [str(line) for line in value or ()]  # type: ignore[attr-defined]
