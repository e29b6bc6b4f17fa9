# SPDX-License-Identifier: EUPL-1.2
"""The WSGI entry point that the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")
application = get_wsgi_application()

# Whoever opens the first letter of the day should not wait for a process to start.
from mukatabat.vault.pages.pool import POOL  # noqa: E402 - after the settings

POOL.warm()
