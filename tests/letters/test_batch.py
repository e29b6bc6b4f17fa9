# SPDX-License-Identifier: EUPL-1.2
"""Letters signed together: each for itself, nothing half done, and what must be signed alone stays out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mukatabat.access.errors import CapabilityMissing
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Mandate
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import approval, batch, drafting, issuing
from mukatabat.letters.actions.batch import Chosen, chosen_of, confirm_batch, sign_in_batch
from mukatabat.letters.actions.candidates import candidates
from mukatabat.letters.errors import ChangedSinceRead, NothingChosen, SecondFactorNotFresh, SignedAlone
from mukatabat.letters.headings import gist_of
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.views.progress import batch_rows, next_of
from mukatabat.press.content import from_plain_text, to_json
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.signing import pades, service
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import RefusalReason, Refused
from mukatabat.tenancy.context import scope
from tests.letters.pages import at, browser, code
from tests.story import approved_letter, draft_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

pytestmark = pytest.mark.django_db

SINCE = "2020-01-01T00:00:00+00:00"


class Death(BaseException):
    """A process that ends here: nothing catches it, and what was not committed is gone."""


def _chosen(letter: Letter) -> Chosen:
    return Chosen(letter.id, letter.version)


def _sign(cast: Cast, letter: Letter, provider: Any = None) -> issuing.Progress:
    return sign_in_batch(
        cast("signer.mof"), _chosen(letter), provider=provider or service.provider(),
        time_stamps=service.time_stamps(),
    )  # fmt: skip


def _states(cast: Cast, letters: list[Letter], tried: list[str]) -> list[str]:
    rows = batch_rows(cast("signer.mof"), [_chosen(one) for one in letters], tried=tried, since=SINCE)
    return [row["state"] for row in rows]


# ── what stands on the desk ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_of_higher_secrecy_is_signed_alone(cast: Cast) -> None:
    plain, sealed = approved_letter(cast), approved_letter(cast, secrecy=Secrecy.CONFIDENTIAL)
    found = {one.letter.id: one.obstacle for one in candidates(cast("signer.mof"))}
    assert found[plain.id] is None
    assert isinstance(found[sealed.id], SignedAlone)
    with pytest.raises(SignedAlone):
        _sign(cast, sealed)
    with scope(cast("signer.mof")):
        assert not Entry.objects.exists()


def test_a_letter_beyond_the_signers_mandate_is_signed_alone(cast: Cast) -> None:
    letter = approved_letter(cast)
    yesterday = clock.today() - timedelta(days=1)
    Mandate.objects.filter(person_id=person_id("signer.mof")).update(valid_from=yesterday, valid_to=yesterday)
    (found,) = candidates(cast("signer.mof"))
    assert found.letter.id == letter.id
    assert found.obstacle is not None
    with pytest.raises(type(found.obstacle)):
        _sign(cast, letter)


def test_nobody_else_has_the_signers_letters_on_their_desk(cast: Cast) -> None:
    letter = approved_letter(cast)
    assert candidates(cast("head.mof")) == []
    assert candidates(cast("signer.fl")) == []
    for login in ("signer.fl", "adviser.mof"):
        with pytest.raises((NotFoundOrForbidden, CapabilityMissing, MukatabatError)):
            sign_in_batch(cast(login), _chosen(letter), provider=service.provider(), time_stamps=None)
    with scope(cast("signer.mof")):
        assert Letter.objects.get(id=letter.id).state == "approved"


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        ("يرجى الإفادة. وشكرًا.", "يرجى الإفادة."),
        ("بالإشارة إلى كتابكم رقم FL-O-2026-00001 بشأن العقد،\n\nنفيدكم بالموافقة. والله الموفق.", "نفيدكم بالموافقة."),
        ("المبلغ 1.5 مليون دينار. انتهى.", "المبلغ 1.5 مليون دينار."),
        ("كلمة " * 60, ("كلمة " * 32).strip() + "…"),
        ("", ""),
    ],
)
def test_the_gist_is_the_first_sentence_that_says_something(text: str, gist: str) -> None:
    assert gist_of(to_json(from_plain_text(text))) == gist


# ── confirming ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_confirmation_needs_letters_and_a_fresh_second_factor_and_is_kept_in_the_trail(cast: Cast) -> None:
    letter = approved_letter(cast)
    with pytest.raises(NothingChosen):
        confirm_batch(cast("signer.mof"), [])
    with pytest.raises(SecondFactorNotFresh):
        confirm_batch(cast.without_factor("signer.mof"), [_chosen(letter)])
    with pytest.raises(CapabilityMissing):
        confirm_batch(cast("adviser.mof"), [_chosen(letter)])
    confirm_batch(cast("signer.mof"), [_chosen(letter)])
    with scope(cast("signer.mof")):
        kept = [*AuditEntry.objects.filter(act="letters.batch-confirmed").values_list("detail", flat=True)]
    assert kept == [{"letters": [f"{letter.id}.1"]}]


def test_what_is_no_letter_of_a_batch_is_left_out_and_a_hundred_are_enough() -> None:
    one = uuid4()
    bad = ["", "x.1", f"{one}", f"{one}.", f"{one}.-1", f"{one}.١", f"{one}.99999999999", "a" * 9999]
    assert chosen_of([*bad, f"{one}.2", f"{one}.3"]) == [Chosen(one, 2)]
    assert len(chosen_of(f"{uuid4()}.1" for _ in range(150))) == batch.MOST_AT_ONCE


# ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_letter_gets_its_own_number_hash_and_signature(cast: Cast) -> None:
    letters = [approved_letter(cast) for _ in range(3)]
    assert [_sign(cast, one) for one in letters] == [issuing.Progress.ISSUED] * 3
    with scope(cast("signer.mof")):
        issued = list(Letter.objects.filter(id__in=[one.id for one in letters]))
        assert len({one.reference for one in issued}) == len({one.document_digest for one in issued}) == 3
        assert Issue.objects.filter(state="signed").count() == 3


def test_a_letter_that_was_issued_already_is_told_as_such_and_takes_no_second_number(cast: Cast) -> None:
    letter = approved_letter(cast)
    assert [_sign(cast, letter) for _ in range(3)] == [issuing.Progress.ISSUED] * 3
    with scope(cast("signer.mof")):
        assert Entry.objects.count() == Issue.objects.count() == 1
    later = (clock.now() + timedelta(minutes=1)).isoformat()
    (row,) = batch_rows(cast("signer.mof"), [_chosen(letter)], tried=[], since=later)
    assert row["state"] == "before"


def test_a_letter_that_changed_since_it_was_read_is_named_and_the_others_are_signed(cast: Cast) -> None:
    changed, other = approved_letter(cast), approved_letter(cast)
    author = cast("adviser.mof")
    approval.recall(author, changed.id)
    drafting.save_draft(author, changed.id, draft_command(cast, subject="موضوع آخر"), version=2)
    approval.submit(author, changed.id)
    approval.approve(cast("head.mof"), changed.id)
    with pytest.raises(ChangedSinceRead):
        _sign(cast, changed)
    assert _sign(cast, other) is issuing.Progress.ISSUED
    assert _states(cast, [changed, other], [str(changed.id), str(other.id)]) == ["failed", "signed"]


def test_a_refusal_of_the_device_leaves_the_rest_signed_and_names_the_letter(cast: Cast) -> None:
    first, refused, last = (approved_letter(cast) for _ in range(3))
    declining = ScriptedProvider(service.provider(), Script(refusal=Refused(RefusalReason.DECLINED)))
    assert _sign(cast, first) is issuing.Progress.ISSUED
    assert _sign(cast, refused, declining) is issuing.Progress.VOID
    assert _sign(cast, last) is issuing.Progress.ISSUED
    letters = [first, refused, last]
    rows = batch_rows(
        cast("signer.mof"), [_chosen(one) for one in letters], tried=[str(one.id) for one in letters], since=SINCE
    )
    assert [row["state"] for row in rows] == ["signed", "failed", "signed"]
    assert "رفض الموقّع التوقيع" in rows[1]["why"]


DEATHS: list[tuple[Any, str, bool]] = [
    (batch, "begin_issue", False), (issuing, "print_letter", True), (pades, "prepare", True),
    (issuing, "store_generated", True), (batch, "begin_issue", True), (pades, "complete", False),
    (issuing, "keep_generated", True), (issuing, "confirm_number", True), (issuing, "after_issue", True),
    (batch, "collect_signature", True),
]  # fmt: skip
"""Where a process dies, and whether before or after the call; `./run bench kills` does it with SIGKILL everywhere."""


def _dying(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def dies(*args: Any, **kwargs: Any) -> Any:
        if after:
            function(*args, **kwargs)
        raise Death

    return dies


@pytest.mark.parametrize(("owner", "name", "after"), DEATHS, ids=[f"{name}-{after}" for _, name, after in DEATHS])
def test_a_death_at_any_step_leaves_no_half_done_letter(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool
) -> None:
    letters, signer = [approved_letter(cast), approved_letter(cast)], cast("signer.mof")
    dying = letters[0]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _dying(getattr(owner, name), after=after))
        with pytest.raises(Death):
            _sign(cast, dying)

    tried: list[str] = []
    chosen = [_chosen(one) for one in letters]
    while (following := next_of(signer, chosen, tried=tried)) is not None:
        sign_in_batch(signer, following, provider=service.provider(), time_stamps=service.time_stamps())
        tried.append(str(following.letter_id))
    assert _states(cast, letters, tried) == ["signed"] * 2
    with scope(signer):
        assert Issue.objects.filter(state="signed").count() == 2
        numbers = [Entry.objects.filter(object_id=one.id, state="issued").count() for one in letters]
    assert numbers == [1, 1]
    assert not any(registers.check(cast("clerk.mof")).values())


# ── the pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_signer_reads_confirms_once_and_signs_all(cast: Cast, language: str) -> None:
    letters = [approved_letter(cast) for _ in range(3)]
    sealed = approved_letter(cast, secrecy=Secrecy.SECRET)
    client = browser("signer.mof", language=language)
    desk = client.get(at("batch")).content.decode()
    assert all(f"{one.id}.1" in desk for one in letters)
    assert f"{sealed.id}.1" not in desk
    assert at("sign", sealed.id) in desk
    values = [f"{one.id}.1" for one in letters]
    confirmation = client.post(at("batch_confirm"), {"letter": values}).content.decode()
    assert confirmation.count("طلب الرأي بشأن فروق أسعار المواد") == 3
    assert 'name="code"' in confirmation
    begun = client.post(at("batch_begin"), {"letter": values, "code": code("signer.mof")})
    assert (begun.status_code, begun.headers["Location"]) == (302, at("batch_run"))
    assert "hx-post" in client.get(at("batch_run")).content.decode()
    for _ in letters:
        page = client.post(at("batch_next"), headers={"HX-Request": "true"}).content.decode()
    assert "hx-post" not in page
    with scope(cast("signer.mof")):
        assert Letter.objects.filter(state="issued").count() == 3
        assert Letter.objects.get(id=sealed.id).state == "approved"


def test_a_doubled_confirmation_and_a_doubled_step_sign_each_letter_once(cast: Cast) -> None:
    letters = [approved_letter(cast) for _ in range(2)]
    client, spent = browser("signer.mof"), code("signer.mof")
    fields = {"letter": [f"{one.id}.1" for one in letters], "code": spent}
    assert [client.post(at("batch_begin"), fields).status_code for _ in range(2)] == [302, 302]
    for _ in range(5):
        assert client.post(at("batch_next")).status_code == 302
    with scope(cast("signer.mof")):
        assert Entry.objects.count() == 2


def test_nothing_is_signed_without_the_second_factor_or_without_a_confirmation(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof", language="en")
    wrong = client.post(at("batch_begin"), {"letter": f"{letter.id}.1", "code": "000000"})
    assert wrong.status_code == 403
    assert "oops" in wrong.content.decode()
    assert client.post(at("batch_begin"), {"code": code("signer.mof")}).status_code == 400
    assert client.get(at("batch_run")).status_code == 302
    assert client.post(at("batch_next")).status_code == 302
    with scope(cast("signer.mof")):
        assert not Entry.objects.exists()


def test_a_second_factor_that_grew_old_is_asked_again_and_the_rest_goes_on(cast: Cast) -> None:
    letters = [approved_letter(cast) for _ in range(2)]
    client = browser("signer.mof")
    fields = {"letter": [f"{one.id}.1" for one in letters], "code": code("signer.mof")}
    client.post(at("batch_begin"), fields)
    client.post(at("batch_next"))
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        page = client.post(at("batch_next"), headers={"HX-Request": "true"}).content.decode()
        assert 'name="code"' in page
        assert "hx-post" not in page
        client.post(at("batch_begin"), fields | {"code": code("signer.mof")})
        client.post(at("batch_next"))
    with scope(cast("signer.mof")):
        assert Letter.objects.filter(state="issued").count() == 2


def test_a_letter_goes_back_with_a_reason_and_the_desk_stays_open(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof")
    assert client.post(at("refuse", letter.id), {"reason": "", "from": "batch"}).status_code == 400
    answer = client.post(at("refuse", letter.id), {"reason": "تستكمل المرفقات", "from": "batch"})
    assert answer.headers["Location"] == at("batch")
    assert client.get(at("batch_read", letter.id)).status_code == 404


@pytest.mark.parametrize("login", ["adviser.mof", "clerk.mof"])
def test_whoever_does_not_sign_finds_no_desk(cast: Cast, login: str) -> None:
    letter = approved_letter(cast)
    client = browser(login)
    assert client.get(at("batch")).status_code == 404
    assert client.get(at("batch_read", letter.id)).status_code == 404
    assert client.post(at("batch_begin"), {"letter": f"{letter.id}.1"}).status_code == 404
