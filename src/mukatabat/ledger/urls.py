# SPDX-License-Identifier: EUPL-1.2
"""The log as others read it (C2SP tlog-tiles), below /log/."""

from django.urls import path

from mukatabat.ledger import views

app_name = "ledger"
urlpatterns = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("key", views.key, name="key"),
    path("tile/<path:path>", views.tile, name="tile"),
]
