# SPDX-License-Identifier: EUPL-1.2
"""Who holds the keys is said on every letter and in every report as it is, not as one would like it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.utils import translation

from mukatabat.directory.vocabulary import Custody, NodeCustody, SealCustody, SignerCustody
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.actions import drafting
from mukatabat.letters.custody import held, signer_custody
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import LetterState
from mukatabat.letters.views.panels import data_panel
from mukatabat.signing.providers import remote
from mukatabat.signing.providers.csc import provider as csc
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import actions
from mukatabat.vault.custody import TOKEN
from tests.cast import Cast
from tests.letters.test_proofs import checked, piece_of, taken, told
from tests.story import draft_command
from tests.vault.tokens import TestToken, new_token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Any) -> None:
    settings.MUKATABAT_KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestToken:
    return new_token(tmp_path / "token", monkeypatch)


def letter_of(actor: Actor) -> Letter:
    with scope(actor):
        return Letter.objects.get(state__in=[LetterState.ISSUED, LetterState.REGISTERED])


def said(actor: Actor, language: str) -> list[str]:
    with translation.override(language):
        return [str(fact["value"]) for fact in data_panel(actor, letter_of(actor))["data"]]


def test_what_software_keeps_is_said_to_be_readable_by_the_operator_on_both_sides(cast: Cast) -> None:
    told(cast)
    for actor in (cast("signer.mof"), cast("clerk.fl")):
        for language in ("ar", "en"):
            words = said(actor, language)
            assert Custody.HOST.label_in(language) in words
            assert SealCustody.HOST.label_in(language) in words
    assert SignerCustody.HOST.label_en in said(cast("signer.mof"), "en")


def test_of_keys_in_a_token_it_says_so_and_only_where_all_keys_are_there(
    cast: Cast, token: TestToken, settings: Any
) -> None:
    token.configure(settings)
    consignment = told(cast)
    mof, fl = cast("signer.mof"), cast("clerk.fl")
    actions.move_keys(mof, TOKEN)
    assert held(mof, letter_of(mof)).documents == Custody.HOST, "ordered is not done"
    while actions.rewrap(mof):
        pass
    keys = held(mof, letter_of(mof))
    assert (keys.documents, keys.seal) == (Custody.DEVICE, SealCustody.HOST), "the seal on it was of software"
    assert Custody.DEVICE.label_ar in said(mof, "ar")
    assert held(fl, letter_of(fl)).documents == Custody.HOST, "each side speaks of its own keys"
    text = report_text(taken(cast, consignment))
    assert shows(text, Custody.DEVICE.label_en)
    assert shows(text, SealCustody.HOST.label_en)


def test_a_letter_sealed_in_a_token_shows_it_to_its_recipient(cast: Cast, token: TestToken, settings: Any) -> None:
    token.configure(settings)
    settings.MUKATABAT_KEY_STORE = TOKEN
    consignment = told(cast, secrecy=Secrecy.SECRET)
    keys = held(cast("clerk.fl"), letter_of(cast("clerk.fl")))
    assert (keys.documents, keys.seal, keys.signer) == (Custody.DEVICE, SealCustody.DEVICE, None)
    data = taken(cast, consignment)
    assert checked(data).facts["evidence_custody"] == ["device-kept"]
    text = report_text(data)
    assert text.count("copied") == 3


def report_text(bundle: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(piece_of(bundle, "report.pdf")))
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split()).replace("’", "'")


def shows(text: str, sentence: str) -> bool:
    """Whether all words of a sentence stand in a page, whose reader gives them in the order of the other script."""
    return all(word.strip(",;.") in text for word in sentence.split() if "'" not in word)


def test_the_report_of_what_software_keeps_says_who_could_read_seal_and_state(cast: Cast) -> None:
    data = taken(cast, told(cast))
    text = report_text(data)
    for one in (Custody.HOST, SealCustody.HOST, NodeCustody.HOST):
        assert shows(text, one.label_en)
    assert checked(data).facts["evidence_custody"] == ["host-kept"]


def test_a_signer_with_a_key_of_their_own_is_told_from_one_whose_key_lies_here(cast: Cast) -> None:
    told(cast)
    actor = cast("signer.mof")
    assert held(actor, letter_of(actor)).signer is SignerCustody.HOST
    with scope(actor):
        assert Issue.objects.get().for_practice  # the authority that certified the key is for development
        Issue.objects.update(provider=remote.NAME, for_practice=False)
    assert held(actor, letter_of(actor)).signer is SignerCustody.PERSON


@pytest.mark.parametrize(
    ("provider", "real", "practice"),
    [
        (csc.NAME, SignerCustody.SERVICE, SignerCustody.STAND_IN),
        (remote.NAME, SignerCustody.PERSON, SignerCustody.HOST),
        ("scripted-development-software", SignerCustody.HOST, SignerCustody.HOST),
    ],
)
def test_a_key_for_practice_is_never_called_the_signers_own(
    provider: str, real: SignerCustody, practice: SignerCustody
) -> None:
    assert signer_custody(provider) is real
    assert signer_custody(provider, for_practice=True) is practice
    for words in (practice.label_ar, practice.label_en):
        assert "للتجربة" in words or "practice" in words


def test_of_a_draft_nothing_is_said(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    labels = {one.label_en for one in (*Custody, *SealCustody, *SignerCustody)}
    with translation.override("en"), scope(cast("adviser.mof")):
        assert not labels & {str(fact["value"]) for fact in data_panel(cast("adviser.mof"), letter)["data"]}
