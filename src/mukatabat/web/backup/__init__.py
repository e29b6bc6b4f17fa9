# SPDX-License-Identifier: EUPL-1.2
"""Backups of an installation: a database of one moment, every document that it speaks of, and never a key (ADR 0021).

A backup folder holds several points in time, which share their documents::

    blobs/ab/cd/<64 hex digits>          sealed documents, by their address
    points/2026-11-25T210312Z/           one point in time, there only once it is whole
        manifest.json                    what belongs to it, written last
        blobs.txt                        the addresses that its database speaks of, one a line
        database.dump                    pg_dump's custom form
    unfinished/                          what a backup that is under way, or was killed, has so far
"""
