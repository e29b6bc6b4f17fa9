# SPDX-License-Identifier: EUPL-1.2
"""What an authority withdrew of what is in use: noted when its list comes, told once, and asked before any number."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import Kind
from mukatabat.signing import jobs as signing
from mukatabat.signing.actions import keep_list
from mukatabat.signing.models import RevocationList
from mukatabat.signing.service import authorities
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor
from mukatabat.vault import actions, jobs
from mukatabat.vault.errors import NodeHeldUp, NodeWithdrawn, SealHeldUp, SealWithdrawn
from mukatabat.vault.models import NodeKey
from mukatabat.vault.revoked import out_of_step
from mukatabat.vault.rules import Revoked, after_word
from mukatabat.vault.standing import Standing, alarming, nodes, seal_of
from mukatabat_verify.revocation import Withdrawn, Word
from tests.authority import Authority, der
from tests.cast import MOF, Cast
from tests.together import together
from tests.vault.requesting import accepted, requested, run

pytestmark = pytest.mark.django_db
HOLD = x509.ReasonFlags.certificate_hold
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PEOPLE = ("admin.mof", "operator.cait", "signer.mof", "admin.moh")


class Installed:
    """An installation whose ministry and node are certified by the national authority, which may withdraw that."""

    def __init__(self, cast: Cast, national: Authority, folder: Path) -> None:
        self.cast, self.national = cast, national
        self.seal, self.node = (national.certify(requested(folder)), national.certify(
            requested(folder, use="node"), extensions="node"
        ))  # fmt: skip
        accepted("MOF", self.seal)
        accepted("MOF", self.node, use="node")
        self.now = clock.now().replace(microsecond=0)
        self.written = 0

    def hears(self, *withdrawn: Path, **changes: Any) -> None:
        """The authority's next list, each a minute after the one before, comes and is looked at."""
        self.written += 1
        at = changes.pop("at", self.now - timedelta(hours=5) + self.written * MINUTE)
        since = changes.pop("since", self.now - DAY)
        named = [(der(one), since) for one in withdrawn]
        keep_list(self.national.listing(*named, at=at, **changes), authorities=authorities())
        jobs.look_at_lists()

    def known(self) -> Revoked | None:
        return seal_of(self.cast("signer.mof")).revoked

    def acts(self, login: str = "signer.mof") -> list[str]:
        with scope(self.cast(login)):
            found = AuditEntry.objects.filter(act__in=["vault.certificate-withdrawn", "vault.certificate-restored"])
            return [one.act.rpartition("-")[2] for one in found.order_by("at", "id")]

    def told(self, login: str) -> list[str]:
        person = self.cast(login)
        with scope(person):
            found = Notification.objects.filter(
                person_id=person.person, kind__in=[Kind.SEAL_WITHDRAWN, Kind.SEAL_RESTORED]
            )
            return [one.kind.removeprefix("seal-") for one in found.order_by("at", "id")]


@pytest.fixture
def installed(cast: Cast, trusted: Path, national: Authority, tmp_path: Path) -> Installed:
    return Installed(cast, national, tmp_path)


# ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

AT = datetime(2026, 11, 1, tzinfo=clock.KUWAIT)
GOOD, SILENT = Word(None, confirmed=True), Word(None, confirmed=False)
GONE, HELD = (Word(Withdrawn("x", AT, held_up), confirmed=False) for held_up in (False, True))
WAS_GONE, WAS_HELD = Revoked(AT - DAY, held_up=False), Revoked(AT - DAY, held_up=True)


@pytest.mark.parametrize(
    ("former", "word", "then"),
    [
        (None, GOOD, None), (None, SILENT, None), (None, GONE, Revoked(AT, held_up=False)),
        (None, HELD, Revoked(AT, held_up=True)),
        (WAS_HELD, HELD, WAS_HELD), (WAS_HELD, SILENT, WAS_HELD), (WAS_HELD, GOOD, None),
        (WAS_HELD, GONE, Revoked(AT, held_up=False)),
        (WAS_GONE, GONE, WAS_GONE), (WAS_GONE, HELD, WAS_GONE), (WAS_GONE, SILENT, WAS_GONE),
        (WAS_GONE, GOOD, WAS_GONE),
    ],
)  # fmt: skip
def test_what_is_known_follows_the_lists_and_what_is_gone_for_good_never_comes_back(
    former: Revoked | None, word: Word, then: Revoked | None
) -> None:
    assert after_word(former, word) == then


# ── a seal ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_seal_that_was_withdrawn_is_refused_told_to_whose_work_it_is_and_told_once(installed: Installed) -> None:
    actor = installed.cast("signer.mof")
    installed.hears()
    assert (installed.known(), installed.acts()) == (None, [])
    actions.require_seal(actor)
    installed.hears(installed.seal)
    assert installed.known() == Revoked(installed.now - DAY, held_up=False)
    with pytest.raises(SealWithdrawn):
        actions.require_seal(actor)
    with pytest.raises(SealWithdrawn):
        actions.body_seal(actor)
    for _ in range(3):  # each quarter of an hour again
        installed.hears(installed.seal)
    assert installed.acts() == ["withdrawn"]
    assert {login: installed.told(login) for login in PEOPLE} == {
        "admin.mof": ["withdrawn"], "operator.cait": ["withdrawn"], "signer.mof": [], "admin.moh": [],
    }  # fmt: skip
    assert {one.name: one.standing(clock.now()) for one in alarming()}["seal MOF"] is Standing.WITHDRAWN


def test_the_way_out_is_a_new_seal_and_the_former_stays_what_it_was(installed: Installed, tmp_path: Path) -> None:
    installed.hears(installed.seal)
    actor = installed.cast("signer.mof")
    accepted("MOF", installed.national.certify(requested(tmp_path, "MOF", "--new")))
    actions.require_seal(actor)
    assert actions.body_seal(actor).chain[0] != der(installed.seal)
    installed.hears(installed.seal)
    assert (installed.known(), installed.acts()) == (None, ["withdrawn"])
    former = PublicKey.objects.filter(body_id=actor.body_id, use=KeyUse.SEAL).exclude(valid_to=None).get()
    assert former.withdrawn_at is None, "what it sealed before is believed"
    assert (former.revoked_at, former.held_up) == (installed.now - DAY, False)


def test_a_seal_that_is_held_up_waits_and_goes_on_once_a_list_in_force_leaves_it_out(installed: Installed) -> None:
    actor = installed.cast("signer.mof")
    installed.hears(installed.seal, reason=HOLD)
    with pytest.raises(SealHeldUp):
        actions.require_seal(actor)
    assert seal_of(actor).standing(clock.now()) is Standing.SUSPENDED
    installed.hears()
    actions.require_seal(actor)
    assert actions.body_seal(actor).chain[0] == der(installed.seal)
    assert installed.acts() == ["withdrawn", "restored"]
    assert installed.told("admin.mof") == ["withdrawn", "restored"] == installed.told("operator.cait")


def test_an_entry_that_takes_it_off_the_list_ends_a_hold_as_well(installed: Installed) -> None:
    installed.hears(installed.seal, reason=HOLD)
    installed.hears(installed.seal, reason=x509.ReasonFlags.remove_from_crl)
    assert (installed.known(), installed.acts()) == (None, ["withdrawn", "restored"])


def test_a_hold_that_becomes_a_withdrawal_is_told_again_and_stays_also_when_a_list_forgets_it(
    installed: Installed,
) -> None:
    installed.hears(installed.seal, reason=HOLD)
    installed.hears(installed.seal, reason=x509.ReasonFlags.key_compromise)
    installed.hears(installed.seal, reason=HOLD)
    installed.hears()
    assert installed.known() == Revoked(installed.now - DAY, held_up=False)
    assert installed.acts() == ["withdrawn", "withdrawn"]
    with pytest.raises(SealWithdrawn):
        actions.require_seal(installed.cast("signer.mof"))


def test_a_hold_outlives_a_list_that_ran_out_and_an_authority_that_is_silent(installed: Installed) -> None:
    installed.hears(installed.seal, reason=HOLD, days=1)
    with clock.fixed(clock.now() + 5 * DAY):  # whoever keeps the lists from coming frees nothing
        jobs.look_at_lists()
        assert installed.known() is not None
    with clock.fixed(clock.now() - 5 * DAY):
        jobs.look_at_lists()
        assert installed.known() is not None, "a clock that was set back frees nothing either"
    assert installed.acts() == ["withdrawn"]


def test_an_authority_that_was_withdrawn_takes_every_seal_below_it_along(installed: Installed) -> None:
    installed.hears(installed.national.issuing, level="root")
    assert installed.known() is not None
    assert [one.standing(clock.now()) for one in nodes()] == [Standing.WITHDRAWN]


# ── attacks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_a_namesake(installed: Installed, folder: Path) -> bytes:
    other = Authority.founded(folder / "other")  # the same names, other keys
    return other.listing((der(installed.seal), installed.now - DAY), at=installed.now)


def of_another_certificate(installed: Installed, folder: Path) -> bytes:
    other = installed.national.certify(requested(folder, "MOH"))
    return installed.national.listing((der(other), installed.now - DAY), at=installed.now)


def that_ran_out_before_it_came(installed: Installed, _folder: Path) -> bytes:
    return installed.national.listing(
        (der(installed.seal), installed.now - 9 * DAY), at=installed.now - 9 * DAY, days=7, reason=HOLD
    )


def from_later(installed: Installed, _folder: Path) -> bytes:
    return installed.national.listing((der(installed.seal), installed.now + DAY), at=installed.now)


@pytest.mark.parametrize(
    "forged", [of_a_namesake, of_another_certificate, that_ran_out_before_it_came, from_later],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_a_list_that_does_not_speak_of_this_seal_today_withdraws_nothing(
    forged: Callable[[Installed, Path], bytes], installed: Installed, tmp_path: Path
) -> None:
    RevocationList.objects.create(  # as if whoever writes the table had put it there
        authority="a" * 64, day=clock.today(), at=clock.now(), until=clock.now(), data=forged(installed, tmp_path),
        kept_at=clock.now(),
    )  # fmt: skip
    jobs.look_at_lists()
    assert (installed.known(), installed.acts()) == (None, [])
    actions.require_seal(installed.cast("signer.mof"))


def test_a_list_older_than_the_one_kept_neither_frees_nor_withdraws(installed: Installed) -> None:
    before = installed.now - timedelta(hours=5)
    installed.hears(installed.seal, reason=HOLD)
    installed.hears(at=before)
    assert installed.known() is not None, "a replayed list from before the hold"
    installed.hears()
    installed.hears(installed.seal, at=before, reason=HOLD)
    assert installed.known() is None


def test_a_withdrawal_that_somebody_took_out_of_the_row_is_noted_again(installed: Installed) -> None:
    installed.hears(installed.seal)
    PublicKey.objects.filter(use=KeyUse.SEAL).update(revoked_at=None)
    jobs.look_at_lists()
    assert installed.known() is not None
    assert installed.acts() == ["withdrawn", "withdrawn"]


def test_where_nobody_is_believed_nothing_that_is_known_changes(
    installed: Installed, trusted: Path, caplog: pytest.LogCaptureFixture
) -> None:
    installed.hears(installed.seal, reason=HOLD)
    (trusted / "wrong.pem").write_text("no certificate")
    jobs.look_at_lists()
    assert installed.known() is not None
    assert "nobody is believed" in caplog.text


def test_of_a_live_seal_nothing_is_told_in_training(installed: Installed) -> None:
    practice = Body.objects.get(code="MOF", realm=Realm.TRAINING)
    installed.hears(installed.seal)
    assert installed.told("admin.mof") == ["withdrawn"]
    with scope(system_actor("vault.keeper", body_id=practice.id, realm=Realm.TRAINING)):
        assert not Notification.objects.exists()
        assert not AuditEntry.objects.filter(act="vault.certificate-withdrawn").exists()


@pytest.mark.django_db(transaction=True)
def test_however_many_look_at_once_it_is_noted_and_told_once(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    installed = Installed(cast, national, tmp_path)
    listed = national.listing((der(installed.seal), installed.now - DAY), at=installed.now)
    keep_list(listed, authorities=authorities())
    keeper = system_actor("vault.keeper", body_id=MOF, realm=Realm.LIVE)
    found = together(*[partial(actions.look_at_seal, keeper)] * 4)
    assert sorted(map(str, found)) == ["False", "False", "False", "True"]
    assert (installed.acts(), installed.told("admin.mof")) == (["withdrawn"], ["withdrawn"])


def test_looking_while_nothing_changed_costs_the_same_whatever_the_number_of_bodies(
    installed: Installed, tmp_path: Path
) -> None:
    def cost() -> int:
        out_of_step()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert out_of_step() == ([], [])
        return len(asked)

    installed.hears()
    before = cost()
    for code in ("MOH", "FL"):
        accepted(code, installed.national.certify(requested(tmp_path, code)))
    assert cost() == before <= 3


# ── the node ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_node_s_certificate_that_was_withdrawn_states_nothing_more_and_its_operators_are_told(
    installed: Installed, tmp_path: Path
) -> None:
    actor = installed.cast("signer.mof")
    installed.hears(installed.node)
    for ask in (actions.require_node, actions.evidence_seal):
        with pytest.raises(NodeWithdrawn):
            ask(actor)
    actions.require_seal(actor)
    installed.hears(installed.node)
    assert {login: installed.told(login) for login in PEOPLE} == {
        "admin.mof": [], "operator.cait": ["withdrawn"], "signer.mof": [], "admin.moh": [],
    }  # fmt: skip
    assert installed.acts("operator.cait") == ["withdrawn"]
    accepted("MOF", installed.national.certify(requested(tmp_path, use="node"), extensions="node"), use="node")
    actions.require_node(actor)
    assert NodeKey.objects.exclude(revoked_at=None).get().valid_to is not None


def test_the_node_s_certificate_that_is_held_up_states_again_once_it_is_free(installed: Installed) -> None:
    actor = installed.cast("signer.mof")
    installed.hears(installed.node, reason=HOLD)
    with pytest.raises(NodeHeldUp):
        actions.evidence_seal(actor)
    installed.hears()
    assert actions.evidence_seal(actor).chain[0] == der(installed.node)
    assert installed.told("operator.cait") == ["withdrawn", "restored"]


# ── where it is looked at ───────────────────────────────────────────────────────────────────────────────────────────


class Source:
    """Where an authority publishes its list."""

    def __init__(self, listed: bytes) -> None:
        self.listed = listed

    def newest(self) -> bytes:
        return self.listed


def test_the_commands_fetch_note_and_tell(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = installed.national.listing((der(installed.seal), installed.now - DAY), at=installed.now)
    monkeypatch.setattr(signing, "revocation_sources", lambda: (Source(listed),))
    assert run("fetch-lists").exit_code == 0
    assert installed.known() is not None
    shown = run("certificates")
    assert shown.exit_code == 1
    assert f"(withdrawn by its authority, {installed.now - DAY:%Y-%m-%d})" in shown.output
    told = {one["name"]: one for one in json.loads(run("certificates", "--json").output)}
    assert told["seal MOF"]["standing"] == "withdrawn by its authority"
    assert told["seal MOF"]["revoked"]["held_up"] is False


def test_the_list_of_an_authority_that_only_came_along_with_an_answer_is_believed(
    installed: Installed, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in trusted.iterdir():
        if file.read_bytes() == installed.national.issuing.read_bytes():
            file.unlink()
    namesake = Authority.founded(trusted.parent / "other")
    for authority, silent in ((namesake, 1), (installed.national, 0)):
        listed = authority.listing((der(installed.seal), installed.now - DAY), at=installed.now)
        monkeypatch.setattr(signing, "revocation_sources", partial(tuple, [Source(listed)]))
        assert jobs.fetch_revocation_lists() == silent
        assert (installed.known() is None) == bool(silent)


def test_what_was_withdrawn_while_its_answer_was_judged_is_noted_when_it_is_accepted(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = installed.national.certify(requested(tmp_path))
    listed = installed.national.listing((der(answer), installed.now - DAY), at=installed.now)
    accept = actions.accept_seal

    def meanwhile(*arguments: Any) -> PublicKey:
        key = accept(*arguments)
        keep_list(listed, authorities=authorities())
        return key

    monkeypatch.setattr(actions, "accept_seal", meanwhile)
    accepted("MOF", answer)
    assert installed.known() == Revoked(installed.now - DAY, held_up=False)
