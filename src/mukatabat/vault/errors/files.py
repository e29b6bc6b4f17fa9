# SPDX-License-Identifier: EUPL-1.2
"""Why an offered file is not taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import Conflict, NotFoundOrForbidden
from mukatabat.vault.errors.base import VaultError


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
