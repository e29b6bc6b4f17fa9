# SPDX-License-Identifier: EUPL-1.2
"""What may go wrong at the door and in the care of accounts."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden, Text

_WAIT: Promise = ngettext_lazy(
    "Wait %(minutes)d minute and try again.", "Wait %(minutes)d minutes and try again.", "minutes"
)


class AccessError(MukatabatError):
    """Base of the errors of this room."""

    code: ClassVar[str] = "access.error"


class SignInRefused(AccessError):
    """The password was not verified; never tells whether login or password was wrong, or the account closed."""

    code = "access.sign-in-refused"
    http_status = 401
    happened: Text = _("Sign-in failed. The details were not verified.")
    safe: Text = _("Your drafts and your work are kept.")
    do: Text = _("Check the user name and the password, then try again.")


class IdentityRefused(AccessError):
    """The body's directory let nobody in whom we know; never tells which part of its answer failed."""

    code = "access.identity-refused"
    http_status = 401
    happened: Text = _("Sign-in through the identity service of your body did not succeed.")
    safe: Text = _("Your drafts and your work are kept.")
    do: Text = _("Try again, or sign in with your user name; your administrator sees in the audit log that it failed.")


class SignInLocked(AccessError):
    """Too many failed tries for one login, known or not; params: minutes (int)."""

    code = "access.sign-in-locked"
    http_status = 429
    happened: Text = _("Sign-in with this user name is paused after several failed tries.")
    safe: Text = _("Your drafts and your work are kept.")
    do: Text = _WAIT


class NoAppointment(AccessError):
    """The person holds no post today and so cannot act."""

    code = "access.no-appointment"
    http_status = 403
    happened: Text = _("You hold no post today, so there is nothing you can act on.")
    safe: Text = _("Your earlier work is kept.")
    do: Text = _("Ask your body's administrator to record your appointment.")


class SecondFactorRefused(AccessError):
    """The code was wrong, used already, or belongs to another time."""

    code = "access.second-factor-refused"
    http_status = 403
    happened: Text = _("The code was not accepted.")
    safe: Text = _("Nothing was signed or changed.")
    do: Text = _("Wait for the next code in your application and type it, or use a recovery code.")


class PasskeyRefused(AccessError):
    """The device's answer is none, is to another challenge, of another account, a copy's, or without verification."""

    code = "access.passkey-refused"
    http_status = 403
    happened: Text = _("The passkey was not accepted.")
    safe: Text = _("Nothing was signed or changed.")
    do: Text = _("Try once more with your device, or type a code.")


class SecondFactorLocked(AccessError):
    """Too many wrong codes; params: minutes (int)."""

    code = "access.second-factor-locked"
    http_status = 429
    happened: Text = _("Codes are not accepted for a while after several wrong ones.")
    safe: Text = _("Nothing was signed or changed.")
    do: Text = _WAIT


class SecondFactorMissing(AccessError):
    """The account has no second factor."""

    code = "access.second-factor-missing"
    http_status = 403
    happened: Text = _("This step needs a second factor, and none is set up for you.")
    safe: Text = _("Nothing was signed or changed.")
    do: Text = _("Set up a second factor in your account, then repeat the step.")


class SecondFactorStale(AccessError):
    """The last proof of the second factor is older than five minutes."""

    code = "access.second-factor-stale"
    http_status = 403
    happened: Text = _("The last code that you typed is more than five minutes old.")
    safe: Text = _("Nothing was signed or changed.")
    do: Text = _("Type a new code from your application and repeat the step.")


class SecondFactorPresent(AccessError):
    """A second factor is set up already; it is never replaced without being removed first."""

    code = "access.second-factor-present"
    http_status = 409
    happened: Text = _("A second factor is set up already.")
    safe: Text = _("It stays valid.")
    do: Text = _("If the device is lost, ask your body's administrator to reset it.")


class SecondFactorRequired(AccessError):
    """The posts of this person demand a second factor, so it cannot be removed."""

    code = "access.second-factor-required"
    http_status = 403
    happened: Text = _("Your post demands a second factor, so it cannot be removed.")
    safe: Text = _("It stays valid.")
    do: Text = _("If the device is lost, ask your body's administrator to reset it.")


class EnrolmentRefused(AccessError):
    """The administrator's one-time enrolment code is missing, wrong, used or too old."""

    code = "access.enrolment-refused"
    http_status = 403
    happened: Text = _("The enrolment code was not accepted.")
    safe: Text = _("No second factor was set up.")
    do: Text = _("Type the enrolment code that your administrator gave you, or ask for a new one.")


class AccountNotFound(NotFoundOrForbidden):
    """No such account, or it belongs to another body, or the actor does not administer accounts."""

    code = "access.account-not-found"


class SessionNotFound(NotFoundOrForbidden):
    """No such session of this account."""

    code = "access.session-not-found"


class LoginTaken(AccessError):
    """Another account, perhaps of another body, has this login; params: login."""

    code = "access.login-taken"
    http_status = 409
    happened: Text = _("The user name %(login)s is taken.")
    safe: Text = _("No account was made.")
    do: Text = _("Choose another user name.")


class LoginMalformed(AccessError):
    """The login does not have the shape of one."""

    code = "access.login-malformed"
    happened: Text = _("This user name cannot be used.")
    safe: Text = _("No account was made.")
    do: Text = _("Use 2 to 63 Latin letters, digits, dots, dashes or underscores, beginning with a letter or digit.")


class AccountExists(AccessError):
    """The person has an account already."""

    code = "access.account-exists"
    http_status = 409
    happened: Text = _("This person has an account already.")
    safe: Text = _("No account was made.")
    do: Text = _("Use the account that exists.")


class AdministratorsEnough(AccessError):
    """Two people can administer the body, and give it any further administrator."""

    code = "access.administrators-enough"
    http_status = 409
    happened: Text = _("Two people can administer this body already.")
    safe: Text = _("Nobody was added, and nobody became an administrator.")
    do: Text = _("Let these two propose and confirm another. If one of them is gone, close that account first.")


class PasswordTooWeak(AccessError):
    """The new password breaks a rule; params: rules (the broken rules, already in the reader's language)."""

    code = "access.password-too-weak"
    happened: Text = _("This password cannot be used. %(rules)s")
    safe: Text = _("The former password stays valid.")
    do: Text = _("Choose a longer password that is not in common use.")


class ReasonMissing(AccessError):
    """An act on somebody's account needs a written reason."""

    code = "access.reason-missing"
    happened: Text = _("A reason is needed for this step.")
    safe: Text = _("Nothing was changed.")
    do: Text = _("Write why you are doing this, then repeat the step.")


class OwnAccount(AccessError):
    """Administrators do not act on their own account; another one does."""

    code = "access.own-account"
    http_status = 403
    happened: Text = _("You cannot do this to your own account.")
    safe: Text = _("Nothing was changed.")
    do: Text = _("Ask another administrator of your body.")


class DeputyCannotStandIn(AccessError):
    """The chosen deputy has no open account or holds no post today."""

    code = "access.deputy-cannot-stand-in"
    http_status = 400
    happened: Text = _("The chosen deputy has no open account or no post, so nobody would see the tray.")
    safe: Text = _("No leave was recorded.")
    do: Text = _("Choose a deputy who signs in today, or record the leave without one.")


class TooManyRequests(AccessError):
    """One asker sent more in a minute than any person does."""

    code = "access.too-many-requests"
    http_status = 429
    happened: Text = _("Too many requests came from you within a minute.")
    safe: Text = _("Nothing was changed by the last one.")
    do: Text = _("Wait a minute, then go on.")


class CapabilityMissing(AccessError):
    """The posts held today do not give the power to do this."""

    code = "access.capability-missing"
    http_status = 403
    happened = _("Your post does not allow this step.")
    safe = _("Nothing was changed.")
    do = _("Ask a colleague whose post allows it, or your administrator if your post is entered wrongly.")
