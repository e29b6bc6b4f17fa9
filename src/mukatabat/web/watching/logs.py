# SPDX-License-Identifier: EUPL-1.2
"""Log lines: JSON for a machine, plain on a terminal; who did what where, and never what a letter says.

Three ways by which a text could slip in are closed: what an exception says is left out but for its kind and place
(PostgreSQL repeats the values of a row); the framework's own lines, which repeat addresses that somebody typed, lose
their arguments; and a request is named by its route, never by its address.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.tracing import current_trace

KEPT_OF_FOREIGN = ("status_code",)
_OF_FRAMEWORK = ("django.", "granian", "allauth", "asyncio")


def logging_settings(*, human: bool) -> dict[str, Any]:
    """Django's LOGGING: every logger of the process ends in one line form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True), without_arguments, with_trace, without_words,
    ]  # fmt: skip
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "mukatabat": {"level": "INFO"},
            # Every request has a line of ours, and a crash has one with its trace code.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "ERROR"},
        },
    }


def say(logger: logging.Logger, event: str, **facts: object) -> None:
    """Write one line of ``facts`` (identifiers, names of routes, numbers) through the standard library's logger."""
    logger.info(event, extra={"facts": facts})


def without_arguments(_: object, __: str, event: EventDict) -> EventDict:
    """Leave the arguments of the framework's own lines out, and take over the facts of ours."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        if record.name.startswith(_OF_FRAMEWORK):
            event["event"] = str(record.msg)
            event.update({name: getattr(record, name) for name in KEPT_OF_FOREIGN if hasattr(record, name)})
        event.update(getattr(record, "facts", {}))
    return event


def with_trace(_: object, __: str, event: EventDict) -> EventDict:
    """Name the trace that the line belongs to."""
    trace = current_trace()
    if trace is not None:
        event.setdefault("trace", trace.id)
    return event


def without_words(_: object, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its kinds and places: what it says may hold the values of a row or of a form."""
    stated = event.pop("exc_info", None)
    error = stated[1] if isinstance(stated, tuple) else stated
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        record.exc_text, record.exc_info, record.stack_info = None, None, None
    if isinstance(error, BaseException):
        event["error"] = [_told(one) for one in _chain(error)]
    return event


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _told(error: BaseException) -> str:
    kind = type(error).__qualname__
    code = error.code if isinstance(error, MukatabatError) else getattr(error, "sqlstate", None)
    places = [f"{one.filename.rpartition('/mukatabat/')[2]}:{one.lineno} {one.name}" for one in _frames(error)]
    return " < ".join([f"{kind} {code}" if code else kind, *reversed(places)])


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The innermost places, without their source lines."""
    return list(traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False))[-8:]
