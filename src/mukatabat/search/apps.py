# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding: what was typed, understood and looked for among what a person may see."""

    name = "mukatabat.search"
    label = "search"
