# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong while an item is handed on."""

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError


class WorkError(MukatabatError):
    """Base of the errors of this room."""


class NotTheHolder(Conflict):
    """Somebody acts on an item that another holds by now."""

    code = "work.not-the-holder"
    happened = _("This item is no longer with you: %(holder)s holds it.")
    safe = _("Their step is kept. Yours was not made.")
    do = _("Open the item again; if it should come back to you, ask its holder.")


class ItemClosed(Conflict):
    """Somebody acts on an item that is done."""

    code = "work.item-closed"
    happened = _("This item is already done.")
    safe = _("Nothing was changed.")
    do = _("Open it again to read what was done.")


class StepOfTheRoute(Conflict):
    """Somebody refers, finishes or follows an item whose letter is still being drafted, approved or signed."""

    code = "work.step-of-the-route"
    happened = _("This letter is still on its way to its signature.")
    safe = _("It stays with whom it is, and nothing was changed.")
    do = _("Open the letter, and complete, approve or sign it, or send it back there.")


class TooLateToUndo(Conflict):
    """A step is undone after its time, or after somebody went on from it."""

    code = "work.too-late-to-undo"
    happened = _("This step can no longer be undone.")
    safe = _("The item stands where the step brought it, and nothing was changed.")
    do = _("Open the item to see who holds it, and ask for it back.")


class UnknownHolder(WorkError):
    """The named recipient of a referral is not a unit, post or person of this body today."""

    code = "work.unknown-holder"
    happened = _("The chosen recipient is not a unit or person of your body today.")
    safe = _("The item stays with you.")
    do = _("Choose the recipient from the list.")


class ActNotReferable(WorkError):
    """A referral asks for something that only the approval route asks for."""

    code = "work.act-not-referable"
    happened = _("This act cannot be asked for by a referral.")
    safe = _("The item stays with you.")
    do = _("Choose one of the acts in the list.")
