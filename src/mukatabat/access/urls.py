# SPDX-License-Identifier: EUPL-1.2
"""The routes of the door and of one's own account; nothing else of allauth is routed.

Each view states its access decision. The names are those that allauth's own code reverses.
"""

from __future__ import annotations

from django.urls import path

from mukatabat.access.views import door, identity, own, passkeys

urlpatterns = [
    path("sign-in/", door.sign_in, name="account_login"),
    path("sign-in/code/", door.authenticate, name="mfa_authenticate"),
    path("sign-in/password/", door.own_password, name="access_own_password"),
    path("sign-in/enrolment/", door.enrolment, name="access_enrolment"),
    path("sign-in/passkey/", passkeys.sign_in, name="access_passkey_sign_in"),
    path("sign-in/passkey/options/", passkeys.door_options, name="access_passkey_door_options"),
    path("sign-in/identity/", identity.begin, name="access_identity"),
    path("sign-in/identity/return/", identity.come_back, name="access_identity_return"),
    path("sign-out/", door.sign_out, name="account_logout"),
    path("account/second-factor/", own.second_factor_page, name="access_second_factor"),
    path("account/second-factor/set-up/", own.activate, name="mfa_activate_totp"),
    path("account/second-factor/remove/", own.deactivate, name="mfa_deactivate_totp"),
    path("account/second-factor/recovery-codes/", own.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/passkeys/", passkeys.own, name="access_passkeys"),
    path("account/passkeys/options/", passkeys.enrol_options, name="access_passkey_enrol_options"),
    path("account/passkeys/proof/", passkeys.proof_options, name="access_passkey_proof_options"),
    path("account/sessions/", own.session_list, name="usersessions_list"),
    path("account/password/", own.change_password, name="account_change_password"),
    path("account/preferences/", own.preferences, name="access_preferences"),
]
