# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with a number."""

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError


class RegisterError(MukatabatError):
    """Base of the errors of this room."""


class NumberAlreadyDecided(Conflict):
    """A number that is issued or void does not change any more."""

    code = "registers.number-decided"
    happened = _("The number %(reference)s is already issued or void.")
    safe = _("The register was not changed.")
    do = _("Open the letter again to see its present state.")


class ReasonMissing(RegisterError):
    """A void number always carries its reason."""

    code = "registers.reason-missing"
    happened = _("A number can be made void only with a reason.")
    safe = _("The number stands as before.")
    do = _("Write the reason in one sentence and repeat.")


class ViewNameMissing(RegisterError):
    """A view is saved without a name."""

    code = "registers.view-name-missing"
    happened = _("A view is kept under a name.")
    safe = _("The list and your other views stand as before.")
    do = _("Type a short name and save it again.")


class TooManyViews(RegisterError):
    """More saved views than one list of them shows."""

    code = "registers.too-many-views"
    happened = _("A book has at most %(limit)d saved views.")
    safe = _("Your views stand as before.")
    do = _("Delete a view that you no longer use.")
