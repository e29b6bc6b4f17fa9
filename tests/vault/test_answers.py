# SPDX-License-Identifier: EUPL-1.2
"""Answers of an authority that are not right, each refused by its own name, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.signing.actions import keep_list
from mukatabat.signing.errors import (
    AnswerNotAskedFor,
    AnswerOfAnotherBody,
    AnswerOfAnotherUse,
    AnswerOutOfDate,
    AnswerRefused,
    AnswerUnreadable,
    AnswerUntrusted,
    AnswerWithdrawn,
    CertifiedElsewhere,
)
from mukatabat.signing.service import authorities
from mukatabat.tenancy.context import scope
from mukatabat.vault import actions
from mukatabat.vault.models import SealRequest
from tests.authority import Authority, openssl
from tests.cast import Cast
from tests.vault.requesting import accepted, requested

pytestmark = pytest.mark.django_db
SEAL = "GB:KW-MOF"


def foreign_request(folder: Path, subject: str = f"/C=KW/O=MOF/CN=MOF/organizationIdentifier={SEAL}") -> Path:
    file = folder / "foreign.pem"
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "foreign.key",
            "-subj", subject, "-out", file, folder=folder)  # fmt: skip
    return file


def of_a_key_not_asked_for(national: Authority, request: Path) -> Path:
    return national.certify(foreign_request(request.parent))


def of_another_authority(_national: Authority, request: Path) -> Path:
    other = Authority.founded(request.parent / "other")
    return other.certify(request)


def of_another_body(national: Authority, request: Path) -> Path:
    return national.certify(request, "-subj", "/C=KW/O=MOH/CN=MOH/organizationIdentifier=GB:KW-MOH")


def of_no_body(national: Authority, request: Path) -> Path:
    return national.certify(request, "-subj", "/C=KW/O=MOF/CN=MOF")


def an_authority_itself(national: Authority, request: Path) -> Path:
    return national.certify(request, extensions="issuing", level="root")


def not_yet(national: Authority, request: Path) -> Path:
    day = (clock.now() + timedelta(days=2)).strftime("%y%m%d%H%M%SZ")
    return national.certify(request, "-startdate", day)


def ended(national: Authority, request: Path) -> Path:
    days = [(clock.now() - timedelta(days=one)).strftime("%y%m%d%H%M%SZ") for one in (9, 2)]
    return national.certify(request, "-startdate", days[0], "-enddate", days[1])


def no_certificate(_national: Authority, request: Path) -> Path:
    return request


def withdrawn(national: Authority, request: Path) -> Path:
    answer = national.certify(request)
    national.revoke(answer)
    keep_list(national.revoked(), authorities=authorities())
    return answer


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (of_a_key_not_asked_for, AnswerNotAskedFor), (of_another_authority, AnswerUntrusted),
        (of_another_body, AnswerOfAnotherBody), (of_no_body, AnswerOfAnotherBody),
        (an_authority_itself, AnswerOfAnotherUse), (not_yet, AnswerOutOfDate), (ended, AnswerOutOfDate),
        (no_certificate, AnswerUnreadable), (withdrawn, AnswerWithdrawn),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_right_is_refused_by_its_own_name_and_changes_nothing(
    answers: Callable[[Authority, Path], Path], refusal: type[AnswerRefused], cast: Cast, trusted: Path,
    national: Authority, tmp_path: Path,
) -> None:  # fmt: skip
    request = requested(tmp_path)
    with pytest.raises(refusal):
        accepted("MOF", answers(national, request))
    with scope(cast("signer.mof")):
        assert SealRequest.objects.get().ended_at is None, "the request stands"
        assert not AuditEntry.objects.filter(act="vault.certificate-accepted").exists()
    assert not PublicKey.objects.filter(body__code="MOF", use=KeyUse.SEAL).exists()
    accepted("MOF", national.certify(request))


def test_the_answer_to_one_body_s_request_is_taken_by_no_other(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    of_mof = requested(tmp_path)
    requested(tmp_path, "MOH")
    with pytest.raises(AnswerNotAskedFor):
        accepted("MOH", national.certify(of_mof, "-subj", "/C=KW/O=MOH/CN=MOH/organizationIdentifier=GB:KW-MOH"))


def test_a_root_that_was_taken_out_vouches_for_nobody_any_more(
    cast: Cast, trusted: Path, national: Authority, tmp_path: Path
) -> None:
    answer = national.certify(requested(tmp_path))
    other = Authority.founded(tmp_path / "other")
    for file in trusted.iterdir():
        file.unlink()
    (trusted / "other.pem").write_bytes(other.root.read_bytes())
    with pytest.raises(AnswerUntrusted):
        accepted("MOF", answer, national.issuing)


def test_nobody_certifies_by_itself_outside_development(cast: Cast, trusted: Path) -> None:
    with pytest.raises(CertifiedElsewhere):
        actions.replace_pair(cast("admin.mof"), KeyUse.SEAL)
    with pytest.raises(CertifiedElsewhere):
        actions.replace_evidence_key(cast("admin.mof"))
    assert actions.encryption_key(cast("clerk.mof")), "which nobody certifies"
