# SPDX-License-Identifier: EUPL-1.2
"""The check of a parcel, a signed container, an evidence or a bundle of them, as a court makes it: offline, in steps.

It ends at the first refusal.

A parcel:

1. its cover has its form, and its header is canonical and closed;
2. the certificate is the one that the header names, and its key signed the header;
3. a trusted root vouches for it as the sender's seal, at the asked moment;
4. the sealed bytes are those that the header names: so far nothing needs a key;
5. with a recipient's key: its wrap opens, for this header alone, to the key that the header commits to;
6. every chunk opens at its place, and the whole is the content that was signed for. It is a container:

A container:

7. the archive and the list of files have their one form;
8. the list names every file once and no other;
9. every file has the digest that is listed;
10. the body's seal holds over the list;
11. the letter's data names these files, and, in a parcel, its sender, itself and no other recipients;
12. the time-stamp over the seal, where there is one, is for it, and its authority is trusted at the asked moment;
13. the seal's certificate is the sender's and was trusted at the time-stamp's time, else at the asked moment;
14. the person's signature on the letter is whole, nothing was added after it, and its certificate is trusted, a
person's, and not that of the seal.

and, of a file of any kind, at its end:

28. no list of revoked certificates at hand, in the bundle or of the reader's own, says that a certificate of steps 3,
13, 14, 16 and 20, or one of those that issued it, had been withdrawn at the time for which it was judged.

An evidence:

15. it has its one form, and the certificate's key signed it;
16. a trusted root vouches for that certificate, as a node's, at the asked moment.

A bundle of evidence:

17. the bundle has its one form, and every piece has the digest in its list;
then step 15 for each evidence;
18. each is about this parcel and this recipient, none stands twice, and none is missing before a later one;
19. the time-stamps are those of their evidence, and their authority is trusted at the asked moment;
22. each evidence with a proof is in the transparency log as it is, all under one checkpoint;
23. is no check: it names what the log had not taken when the bundle was made;
24. the log signed that checkpoint and as many witnesses as required cosigned it, by the keys that the reader trusts;
25. the checkpoint's time-stamp is for it, and its authority is trusted at the asked moment;
then step 16 for each evidence, at the earlier of its own time-stamp and its checkpoint's, where there is one;
20. the node's seal holds over the list, and is trusted at its own time-stamp's time, else at the asked moment;
then steps 1 to 3, at the time by which the first evidence was stamped, because that evidence names the header; and
step 1 compares with it the realm and the content that all evidence states;
27. the signed directory, one that held when the bundle was sealed, lists that certificate as the sender's seal at the
time when the parcel was taken over, and not as withdrawn;
29. that directory's statement is in the transparency log, in the history of step 22's checkpoint: so it is what all
others were shown. Where evidence is proven and the statement is not, it is refused; in a bundle from before such
proofs, or without the log, it is left out;
26. the checkpoint that the header names holds as in step 24, and the checkpoint of step 22 continues it: what is sealed
cannot have been sealed before it;
21. the letter in it is the content that the header names: then steps 7 to 14 at that time.

What this does not show: that a mandate covered the signature, and that no certificate was withdrawn of which step 28
knows no list; of authorities for time-stamps it asks none. Evidence and the log show when and to whom.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import BinaryIO

from mukatabat_verify import letter as letters
from mukatabat_verify import pades, revocation, timestamps
from mukatabat_verify.asic import DATA, LETTER
from mukatabat_verify.asic.reading import SealedLetter
from mukatabat_verify.asic.seal import SealFound
from mukatabat_verify.bundle import form
from mukatabat_verify.bundle.reading import Bundle
from mukatabat_verify.bundle.steps import verify_directory_logged, verify_listed, verify_log, verify_not_before
from mukatabat_verify.certificates import Trust, check_node, check_person, check_seal, holder
from mukatabat_verify.errors import (
    CertificateOfAnotherUse,
    Refusal,
    SignatureBroken,
    SignatureNotWhole,
    SignatureUntrusted,
    UnknownForm,
)
from mukatabat_verify.evidence import signature as evidence
from mukatabat_verify.evidence.statement import LARGEST as LARGEST_EVIDENCE
from mukatabat_verify.lists import Listed
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.opening import check_sealed, check_signature, open_key, opened
from mukatabat_verify.parcel.suites import WRAPS, OpeningKey
from mukatabat_verify.report import Report, Step
from mukatabat_verify.revocation import Used
from mukatabat_verify.stream import Unsealed, exactly

LARGEST_PDF = 2**27


def verify(stream: BinaryIO, trust: Trust, *, key: OpeningKey | None = None) -> Report:
    """Check a file of any of these kinds over a seekable stream; ``key`` opens a parcel, if one is at hand.

    Never raises for what is in the file: the report's last finding is the refusal, if there is one.
    """
    report = Report()
    try:
        stream.seek(0)
        begins = exactly(stream, len(covers.MAGIC))
        stream.seek(0)
        lists: tuple[bytes, ...] = ()
        if begins == covers.MAGIC:
            used = _verify_parcel(report, stream, trust, key)
        elif begins.startswith(b"PK") and _is_bundle(stream):
            used, lists = _verify_bundle(report, stream, trust)
        elif begins.startswith(b"PK"):
            used = _verify_container(report, stream, trust)
        elif begins.startswith(b"<erds:Evidence"):
            used = _verify_evidence(report, stream, trust)
        else:
            with report.step(Step.PARCEL_FORM):
                raise UnknownForm
        _verify_not_withdrawn(report, (*trust.lists, *lists), used, trust)
    except Refusal:
        pass  # it stands in the report
    return report


def _verify_not_withdrawn(report: Report, lists: tuple[bytes | Listed, ...], used: list[Used], trust: Trust) -> None:
    with report.step(Step.NOT_WITHDRAWN) as said:  # 28
        if not lists:
            said.left_out = "no list of revoked certificates is at hand"
            return
        shown = revocation.check(lists, dict.fromkeys(used), trust)
        told = [f"no list speaks of: {', '.join(dict.fromkeys(shown.unknown))}"] if shown.unknown else []
        if shown.older:
            told.append(f"by a list from before the use: {', '.join(dict.fromkeys(shown.older))}")
        told += [f"withdrawn since, and valid before: {name} from {at.isoformat()}" for name, at in shown.later.items()]
        if shown.unknown:  # no tick stands where a list is missing: whoever made the file chose the lists
            said.left_out = "; ".join(told)
        else:
            said.note = "; ".join(told)
    report.facts["withdrawn_since"] = {name: at.isoformat() for name, at in shown.later.items()}


def _verify_parcel(report: Report, stream: BinaryIO, trust: Trust, key: OpeningKey | None) -> list[Used]:
    with report.step(Step.PARCEL_FORM):  # 1
        cover, header = covers.read(stream)
        begin = stream.tell()
    with report.step(Step.HEADER_SIGNED):  # 2
        check_signature(cover, header)
    with report.step(Step.HEADER_TRUSTED):  # 3
        check_seal(cover.certificates, trust, body=header.sender)
    report.facts |= _facts(cover, header)
    with report.step(Step.SEALED_BYTES):  # 4
        check_sealed(header, stream)
    if key is None:
        report.leave_out(Step.KEY, "no key was given, so the content stays sealed")
        return [Used(cover.certificates, trust.at)]
    with report.step(Step.KEY):  # 5
        # A court judges what was sealed then; which suites a recipient takes today is the recipient's own question.
        parcel_key = open_key(cover, header, key, accepted=WRAPS)
    with report.step(Step.CONTENT):  # 6
        stream.seek(begin)
        for _ in opened(header, parcel_key, stream):
            pass
    inside = _verify_container(report, _content(stream, parcel_key, begin), trust, header)
    return [Used(cover.certificates, trust.at), *inside]


def _content(stream: BinaryIO, key: ParcelKey, begin: int) -> BinaryIO:
    # The content is read where it lies, chunk by chunk: it never lies open on a disk.
    return Unsealed(stream, key.cipher, begin=begin)  # type: ignore[return-value]


def _verify_container(report: Report, stream: BinaryIO, trust: Trust, header: Header | None = None) -> list[Used]:
    with report.step(Step.CONTAINER_FORM):  # 7
        sealed = SealedLetter(stream)
    with report.step(Step.COMPLETE):  # 8
        sealed.check_complete()
    with report.step(Step.FILES):  # 9
        sealed.check_files()
    with report.step(Step.SEALED):  # 10
        seal = sealed.check_seal()
    with report.step(Step.LETTER):  # 11
        data = check_letter(sealed, header)
    report.facts |= {"reference": data.reference, "issued_on": data.issued_on, "sender": data.sender}
    sealed_when = trust
    if seal.time_stamp is None:
        report.leave_out(Step.STAMPED, "the seal carries no time-stamp; its certificate is judged at the asked moment")
    else:
        with report.step(Step.STAMPED):  # 12
            moment = timestamps.stamped_at(seal.time_stamp, hashlib.sha256(seal.value).digest())
            timestamps.check_authority(seal.time_stamp, trust)
        sealed_when = replace(trust, at=moment)
        report.facts["sealed_before"] = moment.isoformat()
    with report.step(Step.SEAL_TRUSTED):  # 13
        check_seal(seal.chain, sealed_when, body=data.sender)
    report.facts |= {"sealed_by": holder(seal.chain[0]), "sealed_at_claimed": seal.sealed_at.isoformat()}
    with report.step(Step.PERSON):  # 14
        person = _check_person(sealed.archive.read(LETTER, most=LARGEST_PDF), trust)
        if person.chain[0] == seal.chain[0]:
            raise CertificateOfAnotherUse("the body's seal in a person's place")
    claimed, stamped = person.signed_at, person.time_stamped_at
    report.facts |= {
        "signed_by": person.signer,
        "signed_at_claimed": claimed.isoformat() if claimed else None,
        "signed_before": stamped.isoformat() if stamped else None,
    }
    return [Used(seal.chain, sealed_when.at), Used(person.chain, stamped or trust.at)]


def _verify_evidence(report: Report, stream: BinaryIO, trust: Trust) -> list[Used]:
    with report.step(Step.EVIDENCE):  # 15
        found = evidence.check(exactly(stream, LARGEST_EVIDENCE + 1))
    with report.step(Step.EVIDENCE_TRUSTED):  # 16
        check_node(found.chain, trust)
    stated = found.statement
    report.facts |= {
        "event": str(stated.event),
        "at": stated.at.isoformat(),
        "stated_by": stated.issuer_name,
        "signed_with": holder(found.chain[0]),
        "sender": stated.sender,
        "about": stated.about or ", ".join(stated.recipients),
        "register": stated.register,
        "parcel": str(stated.parcel),
        "header_sha256": stated.header.hex(),
    }
    return [Used(found.chain, trust.at)]


def _is_bundle(stream: BinaryIO) -> bool:
    """Whether an archive names itself a bundle, where the first file of a stored one lies."""
    begins = exactly(stream, 200)
    stream.seek(0)
    return form.MEDIA_TYPE.encode("ascii") in begins


def _verify_bundle(report: Report, stream: BinaryIO, trust: Trust) -> tuple[list[Used], tuple[bytes, ...]]:
    with report.step(Step.BUNDLE):  # 17
        bundle = Bundle(stream)
        bundle.check_pieces()
    with report.step(Step.EVIDENCE):  # 15
        found = bundle.evidence()
    with report.step(Step.HISTORY):  # 18
        bundle.check_about(found)
    with report.step(Step.EVIDENCE_STAMPED):  # 19
        stamped = bundle.stamped(trust)
    log, numbers = verify_log(report, bundle, stamped, trust)
    with report.step(Step.EVIDENCE_TRUSTED):  # 16
        used = [Used(one.chain, stamped.get(name, trust.at)) for name, one in found.items()]
        for one in used:
            check_node(one.chain, replace(trust, at=one.at))
    report.facts["signed_with"] = sorted({holder(one.chain[0]) for one in found.values()})
    # What the node says of who holds its own key; anybody who believes the evidence believes this as well.
    report.facts["evidence_custody"] = sorted({one.statement.custody for one in found.values()})
    report.facts["events"] = [
        {
            "event": str(one.statement.event), "at": one.statement.at.isoformat(), "register": one.statement.register,
            "stamped": stamped[name].isoformat() if name in stamped else None, "logged": numbers.get(name),
        }
        for name, one in found.items()
    ]  # fmt: skip
    with report.step(Step.BUNDLE_SEALED):  # 20
        seal = bundle.check_seal()
        sealed_when = _when_sealed(seal, trust)
        check_node(seal.chain, sealed_when)
    known = replace(trust, at=min(stamped.values(), default=trust.at))
    with report.step(Step.PARCEL_FORM):  # 1
        cover, header = bundle.cover()
        bundle.check_stated(found, header)
    with report.step(Step.HEADER_SIGNED):  # 2
        check_signature(cover, header)
    with report.step(Step.HEADER_TRUSTED):  # 3
        check_seal(cover.certificates, known, body=header.sender)
    report.facts |= _facts(cover, header) | {"recipient": bundle.index.recipient}
    submitted = min(one.statement.submitted_at for one in found.values())
    used += [Used(seal.chain, sealed_when.at), Used(cover.certificates, known.at)]
    made = bundle.index.made if seal.time_stamp is None else sealed_when.at
    listed = verify_listed(report, lambda: bundle.directory(made), sealed_when, cover.certificates[0], at=submitted)
    verify_directory_logged(report, log, listed, promised=bundle.promises_logged_directory)
    verify_not_before(report, log, header)
    container = bundle.container()
    if container is None:
        report.leave_out(Step.LETTER_OF_PARCEL, "the bundle holds the digests of the letter, not the letter")
        return used, bundle.lists()
    with report.step(Step.LETTER_OF_PARCEL):  # 21
        bundle.check_content(header)
    return [*used, *_verify_container(report, container, known, header)], bundle.lists()


def _when_sealed(seal: SealFound, trust: Trust) -> Trust:
    """The moment for which a seal's certificate is judged: that of a true time-stamp over it, else the asked one."""
    if seal.time_stamp is None:
        return trust
    moment = timestamps.stamped_at(seal.time_stamp, hashlib.sha256(seal.value).digest())
    timestamps.check_authority(seal.time_stamp, trust)
    return replace(trust, at=moment)


def check_letter(sealed: SealedLetter, header: Header | None) -> letters.LetterData:
    """Make step 11, and give what the letter says of itself; raises LetterDataMalformed or LetterDataDisagrees."""
    data = letters.read(sealed.archive.read(DATA, most=letters.LARGEST))
    documents = [(one.digest.hex(), sealed.archive.entries[name].size) for name, one in sealed.files.items()]
    letters.check_documents(data, [documents[0], *documents[2:]])
    if header is not None:
        bodies = frozenset(one.body for one in header.recipients)
        letters.check_parcel(data, parcel=str(header.parcel), sender=header.sender, recipients=bodies)
    return data


def _check_person(pdf: bytes, trust: Trust) -> pades.SignatureReport:
    found = pades.validate(pdf, trust)
    if not found.intact:
        raise SignatureBroken(found.problem)
    # Validation data may be added to a PDF later; but a container holds the bytes that were issued, and no others.
    if not (found.changes_allowed and found.covers_whole_file):
        raise SignatureNotWhole
    if not found.trusted:
        raise SignatureUntrusted(found.problem)
    if found.problem:
        raise SignatureBroken(found.problem)
    check_person(found.chain[0])
    return found


def _facts(cover: Cover, header: Header) -> dict[str, object]:
    return {
        "parcel": str(header.parcel),
        "realm": header.realm,
        "sender": header.sender,
        "recipients": sorted({one.body for one in header.recipients}),
        "created_claimed": header.created.isoformat(),
        "header_sha256": cover.digest.hex(),
        "not_before": header.not_before and {"log": header.not_before.log, "size": header.not_before.size},
    }
