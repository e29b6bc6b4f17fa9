# SPDX-License-Identifier: EUPL-1.2
"""What a program of a linked body may be told; each in both languages at once."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.kernel.errors import Conflict, MukatabatError


class PortalError(MukatabatError):
    """Base of the errors of this room."""

    code = "portal.error"


class TokenRefused(PortalError):
    """No token, an unknown, an expired or a revoked one: never which."""

    code = "portal.token-refused"
    http_status: ClassVar[int] = 401
    happened = _("The token was not accepted.")
    safe = _("Nothing was read or changed.")
    do = _("Send a valid token in the Authorization header. Your body's administrator makes new ones.")


class ScopeMissing(PortalError):
    """The token is not for this; params: scope."""

    code = "portal.scope-missing"
    http_status: ClassVar[int] = 403
    happened = _("The token is not made for this: it lacks the scope %(scope)s.")
    safe = _("Nothing was read or changed.")
    do = _("Ask your body's administrator for a token with this scope.")


class TooManyRequests(PortalError):
    """More requests in a minute than the token may make; params: seconds."""

    code = "portal.too-many-requests"
    http_status: ClassVar[int] = 429
    happened = _("The token has made as many requests as it may in one minute.")
    safe = _("This request was not looked at. Earlier ones stand.")
    do = ngettext_lazy("Wait %(seconds)d second and go on.", "Wait %(seconds)d seconds and go on.", "seconds")


class RequestInvalid(PortalError):
    """The request does not have the described form; the answer names each place."""

    code = "portal.request-invalid"
    http_status: ClassVar[int] = 422
    happened = _("The request does not have the described form.")
    safe = _("Nothing was changed.")
    do = _("Mend the places named in the answer and send it again.")


class KeyInvalid(PortalError):
    """An Idempotency-Key that is none, or none where one is needed."""

    code = "portal.idempotency-key-invalid"
    http_status: ClassVar[int] = 400
    happened = _("This request needs an Idempotency-Key of 8 to 128 printable characters.")
    safe = _("Nothing was changed.")
    do = _("Send a key that is new for each letter, and the same when you repeat a request.")


class KeyReused(PortalError, Conflict):
    """The key stands for another content."""

    code = "portal.idempotency-key-reused"
    http_status: ClassVar[int] = 422
    happened = _("This Idempotency-Key already stands for another letter.")
    safe = _("The first letter stands as it is. Nothing was changed.")
    do = _("Use a new key for another letter.")


class UnknownSigner(PortalError):
    """No person of the body under this number holds a post that signs."""

    code = "portal.unknown-signer"
    http_status: ClassVar[int] = 422
    happened = _("Nobody of your body with this staff number may sign today.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Check the staff number, and the signer's post in the directory.")


class UnknownRecipient(PortalError):
    """A code that the directory does not have; params: body."""

    code = "portal.unknown-recipient"
    http_status: ClassVar[int] = 422
    happened = _("The directory has no body with the code %(body)s.")
    safe = _("Nothing was changed.")
    do = _("Read the directory again and use its codes.")


class NotUnderSignature(PortalError, Conflict):
    """A signature came for a letter that waits for none."""

    code = "portal.not-under-signature"
    happened = _("This letter waits for no signature now.")
    safe = _("Nothing was changed.")
    do = _("Read the letter again to see its state. Begin its issue before sending a signature.")


class TokenLifeTooLong(PortalError):
    """A token may live 400 days at most."""

    code = "portal.token-life-too-long"
    happened = ngettext_lazy(
        "A token lives for %(days)d day at most.", "A token lives for %(days)d days at most.", "days"
    )
    safe = _("No token was made.")
    do = _("Choose an earlier end, and renew the token before it comes.")


class CursorExpired(PortalError):
    """A place of the feed that is older than what is kept, or none of this feed."""

    code = "portal.cursor-expired"
    http_status: ClassVar[int] = 410
    happened = _(
        "The feed cannot go on from this cursor: what came after it is no longer kept, or it is none of this feed."
    )
    safe = _("Letters and arrivals themselves are kept; only the feed is short.")
    do = _("Read the lists of letters and arrivals anew, then follow the feed without a cursor.")


class AddressRefused(PortalError):
    """The address of a webhook has not the form of one that is called."""

    code = "portal.address-refused"
    http_status: ClassVar[int] = 422
    happened = _("Nothing is sent to this address.")
    safe = _("No webhook was proposed.")
    do = _("Give an https address with the host's name, on port 443 or above 1023, without a name and password in it.")


class TooManyWebhooks(PortalError, Conflict):
    """A body has as many webhooks as it may."""

    code = "portal.too-many-webhooks"
    happened = _("Your body has as many webhooks as it may have.")
    safe = _("Those stand as they are; no other was proposed.")
    do = _("End one that is no longer needed.")


class WebhookDecided(PortalError, Conflict):
    """Somebody was quicker, or the proposal is over."""

    code = "portal.webhook-decided"
    happened = _("This webhook no longer waits for that.")
    safe = _("It stands as it is.")
    do = _("Open it again to see its present state.")


class OwnWebhook(PortalError):
    """The second person is the first."""

    code = "portal.own-webhook"
    http_status: ClassVar[int] = 403
    happened = _("Whoever proposed a webhook does not confirm it.")
    safe = _("The webhook still waits; nothing is sent.")
    do = _("Ask another administrator or a signatory of your body.")


class TooMuchReplayed(PortalError):
    """A replay of more events than one takes; params: count."""

    code = "portal.too-much-replayed"
    http_status: ClassVar[int] = 422
    happened = ngettext_lazy(
        "A replay sends %(count)d event at most.", "A replay sends %(count)d events at most.", "count"
    )
    safe = _("Nothing was sent again.")
    do = _("Choose a shorter range, and repeat it for the rest.")
