# SPDX-License-Identifier: EUPL-1.2
"""What may listen to the trail without being part of an act, such as the counting of acts."""

from django.dispatch import Signal

recorded = Signal()
"""Sent after the commit of an act, with its name as ``act``; a listener that fails changes nothing."""
