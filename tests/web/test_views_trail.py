# SPDX-License-Identifier: EUPL-1.2
"""The audit log: a sentence for every act, the own body's entries alone, and nothing that can be changed."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

import mukatabat
from mukatabat.access.decisions import CAPABILITY
from mukatabat.audit import checking, trail
from mukatabat.audit.actions import chain_pending, record
from mukatabat.audit.models import AuditEntry, Check, Link
from mukatabat.audit.trail import Place, Sought
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Verdict
from mukatabat.exchange.rules import ArrivalState, ConsignmentState
from mukatabat.kernel import clock
from mukatabat.ledger.actions import reconcile
from mukatabat.ledger.rules import Head, Held
from mukatabat.letters.rules import LetterEvent
from mukatabat.portal.urls import TOKEN
from mukatabat.portal.webhooks import WebhookAct
from mukatabat.tenancy.context import scope
from mukatabat.web.trail_sentences import SENTENCES
from tests.story import issued_letter, registered
from tests.web.test_routes import SINGLE_USE, routes, written_table

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.web.conftest import Browser

PACKAGE = Path(mukatabat.__file__).parent
FAMILIES = {
    "letters.": LetterEvent, "exchange.arrival-": ArrivalState, "exchange.consignment-": ConsignmentState,
    "directory.change-": Verdict, "portal.webhook-": WebhookAct,
}  # fmt: skip
"""Acts whose last part is a state: the code writes them as an f-string over this list."""
NEVER = {"exchange.arrival-available", "exchange.consignment-ordered"}
"""The states in which things begin: nothing moves there."""


# ── a sentence for every act ────────────────────────────────────────────────────────────────────────────────────────


def acts_of_the_code() -> Iterator[tuple[str, str]]:
    """Every act that a call of record (or of a room's own `_note`) names, with its file."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        for node in ast.walk(tree):
            for value in _named(node):
                named = constants.get(value.id, value) if isinstance(value, ast.Name) else value
                for act in _written(named):
                    yield act, str(file.relative_to(PACKAGE))


def _named(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in {"record", "Happening", "order_notice"}:
            yield from (one.value for one in node.keywords if one.arg == "act")
        if called == "_note" and len(node.args) > 1:
            yield node.args[1]
    if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "act" for one in node.targets):
        yield node.value


def _written(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value:
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _written(value.body)
        yield from _written(value.orelse)
    elif isinstance(value, ast.JoinedStr):
        first = value.values[0]
        family = str(first.value) if isinstance(first, ast.Constant) else ""
        assert family in FAMILIES, f"{ast.unparse(value)}: say in FAMILIES which acts these are"
        yield from (f"{family}{one.value}" for one in FAMILIES[family])


def test_every_act_of_the_code_has_a_sentence_in_both_languages() -> None:
    silent = {(act, file) for act, file in acts_of_the_code() if act not in SENTENCES and act not in NEVER}
    assert silent == set()
    for act, sentence in SENTENCES.items():
        with translation.override("en"):
            english = str(sentence)
        with translation.override("ar"):
            arabic = str(sentence)
        assert "{who}" in english, act
        assert "{who}" in arabic, act
        assert ("{what}" in english) == ("{what}" in arabic), act
        assert arabic != english, act


def test_no_sentence_is_kept_for_an_act_that_is_gone() -> None:
    assert SENTENCES.keys() <= {act for act, _file in acts_of_the_code()}


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

pytestmark = pytest.mark.django_db
LOG = "/audit/"


def signed(cast: Cast) -> str:
    """The reference of a letter that the ministry has issued."""
    from mukatabat.letters.models import Letter

    letter = issued_letter(cast)
    with scope(cast("signer.mof")):
        return str(Letter.objects.get(id=letter.id).reference)


def shown(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("login", ["auditor.mof", "admin.mof"])
def test_auditor_and_administrator_read_their_own_body_s_trail_in_sentences(
    browser: Browser, cast: Cast, login: str
) -> None:
    reference = signed(cast)
    registered(cast)
    page = shown(browser(login).get(LOG))
    assert f'<bdi class="ref">{reference}</bdi>' in page
    assert cast("signer.mof").name_ar in page
    assert cast("clerk.fl").name_ar not in page
    assert "فروق" not in page
    assert LOG in shown(browser(login).get(LOG))


@pytest.mark.parametrize("login", ["clerk.mof", "adviser.mof", "signer.mof", "operator.cait"])
def test_nobody_else_finds_the_trail(browser: Browser, cast: Cast, login: str) -> None:
    client = browser(login)
    for name in ("log", "csv", "pdf"):
        assert client.get(reverse(f"audit:{name}")).status_code == 404
    assert client.post(reverse("audit:check")).status_code == 404


OWN = {"audit_entry", "registers_bookview", "notify_preference", "notify_notification"}
"""What an auditor writes: that they looked, how they read a book, and how they are told."""


def test_an_auditor_changes_nothing_anywhere(browser: Browser, cast: Cast) -> None:
    letter, client = issued_letter(cast), browser("auditor.mof")
    said = {"act": "done", "reason": "س", "name": "س", "text": "س", "version": "1", "read": "yes", "to": str(letter.id)}
    for route in routes():
        if route.decision == TOKEN or route.name in SINGLE_USE:
            continue
        wanted = (route.decision or "").removeprefix(CAPABILITY).split("|")
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(route.address(letter.id), said)
        written = {found for query in queries if (found := written_table(query["sql"]))}
        assert written <= OWN, (route.pattern, written)
        if (route.decision or "").startswith(CAPABILITY) and not {"read_audit", "see_registers"} & set(wanted):
            assert answer.status_code == 404, route.pattern


def test_an_auditor_s_pages_carry_name_and_time_and_others_do_not(browser: Browser, cast: Cast) -> None:
    mark = 'class="watermark"'
    assert mark in shown(browser("auditor.mof").get(reverse("directory:home")))
    assert mark in shown(browser("auditor.mof").get(LOG))
    assert cast("auditor.mof").name_ar in shown(browser("auditor.mof").get(LOG)).split(mark)[1]
    assert mark not in shown(browser("admin.mof").get(LOG))


def test_reading_is_recorded_once_a_page_and_writes_nothing_for_the_rows_that_follow(
    browser: Browser, cast: Cast
) -> None:
    client = browser("auditor.mof")
    with scope(cast("auditor.mof")):
        for _ in range(60):
            record(cast("adviser.mof"), act="letters.commented", object_kind="letter", object_id=uuid4())
    page = client.get(LOG)
    more = client.get(page.context["more_url"], headers={"HX-Request": "true"})
    assert "<html" not in shown(more)
    with scope(cast("auditor.mof")):
        read = AuditEntry.objects.filter(act="audit.trail-read")
        assert [one.actor_id for one in read] == [cast("auditor.mof").person_id]
    seen = [row.id for row in page.context["rows"]] + [row.id for row in more.context["rows"]]
    assert len(seen) == len(set(seen)) >= 60


def test_the_filter_finds_person_reference_act_and_days(browser: Browser, cast: Cast) -> None:
    reference = signed(cast)
    client = browser("auditor.mof")

    def found(**said: object) -> list[str]:
        return [row.act for row in client.get(LOG, said).context["rows"]]

    assert set(found(act="letters.signed")) == {"letters.signed"}
    assert "letters.signed" in found(reference=reference.lower())
    assert "letters.signed" in found(person="طلال النصف")
    assert "letters.approve" not in found(person="طلال النصف")
    assert found(person="لا أحد بهذا الاسم") == []
    assert found(reference="FL-O-1999-00001") == []
    tomorrow = clock.today() + timedelta(days=1)
    assert found(since=tomorrow) == []
    assert "letters.signed" in found(since=clock.today(), until=clock.today())
    assert found(act="nonsense", since="x", at="x", id="y")


def test_a_reference_of_another_body_s_letter_finds_only_what_the_own_body_did_with_it(
    browser: Browser, cast: Cast
) -> None:
    reference = signed(cast)
    registered(cast)
    acts = [row.act for row in browser("auditor.fl").get(LOG, {"reference": reference}).context["rows"]]
    assert "exchange.arrival-accepted" in acts
    assert "letters.signed" not in acts
    assert [row.act for row in browser("admin.moh").get(LOG, {"reference": reference}).context["rows"]] == []


def test_pages_join_without_gap_or_repeat_also_where_moments_are_equal(cast: Cast) -> None:
    actor = cast("auditor.mof")
    with clock.fixed(clock.now()):
        for number in range(25):
            record(actor, act="letters.opened" if number % 2 else "letters.commented", object_kind="letter")
    whole = [one.id for one in trail.entries(actor, Sought(), limit=1000)]
    paged: list[object] = []
    below = None
    while page := trail.entries(actor, Sought(), below=below, limit=4):
        paged += [one.id for one in page]
        below = Place(page[-1].at, page[-1].id)
    assert paged == whole
    assert len(whole) == 25


def test_the_page_costs_the_same_whatever_it_lists(browser: Browser, cast: Cast) -> None:
    client = browser("auditor.mof")
    costs = []
    for _turn in range(2):
        issued_letter(cast)
        with CaptureQueriesContext(connection) as queries:
            client.get(LOG)
        costs.append(len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert costs[0] == costs[1]


# ── leaving the house ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_is_safe_to_open_names_the_head_of_the_chain_and_says_that_it_is_not_sealed(
    browser: Browser, cast: Cast
) -> None:
    record(
        cast("admin.mof"), act="access.account-closed", object_kind="account", place="=cmd|1",
        detail={"reason": '=HYPERLINK("http://x")'},
    )  # fmt: skip
    chain_pending()
    checking.check_trail(Body.objects.values_list("id", "realm"), full=True)
    answer = browser("auditor.mof").get(reverse("audit:csv"), {"act": "access.account-closed"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len([row for row in rows if "access.account-closed" in row]) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    text = answer.content.decode()
    assert bytes(Check.objects.get().head).hex() in text
    assert "بلا ختم" in rows[-1][0]
    assert len(rows) >= 4
    with scope(cast("auditor.mof")):
        assert AuditEntry.objects.filter(act="audit.trail-exported").count() == 1


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_trail_is_printed_on_the_body_s_paper(browser: Browser, cast: Cast, language: str) -> None:
    issued_letter(cast)
    answer = browser("auditor.mof", language=language).get(reverse("audit:pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


# ── the check of the chain ──────────────────────────────────────────────────────────────────────────────────────────


def _checked(*, full: bool) -> Check:
    return checking.check_trail(Body.objects.values_list("id", "realm"), full=full)


def _written_entries(cast: Cast, count: int) -> None:
    for _ in range(count):
        record(cast("adviser.mof"), act="letters.commented", object_kind="letter")
        record(cast("clerk.fl"), act="letters.opened", object_kind="letter")
    chain_pending(10_000)


def test_a_check_goes_on_where_the_last_sound_one_ended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BATCH", 3)
    _written_entries(cast, 4)
    first = _checked(full=False)
    assert (first.first, first.last, first.faults) == (1, 8, [])
    _written_entries(cast, 2)
    second = _checked(full=False)
    assert (second.first, second.last, second.faults) == (9, 12, [])
    assert _checked(full=True).first == 1
    assert bytes(second.head) == bytes(Link.objects.latest("number").hash)


def test_an_empty_trail_is_whole(cast: Cast) -> None:
    assert (_checked(full=True).last, _checked(full=False).faults) == (0, [])


def test_the_page_tells_of_a_fault_and_of_a_check_that_never_was(browser: Browser, cast: Cast) -> None:
    client = browser("auditor.mof")
    assert "chain-check none" in shown(client.get(LOG))
    _written_entries(cast, 1)
    sound = _checked(full=True)
    assert "chain-check ok" in shown(client.get(LOG))
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        Check.objects.create(
            began_at=clock.now(), ended_at=clock.now(), first=1, last=sound.last, head=sound.head,
            faults=["link 1: missing"],
        )  # fmt: skip
    assert "chain-check danger" in shown(client.get(LOG))


def test_an_entry_left_out_of_the_chain_is_found(cast: Cast) -> None:
    from mukatabat.audit.models import Pending

    with clock.fixed(clock.now() - timedelta(minutes=5)):
        record(cast("adviser.mof"), act="letters.commented", object_kind="letter")
    assert Pending.objects.count() == 1
    assert _checked(full=False).faults[0].endswith("unchained for more than a minute")


def test_a_check_is_ordered_in_the_background_and_not_twice_in_a_row(browser: Browser, cast: Cast) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    client = browser("auditor.mof")
    client.post(reverse("audit:check"))
    assert ProcrastinateJob.objects.filter(task_name="web.check_trail").count() == 1
    _checked(full=True)
    client.post(reverse("audit:check"))
    assert ProcrastinateJob.objects.filter(task_name="web.check_trail").count() == 1


@pytest.mark.parametrize("language", ["ar", "en"])
def test_above_the_log_stands_whether_all_that_the_body_holds_is_in_the_transparency_log(
    browser: Browser, cast: Cast, language: str
) -> None:
    said = {"ar": "سجل الشفافية", "en": "transparency log"}[language]

    def section(login: str) -> str:
        page = browser(login, language=language).get(reverse("audit:log")).content.decode()
        return page[page.index("chain-check") :].partition("</section>")[0]

    assert said not in section("auditor.mof")
    held = Held(cast("auditor.mof").body_id, bytes(32), clock.now())
    for one, tone in (([], "st-ok"), ([held], "st-danger")):
        reconcile(cast("auditor.mof"), one, Head())
        assert said in section("auditor.mof")
        assert tone in section("auditor.mof")
    assert said not in section("auditor.fl")
