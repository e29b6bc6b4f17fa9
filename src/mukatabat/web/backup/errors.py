# SPDX-License-Identifier: EUPL-1.2
"""Why a backup is not made, not trusted, or not restored."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError


class BackupError(MukatabatError):
    """Base of the errors of backups."""

    code = "backup.error"
    http_status = 500


class BackupNotMade(BackupError):
    """Base of what stops a backup under way; earlier points in time in the folder stay whole."""

    code = "backup.not-made"
    happened = _("The backup was not made.")
    safe = _("The running system is untouched, and earlier backups in this folder are whole.")


class BackupUnderWay(BackupNotMade):
    """Another process writes into the folder."""

    code = "backup.under-way"
    happened = _("Another backup is being written into this folder.")
    do = _("Wait until it has ended, then start again.")


class BackupFolderUnusable(BackupNotMade):
    """The backup folder cannot be written: full, read-only, or not ours; ``reason`` is the system's word for it."""

    code = "backup.folder-unusable"
    happened = _("The backup folder cannot be written (%(reason)s).")
    do = _("Free space there or choose another folder, then start again: what is there already is not copied twice.")


class RoleWithoutPassword(BackupError):
    """No file holds the password of the database role ``role``."""

    code = "backup.role-without-password"
    happened = _("No file with the password of the database role %(role)s was given.")
    do = _("Name the file in the service's configuration; docs/operations.md says which.")


class ProgramsMissing(BackupError):
    """No pg_dump and pg_restore at hand is as new as the server, whose major version is ``major``."""

    code = "backup.programs-missing"
    happened = _("The programs pg_dump and pg_restore of PostgreSQL %(major)d or newer were not found.")
    do = _("Install the package postgresql-client, or name the folder in MUKATABAT_POSTGRES_PROGRAMS.")


class DatabaseRefused(BackupError):
    """PostgreSQL, or its program, refused; ``reason`` is its last line."""

    code = "backup.database-refused"
    happened = _("The database refused: %(reason)s")
    safe = _("The documents are untouched. A restore that was refused leaves the database empty.")
    do = _("Correct the cause and start again.")


class NoBackup(BackupError):
    """The folder holds no finished point in time, or not the one that was asked for."""

    code = "backup.none"
    happened = _("There is no finished backup in %(folder)s.")
    safe = _("Nothing was changed. What a killed backup left there is never taken for a whole one.")
    do = _("Check the path, or make a backup first.")


class BackupDamaged(BackupError):
    """``part`` of a point in time is not what its manifest says: cut short, altered, or of an unknown form."""

    code = "backup.damaged"
    happened = _("A part of the backup is cut short or was altered: %(part)s")
    safe = _("Nothing was restored, and nothing was changed.")
    do = _("Take the same backup from another copy, or an earlier point in time (--at).")


class DocumentsMissing(BackupError):
    """``count`` documents that the database speaks of are not in the backup; ``digest`` is the first one's address."""

    code = "backup.documents-missing"
    happened = _("Documents are missing from the backup: %(count)d. The first one: %(digest)s")
    safe = _(
        "Nothing was restored. The letters, numbers and signatures of these documents are in the backup's database."
    )
    do = _("Copy these files from another backup into the folder blobs, or restore without them: --accept-missing.")


class DatabaseNotEmpty(BackupError):
    """The database that is to be restored into has tables."""

    code = "backup.database-not-empty"
    happened = _("The database that the backup would be restored into is not empty.")
    safe = _("Nothing was changed in it.")
    do = _("Restore into a new, empty database; docs/operations.md tells how to make one.")


class NewerBackup(BackupError):
    """The backup is of a newer release: this one does not know its migration ``migration``."""

    code = "backup.newer"
    happened = _("The backup is of a newer release than this one, which does not know %(migration)s.")
    safe = _("Nothing was restored, and nothing was changed.")
    do = _("Install the release of the backup (its manifest names it) or a newer one, then restore.")


class RestoredOtherwise(BackupError):
    """After the restore a table has other rows than the manifest counted; ``table`` is the first one."""

    code = "backup.restored-otherwise"
    happened = _("The restored table %(table)s does not have as many rows as the backup counted.")
    safe = _("The backup is unchanged.")
    do = _("Do not open this database to people. Drop it, and restore from another copy of the backup.")
