# SPDX-License-Identifier: EUPL-1.2
"""The routes of the tray, the day of a book and the confidential book."""

from django.urls import path

from mukatabat.registers import views

app_name = "registers"
urlpatterns = [
    path("tray/", views.tray, name="tray"),
    path("day/", views.day, name="day"),
    path("day.pdf", views.day_extract, name="day_extract"),
    path("confidential/", views.confidential, name="confidential"),
]
