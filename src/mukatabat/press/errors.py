# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between a letter's text and its printed page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError


class PressError(MukatabatError):
    """Base of this room's errors."""

    code = "press.error"


class InvalidContent(PressError):
    """A letter's text does not follow the closed schema; `path` is the JSON pointer (RFC 6901) of the place.

    `reason` says to the log what was expected there.
    """

    code = "press.invalid-content"
    happened = _("The text of the letter has a form that the system does not accept, at %(path)s.")
    safe = _("The last accepted version of the text is kept.")
    do = _("Remove the part that was pasted or changed last and try again, or paste it as plain text.")


class ContentTooLarge(PressError):
    """A letter's text is longer than the limit, in bytes of its JSON."""

    code = "press.content-too-large"
    http_status = 413
    happened = _("The text of the letter is larger than %(limit)s kB.")
    safe = _("The last accepted version of the text is kept.")
    do = _("Shorten the text, or send the long part as an attachment.")


class ContentTooDeep(PressError):
    """Lists or tables lie inside one another deeper than the limit."""

    code = "press.content-too-deep"
    happened = _("Lists or tables lie inside one another more than %(limit)s levels deep.")
    safe = _("The last accepted version of the text is kept.")
    do = _("Move the inner lists one level out and try again.")


class ForbiddenCharacter(PressError):
    """An invisible control character would change how the text reads; `character` is its code point and name."""

    code = "press.forbidden-character"
    happened = _("The text holds an invisible character that may not stand in a letter: %(character)s, at %(path)s.")
    safe = _("The last accepted version of the text is kept.")
    do = _("Delete the word beside it and type it again, without pasting.")


class UnprintableText(PressError):
    """The letter's typefaces have no sign for some characters (an emoji, a script that is not Arabic or Latin)."""

    code = "press.unprintable-text"
    happened = _("The typefaces of the letter have no sign for: %(characters)s.")
    safe = _("The text is kept as it is. Nothing was printed or numbered.")
    do = _("Replace these characters with words and try again.")


class InvalidSource(PressError):
    """The source that is to lie inside the printed file is not JSON text."""

    code = "press.invalid-source"
    happened = _("The data that belongs inside the printed file is not readable.")
    safe = _("Nothing was printed.")
    do = _("Try again. If it happens again, tell your administrator.")


class InvalidPicture(PressError):
    """A drawn signature is neither a PNG nor an SVG that only draws, or it is too large."""

    code = "press.invalid-picture"
    happened = _("The picture of the signature cannot be used.")
    safe = _("Nothing was printed or signed.")
    do = _("Give it as PNG, or as SVG with paths alone, of at most 256 kB.")


class CopyImpossible(PressError):
    """A document cannot be put behind a stamp: it is no PDF, is encrypted or damaged, or is too large."""

    code = "press.copy-impossible"
    happened = _("No stamped copy can be made of this document.")
    safe = _("The document itself is kept as it came.")
    do = _("Print the stamp of receipt and the document one after the other.")


class PrintingFailed(PressError):
    """The typesetter refused a sheet; `detail` is its own message, for the log."""

    code = "press.printing-failed"
    http_status = 500
    happened = _("The page could not be printed.")
    safe = _("The text is kept. Nothing was issued.")
    do = _("Try again. If it happens again, tell your administrator and give the code %(code)s.")
