# SPDX-License-Identifier: EUPL-1.2
"""The routes of the tray, of paper delivery, of the day of a book and of the confidential book."""

from django.urls import path

from mukatabat.registers.views import books, handover

app_name = "registers"
urlpatterns = [
    path("tray/", books.tray, name="tray"),
    path("day/", books.day, name="day"),
    path("day.pdf", books.day_extract, name="day_extract"),
    path("confidential/", books.confidential, name="confidential"),
    path("handover/", handover.waiting, name="handover"),
    path("handover/slip.pdf", handover.slip, name="slip"),
    path("handover/<uuid:consignment_id>/", handover.keying, name="key_in"),
]
