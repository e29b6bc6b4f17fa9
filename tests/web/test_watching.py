# SPDX-License-Identifier: EUPL-1.2
"""What machines that watch an installation learn of it, and what neither they nor a log ever do."""

from __future__ import annotations

import io
import json
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.tracing import Trace, current_trace, going_on, traced
from mukatabat.kernel.vocabulary import Realm
from mukatabat.ledger.models import Waiting
from mukatabat.notify.models import Dispatch, Notification
from mukatabat.notify.ports import ChannelName
from mukatabat.notify.rules import Kind
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.vault.errors import BlobMissing
from mukatabat.vault.models import NodeKey
from mukatabat.vault.rules import SEAL_SUITE, NodeUse
from mukatabat.web.views import home
from mukatabat.web.watching import checks, measures
from mukatabat.web.watching.logs import logging_settings
from mukatabat.web.watching.metrics import ACTS, NAMED_ACTS, count_act
from tests.authority import Authority, outside_development
from tests.cast import Cast
from tests.story import issued_letter
from tests.web.conftest import Browser

pytestmark = pytest.mark.long

MARKER = "علامة-لا-تظهر-في-السجل"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Lines:
    """The lines written so far, parsed."""

    def __init__(self) -> None:
        self._out = io.StringIO()
        stated = logging_settings(human=False)["formatters"]["line"]
        self.handler = logging.StreamHandler(self._out)
        self.handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=stated["foreign_pre_chain"], processors=stated["processors"]
            )
        )

    def __call__(self, event: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self._out.getvalue().splitlines()]
        return [one for one in found if event is None or one["event"] == event]

    @property
    def text(self) -> str:
        return self._out.getvalue()


@pytest.fixture
def log() -> Iterator[Lines]:
    """What production would write while the test runs."""
    kept = Lines()
    root = logging.getLogger()
    root.addHandler(kept.handler)
    yield kept
    root.removeHandler(kept.handler)


# ── who may look ─────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_readiness_names_its_checks_and_tells_no_secret(client: Client, cast: Cast) -> None:
    answer = client.get("/health/ready/")
    told = answer.json()
    assert answer.status_code == 200, told
    assert {"database", "migrations", "keys", "documents", "worker", "audit", "outbox"} <= told["checks"].keys()
    assert all(len(word) < 30 for word in told["checks"].values())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/health/ready/", "/metrics"])
def test_only_known_networks_and_the_token_s_bearer_may_look(
    client: Client, settings: Any, tmp_path: Path, address: str
) -> None:
    assert client.get(address).status_code in {200, 503}
    assert client.get(address, REMOTE_ADDR="10.1.2.3").status_code == 404
    assert client.get(address, HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404, (
        "a proxy on this host is no watcher"
    )
    settings.MUKATABAT_WATCHERS = ("10.1.0.0/16",)
    assert client.get(address, REMOTE_ADDR="10.1.2.3").status_code in {200, 503}
    file = tmp_path / "watch-token"
    file.write_text("a-long-token\n")
    settings.MUKATABAT_WATCH_TOKEN_FILE = file
    for given, status in (
        ("Bearer a-long-token", {200, 503}),
        ("Bearer other", {404}),
        ("a-long-token", {404}),
        ("", {404}),
    ):
        answer = client.get(address, REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION=given)
        assert answer.status_code in status, given
    file.write_text("")
    assert client.get(address, REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.django_db
def test_a_closed_key_store_makes_the_site_unready(client: Client, settings: Any, cast: Cast) -> None:
    settings.MUKATABAT_DEVELOPMENT = False
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["checks"]["keys"]) == (503, "closed")


@pytest.mark.django_db
def test_a_host_with_other_root_keys_of_the_same_name_is_not_ready(
    client: Client, settings: Any, cast: Cast, tmp_path: Path
) -> None:
    issued_letter(cast)
    assert client.get("/health/ready/").json()["checks"]["keys"] == "ok"
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys of another host"
    answer = client.get("/health/ready/")
    assert answer.status_code == 503
    assert answer.json()["checks"]["keys"].endswith("bodies closed")
    assert "mukatabat_key_store_open 1.0" in client.get("/metrics").content.decode(), "the store itself opens"


@pytest.mark.django_db
def test_what_waits_for_the_log_and_what_was_given_up_is_measured(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Waiting.objects.create(source_id=new_id(), commitment=bytes(32), at=clock.now() - timedelta(hours=1))
    actor = cast("clerk.fl")
    with scope(actor):
        told = Notification.objects.create(
            person_id=actor.person, kind=Kind.ARRIVED, object_kind="arrival", object_id=new_id(), at=clock.now()
        )
        Dispatch.objects.create(
            notification=told, person_id=actor.person, channel=ChannelName.EMAIL, due_at=clock.now(),
            given_up_at=clock.now(),
        )  # fmt: skip
    text = client.get("/metrics").content.decode()
    assert "mukatabat_log_waiting 1.0" in text
    assert 'mukatabat_notices_given_up{channel="email"} 1.0' in text
    assert 'mukatabat_notices_given_up{channel="sms"} 0.0' in text
    assert float(text.partition("\nmukatabat_log_lag_seconds ")[2].partition("\n")[0]) >= 3600
    good, found = checks.ready()
    assert good, "a log that stands still takes the site away from nobody"
    assert found["log"].endswith(" s")


@pytest.mark.django_db
def test_what_waits_for_an_authority_is_told_and_takes_the_site_away_from_nobody(
    settings: Any, tmp_path: Path, cast: Cast
) -> None:
    assert checks.ready()[1]["certificates"] == "ok", "in development they are made when they are needed"
    authority = Authority.founded(tmp_path / "authority")
    folder = outside_development(settings, tmp_path / "installation")
    good, found = checks.ready()
    assert (good, found["authorities"]) == (True, "none")
    assert found["certificates"].startswith("node live missing +")
    shutil.copy(authority.root, folder / "root.pem")
    assert checks.ready()[1]["authorities"] == "ok"
    measured = {name: dict(values) for name, _, _, values in measures.all_measures()}
    assert measured["bodies_without_seal"][()] > 0
    assert 7299 < measured["certificate_days"][("authority",)] <= 7300
    with clock.fixed(clock.now() + timedelta(days=7295)):
        assert checks.ready()[1]["authorities"] == "1 ended or soon"
    assert measured["certificates_withdrawn"] == {("seal",): 0.0, ("node",): 0.0}
    NodeKey.objects.create(
        realm=Realm.LIVE, use=NodeUse.EVIDENCE, suite=SEAL_SUITE, public=b"x", custody="host", store="software",
        root="x", token=b"x", valid_from=clock.now(), expires_at=clock.now() + timedelta(days=900),
        revoked_at=clock.now(),
    )  # fmt: skip
    assert checks.ready()[1]["certificates"].startswith("node live withdrawn +"), "before what is only missing"
    NodeKey.objects.update(held_up=True)
    assert checks.ready()[1]["certificates"].startswith("node live suspended +")
    assert dict(measures.certificates_withdrawn())["node",] == 1.0
    (folder / "wrong.pem").write_text("no certificate")
    good, found = checks.ready()
    assert (good, found["authorities"]) == (True, "refused: wrong.pem")
    assert all(len(word) < 30 for word in found.values())


@pytest.mark.django_db
def test_a_late_worker_is_told_and_takes_the_site_away_from_nobody(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    monkeypatch.setattr(measures, "worker_age", lambda: 1000.0)
    good, found = checks.ready()
    assert good
    assert found["worker"] == "1000 s"


@pytest.mark.django_db
def test_a_check_that_breaks_says_so_and_stops_no_other(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    def broken() -> float:
        raise RuntimeError(MARKER)

    monkeypatch.setattr(measures, "outbox_age", broken)
    assert checks.ready()[1]["outbox"] == "failed"


# ── metrics ──────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_metrics_are_about_twenty_of_our_own(client: Client, cast: Cast) -> None:
    issued_letter(cast)
    client.get(reverse("account_login"))
    text = client.get("/metrics").content.decode()
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    wanted = {
        "mukatabat_requests_total", "mukatabat_request_seconds", "mukatabat_outbox_age_seconds",
        "mukatabat_audit_lag_seconds", "mukatabat_free_bytes", "mukatabat_key_store_open", "mukatabat_read_only",
        "mukatabat_database_bytes", "mukatabat_events_behind",
    }  # fmt: skip
    assert wanted <= names
    assert len(names) < 40
    assert "account_login" in text


@pytest.mark.django_db
def test_an_outbox_that_waits_is_measured(cast: Cast) -> None:
    assert measures.outbox_age() == 0
    issued_letter(cast)
    assert measures.outbox_age() > 0
    assert measures.audit_lag() >= 0


@pytest.mark.django_db(transaction=True)
def test_an_act_is_counted_once_it_is_committed(cast: Cast) -> None:
    before = ACTS.labels("letters.signed")._value.get(), NAMED_ACTS["letters.signed"]._value.get()
    issued_letter(cast)
    after = ACTS.labels("letters.signed")._value.get(), NAMED_ACTS["letters.signed"]._value.get()
    assert after == (before[0] + 1, before[1] + 1)


def test_an_unknown_act_is_counted_by_its_name_alone() -> None:
    count_act(act="tests.something", signal=None, sender=None)
    assert ACTS.labels("tests.something")._value.get() == 1


# ── logs ─────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_request_has_one_line_that_names_route_status_time_body_and_person(browser: Browser, log: Lines) -> None:
    answer = browser("adviser.mof").get("/work/", HTTP_X_REQUEST_ID="proxy-0123456789", HTTP_TRACEPARENT=TRACE)
    (line,) = log("request")
    actor = Cast()("adviser.mof")
    assert line["route"] == "work:queue"
    assert (line["status"], line["method"]) == (200, "GET")
    assert line["ms"] >= 0
    assert (line["body"], line["actor"]) == (str(actor.body_id), str(actor.person_id))
    assert line["request"] == answer.headers["X-Request-Id"] == "proxy-0123456789"
    assert line["trace"] == TRACE.split("-")[1]


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["x", "a b c d e f g h", "<script>alert(1)</script>", "é" * 10, "a" * 100])
def test_a_request_s_name_that_is_none_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/health/", HTTP_X_REQUEST_ID=given)
    assert answer.headers["X-Request-Id"] != given


@pytest.mark.django_db
def test_no_line_holds_a_subject_a_query_or_an_address_that_somebody_typed(
    browser: Browser, log: Lines, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = issued_letter(cast, subject=MARKER)
    client = browser("adviser.mof")
    client.raise_request_exception = False
    for address in (
        "/work/", f"/letters/{letter.id}/", f"/find/?q={MARKER}", f"/{MARKER}/", f"/registers/outgoing/?q={MARKER}",
        f"/directory/accounts/{letter.id}/{MARKER}/", f"/api/v1/letters/{MARKER}",
    ):  # fmt: skip
        client.get(address)
    client.post(f"/letters/{letter.id}/", {"subject": MARKER})

    def breaks(*_: Any, **__: Any) -> None:
        raise IntegrityError(f"duplicate key\nDETAIL: Key (subject)=({MARKER}) already exists.")

    monkeypatch.setattr(home, "landing", breaks)
    assert client.get("/").status_code == 500
    logging.getLogger("mukatabat.web").error("E-123456", exc_info=IntegrityError(f"Key (subject)=({MARKER})"))
    logging.getLogger("django.request").critical("Not Found: %s", f"/{MARKER}/", extra={"status_code": 404})
    logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header: %r.", MARKER)
    assert len(log("request")) >= 8
    assert MARKER not in log.text
    assert json.dumps(MARKER)[1:-1] not in log.text
    assert "%D8%B9" not in log.text


def test_an_exception_is_told_by_its_kinds_and_places(log: Lines) -> None:
    try:
        try:
            raise BlobMissing(digest=MARKER)
        except BlobMissing as error:
            raise RuntimeError(MARKER) from error
    except RuntimeError:
        logging.getLogger("mukatabat.web").exception("it broke")
    (line,) = log("it broke")
    assert line["error"][0].startswith("RuntimeError")
    assert "test_watching.py" in line["error"][0]
    assert line["error"][1].startswith("BlobMissing vault.blob-missing")
    assert MARKER not in log.text


# ── traces ───────────────────────────────────────────────────────────────────


def test_a_trace_goes_on_and_a_malformed_one_begins_anew() -> None:
    assert going_on(TRACE).id == TRACE.split("-")[1]
    assert going_on(TRACE).span != TRACE.split("-")[2]
    assert going_on(TRACE).flags == "01"
    for wrong in (
        None, "", "x", TRACE.upper(), TRACE + "-more", TRACE.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
    ):  # fmt: skip
        assert going_on(wrong).id != TRACE.split("-")[1]
    assert going_on("01" + TRACE[2:] + "-later").id == TRACE.split("-")[1], "a later version may say more"


@pytest.mark.django_db
def test_a_job_belongs_to_the_trace_of_the_request_that_ordered_it() -> None:
    with traced(Trace("a" * 32, "b" * 16)):
        enqueue("web.check_trail", full=0)
    assert current_trace() is None
    enqueue("web.check_trail", full=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'web.check_trail' ORDER BY id")
        first, second = (json.loads(row[0]) for row in cursor.fetchall())
    assert first == {"full": 0, "traceparent": f"00-{'a' * 32}-{'b' * 16}-00"}
    assert second == {"full": 1}
