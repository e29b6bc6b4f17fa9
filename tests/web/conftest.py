# SPDX-License-Identifier: EUPL-1.2
"""Signed-in browsers for the standing cast."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import login as open_session
from django.http import HttpRequest
from django.test import Client

from mukatabat.access import sessions
from mukatabat.access.models import Account
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from tests.cast import Cast

Browser = Callable[..., Client]


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """A client signed in as a log-in of the cast, its second factor proved just now unless told otherwise."""

    def signed_in(login: str, *, proved: bool = True, **preferences: str) -> Client:
        account = Account.objects.filter(login=login).first()
        if account is None:
            account = Account.objects.create(login=login, person_id=person_id(login), password="!", **preferences)
        request = HttpRequest()
        request.session = import_module(django_settings.SESSION_ENGINE).SessionStore()
        open_session(request, account, backend="mukatabat.access.backends.PasswordBackend")
        sessions.begin(request.session)
        if proved:
            sessions.remember_second_factor(request.session, account, clock.now())
        request.session.save()
        client = Client()
        client.cookies[django_settings.SESSION_COOKIE_NAME] = request.session.session_key
        return client

    return signed_in
