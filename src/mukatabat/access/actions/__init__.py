# SPDX-License-Identifier: EUPL-1.2
"""Use cases of the access room."""

from .accounts import (
    AccountAct,
    CreateAccount,
    IssuedAccount,
    create_account,
    deactivate,
    end_sessions,
    propose_for_account,
    reactivate,
    reset_second_factor,
    set_password,
)
from .changes import Confirmed, confirm_change
from .door import confirm_second_factor
from .founding import FoundedAdministrator, found_administrator
from .leave import record_absence
from .own import (
    Preferences,
    add_passkey,
    change_own_password,
    enrol_second_factor,
    remove_passkey,
    remove_second_factor,
    renew_recovery_codes,
    revoke_other_sessions,
    revoke_session,
    set_preferences,
)

__all__ = [
    "AccountAct",
    "Confirmed",
    "CreateAccount",
    "FoundedAdministrator",
    "IssuedAccount",
    "Preferences",
    "add_passkey",
    "change_own_password",
    "confirm_change",
    "confirm_second_factor",
    "create_account",
    "deactivate",
    "end_sessions",
    "enrol_second_factor",
    "found_administrator",
    "propose_for_account",
    "reactivate",
    "record_absence",
    "remove_passkey",
    "remove_second_factor",
    "renew_recovery_codes",
    "reset_second_factor",
    "revoke_other_sessions",
    "revoke_session",
    "set_password",
    "set_preferences",
]
