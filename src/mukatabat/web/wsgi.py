# SPDX-License-Identifier: EUPL-1.2
"""The WSGI entry point that the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")
application = get_wsgi_application()
