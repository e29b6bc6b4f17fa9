# SPDX-License-Identifier: EUPL-1.2
"""The steps that ask the log and the signed directory of a bundle, in the order of :mod:`mukatabat_verify.verifier`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mukatabat_verify.bundle.logged import BundleLog
from mukatabat_verify.bundle.reading import Bundle
from mukatabat_verify.certificates import Trust
from mukatabat_verify.directory import Extract
from mukatabat_verify.errors import CertificateNotListed, DirectoryNotLogged
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.report import Report, Step


def verify_log(
    report: Report, bundle: Bundle, stamped: dict[str, datetime], trust: Trust
) -> tuple[BundleLog | None, dict[str, int]]:
    """Make steps 22 to 25; gives the numbers of the leaves, and enters into ``stamped`` what the checkpoint's says."""
    names = bundle.index.evidence
    with report.step(Step.LOGGED) as said:  # 22
        log = bundle.log(trust.log)
        proven = log.proofs if log is not None else {}
        if log is not None and proven:
            log.check_included(bundle.commitments())
            said.note = f"{len(proven)} of {len(names)}"
        else:
            said.left_out = "no evidence comes with a proof of its place"
    if waiting := [name for name in names if name not in proven]:
        made = bundle.index.made.isoformat()
        report.leave_out(Step.NOT_YET_LOGGED, f"{', '.join(waiting)}; the bundle was made at {made}")  # 23
    if log is None or not proven:
        return log, {}
    _verify_checkpoint(report, log)
    with report.step(Step.CHECKPOINT_STAMPED) as said:  # 25
        moment = log.stamped(trust)
        said.left_out = "" if moment else "the checkpoint has none yet"
    if moment is not None:
        report.facts["log"]["stamped"] = moment.isoformat()
        stamped |= {name: min(moment, stamped.get(name, moment)) for name in proven}
    return log, {name: one.index for name, one in proven.items()}


def _verify_checkpoint(report: Report, log: BundleLog) -> None:
    with report.step(Step.WITNESSED) as said:  # 24
        checkpoint, seen = log.witnessed()
        if not log.is_trusted:
            said.left_out = "it holds by the keys that the bundle itself names; nothing that you trust names any"
        elif not log.asks_for_witnesses:
            said.note = "no witness is asked for: whoever holds the log's key could show another history"
    report.facts["log"] = {"origin": checkpoint.origin, "size": checkpoint.size, "witnesses": seen}


def verify_listed(
    report: Report, directory: Callable[[], Extract | None], trust: Trust, certificate: bytes, *, at: datetime
) -> Extract | None:
    """Make step 27: the certificate was a seal of the sender then; gives the extract, None where there is none."""
    with report.step(Step.LISTED) as said:  # 27
        extract = directory()
        if extract is None:
            said.left_out = "the bundle holds no extract of the signed directory"
            return None
        body = extract.check(trust)
        if body.code != report.facts["sender"]:
            raise CertificateNotListed("the extract is of another body")
        if extract.signed.statement.realm != report.facts["realm"]:  # the practice copy of a body has its code and name
            raise CertificateNotListed("the directory is of another realm")
        key = body.check_seal(certificate, at=at)
    stated = extract.signed.statement
    report.facts["directory"] = {
        "number": stated.number, "issued": stated.issued.isoformat(), "seal_custody": key.custody, "logged": None,
    }  # fmt: skip
    return extract


def verify_directory_logged(report: Report, log: BundleLog | None, listed: Extract | None, *, promised: bool) -> None:
    """Make step 29; ``promised`` says that whoever made the bundle shows no directory without its proof."""
    with report.step(Step.DIRECTORY_LOGGED) as said:  # 29
        if listed is None:
            said.left_out = "the bundle holds no extract of the signed directory"
            return
        number = log.check_directory(listed.signed.statement.to_bytes()) if log is not None else None
        if log is None or number is None:
            if promised and log is not None and log.proofs:
                raise DirectoryNotLogged
            why = "the bundle shows nothing of the log" if promised else "the bundle is from before such proofs"
            said.left_out = f"the directory is not proved in the log: {why}"
        elif not log.is_trusted:
            said.left_out = "it is in the log that the bundle itself names; nothing that you trust names any"
        report.facts["directory"]["logged"] = number


def verify_not_before(report: Report, log: BundleLog | None, header: Header) -> None:
    """Make step 26."""
    with report.step(Step.NOT_BEFORE) as said:  # 26
        if log is None or not log.check_before(header.not_before):
            said.left_out = "the header names none" if header.not_before is None else "it is not in the bundle"
