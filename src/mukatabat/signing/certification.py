# SPDX-License-Identifier: EUPL-1.2
"""What goes to an authority outside, a request for a certificate (PKCS#10), and what comes back: a chain of its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from asn1crypto import cms, core, csr, keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mukatabat.signing.errors import (
    AnswerNotAskedFor,
    AnswerOfAnotherBody,
    AnswerOfAnotherUse,
    AnswerOutOfDate,
    AnswerUnreadable,
    AnswerUntrusted,
    AnswerWithdrawn,
)
from mukatabat.signing.profiles import Profile
from mukatabat_verify import certificates, revocation
from mukatabat_verify.certificates import BODY_IDENTIFIER, Trust, check_node, check_seal
from mukatabat_verify.errors import (
    CertificateOfAnotherBody,
    CertificateOfAnotherUse,
    CertificateOutOfDate,
    CertificateUnreadable,
    CertificateUntrusted,
    CertificateWithdrawn,
)
from mukatabat_verify.revocation import Used

LONGEST_CHAIN = 8
MOST_CERTIFICATES = 64
"""Of those that came along and those that are known, so that no file makes the search long."""


def written_request(profile: Profile, key: ec.EllipticCurvePublicKey, *, sign: Callable[[bytes], bytes]) -> bytes:
    """Write a request for a certificate of a key (RFC 2986, DER), which proves that whoever asks has the private half.

    ``sign`` signs bytes with it, ECDSA over SHA-256 in the DER form, wherever it lies. The extensions are asked for as
    RFC 2985 §5.4.2 has it.
    """
    point = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    wanted = [
        {
            "extn_id": one.oid.dotted_string,
            "critical": critical,
            "extn_value": core.ParsableOctetString(one.public_bytes()),
        }
        for one, critical in profile.extensions
    ]
    said = csr.CertificationRequestInfo({
        "version": "v1",
        "subject": asn1.Name.load(profile.subject.public_bytes()),
        "subject_pk_info": keys.PublicKeyInfo.load(point),
        "attributes": [{"type": "extension_request", "values": [wanted]}],
    })  # fmt: skip
    request = csr.CertificationRequest({
        "certification_request_info": said,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": core.OctetBitString(sign(said.dump())),
    })  # fmt: skip
    return bytes(request.dump())


def as_pem(request: bytes) -> bytes:
    """Give a request (DER) in the form in which authorities are sent one."""
    return x509.load_der_x509_csr(request).public_bytes(Encoding.PEM)


def certificates_in(data: bytes, *, file: str) -> tuple[bytes, ...]:
    """Read the certificates (DER) in what an authority sent: PEM, DER, or a bundle of certificates (PKCS#7, both).

    Raises AnswerUnreadable, naming the file, where there is none.
    """
    for read in (certificates.certificates_in, _bundled):
        with suppress(CertificateUnreadable, ValueError, TypeError, UnsupportedAlgorithm):  # another form
            if found := read(data):
                return found
    raise AnswerUnreadable(file=file)


def _bundled(data: bytes) -> tuple[bytes, ...]:
    """Read a degenerate SignedData (RFC 5652 §5.1), also one whose set is not in order, as openssl writes it."""
    content = pem.unarmor(data)[2] if pem.detect(data) else data
    signed = cms.ContentInfo.load(content, strict=True)["content"]
    found = signed["certificates"] if isinstance(signed, cms.SignedData) else ()
    read = (x509.load_der_x509_certificate(one.chosen.dump()) for one in found if one.name == "certificate")
    return tuple(one.public_bytes(Encoding.DER) for one in read)


def chain_for(key: ec.EllipticCurvePublicKey, came: Iterable[bytes], *, known: Iterable[bytes]) -> tuple[bytes, ...]:
    """Put the chain of a key together, its own certificate first and without the root (all DER).

    What stands between it and a root comes from what came along or from what is known, by signature; what is on no such
    path is dropped. Whether anybody is to be believed is asked afterwards. Raises AnswerNotAskedFor where no
    certificate is of this key.
    """
    answered = [one for data in came if (one := _loaded(data)) is not None][:MOST_CERTIFICATES]
    own = next((one for one in answered if _is_of(one, key)), None)
    if own is None:
        raise AnswerNotAskedFor
    left = [*answered, *(one for data in known if (one := _loaded(data)) is not None)]
    chain = [own]
    while len(chain) < LONGEST_CHAIN and (issuer := next((one for one in left if _issued(chain[-1], one)), None)):
        if issuer.subject == issuer.issuer or issuer in chain:
            break
        chain.append(issuer)
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def accept_seal(chain: Sequence[bytes], trust: Trust, *, body: str) -> None:
    """Check that a chain makes its first the seal of the body of this code at the asked moment.

    1. As every seal is checked (`mukatabat_verify.certificates.check_seal`). 2. No list among ``trust.lists`` says
    that anything of it was withdrawn. Raises an AnswerRefused.
    """
    with _named(BODY_IDENTIFIER + body):
        check_seal(chain, trust, body=body)  # 1
        revocation.check_kept(trust.lists, Used(tuple(chain), trust.at), trust)  # 2


def accept_node(chain: Sequence[bytes], trust: Trust) -> None:
    """Check that a chain makes its first the key of a node, which bears the mark of one; as :func:`accept_seal`."""
    with _named(""):
        check_node(chain, trust)
        revocation.check_kept(trust.lists, Used(tuple(chain), trust.at), trust)


@contextmanager
def _named(identifier: str) -> Iterator[None]:
    """Say by this room's names what the checker refuses."""
    try:
        yield
    except CertificateOutOfDate as refusal:
        raise AnswerOutOfDate from refusal
    except CertificateUntrusted as refusal:
        raise AnswerUntrusted(detail=refusal.detail) from refusal
    except CertificateOfAnotherUse as refusal:
        raise AnswerOfAnotherUse(detail=refusal.detail) from refusal
    except CertificateOfAnotherBody as refusal:
        raise AnswerOfAnotherBody(identifier=identifier) from refusal
    except CertificateWithdrawn as refusal:
        raise AnswerWithdrawn(detail=refusal.detail) from refusal
    except CertificateUnreadable as refusal:
        raise AnswerUnreadable(file="—", detail=refusal.detail) from refusal


def _is_of(certificate: x509.Certificate, key: ec.EllipticCurvePublicKey) -> bool:
    try:
        return certificate.public_key() == key
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _loaded(data: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError:
        return None


def _issued(own: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        own.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
