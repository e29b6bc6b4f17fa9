# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between two bodies."""

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError


class ExchangeError(MukatabatError):
    """Base of the errors of this room."""


class ArrivalAlreadyDecided(Conflict):
    """Two clerks took the same arrival, or its sender withdrew it."""

    code = "exchange.arrival-decided"
    happened = _("This letter is no longer waiting in the tray: %(state)s.")
    safe = _("It was registered, returned, redirected or withdrawn once, and only once.")
    do = _("Open the tray again; the letter stands in the register if it was registered.")


class TooLateToWithdraw(Conflict):
    """Withdrawal ends with the acceptance by the recipient's registry."""

    code = "exchange.too-late-to-withdraw"
    happened = _("The letter cannot be withdrawn from %(body)s: %(state)s.")
    safe = _("The letter and its delivery stand as they were.")
    do = _("Send a further letter that corrects or withdraws it formally.")


class NotSealed(ExchangeError):
    """A consignment is to be delivered that travels in no parcel."""

    code = "exchange.not-sealed"
    http_status = 500
    happened = _("The letter was not sealed before its delivery.")
    safe = _("It stays with us, and nothing was delivered.")
    do = _("Tell your administrator; the delivery is tried again by itself.")


class NothingToRetry(Conflict):
    """A delivery is ordered again that is under way, done or over."""

    code = "exchange.nothing-to-retry"
    happened = _("This delivery does not wait to be tried again: %(state)s.")
    safe = _("The letter and its delivery stand as they were.")
    do = _("Open the letter again to see where it is.")


class ReasonMissing(ExchangeError):
    """A return or a redirection always carries its reason."""

    code = "exchange.reason-missing"
    happened = _("A letter goes back or on only with a reason.")
    safe = _("The letter still waits in the tray.")
    do = _("Write the reason in one sentence and repeat.")


class MemoStaysInside(ExchangeError):
    """A redirection names another body for an internal memo."""

    code = "exchange.memo-stays-inside"
    happened = _("An internal memo is not redirected to another body.")
    safe = _("The memo still waits in the tray of its unit.")
    do = _("Return it to its writer with your reason.")


class SealedStaysWithItsReader(ExchangeError):
    """A registry redirects a sealed letter of which it knows the envelope alone."""

    code = "exchange.sealed-stays-with-its-reader"
    http_status = 403
    happened = _("A sealed letter is redirected by the reader whom it names, not from its envelope.")
    safe = _("The letter still waits in the tray, unopened.")
    do = _("Register it for its named reader, or return it with your reason.")


class RedirectedToItself(ExchangeError):
    """A redirection names the sender or the present recipient."""

    code = "exchange.redirected-to-itself"
    happened = _("A letter cannot be redirected to its sender or to the body that holds it.")
    safe = _("The letter still waits in the tray.")
    do = _("Choose the competent body, or return the letter with your reason.")


class PaperAlreadyDecided(Conflict):
    """Two clerks key in the same delivery, or the letter was withdrawn before it was handed over."""

    code = "exchange.paper-decided"
    happened = _("This delivery is no longer waiting for that: %(state)s.")
    safe = _("What was keyed in before stands, once, and nothing was written twice.")
    do = _("Open the list again; the letter's track shows who keyed in what.")


class TakerMissing(ExchangeError):
    """A hand-over names nobody who took the letter."""

    code = "exchange.taker-missing"
    happened = _("A hand-over names the person who took the letter.")
    safe = _("The letter still waits for paper delivery.")
    do = _("Write the name as it stands on the delivery slip.")


class TheirNumberMissing(ExchangeError):
    """A registration at the other body is keyed in without its number."""

    code = "exchange.their-number-missing"
    happened = _("A registration is keyed in with the number that the other body gave.")
    safe = _("The letter stands as handed over.")
    do = _("Write their number, or wait until it is known.")


class PaperReasonMissing(ExchangeError):
    """A return on paper is keyed in without its reason."""

    code = "exchange.paper-reason-missing"
    happened = _("A returned letter carries the reason of the return.")
    safe = _("The delivery stands as before.")
    do = _("Write what the other body said in one sentence.")


class KeyedTimeUnsuitable(ExchangeError):
    """A keyed-in time lies before the letter was issued or in the future."""

    code = "exchange.keyed-time-unsuitable"
    happened = _("The day and time lie before the letter was issued, or in the future.")
    safe = _("Nothing was written. What you typed is still in front of you.")
    do = _("Write when it happened, as the slip says.")
