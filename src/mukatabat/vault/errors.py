# SPDX-License-Identifier: EUPL-1.2
"""Why a file is not taken, and what can be wrong with a stored document."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, MukatabatError, NotFoundOrForbidden


class VaultError(MukatabatError):
    """Base of the errors of this room."""

    code = "vault.error"


class FileRefused(VaultError):
    """Base of the reasons for which an offered file is not taken; ``name`` is the file's name as it may be shown."""

    code = "vault.file-refused"
    safe = _("The file was not stored. What you had written or attached before is unchanged.")


class EmptyFile(FileRefused):
    """The file has no bytes."""

    code = "vault.empty-file"
    happened = _("The file %(name)s is empty.")
    do = _("Check the file on your device, then attach it again.")


class TooLarge(FileRefused):
    """The file has more bytes than ``limit`` mebibytes; found while reading, so no more than that was read."""

    code = "vault.too-large"
    http_status = 413
    happened = _("The file %(name)s is larger than the limit of %(limit)d MB.")
    do = _("Make it smaller, for example by scanning at 200 to 300 dots per inch, or split it into parts.")


class UnsafeName(FileRefused):
    """The file's name holds folder separators, control characters or direction overrides."""

    code = "vault.unsafe-name"
    happened = _("The file's name holds hidden or forbidden characters.")
    do = _("Rename the file with letters, digits and spaces only, then attach it again.")


class NameLies(FileRefused):
    """The name's extension ``claimed`` promises another type than the content, which is ``actual`` (a label)."""

    code = "vault.name-lies"
    http_status = 415
    happened = _("The name %(name)s promises a %(claimed)s file, but the content is: %(actual)s.")
    do = _("Ask where the file came from. If you trust it, open it and save it again in its true type.")


class UnsupportedType(FileRefused):
    """The content, which is ``actual`` (a label), is of a type that letters do not carry."""

    code = "vault.unsupported-type"
    http_status = 415
    happened = _("The file %(name)s is of a type that letters do not carry: %(actual)s.")
    do = _("Attach it as PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG, TIFF, or plain text in UTF-8.")


class BrokenFile(FileRefused):
    """The file is cut short or damaged, so that its readers could not agree on what it says."""

    code = "vault.broken-file"
    happened = _("The file %(name)s is damaged or incomplete.")
    do = _("Open it on your device and save it again, or scan it again, then attach the new file.")


class TwoTypes(FileRefused):
    """The same bytes are valid as two types, so that two readers would see two documents."""

    code = "vault.two-types"
    happened = _("The file %(name)s can be read as two different documents at once.")
    do = _("Open it, print it to a new PDF, and attach that. Tell your security officer where it came from.")


class PasswordProtected(FileRefused):
    """The file is encrypted, be it with a password to open it or with restrictions of use."""

    code = "vault.password-protected"
    happened = _("The file %(name)s is protected with a password or restrictions, so nobody could keep or check it.")
    do = _("Save a copy without protection and attach that. The letter's secrecy degree protects it here.")


class MacroEnabled(FileRefused):
    """The office file carries macros or controls that run code."""

    code = "vault.macro-enabled"
    happened = _("The file %(name)s contains macros, which are programs.")
    do = _("Save it without macros (as .docx, .xlsx or .pptx) or as PDF, then attach that.")


class ActivePdf(FileRefused):
    """The PDF carries JavaScript, a launch action, rich media or a scripted form."""

    code = "vault.active-pdf"
    happened = _("The PDF %(name)s contains a script or a command that starts programs.")
    do = _("Open it, print it to a new PDF, and attach that.")


class EmbeddedProgram(FileRefused):
    """A program is hidden inside the document."""

    code = "vault.embedded-program"
    happened = _("The file %(name)s carries a program inside it.")
    do = _("Remove the embedded file and save the document again. Tell your security officer where it came from.")


class EntityTricks(FileRefused):
    """A part of the office file declares a document type, which no office program writes and attacks need."""

    code = "vault.entity-tricks"
    happened = _("The file %(name)s contains declarations that no office program writes.")
    do = _("Open it, save it again under a new name, and attach that. Tell your security officer where it came from.")


class Bomb(FileRefused):
    """Unpacking or reading the file costs more than any real document: size, ratio, parts, depth, pages or time."""

    code = "vault.bomb"
    happened = _("The file %(name)s unpacks to far more than a document of its size can hold.")
    do = _("If it is a real document, print it to PDF in smaller parts. Otherwise tell your security officer.")


class CheckUnavailable(FileRefused):
    """The examination ended without an answer, through no fault that is known of the file."""

    code = "vault.check-unavailable"
    http_status = 503
    happened = _("The file %(name)s could not be checked at the moment.")
    do = _("Try again in a few minutes. If the same file fails again, print it to a new PDF and attach that.")


class InfectedFile(FileRefused):
    """The malware scanner knows this file; ``signature`` is its name for it."""

    code = "vault.infected"
    happened = _("The malware check found %(signature)s in the file %(name)s.")
    do = _("Do not open the file. Tell your security officer where it came from.")


class UploadNotFound(VaultError, NotFoundOrForbidden):
    """No such upload of the acting person: ended, too old, another's or never there look the same."""

    code = "vault.upload-not-found"
    http_status = NotFoundOrForbidden.http_status
    happened = NotFoundOrForbidden.happened
    do = NotFoundOrForbidden.do


class WrongOffset(VaultError, Conflict):
    """A part does not begin where the upload stands, ``offset``: another page went on, or an answer was lost."""

    code = "vault.wrong-offset"
    http_status = Conflict.http_status
    happened = _("This part of the file is not the one that comes next.")
    safe = _("What has arrived of the file is kept.")
    do = _("Go on from where the upload stands.")


class DigestMismatch(VaultError):
    """A part is not what its digest says: cut short or altered on its way; the upload stands at ``offset``."""

    code = "vault.digest-mismatch"
    happened = _("A part of the file did not arrive whole.")
    safe = _("What had arrived of the file before is kept.")
    do = _("Send this part again.")


class UploadIncomplete(FileRefused):
    """A file is to be taken of which not all parts have come."""

    code = "vault.upload-incomplete"
    http_status = 409
    happened = _("The file %(name)s has not arrived completely.")
    safe = _("What has arrived of the file is kept for a day.")
    do = _("Choose the same file again: the upload goes on where it stopped.")


class TooManyUploads(VaultError):
    """The person has too many or too large uploads under way."""

    code = "vault.too-many-uploads"
    http_status = 429
    happened = _("Too many files are being uploaded at once.")
    do = _("Wait until they have arrived, or cancel one of them.")


class DocumentNotFound(VaultError, NotFoundOrForbidden):
    """No such document in the actor's body; missing and another body's look the same."""

    code = "vault.document-not-found"
    http_status = NotFoundOrForbidden.http_status
    happened = NotFoundOrForbidden.happened
    do = NotFoundOrForbidden.do


class NotAReader(VaultError, NotFoundOrForbidden):
    """The document is for named readers, and this actor is none of them, or has no session; looks like missing."""

    code = "vault.not-a-reader"
    http_status = NotFoundOrForbidden.http_status
    happened = NotFoundOrForbidden.happened
    do = NotFoundOrForbidden.do


class StoredBytes(VaultError):
    """Base of what can be wrong with bytes that were stored; ``digest`` is their address in the store."""

    code = "vault.stored-bytes"
    http_status = 500
    safe = _("Nothing damaged was shown or sent. The letter, its numbers and its signatures are unchanged.")
    do = _("Tell your administrator, who can restore it from the backup, and give this code: %(digest)s")


class BlobMissing(StoredBytes):
    """The store holds nothing under this digest."""

    code = "vault.blob-missing"
    happened = _("The stored copy of this document is missing.")


class BlobDamaged(StoredBytes):
    """The stored bytes are not those that were stored: changed, cut short, or put together from others."""

    code = "vault.blob-damaged"
    happened = _("The stored copy of this document was altered or damaged.")


class TextDamaged(StoredBytes):
    """A sealed text of a row is not what was sealed; ``digest`` names the column."""

    code = "vault.text-damaged"
    happened = _("A stored text of this page was altered or damaged.")


class KeyUnavailable(VaultError):
    """The key store cannot be opened, or does not hold the key; ``reason`` is for the log and names no secret."""

    code = "vault.key-unavailable"
    http_status = 503
    happened = _("The keys of the stored documents are not available at the moment.")
    safe = _("The documents are unchanged and stay locked until their keys are there again.")
    do = _("Tell your administrator that the key store has to be opened.")


class WrongKey(KeyUnavailable):
    """A key does not open what was sealed: another key store, or a key moved to another row."""

    code = "vault.wrong-key"
    happened = _("The key at hand does not open this document.")
    do = _("Tell your administrator, who can check whether the key store and the database belong together.")


class TokenBusy(KeyUnavailable):
    """The hardware module answers others first, or has no room for a session."""

    code = "vault.token-busy"
    happened = _("The hardware module that holds the keys is busy.")
    do = _("Try again in a minute. If it happens again, tell your administrator.")


class TokenGone(KeyUnavailable):
    """The hardware module was taken out, switched off, or is not the one that is configured."""

    code = "vault.token-gone"
    happened = _("The hardware module that holds the keys is not connected.")
    do = _("Tell your administrator, who has to connect it; nothing has to be done again afterwards.")


class TokenPinRefused(KeyUnavailable):
    """The hardware module refused the PIN; it is not tried again before its file changes, so that it is not locked."""

    code = "vault.token-pin-refused"
    happened = _("The hardware module that holds the keys refused its PIN.")
    do = _("Tell your administrator, who has to put the right PIN in its place.")


class TokenPinLocked(KeyUnavailable):
    """The hardware module takes no PIN any more after too many wrong ones."""

    code = "vault.token-pin-locked"
    happened = _("The hardware module that holds the keys has locked itself after wrong PINs.")
    do = _("Tell your administrator: its security officer has to set a new PIN.")


class SuiteNotAccepted(VaultError):
    """The body's keys are to move where only keys of a ``suite`` are held that its floor no longer takes."""

    code = "vault.suite-not-accepted"
    http_status = 409
    happened = _("The body no longer takes sealed letters by the suite of that key store: %(suite)s.")
    safe = _("No key was moved.")
    do = _("Let the body take this suite again, then move its keys.")


class SealKeyMissing(KeyUnavailable):
    """The directory lists a seal of the body whose private half this installation does not hold."""

    code = "vault.seal-key-missing"
    happened = _("The key of this body's seal is not held here.")
    safe = _("Nothing was sealed or sent. The issued letter waits with us.")
    do = _("Tell your administrator, who can give the body a new seal.")


class NotCertified(VaultError):
    """Base of what is missing of certificates that an authority outside issues: without them nothing is sealed."""

    code = "vault.not-certified"
    http_status = 409
    safe = _("No number was taken, and nothing was sealed or sent. The letter is kept as it stands.")
    do = _("Tell your administrator, who asks the certification authority and brings its answer in; then try again.")


class SealNotCertified(NotCertified):
    """The body has no seal yet whose certificate was brought in."""

    code = "vault.seal-not-certified"
    happened = _("This body has no seal yet, and letters to other bodies leave under its seal.")


class SealEnded(NotCertified):
    """The certificate of the body's seal ended on ``day``."""

    code = "vault.seal-ended"
    happened = _("The certificate of this body's seal ended on %(day)s.")


class SealWithdrawn(NotCertified):
    """The authority withdrew the certificate of the body's seal, from ``day`` on."""

    code = "vault.seal-withdrawn"
    happened = _("The certification authority revoked the certificate of this body's seal on %(day)s.")
    safe = _(
        "No number was taken, and nothing was sealed or sent. The letter is kept as it stands, and what was sealed "
        "before that day stays valid."
    )
    do = _("Tell your administrator: the body needs a new seal. Once its certificate is brought in, try again.")


class SealHeldUp(SealWithdrawn):
    """The authority withdrew it for the time being."""

    code = "vault.seal-held-up"
    happened = _("The certification authority suspended the certificate of this body's seal on %(day)s.")
    do = _("Tell your administrator, who asks the authority why. Once it lifts the suspension, try again.")


class NodeWithdrawn(NotCertified):
    """The authority withdrew the certificate of the node's key, from ``day`` on."""

    code = "vault.node-withdrawn"
    happened = _(
        "The certification authority revoked this platform's certificate, with which it states what happens to a "
        "letter, on %(day)s."
    )
    safe = SealWithdrawn.safe
    do = _("Tell your administrator: the platform needs a new certificate. Once it is brought in, try again.")


class NodeHeldUp(NodeWithdrawn):
    """The authority withdrew it for the time being."""

    code = "vault.node-held-up"
    happened = _(
        "The certification authority suspended this platform's certificate, with which it states what happens to a "
        "letter, on %(day)s."
    )
    do = SealHeldUp.do


class NodeNotCertified(NotCertified):
    """The node has no key with a certificate in force, so it cannot state what happens to a letter."""

    code = "vault.node-not-certified"
    happened = _("This platform has no certificate in force with which it states what happens to a letter.")


class DocumentDestroyed(VaultError):
    """The document's key was destroyed on a named authority; nothing opens its bytes any more."""

    code = "vault.document-destroyed"
    http_status = 410
    happened = _("This document was destroyed under the retention schedule and can never be opened again.")
    safe = _("The record of it, and the certificate of its destruction, are kept.")
    do = _("If you need to know why, ask your archive for the certificate.")


class DestructionRefused(VaultError):
    """A destruction without its schedule, two approvals of two people, certificate and reason."""

    code = "vault.destruction-refused"
    http_status = 403
    happened = _("A document is destroyed only under a schedule, with two people's approval and a certificate.")
    do = _("Complete the disposal order, then carry it out from there.")


class StoreUnavailable(VaultError):
    """The store cannot take or give bytes now: full, read-only, unreachable, or not the folder that it was."""

    code = "vault.store-unavailable"
    http_status = 503
    happened = _("Documents cannot be stored or opened at the moment.")
    safe = _("Nothing was half stored. What you had written or attached before is unchanged.")
    do = _("Try again in a few minutes. If it happens again, tell your administrator.")
