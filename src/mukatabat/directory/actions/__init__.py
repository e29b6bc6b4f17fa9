# SPDX-License-Identifier: EUPL-1.2
"""The only writers of the directory. Each takes the actor and a frozen command, and is one audited transaction."""

from mukatabat.directory.actions.bodies import (
    AddBody,
    CloseBody,
    RenameBody,
    StateParticulars,
    add_body,
    close_body,
    rename_body,
    state_particulars,
)
from mukatabat.directory.actions.calendar import AdjustHijri, adjust_hijri, withdraw_hijri_adjustment
from mukatabat.directory.actions.changes import confirm, decline, propose, propose_appointment, propose_mandate
from mukatabat.directory.actions.mandates import GrantMandate, RevokeMandate, grant_mandate, revoke_mandate
from mukatabat.directory.actions.people import (
    AddPerson,
    Appoint,
    EndAppointment,
    RecordAbsence,
    add_person,
    appoint,
    end_appointment,
    record_absence,
)
from mukatabat.directory.actions.structure import (
    AddHoliday,
    AddPost,
    AddUnit,
    add_holiday,
    add_post,
    add_unit,
    withdraw_holiday,
)

__all__ = [
    "AddBody",
    "AddHoliday",
    "AddPerson",
    "AddPost",
    "AddUnit",
    "AdjustHijri",
    "Appoint",
    "CloseBody",
    "EndAppointment",
    "GrantMandate",
    "RecordAbsence",
    "RenameBody",
    "RevokeMandate",
    "StateParticulars",
    "add_body",
    "add_holiday",
    "add_person",
    "add_post",
    "add_unit",
    "adjust_hijri",
    "appoint",
    "close_body",
    "confirm",
    "decline",
    "end_appointment",
    "grant_mandate",
    "propose",
    "propose_appointment",
    "propose_mandate",
    "record_absence",
    "rename_body",
    "revoke_mandate",
    "state_particulars",
    "withdraw_hijri_adjustment",
    "withdraw_holiday",
]
