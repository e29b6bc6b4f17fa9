# SPDX-License-Identifier: EUPL-1.2
"""The page on which a person says how to be told, and the administrators' pages of the webhooks."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from mukatabat.directory.seed import person_id
from mukatabat.notify.preferences import Pace
from mukatabat.notify.queries import choice_of
from mukatabat.notify.rules import Kind
from mukatabat.web.views.notices import KINDS
from tests.cast import Cast

pytestmark = pytest.mark.django_db
HOURS = {"quiet_from": "22:00", "quiet_until": "06:00", "digest_at": "08:15", "mobile": ""}


def test_every_kind_has_its_words() -> None:
    assert KINDS.keys() == set(Kind)
