# SPDX-License-Identifier: EUPL-1.2
"""What is missing of the certificates under which a body seals and the platform states what happens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.vault.errors.base import VaultError


class NotCertified(VaultError):
    """Base of what is missing of certificates that an authority outside issues: without them nothing is sealed."""

    code = "vault.not-certified"
    http_status = 409
    safe = _("No number was taken, and nothing was sealed or sent. The letter is kept as it stands.")
    do = _("Tell your administrator, who asks the certification authority and brings its answer in; then try again.")


class SealNotCertified(NotCertified):
    """The body has no seal yet whose certificate was brought in."""

    code = "vault.seal-not-certified"
    happened = _("This body has no seal yet, and letters to other bodies leave under its seal.")


class SealEnded(NotCertified):
    """The certificate of the body's seal ended on ``day``."""

    code = "vault.seal-ended"
    happened = _("The certificate of this body's seal ended on %(day)s.")


class SealWithdrawn(NotCertified):
    """The authority withdrew the certificate of the body's seal, from ``day`` on."""

    code = "vault.seal-withdrawn"
    happened = _("The certification authority revoked the certificate of this body's seal on %(day)s.")
    safe = _(
        "No number was taken, and nothing was sealed or sent. The letter is kept as it stands, and what was sealed "
        "before that day stays valid."
    )
    do = _("Tell your administrator: the body needs a new seal. Once its certificate is brought in, try again.")


class SealHeldUp(SealWithdrawn):
    """The authority withdrew it for the time being."""

    code = "vault.seal-held-up"
    happened = _("The certification authority suspended the certificate of this body's seal on %(day)s.")
    do = _("Tell your administrator, who asks the authority why. Once it lifts the suspension, try again.")


class NodeWithdrawn(NotCertified):
    """The authority withdrew the certificate of the node's key, from ``day`` on."""

    code = "vault.node-withdrawn"
    happened = _(
        "The certification authority revoked this platform's certificate, with which it states what happens to a "
        "letter, on %(day)s."
    )
    safe = SealWithdrawn.safe
    do = _("Tell your administrator: the platform needs a new certificate. Once it is brought in, try again.")


class NodeHeldUp(NodeWithdrawn):
    """The authority withdrew it for the time being."""

    code = "vault.node-held-up"
    happened = _(
        "The certification authority suspended this platform's certificate, with which it states what happens to a "
        "letter, on %(day)s."
    )
    do = SealHeldUp.do


class NodeNotCertified(NotCertified):
    """The node has no key with a certificate in force, so it cannot state what happens to a letter."""

    code = "vault.node-not-certified"
    happened = _("This platform has no certificate in force with which it states what happens to a letter.")
