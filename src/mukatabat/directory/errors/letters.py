# SPDX-License-Identifier: EUPL-1.2
"""Why a body may not be addressed, or a letter not be signed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.directory.errors.base import DirectoryError, bilingual
from mukatabat.directory.rules import Obstacle, Refusal

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
