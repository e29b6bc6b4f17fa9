# SPDX-License-Identifier: EUPL-1.2
"""The routes of undoing and of the measured steps; the queue is composed in web, where letters are known."""

from django.urls import path

from mukatabat.work import views

app_name = "work"
urlpatterns = [
    path("undo/", views.undo_last, name="undo"),
    path("times/", views.times, name="times"),
    path("times/baseline/", views.baseline, name="baseline"),
]
