# SPDX-License-Identifier: EUPL-1.2
"""The kernel is pure, so its tests run with or without the product's settings."""

import os

from django.conf import settings

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_I18N=False)
