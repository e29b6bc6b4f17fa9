# SPDX-License-Identifier: EUPL-1.2
"""Use cases of the access room."""

from .accounts import (
    AccountAct,
    CreateAccount,
    IssuedAccount,
    create_account,
    deactivate,
    reactivate,
    reset_second_factor,
    set_password,
)
from .door import confirm_second_factor
from .own import (
    Preferences,
    change_own_password,
    enrol_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    revoke_other_sessions,
    revoke_session,
    set_preferences,
)

__all__ = [
    "AccountAct",
    "CreateAccount",
    "IssuedAccount",
    "Preferences",
    "change_own_password",
    "confirm_second_factor",
    "create_account",
    "deactivate",
    "enrol_second_factor",
    "reactivate",
    "remove_second_factor",
    "renew_recovery_codes",
    "reset_second_factor",
    "revoke_other_sessions",
    "revoke_session",
    "set_password",
    "set_preferences",
]
