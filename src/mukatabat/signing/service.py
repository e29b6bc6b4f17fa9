# SPDX-License-Identifier: EUPL-1.2
"""Which signature provider, time-stamp authority, certification authorities and trust this installation uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person
from mukatabat.kernel.addresses import is_encrypted
from mukatabat.signing import enrolment
from mukatabat.signing.authorities import Authority, authorities_in, authority_of
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.errors import CertifiedElsewhere, NoAuthority, NoProvider
from mukatabat.signing.ports import RevocationSource, SignatureProvider, Text, TimeStampAuthority
from mukatabat.signing.providers import remote
from mukatabat.signing.providers.csc import provider as csc
from mukatabat.signing.providers.csc.client import Account, Client
from mukatabat.signing.queries import kept_lists
from mukatabat.signing.revocation import HttpRevocationSource
from mukatabat.signing.timestamps.absent import AbsentTimeStampAuthority
from mukatabat.signing.timestamps.http import HttpTimeStampAuthority
from mukatabat_verify.certificates import Trust

OWN = "—"
"""In the place of a file's name: an authority of the installation's own, for development."""


@cache
def _authority(folder: Path) -> DevelopmentAuthority:
    if not settings.MUKATABAT_DEVELOPMENT:
        message = "no signature provider is configured, and the development one refuses to work outside development"
        raise ImproperlyConfigured(message)
    return DevelopmentAuthority(folder)


def _subject_of(person_id: UUID) -> CertificateSubject:
    person = Person.objects.get(id=person_id)
    return CertificateSubject(
        common_name=person.ar, staff_number=person.staff_number, body=directory.body_name(person.body_id)
    )


@cache
def _software(folder: Path) -> SoftwareProvider:
    return SoftwareProvider(_authority(folder), subject_of=_subject_of)


def provider() -> SignatureProvider:
    """The signature provider of this installation: the trust service provider that it names, else development's.

    Raises NoProvider where there is neither: persons then sign in their own bodies' systems alone.
    """
    found = trust_service()
    if found is None and not settings.MUKATABAT_DEVELOPMENT:
        raise NoProvider
    return found or _software(settings.MUKATABAT_SIGNING_DIR)


def trust_service() -> csc.CscProvider | None:
    """The trust service provider that this installation names, where persons have keys; None where it names none."""
    url = settings.MUKATABAT_CSC_URL
    return _csc(url, settings.MUKATABAT_CSC_CLIENT_ID, settings.MUKATABAT_CSC_SECRET_FILE) if url else None


@cache
def _csc(url: str, client_id: str, secret_file: Path | None) -> csc.CscProvider:
    if not client_id or secret_file is None:
        message = "MUKATABAT_CSC_URL needs MUKATABAT_CSC_CLIENT_ID, and MUKATABAT_CSC_SECRET_FILE or a credential"
        raise ImproperlyConfigured(message)
    is_stand_in = not is_encrypted(url)
    if is_stand_in and not settings.MUKATABAT_DEVELOPMENT:
        message = "MUKATABAT_CSC_URL begins with https outside development"
        raise ImproperlyConfigured(message)
    client = Client(Account(url=url, client_id=client_id, secret_file=secret_file))
    return csc.CscProvider(client, signer_of=enrolment.signer_of, trust=informed_trust, insecure=is_stand_in)


def announcement() -> Text:
    """What is said where a person signs, as long as what signs here binds nobody; empty where it does."""
    if trust_service() is None and not settings.MUKATABAT_DEVELOPMENT:
        return ""
    return provider().announcement


def provider_named(name: str) -> SignatureProvider:
    """The provider that began a running issue and alone may end it; where it is gone, one that lets time run out."""
    if name == csc.NAME and (found := trust_service()) is not None:
        return found
    if name.endswith(SoftwareProvider.name) and settings.MUKATABAT_DEVELOPMENT:
        return _software(settings.MUKATABAT_SIGNING_DIR)
    return remote.RemoteProvider()


@cache
def _local_time_stamps(folder: Path) -> LocalTimeStampAuthority:
    return LocalTimeStampAuthority(_authority(folder))


def time_stamps() -> TimeStampAuthority:
    """The time-stamp authority: the one under ``MUKATABAT_TIME_STAMP_URL``, else the development one in process.

    Outside development and without an address it is one that never answers.
    """
    if settings.MUKATABAT_TIME_STAMP_URL:
        return HttpTimeStampAuthority(settings.MUKATABAT_TIME_STAMP_URL)
    if not settings.MUKATABAT_DEVELOPMENT:
        return AbsentTimeStampAuthority()
    return _local_time_stamps(settings.MUKATABAT_SIGNING_DIR)


def revocation_sources() -> tuple[RevocationSource, ...]:
    """The authorities' lists of revoked certificates: those under ``MUKATABAT_REVOCATION_LISTS``, else the development
    authority's own; none where neither is.
    """
    if settings.MUKATABAT_REVOCATION_LISTS:
        return tuple(HttpRevocationSource(url) for url in settings.MUKATABAT_REVOCATION_LISTS)
    if not settings.MUKATABAT_DEVELOPMENT:
        return ()
    return _authority(settings.MUKATABAT_SIGNING_DIR).revocation_sources


def certifies_by_itself() -> bool:
    """Whether this installation has an authority of its own that certifies seals and nodes when they are needed."""
    return bool(settings.MUKATABAT_DEVELOPMENT)


def known_authorities() -> tuple[Authority, ...]:
    """The authorities of the folder ``MUKATABAT_AUTHORITIES``, and in development before them its own.

    Raises AuthorityFileRefused, naming the file.
    """
    folder: Path | None = settings.MUKATABAT_AUTHORITIES
    own = _authority(settings.MUKATABAT_SIGNING_DIR).authorities if certifies_by_itself() else ()
    return (*(authority_of(one, OWN) for one in own), *(authorities_in(folder) if folder else ()))


def authorities() -> tuple[bytes, ...]:
    """The certificates (DER) of the authorities that this installation knows: roots, and what they let issue."""
    return tuple(one.data for one in known_authorities())


def certify_seal(key: ec.EllipticCurvePublicKey, *, body: str, name: str) -> tuple[x509.Certificate, ...]:
    """Certificates that make a key the seal of the body of this code, its own first, without the root.

    Only the development authority answers here; a real one is asked by people, and its answer is brought in
    (`mukatabat.vault.actions.requests`). Raises CertifiedElsewhere.
    """
    return _certifier().certify_seal(key, body=body, name=name)


def certify_node(key: ec.EllipticCurvePublicKey, *, name: str) -> tuple[x509.Certificate, ...]:
    """Certificates that make a key the one with which this node states what happened, its own first, without the root.

    As for seals, only the development authority answers here.
    """
    return _certifier().certify_node(key, name=name)


def _certifier() -> DevelopmentAuthority:
    if not certifies_by_itself():
        raise CertifiedElsewhere
    return _authority(settings.MUKATABAT_SIGNING_DIR)


def trust(at: datetime) -> Trust:
    """The roots that this installation trusts, asked for a moment (aware).

    Also one that has ended is among them: the path decides by its dates at the moment asked. Raises NoAuthority where
    there is none, and AuthorityFileRefused.
    """
    roots = trusted_roots()
    if not roots:
        raise NoAuthority
    return Trust(roots=roots, at=at)


def informed_trust(at: datetime) -> Trust:
    """As :func:`trust`, with what the authorities have withdrawn as far as was heard: for what comes in. One query."""
    return replace(trust(at), lists=kept_lists())


def trusted_roots() -> tuple[bytes, ...]:
    """The roots (DER) that this installation trusts, none where it was told of none; raises AuthorityFileRefused."""
    return tuple(one.data for one in known_authorities() if one.is_root)
