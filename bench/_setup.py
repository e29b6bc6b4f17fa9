# SPDX-License-Identifier: EUPL-1.2
"""What every measurement imports first: it works as the application's role and keeps the owner's connection apart."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path

import django

OWNER_URL = os.environ.pop("MUKATABAT_OWNER_DATABASE_URL", "")

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path(__file__).parent.parent))
django.setup()
logging.disable(logging.WARNING)
