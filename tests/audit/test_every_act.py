# SPDX-License-Identifier: EUPL-1.2
"""No act without an entry: by reading the code of every use case, and by performing the story act by act."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction

import mukatabat
from mukatabat.access.grants.rules import Grantee
from mukatabat.audit.models import AuditEntry, Pending
from mukatabat.exchange import carrier
from mukatabat.exchange import queries as exchange
from mukatabat.kernel.ids import new_id
from mukatabat.letters.actions import approval, drafting, issuing, receiving
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Issue, Letter
from mukatabat.signing import service
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import RefusalReason, Refused
from mukatabat.tenancy.context import scope
from mukatabat.work import actions as work
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import MOF, MOH, Cast
from tests.story import approved_letter, arrived, draft_command, issued_letter, registered, run_jobs

PACKAGE = Path(mukatabat.__file__).parent
RECORD = "mukatabat.audit.actions.record"

WITHOUT_ENTRY = {
    "mukatabat.access.actions.accounts.spend_enrolment_code": "part of the enrolment of a second factor",
    "mukatabat.access.actions.door.account_actor": "makes a value",
    "mukatabat.access.actions.own.set_preferences": "how one's own screen looks",
    "mukatabat.directory.actions.calendar.announceable": "checks",
    "mukatabat.directory.actions.changes.frozen": "makes a value",
    "mukatabat.directory.actions.changes.thawed_appointment": "makes a value",
    "mukatabat.directory.actions.changes.thawed_mandate": "makes a value",
    "mukatabat.directory.actions.mandates.grantable": "checks",
    "mukatabat.directory.actions.people.appointable": "checks",
    "mukatabat.directory.actions.people.email_of": "checks a value",
    "mukatabat.directory.actions.people.person_of": "reads",
    "mukatabat.directory.actions.people.post_of": "reads",
    "mukatabat.directory.actions.structure.unit_of": "reads",
    "mukatabat.access.grants.actions.grant": "part of the act that gives it",
    "mukatabat.access.grants.actions.move": "part of the act that moves the letter",
    "mukatabat.access.grants.actions.revoke": "part of the act that takes it",
    "mukatabat.exchange.actions.lock_waiting_arrival": "reads and locks",
    "mukatabat.exchange.actions.order_carriage": "part of the issue, which is one act",
    "mukatabat.exchange.carrier.carrier": "makes a value",
    "mukatabat.exchange.carrier.is_due": "reads",
    "mukatabat.letters.actions.approval.unready": "reads",
    "mukatabat.letters.actions.batch.chosen_of": "reads a form",
    "mukatabat.letters.actions.candidates.candidates": "reads",
    "mukatabat.letters.actions.drafting.author_guard": "reads",
    "mukatabat.letters.actions.drafting.may_stand": "reads",
    "mukatabat.letters.actions.duplicates.require_no_twin": "reads and locks",
    "mukatabat.letters.actions.drafting.require_recipients": "reads",
    "mukatabat.letters.actions.drafting.says_the_same": "compares",
    "mukatabat.letters.actions.drafting.was_begun_so": "compares",
    "mukatabat.letters.actions.ending.open_items": "reads",
    "mukatabat.letters.actions.ending.steps_before": "reads",
    "mukatabat.letters.actions.leaving.require_seals": "reads",
    "mukatabat.letters.actions.presence.beat": "says that a page is open; what is handed over has its entry",
    "mukatabat.letters.actions.presence.hold": "part of the save",
    "mukatabat.letters.actions.presence.presence": "reads",
    "mukatabat.letters.actions.presence.writer_guard": "reads",
    "mukatabat.letters.actions.versions.keep_version": "part of the act that it keeps the text of",
    "mukatabat.letters.actions.issued.document_part": "makes a value",
    "mukatabat.letters.actions.receiving.names_reader": "reads",
    "mukatabat.letters.actions.sealing.readers_of": "reads",
    "mukatabat.notify.actions.bell.mark_seen": "one's own bell",
    "mukatabat.notify.actions.bell.take_back": "part of the act that undoes it",
    "mukatabat.notify.actions.bell.tell": "part of the act that it tells of",
    "mukatabat.notify.actions.choosing.choose": "how one is told oneself",
    "mukatabat.notify.actions.sending.is_anything_due": "reads",
    "mukatabat.notify.actions.sending.messenger": "makes a value",
    "mukatabat.notify.actions.sending.send_due": "carries what an act told; each message has its row",
    "mukatabat.notify.actions.sending.spread": "plans what an act told",
    "mukatabat.registers.actions.keep_widths": "how one's own screen looks",
    "mukatabat.registers.actions.keep_view": "how one's own screen looks",
    "mukatabat.registers.actions.drop_view": "how one's own screen looks",
    "mukatabat.registers.actions.take_number": "part of the issue or registration",
    "mukatabat.registers.actions.confirm_number": "part of the issue",
    "mukatabat.registers.actions.void_number": "part of the end of an issue",
    "mukatabat.vault.actions.documents.keep": "bytes without a row",
    "mukatabat.vault.actions.documents.keep_generated": "bytes without a row",
    "mukatabat.vault.actions.uploads.access_upload": "reads",
    "mukatabat.vault.actions.uploads.end_upload": "bytes without a row",
    "mukatabat.vault.actions.uploads.keep_upload": "bytes without a row",
    "mukatabat.vault.actions.uploads.sweep_uploads": "bytes without a row",
    "mukatabat.vault.actions.keys.opened_text_key": "reads",
    "mukatabat.vault.actions.keys.store_of": "reads",
    "mukatabat.vault.actions.node.require_node": "reads",
    "mukatabat.vault.actions.pairs.opening_keys": "reads",
    "mukatabat.vault.actions.pairs.require_seal": "reads",
    "mukatabat.vault.actions.pairs.seal_in_force": "reads",
    "mukatabat.vault.actions.pairs.seal_name": "reads",
    "mukatabat.vault.actions.papers.under_seal": "part of the print, which has its entry",
    "mukatabat.work.actions.hand_over": "part of a step along the route",
    "mukatabat.work.actions.mark_seen": "the holder's own view of the item",
    "mukatabat.work.actions.open_item": "part of the act that opens the letter",
    "mukatabat.work.actions.record_step": "a measurement",
    "mukatabat.work.actions.reopen": "part of the act that asks for more",
    "mukatabat.work.actions.rename_item": "part of the act that changes the letter",
}
"""Public functions of use-case modules that write no entry themselves, each with its reason."""

CORE = ("letters", "work", "exchange", "registers", "vault", "directory", "access", "notify")


# ── by reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def functions() -> dict[str, set[str]]:
    """Every function of the package under its full name, with the full names that it calls or passes on."""
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        module = ".".join(("mukatabat", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = dict(_imported(tree)) | {
            node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)
        }
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = set(_used(node, names))
        if file.name == "__init__.py":  # a package hands its modules' functions on under its own name
            found |= {f"{module}.{name}": {target} for name, target in names.items()}
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mukatabat"):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _used(function: ast.FunctionDef, names: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield f"{names[node.value.id]}.{node.attr}"


def records(name: str) -> bool:
    """Whether a function reaches the writing of an entry."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current == RECORD:
            return True
        if current not in seen:
            seen.add(current)
            todo.extend(functions().get(current, ()))
    return False


def use_cases() -> list[str]:
    """The public functions of all modules that write."""
    modules = tuple(f"mukatabat.{room}.{place}" for room in CORE for place in ("actions", "carrier", "grants.actions"))
    found = []
    for name, uses in functions().items():
        module, _, function = name.rpartition(".")
        in_writer = any(module == one or module.startswith(f"{one}.") for one in modules)
        handed_on = any(target.endswith(f".{function}") for target in uses)
        if in_writer and not function.startswith("_") and not handed_on:
            found.append(name)
    return sorted(found)


CHECKS = ("mukatabat.directory.actions.checks.",)


def test_every_use_case_writes_an_entry_or_says_why_not() -> None:
    silent = {name for name in use_cases() if not records(name) and not name.startswith(CHECKS)}
    assert silent == WITHOUT_ENTRY.keys()


# ── by performing ───────────────────────────────────────────────────────────────────────────────────────────────────


class Story:
    """Letters at the places of their life from which each act can be made."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def draft(self) -> Letter:
        return drafting.begin_draft(self.cast("adviser.mof"), draft_command(self.cast))

    def submitted(self) -> Letter:
        return approval.submit(self.cast("adviser.mof"), self.draft().id)

    def issuing(self) -> Issue:
        return issuing.begin_issue(
            self.cast("signer.mof"), approved_letter(self.cast).id, provider=service.provider()
        )  # fmt: skip

    def arrival(self) -> object:
        issued_letter(self.cast)
        return arrived(self.cast)


def _collect(story: Story, running: Issue, provider: object) -> object:
    return issuing.collect_signature(
        story.cast("signer.mof"), running.id, provider=provider, time_stamps=service.time_stamps()  # type: ignore[arg-type]
    )  # fmt: skip


def _study(story: Story) -> ReferralCommand:
    return ReferralCommand(task=Task(holder=Grantee.post(story.cast.post("head.fl")), act=Act.STUDY), note="للدراسة")


def _consignment(story: Story, letter: Letter) -> object:
    return exchange.consignments_of(story.cast("adviser.mof"), [letter.id])[letter.id][0].id


Preparation = Callable[[Story], object]
Performance = Callable[[Story, object], object]
ACTS: dict[str, tuple[str, Preparation, Performance]] = {
    "letters.draft-begun": ("adviser.mof", lambda _: None, lambda s, _: s.draft()),
    "letters.save": (
        "adviser.mof", Story.draft,
        lambda s, one: drafting.save_draft(
            s.cast("adviser.mof"), one.id, draft_command(s.cast, subject="آخر"), version=1
        ),
    ),
    "letters.discard": ("adviser.mof", Story.draft, lambda s, one: drafting.discard(s.cast("adviser.mof"), one.id)),
    "letters.submit": ("adviser.mof", Story.draft, lambda s, one: approval.submit(s.cast("adviser.mof"), one.id)),
    "letters.recall": ("adviser.mof", Story.submitted, lambda s, one: approval.recall(s.cast("adviser.mof"), one.id)),
    "letters.approve": ("head.mof", Story.submitted, lambda s, one: approval.approve(s.cast("head.mof"), one.id)),
    "letters.send-back": (
        "head.mof", Story.submitted, lambda s, one: approval.send_back(s.cast("head.mof"), one.id, "سبب"),
    ),
    "letters.commented": (
        "head.mof", Story.submitted, lambda s, one: approval.comment(s.cast("head.mof"), one.id, "ملاحظة"),
    ),
    "letters.begin-issue": (
        "signer.mof", lambda s: approved_letter(s.cast),
        lambda s, one: issuing.begin_issue(s.cast("signer.mof"), one.id, provider=service.provider()),
    ),
    "letters.signed": ("signer.mof", Story.issuing, lambda s, one: _collect(s, one, service.provider())),
    "letters.unsigned": (
        "signer.mof", Story.issuing,
        lambda s, one: _collect(
            s, one, ScriptedProvider(service.provider(), Script(refusal=Refused(RefusalReason.DECLINED)))
        ),
    ),
    "exchange.arrival-accepted": (
        "clerk.fl", Story.arrival,
        lambda s, one: receiving.accept_arrival(s.cast("clerk.fl"), one.id, AcceptCommand()),
    ),
    "exchange.arrival-returned": (
        "clerk.fl", Story.arrival, lambda s, one: receiving.return_arrival(s.cast("clerk.fl"), one.id, "سبب"),
    ),
    "exchange.arrival-redirected": (
        "clerk.fl", Story.arrival,
        lambda s, one: receiving.redirect_arrival(s.cast("clerk.fl"), one.id, to=MOH, reason="سبب"),
    ),
    "letters.opened": (
        "clerk.fl", lambda s: (s.arrival(), registered(s.cast))[1],
        lambda s, one: receiving.note_opened(s.cast("clerk.fl"), one),
    ),
    "exchange.consignment-withdrawn": (
        "adviser.mof", lambda s: issued_letter(s.cast),
        lambda s, one: withdraw(s.cast("adviser.mof"), one.id, _consignment(s, one), "سبب"),
    ),
    "work.item-referred": (
        "clerk.fl", lambda s: (s.arrival(), registered(s.cast))[1],
        lambda s, one: work.refer(s.cast("clerk.fl"), one.id, _study(s)),
    ),
    "work.item-done": (
        "clerk.fl", lambda s: (s.arrival(), registered(s.cast))[1],
        lambda s, one: work.complete(s.cast("clerk.fl"), one.id, "تم"),
    ),
}  # fmt: skip
CARRIED: dict[str, tuple[str, Performance]] = {
    "exchange.consignment-dispatched": ("mof", lambda _, one: carrier.dispatch(carrier.carrier(MOF), one)),
    "exchange.consignment-delivered": ("mof", lambda _, one: carrier.deliver(carrier.carrier(MOF), one)),
}


def _entries(cast: Cast, login: str) -> list[tuple[str, object, bytes]]:
    with scope(cast(login)):
        return [(row.act, row.actor_id, bytes(row.digest)) for row in AuditEntry.objects.order_by("at", "id")]


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_an_act_and_its_entry_are_kept_or_lost_together(cast: Cast, act: str) -> None:
    login, prepare, perform = ACTS[act]
    story = Story(cast)
    ready = prepare(story)
    before, waiting = _entries(cast, login), Pending.objects.count()
    with transaction.atomic():
        perform(story, ready)
        transaction.set_rollback(True)
    assert (_entries(cast, login), Pending.objects.count()) == (before, waiting)
    perform(story, ready)
    new = _entries(cast, login)[len(before) :]
    assert act in {name for name, _, _ in new}
    assert {actor for name, actor, _ in new if name == act} == {cast(login).person_id}
    digests = {bytes(row.digest) for row in Pending.objects.all()}
    assert {digest for _, _, digest in new} <= digests


@pytest.mark.django_db
def test_our_own_jobs_leave_entries_on_both_sides_under_their_own_name(cast: Cast) -> None:
    story = Story(cast)
    letter = issued_letter(cast)
    for act, (_, perform) in CARRIED.items():
        perform(story, _consignment(story, letter))
        assert (act, None) in {(name, actor) for name, actor, _ in _entries(cast, "signer.mof")}
    assert "exchange.arrival-received" in {name for name, _, _ in _entries(cast, "clerk.fl")}
    registered(cast)
    run_jobs()
    assert "exchange.consignment-registered" in {name for name, _, _ in _entries(cast, "signer.mof")}


@pytest.mark.django_db
def test_no_entry_holds_the_words_of_a_letter(cast: Cast) -> None:
    issued_letter(cast)
    registered(cast)
    for login in ("signer.mof", "clerk.fl"):
        with scope(cast(login)):
            text = repr(list(AuditEntry.objects.values_list("act", "detail", "place", "object_kind")))
        assert "فروق" not in text
        assert "المتعاقد" not in text


@pytest.mark.django_db
def test_a_refused_act_leaves_no_entry(cast: Cast) -> None:
    from mukatabat.kernel.errors import MukatabatError

    letter = Story(cast).submitted()
    before = _entries(cast, "adviser.mof")
    for attempt in (
        lambda: approval.approve(cast("adviser.mof"), letter.id),
        lambda: approval.send_back(cast("head.mof"), letter.id, "  "),
        lambda: drafting.save_draft(cast("adviser.mof"), letter.id, draft_command(cast, subject="آخر"), version=1),
        lambda: approval.comment(cast("adviser.fl"), letter.id, "من جهة أخرى"),
        lambda: work.complete(cast("adviser.mof"), new_id(), "تم"),
    ):
        with pytest.raises(MukatabatError):
            attempt()
    assert _entries(cast, "adviser.mof") == before
