# SPDX-License-Identifier: EUPL-1.2
"""Issue in three steps, against a signer who is slow, refuses, dies, answers too late, or is somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mukatabat.exchange.models import Consignment, Parcel
from mukatabat.kernel import clock
from mukatabat.kernel.clock import FixedClock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import DirectionMarks
from mukatabat.letters import jobs
from mukatabat.letters.actions import approval, drafting, issuing
from mukatabat.letters.actions.issuing import REFUSALS, Progress, begin_issue
from mukatabat.letters.errors import NoSuchMove
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import LetterState
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry, Register
from mukatabat.registers.rules import VoidReason
from mukatabat.signing import service
from mukatabat.signing.errors import KeysUnreadable, ProviderUnavailable, UnknownTicket
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import TIME_TO_SIGN, RefusalReason, Refused, SigningRequest, Ticket
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.work import queries as work
from mukatabat.work.rules import Act
from tests.cast import MOF, Cast
from tests.story import approved_letter, draft_command
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(cast: Cast) -> Iterator[FixedClock]:
    """A clock that stands still until it is moved."""
    with clock.fixed(clock.now()) as held:
        yield held


def scripted(**script: object) -> ScriptedProvider:
    """A provider that behaves badly as told."""
    return ScriptedProvider(service.provider(), Script(**script))  # type: ignore[arg-type]


def collect(actor: Actor, issue: Issue, provider: object) -> Progress:
    """Look for the signature."""
    return issuing.collect_signature(actor, issue.id, provider=provider, time_stamps=service.time_stamps())  # type: ignore[arg-type]


def book(cast: Cast) -> list[tuple[int, str, str]]:
    """The outgoing book of the Ministry of Finance: serial, state, reason."""
    with scope(cast("clerk.mof")):
        return list(Entry.objects.order_by("serial").values_list("serial", "state", "void_reason"))


def state_of(cast: Cast, letter: Letter) -> str:
    """The letter's state as stored."""
    with scope(cast("signer.mof")):
        return Letter.objects.get(id=letter.id).state


def untouched(cast: Cast, letter: Letter) -> bool:
    """Whether the letter still waits for its signer and no number was taken at all."""
    with scope(cast("signer.mof")):
        nothing = not (Entry.objects.exists() or Register.objects.exists() or Issue.objects.exists())
    return nothing and state_of(cast, letter) == LetterState.APPROVED


# ── one number ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_double_click_takes_one_number_and_gets_the_same_issue(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    first, second = (begin_issue(signer, letter.id, provider=provider) for _ in range(2))
    assert first.id == second.id
    assert book(cast) == [(1, "issuing", "")]
    assert collect(signer, first, provider) is Progress.ISSUED
    assert collect(signer, second, provider) is Progress.ISSUED
    with scope(signer):
        assert (Parcel.objects.count(), Consignment.objects.count()) == (1, 1)
    with pytest.raises(NoSuchMove):
        begin_issue(signer, letter.id, provider=provider)
    assert book(cast) == [(1, "issued", "")]


@pytest.mark.django_db(transaction=True)
def test_a_signer_with_two_tabs_takes_one_number(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    provider.certificate(signer.person_id)
    tabs = together(*[lambda: begin_issue(signer, letter.id, provider=provider)] * 4)
    assert len({tab.id for tab in tabs if isinstance(tab, Issue)}) == 1
    assert all(isinstance(tab, Issue) for tab in tabs), tabs
    assert book(cast) == [(1, "issuing", "")]


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_find_the_signature_at_once_issue_once(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    running = begin_issue(signer, letter.id, provider=provider)
    found = together(*[lambda: collect(signer, running, provider)] * 4)
    assert found == [Progress.ISSUED] * 4
    with scope(signer):
        assert Parcel.objects.filter(letter_id=letter.id).count() == 1
        assert Consignment.objects.filter(letter_id=letter.id).count() == 1
        assert sum(document.name.endswith(".pdf") for document in Document.objects.all()) == 1
    assert book(cast) == [(1, "issued", "")]


@pytest.mark.django_db(transaction=True)
def test_a_signature_and_a_refusal_at_the_same_moment_leave_one_outcome(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    running = begin_issue(signer, letter.id, provider=provider)
    together(
        lambda: collect(signer, running, provider),
        lambda: issuing.give_up(signer, letter.id, "عدلت عن التوقيع"),
    )
    (number,) = book(cast)
    outcome = {"issued": LetterState.ISSUED, "void": LetterState.APPROVED}[number[1]]
    assert state_of(cast, letter) == outcome
    with scope(signer):
        assert Parcel.objects.filter(letter_id=letter.id).count() == (1 if number[1] == "issued" else 0)


def test_a_second_person_cannot_join_a_running_issue(cast: Cast) -> None:
    letter, signer = approved_letter(cast), cast("signer.mof")
    begin_issue(signer, letter.id, provider=service.provider())
    twin = replace(cast("minister.mof"), post_ids=signer.post_ids)
    with pytest.raises(NoSuchMove):
        begin_issue(twin, letter.id, provider=service.provider())
    assert book(cast) == [(1, "issuing", "")]


def test_while_a_letter_is_being_issued_nothing_about_it_changes(cast: Cast) -> None:
    letter = approved_letter(cast)
    begin_issue(cast("signer.mof"), letter.id, provider=service.provider())
    author = cast("adviser.mof")
    attempts: list[Callable[[], object]] = [
        lambda: drafting.save_draft(author, letter.id, draft_command(cast, subject="آخر"), version=1),
        lambda: drafting.discard(author, letter.id),
        lambda: approval.recall(author, letter.id),
        lambda: approval.submit(author, letter.id),
        lambda: approval.approve(cast("head.mof"), letter.id),
        lambda: approval.send_back(cast("signer.mof"), letter.id, "سبب"),
    ]
    for attempt in attempts:
        with pytest.raises(NoSuchMove):
            attempt()
    assert state_of(cast, letter) == LetterState.ISSUING


# ── a signer who behaves badly ──────────────────────────────────────────────────────────────────────────────────────


def test_a_slow_signer_is_waited_for_and_the_number_stays_issuing(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), scripted(pending=3)
    running = begin_issue(signer, letter.id, provider=provider)
    assert [collect(signer, running, provider) for _ in range(4)] == [Progress.WAITING] * 3 + [Progress.ISSUED]
    assert book(cast) == [(1, "issued", "")]


def test_a_dead_provider_costs_nothing_and_the_retry_signs_the_same_bytes(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), scripted(dead_starts=2, dead_collects=1)
    asked: list[SigningRequest] = []
    start = provider.start
    provider.start = lambda request: asked.append(request) or start(request)  # type: ignore[method-assign, func-returns-value]
    running = begin_issue(signer, letter.id, provider=provider)
    assert [collect(signer, running, provider) for _ in range(4)] == [Progress.WAITING] * 3 + [Progress.ISSUED]
    assert len({(request.id, request.digest) for request in asked}) == 1
    assert book(cast) == [(1, "issued", "")]


@pytest.mark.parametrize("reason", [RefusalReason.DECLINED, RefusalReason.UNABLE])
def test_a_refusal_leaves_a_visible_void_and_the_next_attempt_takes_the_next_number(
    cast: Cast, reason: RefusalReason
) -> None:
    letter, signer = approved_letter(cast), cast("signer.mof")
    refusing = scripted(refusal=Refused(reason))
    assert collect(signer, begin_issue(signer, letter.id, provider=refusing), refusing) is Progress.VOID
    assert book(cast) == [(1, "void", REFUSALS[reason])]
    assert state_of(cast, letter) == LetterState.APPROVED
    item = work.item_of(signer, letter.id)
    assert item is not None
    assert (item.act, item.holder_id, item.state) == (Act.SIGN, signer.post_ids[0], "open")
    provider = service.provider()
    assert collect(signer, begin_issue(signer, letter.id, provider=provider), provider) is Progress.ISSUED
    assert [row[:2] for row in book(cast)] == [(1, "void"), (2, "issued")]
    assert not any(registers.check(signer).values())


def test_a_signature_after_thirty_minutes_is_discarded_and_the_number_void(cast: Cast, now: FixedClock) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), scripted(late=True)
    running = begin_issue(signer, letter.id, provider=provider)
    now.advance(TIME_TO_SIGN)
    assert collect(signer, running, provider) is Progress.WAITING
    now.advance(timedelta(seconds=1))
    assert collect(signer, running, provider) is Progress.VOID
    assert book(cast) == [(1, "void", REFUSALS[RefusalReason.LATE])]
    assert state_of(cast, letter) == LetterState.APPROVED
    assert collect(signer, running, service.provider()) is Progress.VOID
    with scope(signer):
        assert not Parcel.objects.exists()


class Broken:
    """A provider of which one call fails in a way that nobody foresaw."""

    def __init__(self, error: Exception) -> None:
        self.inner, self.error = service.provider(), error
        self.name, self.insecure, self.announcement = "broken", True, ""

    def certificate(self, person_id: UUID) -> object:
        """Work."""
        return self.inner.certificate(person_id)

    def start(self, request: SigningRequest) -> Ticket:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    "error",
    [ProviderUnavailable(), UnknownTicket(), KeysUnreadable(), ConnectionResetError(), ValueError("?")],
    ids=repr,
)
def test_whatever_breaks_in_a_provider_the_number_waits_and_then_becomes_void(
    cast: Cast, now: FixedClock, error: Exception
) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), Broken(error)
    running = begin_issue(signer, letter.id, provider=provider)  # type: ignore[arg-type]
    assert collect(signer, running, provider) is Progress.WAITING
    now.advance(TIME_TO_SIGN + timedelta(seconds=1))
    assert collect(signer, running, provider) is Progress.VOID
    assert book(cast) == [(1, "void", REFUSALS[RefusalReason.EXPIRED])]


def test_a_wrong_signature_issues_nothing(cast: Cast) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), scripted(wrong=True)
    assert collect(signer, begin_issue(signer, letter.id, provider=provider), provider) is Progress.VOID
    assert book(cast) == [(1, "void", VoidReason.INVALID)]


def test_damaged_prepared_bytes_are_never_signed(cast: Cast, settings: object) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    running = begin_issue(signer, letter.id, provider=provider)
    with scope(signer):
        digest = Document.objects.get(id=running.prepared_id).key.address.removeprefix("sha256:")
    (file,) = (one for one in settings.MUKATABAT_VAULT_DIR.rglob(f"*{digest[4:]}*") if one.is_file())  # type: ignore[attr-defined]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert collect(signer, running, provider) is Progress.VOID
    assert book(cast) == [(1, "void", VoidReason.DAMAGED)]
    assert state_of(cast, letter) == LetterState.APPROVED


def test_the_signer_gives_up_with_a_reason_that_is_clean(cast: Cast) -> None:
    letter, signer = approved_letter(cast), cast("signer.mof")
    begin_issue(signer, letter.id, provider=scripted(pending=9))
    with pytest.raises(DirectionMarks):
        issuing.give_up(signer, letter.id, "سبب\u202e مقلوب")
    with pytest.raises(NotFoundOrForbidden):
        issuing.give_up(cast("minister.mof"), letter.id, "ليس لي")
    issuing.give_up(cast("head.mof"), letter.id, "لست الموقّع")
    assert book(cast) == [(1, "issuing", "")]
    issuing.give_up(signer, letter.id, "  خطأ في   الرقم ")
    assert book(cast) == [(1, "void", "خطأ في الرقم")]
    issuing.give_up(signer, letter.id, "مرة أخرى")
    assert len(book(cast)) == 1


# ── a process that dies between the steps ───────────────────────────────────────────────────────────────────────────


def test_the_sweep_finishes_what_a_dead_process_began_and_one_failure_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, letters = cast("signer.mof"), [approved_letter(cast) for _ in range(3)]
    issues = [begin_issue(signer, letter.id, provider=service.provider()) for letter in letters]
    collecting = jobs.collect_signature

    def stumbling(actor: Actor, issue_id: UUID, **roads: object) -> Progress:
        if issue_id == issues[0].id:
            raise RuntimeError("the first one stumbles")
        return collecting(actor, issue_id, **roads)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "collect_signature", stumbling)
    assert jobs.sweep(MOF) == {issues[1].id: Progress.ISSUED, issues[2].id: Progress.ISSUED}
    monkeypatch.undo()
    assert jobs.sweep(MOF) == {issues[0].id: Progress.ISSUED}
    assert jobs.sweep(MOF) == {}
    assert [row[:2] for row in book(cast)] == [(1, "issued"), (2, "issued"), (3, "issued")]


def test_a_crash_before_the_end_of_step_three_leaves_step_two_to_be_repeated(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, signer, provider = approved_letter(cast), cast("signer.mof"), service.provider()
    running = begin_issue(signer, letter.id, provider=provider)

    def crash(*_: object) -> None:
        raise SystemError("power cut")

    monkeypatch.setattr(issuing, "after_issue", crash)
    with pytest.raises(SystemError):
        collect(signer, running, provider)
    assert book(cast) == [(1, "issuing", "")]
    assert state_of(cast, letter) == LetterState.ISSUING
    monkeypatch.undo()
    assert collect(signer, running, provider) is Progress.ISSUED
    assert book(cast) == [(1, "issued", "")]


def test_a_crash_in_step_one_takes_no_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = approved_letter(cast)

    def crash(*_: object) -> None:
        raise SystemError("no paper")

    monkeypatch.setattr(issuing, "print_letter", crash)
    with pytest.raises(SystemError):
        begin_issue(cast("signer.mof"), letter.id, provider=service.provider())
    assert untouched(cast, letter)
