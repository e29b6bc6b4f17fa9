# SPDX-License-Identifier: EUPL-1.2
"""What a time-stamp token (RFC 3161) says, whether it says it about these bytes, and whether anybody vouches for it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from mukatabat_verify.certificates import Trust, check_time_stamping
from mukatabat_verify.errors import TimeStampBroken


def time_claimed(token: bytes) -> datetime:
    """Read the time in a DER time-stamp token without believing it; TimeStampBroken when it cannot be read."""
    try:
        moment = _information(cms.ContentInfo.load(token)["content"])["gen_time"].native
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise TimeStampBroken(str(error)) from error
    if not isinstance(moment, datetime):
        raise TimeStampBroken("no time")
    return moment


def stamped_at(token: bytes, digest: bytes) -> datetime:
    """Check that a token stamps a SHA-256 digest and is intact, and give its time.

    1. It is one signer's signed TSTInfo. 2. The imprint is our digest. 3. The signature is by the certificate that it
    carries. Whether anybody trusts that certificate is asked by :func:`check_authority`, not here.
    Raises TimeStampBroken. Source: RFC 3161 §2.4.2.
    """
    try:
        content = cms.ContentInfo.load(token, strict=True)["content"]
        information = _information(content)  # 1
        (signer,) = content["signer_infos"]
        imprint = information["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256" or imprint["hashed_message"].native != digest:
            raise TimeStampBroken("stamps another digest")  # 2
        certificates = [one.chosen for one in content["certificates"]]
        (own,) = (one for one in certificates if one.serial_number == signer["sid"].chosen["serial_number"].native)
        algorithm = signer["digest_algorithm"]["algorithm"].native
        stamped = hashlib.new(algorithm, bytes(content["encap_content_info"]["content"])).digest()
        intact, valid = validate_sig_integrity(signer, own, "tst_info", stamped)  # 3
    except (ValueError, TypeError, LookupError, AttributeError, UnsupportedAlgorithm) as error:
        raise TimeStampBroken(str(error)) from error
    if not (intact and valid):
        raise TimeStampBroken("the signature of the token does not hold")
    return time_claimed(token)


def check_authority(token: bytes, trust: Trust) -> None:
    """Check that a trusted root vouches for the authority of a token, whose digest :func:`stamped_at` has checked.

    Raises what :func:`certificates.check_time_stamping` raises.
    """
    content = cms.ContentInfo.load(token, strict=True)["content"]
    certificates = [one.chosen for one in content["certificates"]]
    number = content["signer_infos"][0]["sid"].chosen["serial_number"].native
    own = [one for one in certificates if one.serial_number == number]
    others = [one for one in certificates if one.serial_number != number]
    check_time_stamping([bytes(one.dump()) for one in (*own, *others)], trust)


def _information(content: cms.SignedData) -> tsp.TSTInfo:
    information = content["encap_content_info"]["content"].parsed
    if not isinstance(information, tsp.TSTInfo):
        raise TypeError("not a time-stamp")
    return information
