# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the log. None of it ever stops a letter."""

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError, NotFoundOrForbidden


class LedgerError(MukatabatError):
    """Base of the errors of this room."""

    code = "ledger.error"
    http_status = 500


class LedgerMoved(Conflict):
    """Another process appended first; nothing of this attempt was kept."""

    code = "ledger.moved"


class DatabaseOlder(LedgerError):
    """A witness saw a larger log than the database holds: it was restored from a backup, or is a copy."""

    code = "ledger.database-older"
    happened = _("The witness %(witness)s saw the transparency log at %(seen)s entries; this database holds %(size)s.")
    safe = _("Nothing was appended. Letters are delivered as before; their proofs wait.")
    do = _("This database was restored from a backup or is a copy. Restore the newest one, as docs/ledger.md says.")


class LogForked(LedgerError):
    """A witness saw a log of the same name with other leaves."""

    code = "ledger.forked"
    happened = _("The witness %(witness)s saw another history of the transparency log than this database holds.")
    safe = _("Nothing was appended. Letters are delivered as before; their proofs wait.")
    do = _("Keep both databases as they are, and tell the security officer; docs/ledger.md says what comes next.")


class WitnessSilent(LedgerError):
    """A witness could not be reached, or said nothing that can be read."""

    code = "ledger.witness-silent"
    happened = _("The witness %(witness)s did not answer (%(reason)s).")
    safe = _("Letters are delivered as before. Proofs wait until enough witnesses answer.")
    do = _("Ask whoever runs the witness. The log asks again by itself.")


class PolicyUnreadable(LedgerError):
    """The file with the witnesses is missing or not understood."""

    code = "ledger.policy-unreadable"
    happened = _("The file with the witnesses of the transparency log cannot be read (%(reason)s).")
    safe = _("Nothing was appended. Letters are delivered as before; their proofs wait.")
    do = _("Correct the file that MUKATABAT_LEDGER_POLICY_FILE names; docs/ledger.md shows one.")


class NotLogged(NotFoundOrForbidden):
    """The log holds no leaf for this evidence, or no published checkpoint covers it yet."""

    code = "ledger.not-logged"
    happened = _("The transparency log has no proof for this evidence yet.")
    safe = _("The evidence itself is kept, and stands in the queue if it is new.")
    do = _("Try again in a few seconds. If it stays so, tell your administrator.")


class LogDamaged(LedgerError):
    """What is stored of the log does not fit together."""

    code = "ledger.damaged"
    happened = _("The transparency log does not fit its checkpoint (%(reason)s).")
    safe = _("Letters are delivered as before. The evidence itself lies apart from the log.")
    do = _("Stop the workers, keep the database as it is, and tell the security officer.")
