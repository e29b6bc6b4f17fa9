# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between a letter and its signature."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError


class SigningError(MukatabatError):
    """Base of the errors of this room."""

    code = "signing.error"


class UnsignableDocument(SigningError):
    """The document is no PDF, is locked, or its signature field cannot be placed."""

    code = "signing.unsignable-document"
    happened = _("This document cannot be signed.")
    safe = _("Nothing was signed. The letter and its number are kept.")
    do = _("Tell your administrator; the printed form of the letter has to be made again.")


class CertificateNotUsable(SigningError):
    """The signer's certificate is outside its dates, not meant for signing, or of an unknown kind."""

    code = "signing.certificate-not-usable"
    happened = _("The signing certificate of %(signer)s cannot be used for this letter.")
    safe = _("Nothing was signed. The letter and its number are kept.")
    do = _("Renew the certificate, then sign again.")


class CertificateExpired(CertificateNotUsable):
    """The signer's certificate ended on ``day``."""

    code = "signing.certificate-expired"
    happened = _("Your signing certificate ended on %(day)s, so it signs nothing any more.")
    safe = _("No number was taken. What you signed before stays valid: its time-stamp says when.")
    do = _("Ask for a new certificate where you got this one, then sign again. The letter waits for you.")


class ForeignSignature(SigningError):
    """The signature was not made by this certificate's key over these bytes."""

    code = "signing.foreign-signature"
    happened = _("The signature that arrived does not belong to this letter and this signer.")
    safe = _("It was thrown away. The letter is unchanged and is not issued.")
    do = _("Sign again. If it happens again, stop and tell your administrator.")


class PreparationDamaged(SigningError):
    """The stored preparation does not agree with itself."""

    code = "signing.preparation-damaged"
    happened = _("The bytes that were made ready for signing have changed.")
    safe = _("Nothing was signed and nothing was sent. The number stays visible in the register.")
    do = _("Tell your administrator. The letter can be issued anew under a new number.")


class ProviderUnavailable(SigningError):
    """The signing service does not answer; the request may be repeated."""

    code = "signing.provider-unavailable"
    http_status = 503
    happened = _("The signing service does not answer.")
    safe = _("The letter and its number are kept; nothing is signed twice.")
    do = _("Wait a little. The request is repeated by itself until its deadline.")


class ProviderMisbehaves(ProviderUnavailable):
    """The signing service answers with something that its protocol does not know; ``detail`` says what, for the log."""

    code = "signing.provider-misbehaves"
    http_status = 502
    happened = _("The signing service answered with something that cannot be used.")
    do = _("Wait a little and sign again. If it happens again, tell your administrator.")


class SignerNotEnrolled(SigningError):
    """No key at the trust service provider is recorded for the person."""

    code = "signing.signer-not-enrolled"
    http_status = 409
    happened = _("No signing key of yours is recorded here.")
    safe = _("No number was taken. The letter waits for you.")
    do = _("Ask the administrator of your body to record your key; a second person confirms it.")


class AnotherSigner(CertificateNotUsable):
    """The trust service provider gives certificates of another person than the one whose key was recorded."""

    code = "signing.another-signer"
    happened = _("The signing service gave the certificate of another person.")
    safe = _("Nothing was signed and no number was taken.")
    do = _("Do not confirm anything on your telephone. Tell your administrator at once.")


class NoKeyThere(SigningError):
    """The trust service provider has no key for this name that could be recorded."""

    code = "signing.no-key-there"
    http_status = 404
    happened = _("The signing service has no key under this name that signs for a person here.")
    safe = _("Nothing was recorded.")
    do = _("Check the name with the person, and that the key is released by telephone and its certificate is valid.")


class KeyOfAnother(SigningError, Conflict):
    """The number in the certificate is already recorded for another person of the body."""

    code = "signing.key-of-another"
    happened = _("This key is recorded for another person of the body already.")
    safe = _("Nothing was recorded. Whoever signs with this key goes on signing with it.")
    do = _("Check the name at the signing service. If the other entry is wrong, take the key away there first.")


class NoProvider(SigningError):
    """The installation names no signature provider, and only development has one of its own."""

    code = "signing.no-provider"
    http_status = 503
    happened = _("This platform has no signing service yet.")
    safe = _("Nothing was signed, and no number was taken. The letter waits for its signer.")
    do = _("Tell your administrator, who has to name the signing service.")


class RequestConflict(SigningError, Conflict):
    """One request id was used for two different things to sign."""

    code = "signing.request-conflict"
    happened = _("This signing request already stands for another document or person.")
    safe = _("The first request stands. Nothing else was signed.")
    do = _("Open the letter again and start signing from there.")


class UnknownTicket(SigningError):
    """The provider never gave out this ticket, or has lost it."""

    code = "signing.unknown-ticket"
    happened = _("The signing service does not know this request.")
    safe = _("Nothing was signed. The letter and its number are kept.")
    do = _("Start signing again.")


class KeysUnreadable(SigningError):
    """The development key store cannot be opened: another passphrase, or a damaged file."""

    code = "signing.keys-unreadable"
    http_status = 503
    happened = _("The development keys cannot be opened.")
    safe = _("Nothing was signed.")
    do = _("Restore the key folder and its passphrase file, or remove both to begin anew.")


class UnreadableSignature(SigningError):
    """The file carries no signature that can be read."""

    code = "signing.unreadable-signature"
    happened = _("No readable signature was found in this file.")
    safe = _("The file was only read.")
    do = _("Ask for the file again from whoever issued it.")


class TimeStampError(SigningError):
    """Base of the two ways in which a time-stamp may be missing."""

    code = "signing.time-stamp"
    safe = _("The signature itself is valid and kept. A time-stamp can be added later.")


class TimeStampUnavailable(TimeStampError):
    """The authority did not answer in time, or refused."""

    code = "signing.time-stamp-unavailable"
    http_status = 503
    happened = _("The time-stamp authority does not answer.")
    do = _("Nothing is needed from you.")


class RevocationUnavailable(SigningError):
    """An authority did not give its list of revoked certificates in time, or gave something else."""

    code = "signing.revocation-unavailable"
    http_status = 503
    happened = _("The list of revoked certificates cannot be fetched at the moment.")
    safe = _("Letters and signatures are not affected; the proof is completed later.")
    do = _("Nothing is needed from you.")


class TimeStampInvalid(TimeStampError):
    """The authority answered with something that is not a time-stamp of this signature."""

    code = "signing.time-stamp-invalid"
    http_status = 502
    happened = _("The time-stamp authority sent a time-stamp that is not for this signature.")
    do = _("Tell your administrator.")


class AuthorityFileRefused(SigningError):
    """Base of what can be wrong with a file in the folder of trusted authorities; ``file`` is its name."""

    code = "signing.authority-file"
    http_status = 503
    safe = _("No authority is believed until it is settled. Letters and what they were signed with are unchanged.")
    do = _(
        "Tell your administrator: take the file out of the folder of authorities, or put the right one in its place."
    )


class AuthorityFileUnreadable(AuthorityFileRefused):
    """It cannot be read, or is no certificate."""

    code = "signing.authority-file-unreadable"
    happened = _("The file %(file)s among the trusted authorities cannot be read as a certificate.")


class AuthorityFileNotOne(AuthorityFileRefused):
    """Its certificate may certify nobody, or says that it certified itself and did not."""

    code = "signing.authority-file-not-one"
    happened = _("The certificate in the file %(file)s is not one of an authority: it may certify nobody.")


class AuthorityFileWritable(AuthorityFileRefused):
    """Everybody on the host may write it."""

    code = "signing.authority-file-writable"
    happened = _("Everybody on this server may change %(file)s among the trusted authorities.")
    do = _("Tell your administrator: take the right to write it from all but root, and look at what is in it.")


class AuthorityFileHoldsKey(AuthorityFileRefused):
    """It holds a private key, which belongs to its authority alone."""

    code = "signing.authority-file-holds-key"
    happened = _("The file %(file)s among the trusted authorities holds a private key.")
    do = _("Tell your administrator: take the file away at once and tell the authority whose key it is.")


class NoAuthority(SigningError):
    """The installation was told of no authority whose certificates it may believe."""

    code = "signing.no-authority"
    http_status = 503
    happened = _("This platform was told of no certification authority yet, so it can believe no certificate.")
    safe = _("Nothing was signed, sealed or sent.")
    do = _("Tell your administrator, who lays the authority's certificates into their folder.")


class CertifiedElsewhere(SigningError):
    """A key is to be certified at once, and this installation has no authority of its own."""

    code = "signing.certified-elsewhere"
    http_status = 409
    happened = _("This platform certifies no key by itself: an authority outside does.")
    safe = _("No key was made or replaced. The present one goes on working until its certificate ends.")
    do = _("Write a request for the authority with `keys request`, and bring its answer in with `keys accept`.")


class AnswerRefused(SigningError):
    """Base of the reasons for which an authority's answer to a request for a certificate is not taken."""

    code = "signing.answer-refused"
    safe = _("Nothing was changed: the request stands, and the present certificate goes on working.")
    do = _("Ask the authority for a certificate that answers the request, and bring that in.")


class AnswerUnreadable(AnswerRefused):
    """The file ``file`` holds no certificate."""

    code = "signing.answer-unreadable"
    happened = _("No certificate can be read in the file %(file)s.")


class AnswerNotAskedFor(AnswerRefused):
    """None of the certificates is of the key for which the request that stands was made."""

    code = "signing.answer-not-asked-for"
    happened = _("None of these certificates is of the key for which a request stands.")
    do = _("Look which request the authority answered. If it was given up, write a new one with `keys request`.")


class AnswerUntrusted(AnswerRefused):
    """No trusted root vouches for it today."""

    code = "signing.answer-untrusted"
    happened = _("No authority that this platform trusts today vouches for the certificate.")
    do = _("Bring the certificates between it and the root along, and look at the trusted ones: `keys authorities`.")


class AnswerOutOfDate(AnswerRefused):
    """It is not valid yet, or no longer."""

    code = "signing.answer-out-of-date"
    happened = _("The certificate is not valid today: it begins later, or has ended.")


class AnswerOfAnotherUse(AnswerRefused):
    """It is not for signing, may certify others, or is not marked as what was asked for."""

    code = "signing.answer-of-another-use"
    happened = _("The certificate is not meant for what was asked: its uses or its names say otherwise.")


class AnswerOfAnotherBody(AnswerRefused):
    """It does not name the body by its identifier ``identifier``."""

    code = "signing.answer-of-another-body"
    happened = _("The certificate is not this body's: it does not name %(identifier)s as its organisation.")


class AnswerWithdrawn(AnswerRefused):
    """Its authority has withdrawn it, or the authority between it and the root was withdrawn."""

    code = "signing.answer-withdrawn"
    happened = _("The authority has revoked this certificate, or the one above it.")
