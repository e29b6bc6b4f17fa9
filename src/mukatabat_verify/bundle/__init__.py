# SPDX-License-Identifier: EUPL-1.2
"""The bundle of evidence («حزمة الإثبات»): everything that proves one delivery, in one file."""
