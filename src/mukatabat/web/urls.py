# SPDX-License-Identifier: EUPL-1.2
"""The URL table: each room's own routes, composed."""

from django.urls import include, path

handler404 = "mukatabat.web.errors.not_found"
handler500 = "mukatabat.web.errors.server_error"

urlpatterns = [
    path("", include("mukatabat.access.urls")),
]
