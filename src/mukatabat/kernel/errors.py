# SPDX-License-Identifier: EUPL-1.2
"""The base of every error that a person may read: what happened, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, TypeAlias

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.days import written
from mukatabat.kernel.language import spoken

Text: TypeAlias = str | Promise
FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"


class _Params(dict[str, object]):
    """Values for a message; a missing one shows as an ellipsis, because an error must never raise another."""

    def __missing__(self, key: str) -> str:
        return "…"


def isolated(value: object) -> str:
    """Wrap a value in Unicode isolates, so that it keeps its own direction inside a sentence of the other one.

    Returns the text between U+2068 and U+2069 (UAX #9 §2.4.2). Meant for plain text; pages use `<bdi>`.
    """
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_DIRECTIONAL_ISOLATE}"


def _shown(value: object) -> object:
    # Numbers stay numbers for %(count)d and the plural rule; a lazy text already speaks the reader's language. A day is
    # written in words: one with hyphens reorders in an Arabic sentence.
    if isinstance(value, date) and not isinstance(value, datetime):
        return isolated(written(value, spoken("ar", "en")))
    return value if isinstance(value, int | float | Promise) else isolated(value)


def _fill(template: Text, params: Mapping[str, object]) -> str:
    shown = _Params({name: _shown(value) for name, value in params.items()})
    try:
        # The proxy's own % is used, not str(): ngettext_lazy chooses the plural form only then.
        return str(template % shown)
    except (TypeError, ValueError):
        # A bare per cent sign, or %d with a text: an imperfect message is better than an error about an error.
        return str(template)


_fill_lazy = lazy(_fill, str)


def _rebuild(kind: type[MukatabatError], params: dict[str, object]) -> MukatabatError:
    return kind(**params)


class MukatabatError(Exception):
    """Base of all errors of the product that carry a message for people.

    A subclass states `code`, a stable ASCII machine code such as "vault.empty-file", and the three texts with
    `%(name)s` places; the constructor's keywords fill them. On an instance the texts are lazy: they are
    translated when shown, in the language of whoever reads them. Inserted text is bidi-isolated.
    `str(error)` is the code alone, so that logs and tracebacks carry no words of a letter.
    """

    code: ClassVar[str] = "kernel.error"
    http_status: ClassVar[int] = 400
    happened: Text = _("This could not be done.")
    safe: Text = _("Nothing was changed.")
    do: Text = _("Go back and try again. If it happens again, tell your administrator.")

    def __init__(self, **params: object) -> None:
        """Take the values that the texts name; any other keyword is kept in `params` and shown nowhere."""
        super().__init__(self.code)
        self.params = params
        kind = type(self)
        self.happened = _fill_lazy(kind.happened, params)
        self.safe = _fill_lazy(kind.safe, params)
        self.do = _fill_lazy(kind.do, params)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the parameters, so that a worker process can hand the error on."""
        return _rebuild, (type(self), self.params)

    def __repr__(self) -> str:
        """Show class and parameters, for a test's failure or a debugger."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{type(self).__name__}({shown})"

    def as_dict(self) -> dict[str, str]:
        """Give code and texts, translated now, as the body of an API answer or of a page's message."""
        return {"code": self.code, "happened": str(self.happened), "safe": str(self.safe), "do": str(self.do)}


class KernelError(MukatabatError):
    """Base of the errors of this room."""


class NotFoundOrForbidden(MukatabatError):
    """Base for what is missing or may not be seen; both look the same, so that nobody learns which it was."""

    code = "kernel.not-found"
    http_status = 404
    happened = _("This page or item was not found.")
    safe = _("Nothing was changed.")
    do = _("Check the link or the number. If you should see it, ask the unit that holds it.")


class Conflict(MukatabatError):
    """Base for an act that came too late: someone else changed the same thing first."""

    code = "kernel.conflict"
    http_status = 409
    happened = _("Someone changed this before you did.")
    safe = _("Their change is kept. Yours was not made.")
    do = _("Open it again, look at its present state, and repeat your step if it is still needed.")


class Unexpected(MukatabatError):
    """A fault of ours."""

    code = "kernel.unexpected"
    http_status = 500
    happened = _("The system could not finish this step because of a fault of its own.")
    safe = _("What was saved before stays saved; a letter is never half issued or half delivered.")
    do = _("Try again. If it happens again, give your administrator the trace code.")
