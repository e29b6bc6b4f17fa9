# SPDX-License-Identifier: EUPL-1.2
"""The routes of the tray, of paper delivery, of the day of a book, of the confidential one and of circulars."""

from django.urls import path

from mukatabat.registers.views import books, handover

app_name = "registers"
urlpatterns = [
    path("tray/", books.tray, name="tray"),
    path("day/", books.day, name="day"),
    path("day.pdf", books.day_extract, name="day_extract"),
    path("confidential/", books.confidential, name="confidential"),
    path("circulars/", books.circulars, name="circulars"),
    path("handover/", handover.waiting, name="handover"),
    path("handover/slip.pdf", handover.slip, name="slip"),
    path("handover/<uuid:consignment_id>/", handover.keying, name="key_in"),
]
