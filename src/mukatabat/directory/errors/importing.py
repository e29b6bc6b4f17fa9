# SPDX-License-Identifier: EUPL-1.2
"""Why a file of people is not taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.directory.errors.base import DirectoryError
from mukatabat.kernel.errors import Conflict


class ImportRefused(DirectoryError):
    """Base of the reasons why a file of people is refused as a whole."""

    code = "directory.import"
    safe = _("Nobody was added or changed.")


class ImportEmpty(ImportRefused):
    """The file has no rows below its header."""

    code = "directory.import-empty"
    happened = _("The file has no rows.")
    do = _("Choose a file with a header line and one person on each line.")


class ImportNotText(ImportRefused):
    """The bytes are not UTF-8 text, or not a table."""

    code = "directory.import-not-text"
    happened = _("The file is not a CSV text file in UTF-8.")
    do = _("In your spreadsheet, save the table as “CSV UTF-8” and choose that file.")


class ImportWindowsArabic(ImportNotText):
    """The bytes are Arabic in the old Windows code page."""

    code = "directory.import-windows-arabic"
    happened = _("The file is written in Windows Arabic (1256), not in UTF-8; its names could be misread.")


class ImportColumnsMissing(ImportRefused):
    """Columns that every import needs are absent; `columns`."""

    code = "directory.import-columns-missing"
    happened = _("The file lacks these columns: %(columns)s.")
    do = _("Add the columns to the header line, in Arabic or in English.")


class ImportTooLong(ImportRefused):
    """More rows than one import takes; `limit`."""

    code = "directory.import-too-long"
    happened = ngettext_lazy("The file has more than %(limit)d row.", "The file has more than %(limit)d rows.", "limit")
    do = _("Divide it into several files.")


class ImportHasErrors(ImportRefused):
    """Some rows are faulty, so none was taken; `count`."""

    code = "directory.import-has-errors"
    happened = ngettext_lazy(
        "%(count)d row has errors, so no row was taken.", "%(count)d rows have errors, so no row was taken.", "count"
    )
    do = _("Correct these rows in your file and show the preview again.")


class ImportNotPreviewed(Conflict, ImportRefused):
    """The file is not the one whose preview was shown."""

    code = "directory.import-not-previewed"
    happened = _("This file is not the one whose preview was shown.")
    safe = _("Nobody was added or changed.")
    do = _("Show the preview of this file first, then confirm it.")
