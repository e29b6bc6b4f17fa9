# SPDX-License-Identifier: EUPL-1.2
"""The only writers of the directory. Each takes the actor and a frozen command, and is one audited transaction."""

from mukatabat.directory.actions.absences import EndAbsence, RecordAbsence, end_absence, record_absence
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
from mukatabat.directory.actions.calendar import AnnounceMonth, enter_month
from mukatabat.directory.actions.changes import (
    confirm,
    decline,
    propose,
    propose_appointment,
    propose_mandate,
    propose_month,
)
from mukatabat.directory.actions.ending import EndPost, EndUnit, end_post, end_unit
from mukatabat.directory.actions.founding import Found, appoint_administrator, found_installation
from mukatabat.directory.actions.mandates import GrantMandate, RevokeMandate, grant_mandate, revoke_mandate
from mukatabat.directory.actions.people import (
    AddPerson,
    Appoint,
    EndAppointment,
    add_person,
    appoint,
    end_appointment,
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
    "AnnounceMonth",
    "Appoint",
    "CloseBody",
    "EndAbsence",
    "EndAppointment",
    "EndPost",
    "EndUnit",
    "Found",
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
    "appoint",
    "appoint_administrator",
    "close_body",
    "confirm",
    "decline",
    "end_absence",
    "end_appointment",
    "end_post",
    "end_unit",
    "enter_month",
    "found_installation",
    "grant_mandate",
    "propose",
    "propose_appointment",
    "propose_mandate",
    "propose_month",
    "record_absence",
    "rename_body",
    "revoke_mandate",
    "state_particulars",
    "withdraw_holiday",
]
