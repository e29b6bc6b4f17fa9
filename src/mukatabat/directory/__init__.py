# SPDX-License-Identifier: EUPL-1.2
"""Who is who: bodies, units, posts, people, appointments, mandates, absences and holidays, all effective-dated."""
