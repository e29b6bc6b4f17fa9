# SPDX-License-Identifier: EUPL-1.2
"""Letters under certificates of an authority outside: none is numbered before it can be sealed, and courts believe it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from mukatabat.access import sessions
from mukatabat.access.models import Account
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.kernel import clock
from mukatabat.letters.actions import issuing, receiving
from mukatabat.letters.actions.candidates import candidates
from mukatabat.letters.actions.following import retry
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.proofs import proof_of
from mukatabat.letters.rules import LetterState
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.signing import service
from mukatabat.signing.actions import keep_list
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.errors import NoProvider
from mukatabat.tenancy.context import scope
from mukatabat.vault.actions import (
    accept_node,
    accept_seal,
    body_seal,
    evidence_seal,
    request_node,
    request_seal,
)
from mukatabat.vault.errors import (
    NodeHeldUp,
    NodeNotCertified,
    NodeWithdrawn,
    SealEnded,
    SealHeldUp,
    SealNotCertified,
    SealWithdrawn,
)
from mukatabat.vault.jobs import look_at_lists
from mukatabat_verify.certificates import Trust
from mukatabat_verify.verifier import verify
from tests.authority import Authority, der, outside_development
from tests.cast import FL, Cast
from tests.exchange.support import arrivals, consignments
from tests.letters.pages import at, browser
from tests.story import approved_letter, issue, run_jobs
from tests.together import together

pytestmark = pytest.mark.django_db


class Installation:
    """An installation outside development, whose signers are certified by an authority that it trusts."""

    def __init__(self, cast: Cast, national: Authority, folder: Path, settings: Any) -> None:
        persons = DevelopmentAuthority(folder / "persons")  # stands for the one that certifies persons
        self.signers = folder / "signers.pem"
        root = x509.load_der_x509_certificate(persons.root)
        self.signers.write_bytes(root.public_bytes(Encoding.PEM))
        self.provider = SoftwareProvider(persons, subject_of=service._subject_of)
        self.trusted = outside_development(
            settings, folder / "installation", national.root, national.issuing, self.signers
        )
        self.cast, self.national, self.folder, self.minute = cast, national, folder, 0

    def certify_seal(self, login: str, *changes: str) -> None:
        actor = self.cast(login)
        answer = self._answer(bytes(request_seal(actor).request), "seal", *changes)
        accept_seal(actor, [der(answer), der(self.national.issuing)])

    def certify_node(self) -> None:
        actor = self.cast("admin.mof")
        answer = self._answer(bytes(request_node(actor).request), "node")
        accept_node(actor, [der(answer), der(self.national.issuing)])

    def _answer(self, request: bytes, extensions: str, *changes: str) -> Path:
        file = self.folder / f"{len(list(self.folder.iterdir()))}.pem"
        file.write_bytes(x509.load_der_x509_csr(request).public_bytes(Encoding.PEM))
        return self.national.certify(file, *changes, extensions=extensions)

    def hears(self, *withdrawn: bytes, **changes: Any) -> None:
        """The authority's list comes, by which these certificates (DER) are withdrawn since yesterday."""
        self.listed(*withdrawn, **changes)
        look_at_lists()

    def listed(self, *withdrawn: bytes, **changes: Any) -> None:
        """The list was fetched, and nobody looked at it yet."""
        self.minute += 1
        now = clock.now().replace(microsecond=0)
        at, since = now - timedelta(hours=2) + timedelta(minutes=self.minute), now - timedelta(days=1)
        written = self.national.listing(*((one, since) for one in withdrawn), at=at, **changes)
        assert keep_list(written, authorities=service.authorities())

    def untouched(self, letter: Letter) -> bool:
        with scope(self.cast("signer.mof")):
            kept = Letter.objects.get(id=letter.id).state == LetterState.APPROVED
            return kept and not Entry.objects.exists() and not Issue.objects.exists()


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.founded(tmp_path_factory.mktemp("authorities") / "national")


@pytest.fixture
def installation(cast: Cast, national: Authority, tmp_path: Path, settings: Any) -> Installation:
    return Installation(cast, national, tmp_path, settings)


def test_nothing_is_numbered_before_the_body_and_the_node_are_certified(installation: Installation) -> None:
    cast, signer = installation.cast, installation.cast("signer.mof")
    letter = approved_letter(cast)
    for refusal, settled in (
        (SealNotCertified, lambda: installation.certify_seal("admin.mof")),
        (NodeNotCertified, installation.certify_node),
    ):
        with pytest.raises(refusal):
            issuing.begin_issue(signer, letter.id, provider=installation.provider)
        assert installation.untouched(letter)
        settled()
    assert issue(signer, letter.id, installation.provider) is issuing.Progress.ISSUED


def test_a_seal_that_ended_takes_no_number_either(installation: Installation) -> None:
    signer = installation.cast("signer.mof")
    installation.certify_seal("admin.mof", "-days", "1")
    installation.certify_node()
    letter = approved_letter(installation.cast)
    with clock.fixed(clock.now() + timedelta(days=2)):
        signer = replace(signer, second_factor_at=clock.now())
        with pytest.raises(SealEnded):
            issuing.begin_issue(signer, letter.id, provider=installation.provider)
    assert installation.untouched(letter)


def test_a_seal_or_node_that_its_authority_withdrew_takes_no_number(installation: Installation) -> None:
    cast, signer = installation.cast, installation.cast("signer.mof")
    installation.certify_seal("admin.mof")
    installation.certify_node()
    letter = approved_letter(cast)
    for own, withdrawn, held_up in (
        (body_seal(signer).chain[0], SealWithdrawn, SealHeldUp), (evidence_seal(signer).chain[0], NodeWithdrawn, NodeHeldUp),
    ):  # fmt: skip
        for refusal, reason in ((held_up, x509.ReasonFlags.certificate_hold), (withdrawn, None)):
            installation.hears(own, reason=reason)
            with pytest.raises(refusal):
                issuing.begin_issue(signer, letter.id, provider=installation.provider)
            assert installation.untouched(letter)
            assert [type(one.obstacle) for one in candidates(signer)] == [refusal]
        installation.certify_seal("admin.mof")
    installation.certify_node()
    assert issue(signer, letter.id, installation.provider) is issuing.Progress.ISSUED


def test_a_letter_on_paper_alone_needs_no_seal_that_was_withdrawn_either(installation: Installation) -> None:
    installation.certify_seal("admin.mof")
    installation.hears(body_seal(installation.cast("signer.mof")).chain[0])
    Body.objects.filter(id=FL).update(channel=Channel.PAPER)
    letter = approved_letter(installation.cast)
    assert issue(installation.cast("signer.mof"), letter.id, installation.provider) is issuing.Progress.ISSUED


@pytest.mark.django_db(transaction=True)
def test_while_the_list_arrives_no_number_is_lost_and_none_is_missing(installation: Installation) -> None:
    cast, signer = installation.cast, installation.cast("signer.mof")
    installation.certify_seal("admin.mof")
    installation.certify_node()
    letters = [approved_letter(cast) for _ in range(5)]
    installation.listed(body_seal(signer).chain[0])
    provider = installation.provider
    begun = together(
        *[partial(issuing.begin_issue, signer, one.id, provider=provider) for one in letters[:3]], look_at_lists,
        *[partial(issuing.begin_issue, signer, one.id, provider=provider) for one in letters[3:]],
    )  # fmt: skip
    assert all(isinstance(one, Issue | SealWithdrawn | None) for one in begun), begun
    with scope(signer):
        entries = list(Entry.objects.order_by("serial").values_list("serial", flat=True))
        issues = list(Issue.objects.order_by("reference"))
    assert entries == list(range(1, len(issues) + 1)), "one number for each that began, and none between them missing"
    assert len(issues) == sum(isinstance(one, Issue) for one in begun)
    assert all(not found for found in registers.check(signer).values())
    for one in issues:  # what had its number keeps it, and is issued under it
        issuing.collect_signature(signer, one.id, provider=provider, time_stamps=None)
    with pytest.raises(SealWithdrawn):
        issuing.begin_issue(signer, approved_letter(cast).id, provider=provider)
    installation.certify_seal("admin.mof")
    for letter in letters:
        if letter.id not in {one.letter_id for one in issues}:
            assert issue(signer, letter.id, provider) is issuing.Progress.ISSUED
    with scope(signer):
        assert set(Entry.objects.values_list("state", flat=True)) == {"issued"}
        assert sorted(Entry.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5]


def test_a_letter_that_had_its_number_is_held_unsealed_and_goes_on_under_the_new_seal(
    installation: Installation,
) -> None:
    cast, signer = installation.cast, installation.cast("signer.mof")
    installation.certify_seal("admin.mof")
    installation.certify_node()
    letter = approved_letter(cast)
    assert issue(signer, letter.id, installation.provider) is issuing.Progress.ISSUED
    installation.hears(body_seal(signer).chain[0])
    run_jobs()
    (waiting,) = consignments(cast, letter)
    assert (waiting.state, waiting.refusal, waiting.sealed) == ("held", "certificate.withdrawn", None)
    assert not arrivals(cast)
    installation.certify_seal("admin.mof")
    retry(cast("adviser.mof"), letter.id, waiting.id)
    run_jobs()
    assert [one.state for one in consignments(cast, letter)] == ["delivered"]
    assert len(arrivals(cast)) == 1


def test_in_a_batch_the_letter_says_what_keeps_it(installation: Installation) -> None:
    approved_letter(installation.cast)
    approved_letter(installation.cast)
    assert {type(one.obstacle) for one in candidates(installation.cast("signer.mof"))} == {SealNotCertified}
    installation.certify_seal("admin.mof")
    installation.certify_node()
    assert [one.obstacle for one in candidates(installation.cast("signer.mof"))] == [None, None]


def test_a_letter_that_leaves_on_paper_alone_needs_no_seal(installation: Installation) -> None:
    Body.objects.filter(id=FL).update(channel=Channel.PAPER)
    letter = approved_letter(installation.cast)
    assert issue(installation.cast("signer.mof"), letter.id, installation.provider) is issuing.Progress.ISSUED


def test_a_letter_under_the_authority_s_certificates_arrives_and_a_court_believes_its_bundle(
    installation: Installation,
) -> None:
    cast = installation.cast
    installation.certify_seal("admin.mof")
    installation.certify_node()
    letter = approved_letter(cast)
    assert issue(cast("signer.mof"), letter.id, installation.provider) is issuing.Progress.ISSUED
    run_jobs()
    receiving.accept_arrival(cast("clerk.fl"), arrivals(cast)[-1].id, AcceptCommand())
    run_jobs()
    (consignment,) = consignments(cast, letter)
    bundle = b"".join(proof_of(cast("signer.mof"), letter.id, consignment.id)[1].pieces())
    report = verify(io.BytesIO(bundle), service.trust(clock.now()))
    assert report.refusal is None, report.refusal
    stranger = verify(io.BytesIO(bundle), Trust(roots=(der(installation.signers),), at=clock.now()))
    assert stranger.refusal is not None, "without the authority's root nobody vouches for it"


@pytest.fixture
def signer_s_browser(request: pytest.FixtureRequest, cast: Cast) -> Client:
    """The signer's, in the language of the test, the second factor proved just now; made while it is development."""
    page = browser("signer.mof", language=request.param)
    session = page.session
    sessions.remember_second_factor(session, Account.objects.get(login="signer.mof"), clock.now())
    session.save()
    return page


@pytest.mark.parametrize(
    ("signer_s_browser", "said"),
    [("ar", "ألغت جهة التصديق شهادة ختم هذه الجهة"), ("en", "The certification authority revoked the certificate")],
    indirect=["signer_s_browser"],
)
def test_the_signer_reads_that_the_seal_was_withdrawn_and_what_to_do(
    signer_s_browser: Client, said: str, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.certify_seal("admin.mof")
    installation.certify_node()
    installation.hears(body_seal(installation.cast("signer.mof")).chain[0])
    letter = approved_letter(installation.cast)
    assert said in signer_s_browser.get(at("sign", letter.id)).content.decode(), "before anything is typed"
    monkeypatch.setattr(service, "provider", lambda: installation.provider)
    answer = signer_s_browser.post(at("sign", letter.id), {"read": "yes", "version": letter.version})
    assert answer.status_code == SealWithdrawn.http_status
    assert said in answer.content.decode()
    assert installation.untouched(letter)


@pytest.mark.parametrize(
    ("signer_s_browser", "said"),
    [("ar", "ليس لهذه الجهة ختم بعد"), ("en", "This body has no seal yet")],
    indirect=["signer_s_browser"],
)
def test_the_signer_reads_what_is_missing_and_that_no_number_was_taken(
    signer_s_browser: Client, said: str, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = approved_letter(installation.cast)
    assert said in signer_s_browser.get(at("sign", letter.id)).content.decode(), "before anything is typed"
    without = signer_s_browser.post(at("sign", letter.id), {"read": "yes", "version": letter.version})
    assert without.status_code == NoProvider.http_status, "nor is there anybody who signs"
    assert installation.untouched(letter)
    monkeypatch.setattr(service, "provider", lambda: installation.provider)
    answer = signer_s_browser.post(at("sign", letter.id), {"read": "yes", "version": letter.version})
    assert answer.status_code == SealNotCertified.http_status
    assert said in answer.content.decode()
    assert installation.untouched(letter)
