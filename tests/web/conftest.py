# SPDX-License-Identifier: EUPL-1.2
"""Tags and templates need settings but no database; alone they get the few that they read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.test.utils import override_settings

WEB = Path(__file__).parents[2] / "src" / "mukatabat" / "web"

if not settings.configured:
    settings.configure(
        USE_I18N=True,
        LANGUAGE_CODE="en",
        LANGUAGES=[("ar", "Arabic"), ("en", "English")],
        STATIC_URL="/static/",
        SECRET_KEY="for-tests-alone",
        INSTALLED_APPS=["django.contrib.staticfiles"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [WEB / "templates"],
                "OPTIONS": {
                    "builtins": [
                        "mukatabat.web.templatetags.mk",
                        "django.templatetags.i18n",
                        "django.templatetags.static",
                    ]
                },
            }
        ],
    )
    django.setup()


@pytest.fixture(autouse=True)
def plain_names_of_static_files() -> Iterator[None]:
    """No hashes in the addresses of static files: tests run before the files are collected."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": storage}):
        yield
