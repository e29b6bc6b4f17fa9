# SPDX-License-Identifier: EUPL-1.2
"""`python -m mukatabat …`: Django's command runner with our settings."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mukatabat.web.settings")
    execute_from_command_line(["mukatabat", *sys.argv[1:]])
