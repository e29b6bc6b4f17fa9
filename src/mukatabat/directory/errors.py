# SPDX-License-Identifier: EUPL-1.2
"""The errors of the directory: what may not be addressed, signed, changed or imported, and why."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from mukatabat.directory.rules import Obstacle, Refusal
from mukatabat.kernel.errors import Conflict, MukatabatError, NotFoundOrForbidden, isolated


def _in_language_of_reader(ar: str, en: str) -> str:
    return isolated(ar if (get_language() or "ar").startswith("ar") else en)


bilingual = lazy(_in_language_of_reader, str)
"""A name that exists in both languages, as a parameter of an error: chosen and isolated when the error is read."""


class DirectoryError(MukatabatError):
    """Base of the errors of this room."""

    code = "directory.error"


class NotInDirectory(NotFoundOrForbidden, DirectoryError):
    """The row does not exist, belongs to another body, or is not the actor's to change; all look the same."""

    code = "directory.not-found"


# -- addressing ------------------------------------------------------------------------------------------------------


class NotAddressable(DirectoryError):
    """Base of the reasons why no letter may be addressed to a body."""

    code = "directory.not-addressable"


class UnknownBody(NotAddressable):
    """No such body in the directory."""

    code = "directory.unknown-body"
    happened = _("This body is not in the directory.")
    safe = _("Your draft is kept as it is. Nothing was sent.")
    do = _("Choose the body from the list, or ask the central operator to add it.")


class ClosedBody(NotAddressable):
    """The body ended, or does not exist yet; `name`, `until`."""

    code = "directory.closed-body"
    happened = _("%(name)s does not receive letters on this day: it was closed on %(until)s.")
    safe = _("Your draft is kept as it is. Nothing was sent.")
    do = _("Choose the body that took over its work.")


class NotYetOpenBody(ClosedBody):
    """The body begins later; `name`, `begins`."""

    code = "directory.not-yet-open-body"
    happened = _("%(name)s does not receive letters on this day: it begins on %(begins)s.")
    do = _("Choose another body, or wait until that day.")


class TrainingBody(NotAddressable):
    """The body lies in the other realm: nothing crosses between training and live; `name`."""

    code = "directory.training-body"
    happened = _("%(name)s belongs to training, and this letter is live work.")
    safe = _("Your draft is kept as it is. Nothing crosses between training and live work.")
    do = _("Choose the live body of the same name.")


class LiveBody(TrainingBody):
    """The body is live and the letter is an exercise; `name`."""

    code = "directory.live-body"
    happened = _("%(name)s is a live body, and this letter is an exercise.")
    do = _("Choose a training body, or leave the training realm.")


class NotAddressablePost(NotAddressable):
    """The post does not exist in that body on that day, or may not be written to from outside."""

    code = "directory.not-addressable-post"
    happened = _("This post does not receive letters from outside its body on this day.")
    safe = _("Your draft is kept as it is. Nothing was sent.")
    do = _("Choose another post of the body, or address the body itself.")


# -- mandates --------------------------------------------------------------------------------------------------------


class MandateError(DirectoryError):
    """Base of the reasons why a person may not sign this letter on this day."""

    code = "directory.mandate"
    http_status = 403
    safe = _("The letter is unchanged and unsigned. No number was taken.")


class NoMandate(MandateError):
    """The person has no instrument that lets them sign."""

    code = "directory.no-mandate"
    happened = _("You have no mandate to sign letters for this body.")
    do = _("Send the letter to a person who may sign it, or ask your administrator to record the mandate.")


class MandateRevoked(NoMandate):
    """The only instruments were revoked; `instrument`, `on`."""

    code = "directory.mandate-revoked"
    happened = _("Your mandate %(instrument)s was revoked on %(on)s.")


class MandateExpired(MandateError):
    """The last instrument ended; `instrument`, `until`."""

    code = "directory.mandate-expired"
    happened = _("Your mandate %(instrument)s ended on %(until)s.")
    do = _("Send the letter to a person who may sign it, or have the mandate renewed by a new instrument.")


class MandateNotYetValid(MandateError):
    """The instrument begins later; `instrument`, `begins`."""

    code = "directory.mandate-not-yet-valid"
    happened = _("Your mandate %(instrument)s begins on %(begins)s.")
    do = _("Sign from that day on, or send the letter to a person who may sign it today.")


class MandateOutOfScope(MandateError):
    """The instruments in force do not reach this type of letter or this recipient's level; `instrument`."""

    code = "directory.mandate-out-of-scope"
    happened = _("Your mandate %(instrument)s does not cover this letter.")
    do = _("Send the letter to a person whose mandate covers it.")


class LetterTypeOutOfScope(MandateOutOfScope):
    """The instrument names other types of letters; `instrument`."""

    code = "directory.mandate-letter-type"
    happened = _("Your mandate %(instrument)s does not cover this type of letter.")


class RecipientOutOfScope(MandateOutOfScope):
    """The recipient stands above what the instrument reaches; `instrument`."""

    code = "directory.mandate-recipient-level"
    happened = _("Your mandate %(instrument)s does not reach a recipient of this level.")


class HolderNotAway(MandateOutOfScope):
    """A standing-in holds only while the holder of the post is away; `instrument`, `post`."""

    code = "directory.mandate-holder-present"
    happened = _("You stand in for %(post)s by %(instrument)s, and that post's holder is not on leave on this day.")
    do = _("Send the letter to the holder of the post.")


class PostVacant(MandateOutOfScope):
    """Nobody holds the post, so nobody can stand in for its holder; `instrument`, `post`."""

    code = "directory.mandate-post-vacant"
    happened = _("You stand in for %(post)s by %(instrument)s, and nobody holds that post on this day.")
    do = _("A vacant post needs an acting appointment. Ask your administrator to record its instrument.")


class SignerOnLeave(MandateError):
    """The signer is recorded as absent on that day; `until`."""

    code = "directory.signer-on-leave"
    happened = _("You are recorded as on leave until %(until)s, and cannot sign.")
    do = _("Ask your administrator to end the leave, or send the letter to a person who stands in for you.")


_BY_OBSTACLE: dict[Obstacle, type[MandateError]] = {
    Obstacle.NONE_HELD: NoMandate,
    Obstacle.REVOKED: MandateRevoked,
    Obstacle.EXPIRED: MandateExpired,
    Obstacle.NOT_YET: MandateNotYetValid,
    Obstacle.LETTER_TYPE: LetterTypeOutOfScope,
    Obstacle.RECIPIENT: RecipientOutOfScope,
    Obstacle.HOLDER_PRESENT: HolderNotAway,
    Obstacle.POST_VACANT: PostVacant,
    Obstacle.ON_LEAVE: SignerOnLeave,
}


def mandate_error(refusal: Refusal) -> MandateError:
    """Make the error that tells a signer why no instrument of theirs reaches the letter."""
    return _BY_OBSTACLE[refusal.obstacle](
        instrument=refusal.instrument,
        post=bilingual(refusal.post_ar, refusal.post_en),
        on=refusal.day,
        until=refusal.day,
        begins=refusal.day,
    )


# -- changes ---------------------------------------------------------------------------------------------------------


class PeriodBackwards(DirectoryError):
    """The end lies before the beginning; `begins`, `ends`."""

    code = "directory.period-backwards"
    happened = _("The period ends on %(ends)s, before it begins on %(begins)s.")
    do = _("Correct the two dates.")


class CodeNotShaped(DirectoryError):
    """A body or unit code has other characters than capital letters, digits, dot and hyphen; `value`."""

    code = "directory.code-not-shaped"
    happened = _("%(value)s cannot be a code.")
    do = _("Use capital Latin letters and digits, beginning with a letter, for example MOF.")


class NameMissing(DirectoryError):
    """One of the two names is empty."""

    code = "directory.name-missing"
    happened = _("A name is missing.")
    do = _("Fill in the name in Arabic and in English.")


class EmailNotShaped(DirectoryError):
    """The text is no e-mail address; `value`."""

    code = "directory.email-not-shaped"
    happened = _("%(value)s is not an e-mail address.")
    do = _("Correct the address, or leave it empty.")


class AlreadyThere(Conflict, DirectoryError):
    """The code, staff number, appointment or other unique value is taken; `value`."""

    code = "directory.already-there"
    happened = _("%(value)s is already in the directory.")
    safe = _("The existing entry is unchanged.")
    do = _("Open the existing entry, or choose another value.")


class StillInUse(Conflict, DirectoryError):
    """The row cannot end while others that depend on it go on; `count`."""

    code = "directory.still-in-use"
    happened = ngettext_lazy(
        "This cannot end while %(count)d entry under it goes on after that day.",
        "This cannot end while %(count)d entries under it go on after that day.",
        "count",
    )
    safe = _("Nothing was changed.")
    do = _("End those entries first, or choose a later day.")


class RenamedTooEarly(Conflict, DirectoryError):
    """A new name must begin after the present one did; `begins`."""

    code = "directory.renamed-too-early"
    happened = _("The present name began on %(begins)s; a new name can begin only after that day.")
    safe = _("The present name is unchanged.")
    do = _("Choose a later day.")


class AlreadyEnded(Conflict, DirectoryError):
    """The row was ended or revoked before."""

    code = "directory.already-ended"
    happened = _("This was ended before.")
    safe = _("The earlier ending is kept.")
    do = _("Reload the page to see its present state.")


class OwnMandate(DirectoryError):
    """Nobody records a mandate for themselves."""

    code = "directory.own-mandate"
    http_status = 403
    happened = _("You cannot record a mandate for yourself.")
    do = _("Ask another administrator to record it.")


class MandateWithoutEnd(DirectoryError):
    """Only the post's own mandate may be open-ended."""

    code = "directory.mandate-without-end"
    happened = _("A delegation, a standing-in and an acting appointment need a last day.")
    do = _("Enter the last day that the instrument states.")


class NotHolder(DirectoryError):
    """A mandate by post belongs to somebody who holds that post throughout."""

    code = "directory.not-holder"
    happened = _("This person does not hold that post for the whole period.")
    do = _("Appoint the person first, or choose delegation, standing-in or acting appointment.")


# -- import ----------------------------------------------------------------------------------------------------------


class ImportRefused(DirectoryError):
    """Base of the reasons why a file of people is refused as a whole."""

    code = "directory.import"
    safe = _("Nobody was added or changed.")


class ImportEmpty(ImportRefused):
    """The file has no rows below its header."""

    code = "directory.import-empty"
    happened = _("The file has no rows.")
    do = _("Choose a file with a header line and one person on each line.")


class ImportNotText(ImportRefused):
    """The bytes are not UTF-8 text, or not a table."""

    code = "directory.import-not-text"
    happened = _("The file is not a CSV text file in UTF-8.")
    do = _("In your spreadsheet, save the table as “CSV UTF-8” and choose that file.")


class ImportColumnsMissing(ImportRefused):
    """Columns that every import needs are absent; `columns`."""

    code = "directory.import-columns-missing"
    happened = _("The file lacks these columns: %(columns)s.")
    do = _("Add the columns to the header line, in Arabic or in English.")


class ImportTooLong(ImportRefused):
    """More rows than one import takes; `limit`."""

    code = "directory.import-too-long"
    happened = ngettext_lazy("The file has more than %(limit)d row.", "The file has more than %(limit)d rows.", "limit")
    do = _("Divide it into several files.")


class ImportHasErrors(ImportRefused):
    """Some rows are faulty, so none was taken; `count`."""

    code = "directory.import-has-errors"
    happened = ngettext_lazy(
        "%(count)d row has errors, so no row was taken.", "%(count)d rows have errors, so no row was taken.", "count"
    )
    do = _("Correct these rows in your file and show the preview again.")


class ImportNotPreviewed(Conflict, ImportRefused):
    """The file is not the one whose preview was shown."""

    code = "directory.import-not-previewed"
    happened = _("This file is not the one whose preview was shown.")
    safe = _("Nobody was added or changed.")
    do = _("Show the preview of this file first, then confirm it.")
