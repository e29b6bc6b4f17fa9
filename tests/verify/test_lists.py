# SPDX-License-Identifier: EUPL-1.2
"""A list of revoked certificates that is read once: whom it names, by whose key it holds, and what it says of a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat_verify import lists, revocation
from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import CertificateWithdrawn
from mukatabat_verify.lists import MOST_KEYS, Listed, listed
from mukatabat_verify.revocation import Used, Word, word_of
from tests.verify.support import CREATED, Identity, issue, issuing, revocation_list, root, seal

TRUST = Trust((root().root,), CREATED)
SEAL = seal().certificates[0]
OWN = seal().chain[0]
DAY = timedelta(days=1)
HOLD = x509.ReasonFlags.certificate_hold


def naming(*numbers: int) -> Listed:
    """A list of the issuing authority that names certificates of these serial numbers."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuing().certificates[0].subject)
    builder = builder.last_update(CREATED).next_update(CREATED + DAY)
    for number in numbers:
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(CREATED - DAY)
        builder = builder.add_revoked_certificate(entry.build())
    return listed(builder.sign(issuing().key, hashes.SHA256()).public_bytes(Encoding.DER))


def word(*given: bytes, days: int = 0) -> Word:
    """What lists say of the seal so many days after it was used."""
    return word_of(given, Used(seal().chain, CREATED + days * DAY), TRUST)


# ── whom it names ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_certificate_is_found_among_many_and_no_other_is_taken_for_it() -> None:
    own = SEAL.serial_number
    others = [own + 1, own - 1, own ^ (1 << 100), own ^ (1 << 130), *range(1, 500)]
    among = naming(*others[:250], own, *others[250:]).entry(SEAL)
    assert among is not None and among.serial_number == own
    assert naming(*others).entry(SEAL) is None, "of two numbers that end alike only one is named"
    assert naming(own ^ (1 << 100), own).entry(SEAL) is not None
    assert naming().entry(SEAL) is None


def test_an_entry_that_takes_its_certificate_off_the_list_names_nobody() -> None:
    off = revocation_list(issuing(), (OWN, CREATED - DAY), reason=x509.ReasonFlags.remove_from_crl)
    assert listed(off).entry(SEAL) is None
    shown = revocation.check([off, revocation_list(root())], [Used(seal().chain, CREATED)], TRUST)
    assert shown.covered == ["Seal of MOF", "Issuing"]


# ── by whose key it holds ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[x509.Certificate]:
    """The authorities by whose keys a list was checked, in their order."""
    asked: list[x509.Certificate] = []

    def counted(read: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
        asked.append(issuer)
        return holds(read, issuer)

    holds = lists.holds
    monkeypatch.setattr(lists, "holds", counted)
    return asked


def test_its_signature_is_checked_once_of_each_key_and_a_namesake_is_never_believed(
    judged: list[x509.Certificate],
) -> None:
    one, own = listed(revocation_list(issuing())), issuing().certificates[0]
    namesake = issue("Issuing", authority=True).certificates[0]
    for _ in range(3):
        assert one.holds_by(own)
        assert not one.holds_by(namesake)
        assert not one.holds_by(SEAL)
    assert judged == [own, namesake, SEAL]


def test_an_authority_that_may_not_sign_lists_does_not_because_another_with_its_key_may() -> None:
    own = issuing().certificates[0]
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)  # certificates, and no lists
    builder = x509.CertificateBuilder(own.issuer, own.subject, issuing().key.public_key(), 7).add_extension(usage, True)
    builder = builder.not_valid_before(own.not_valid_before_utc).not_valid_after(own.not_valid_after_utc)
    restricted = builder.sign(root().key, hashes.SHA256())
    one = listed(revocation_list(issuing()))
    assert (one.holds_by(own), one.holds_by(restricted), one.holds_by(own)) == (True, False, True)


def test_whoever_brings_ever_more_namesakes_fills_no_memory() -> None:
    one = listed(revocation_list(issuing()))
    for _ in range(3 * MOST_KEYS):
        assert not one.holds_by(issue("Issuing", authority=True).certificates[0])
        assert len(one._by) <= MOST_KEYS
    assert one.holds_by(issuing().certificates[0])


# ── what it says as of a moment ─────────────────────────────────────────────────────────────────────────────────────


def test_a_list_that_was_read_before_is_judged_anew_at_each_moment() -> None:
    one = listed(revocation_list(issuing(), (OWN, CREATED), at=CREATED - DAY, days=7, reason=HOLD))

    def refused(days: int) -> bool:
        try:
            revocation.check_kept([one], Used(seal().chain, CREATED + days * DAY), TRUST)
        except CertificateWithdrawn:
            return True
        return False

    # In its order, and then with the clock set back: nothing of one answer is left in the next.
    assert [refused(days) for days in (-1, 0, 6, 7, 0, -1)] == [False, True, True, False, True, False]


def test_what_one_list_names_for_good_no_later_silence_takes_back_and_a_hold_ends_with_the_newest() -> None:
    silent = revocation_list(issuing(), at=CREATED - DAY)
    for reason, stays in ((None, True), (x509.ReasonFlags.key_compromise, True), (HOLD, False)):
        earlier = revocation_list(issuing(), (OWN, CREATED - 3 * DAY), at=CREATED - 2 * DAY, reason=reason)
        found = word(earlier)
        assert found.withdrawn is not None
        assert (found.withdrawn.since, found.withdrawn.held_up) == (CREATED - 3 * DAY, not stays)
        for order in ((earlier, silent), (silent, earlier)):
            assert (word(*order).withdrawn is not None, word(*order).confirmed) == (stays, not stays)


def test_a_hold_by_a_list_that_ran_out_is_neither_known_nor_lifted() -> None:
    held = revocation_list(issuing(), (OWN, CREATED - DAY), at=CREATED - DAY, days=7, reason=HOLD)
    assert word(held, days=30) == Word(None, confirmed=False)
    assert word(held, revocation_list(root(), at=CREATED + 29 * DAY), days=30) == Word(None, confirmed=False)
    lifted = revocation_list(issuing(), at=CREATED + 29 * DAY)
    assert word(held, lifted, days=30) == Word(None, confirmed=True)


def test_without_a_list_that_speaks_of_it_nothing_is_confirmed() -> None:
    stranger: Identity = issue("Issuing", authority=True)
    assert word() == Word(None, confirmed=False)
    assert word(revocation_list(stranger, (OWN, CREATED - DAY))) == Word(None, confirmed=False), "of the same name"
    assert word(revocation_list(issuing())) == Word(None, confirmed=True)


def test_of_a_hold_and_a_withdrawal_above_it_the_one_for_good_is_told() -> None:
    own = revocation_list(issuing(), (OWN, CREATED - 2 * DAY), reason=HOLD)
    above = revocation_list(root(), (seal().chain[1], CREATED - DAY))
    found = word(own, above).withdrawn
    assert found is not None
    assert (found.name, found.held_up) == ("Issuing", False)
