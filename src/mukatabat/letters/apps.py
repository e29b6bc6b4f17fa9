# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class LettersConfig(AppConfig):
    """The letter's life: drafting, approval, issue, registration, reply."""

    name = "mukatabat.letters"
    label = "letters"
