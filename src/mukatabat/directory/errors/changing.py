# SPDX-License-Identifier: EUPL-1.2
"""Why the directory is not changed as somebody asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.directory.errors.base import DirectoryError
from mukatabat.directory.rules import Bar
from mukatabat.kernel.errors import Conflict


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


class HoursBackwards(DirectoryError):
    """Only one of the two hours is stated, or the closing one is not the later."""

    code = "directory.hours-backwards"
    happened = _("The registry's hours need an opening and a later closing time.")
    do = _("Correct the two times, or leave both empty.")


class NameMissing(DirectoryError):
    """One of the two names is empty."""

    code = "directory.name-missing"
    happened = _("A name is missing.")
    do = _("Fill in the name in Arabic and in English.")


class AdjustmentTooLarge(DirectoryError):
    """A Hijri month would begin more than one day off the table."""

    code = "directory.adjustment-too-large"
    happened = _("A Hijri month moves by one day at most.")
    do = _("Choose one day earlier, one day later, or none.")


class NoSuchHijriMonth(DirectoryError):
    """The month is none, or lies outside the table, or too far off to be announced."""

    code = "directory.no-such-hijri-month"
    happened = _("This month cannot be announced now.")
    do = _("Choose the present month or one of the next.")


class MonthOfWrongLength(DirectoryError):
    """A Hijri month has 29 or 30 days, and the announcement would give one another length; `days`."""

    code = "directory.month-of-wrong-length"
    happened = _("The month before would have %(days)s days; a Hijri month has 29 or 30.")
    do = _("Check the announcement and the one before it.")


class AnnouncementMissing(DirectoryError):
    """A shift of the Hijri date does not say who announced it."""

    code = "directory.announcement-missing"
    happened = _("The announcement is missing.")
    do = _("Say who announced the date, and when.")


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


class AlreadyFounded(Conflict, DirectoryError):
    """The installation has its first body; the others are added by its operator."""

    code = "directory.already-founded"
    happened = _("This installation has bodies already.")
    safe = _("Nothing was added.")
    do = _("Sign in as the central operator and add the body on the screen of bodies.")


class StaffNumberOfAnother(Conflict, DirectoryError):
    """Somebody of another name works there under that staff number; `value`."""

    code = "directory.staff-number-of-another"
    happened = _("Staff number %(value)s is that of a person with another name.")
    safe = _("Nobody was added, and nobody became an administrator.")
    do = _("Compare the number and both names with the body's own list, then ask again.")


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


class LastRegistry(Conflict, DirectoryError):
    """Without this unit no tray would receive the body's letters."""

    code = "directory.last-registry"
    happened = _("This is the only unit whose tray receives the letters of the body.")
    safe = _("Nothing was changed.")
    do = _("Add another unit that receives them, then end this one.")


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


# -- changes that need two persons -----------------------------------------------------------------------------------


class TwoPersons(DirectoryError):
    """Base of the reasons why one person alone cannot widen a power."""

    code = "directory.two-persons"
    http_status = 403


class SecondPersonNeeded(TwoPersons):
    """The act widens a power and was asked for as if one person sufficed."""

    code = "directory.second-person-needed"
    happened = _("This widens somebody's power, and one person alone cannot do it.")
    do = _("Propose it; a second person confirms it.")


class OwnAppointment(TwoPersons):
    """Nobody appoints themselves."""

    code = "directory.own-appointment"
    happened = _("You cannot appoint yourself.")
    do = _("Ask another administrator to record it.")


class OwnDeputy(TwoPersons):
    """An administrator records somebody's leave with themselves as the deputy, and would see their tray."""

    code = "directory.own-deputy"
    happened = _("You cannot make yourself the deputy of another person.")
    do = _("Ask that person, or another administrator, to record the leave.")


class OwnProposal(TwoPersons):
    """Whoever proposed a change does not confirm it."""

    code = "directory.own-proposal"
    happened = _("You proposed this change, and cannot confirm it yourself.")
    safe = _("The proposal still waits.")
    do = _("Ask another administrator or a signatory of your body to confirm it.")


class OwnGain(TwoPersons):
    """Whoever gains by a change neither proposes nor confirms it."""

    code = "directory.own-gain"
    happened = _("This change concerns your own power.")
    do = _("Leave it to two other persons.")


class ChangeDecided(Conflict, DirectoryError):
    """Somebody confirmed, declined or took it back already."""

    code = "directory.change-decided"
    happened = _("This proposal was decided before.")
    safe = _("The earlier decision is kept.")
    do = _("Reload the page to see its present state.")


class ChangeExpired(Conflict, DirectoryError):
    """It waited too long for its second person."""

    code = "directory.change-expired"
    happened = _("This proposal has expired.")
    safe = _("Nothing was changed.")
    do = _("Propose it again if it is still needed.")


class ProposerGone(TwoPersons):
    """Whoever proposed it does not administer the body any more."""

    code = "directory.proposer-gone"
    happened = _("Whoever proposed this does not administer the body any more.")
    do = _("Decline it; propose it again if it is still needed.")


_BY_BAR: dict[Bar, type[DirectoryError]] = {
    Bar.DECIDED: ChangeDecided,
    Bar.EXPIRED: ChangeExpired,
    Bar.OWN_PROPOSAL: OwnProposal,
    Bar.OWN_GAIN: OwnGain,
}


def bar_error(bar: Bar) -> DirectoryError:
    """Make the error that tells a person why they may not confirm a change."""
    return _BY_BAR[bar]()
