# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Items of work: one responsible holder, one next step, referrals with notes, and how long each step took."""

    name = "mukatabat.work"
    label = "work"
