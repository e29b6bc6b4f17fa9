# SPDX-License-Identifier: EUPL-1.2
"""The ground: clock, identifiers, calendars, Arabic text, references and errors. Pure; imports no other room."""
