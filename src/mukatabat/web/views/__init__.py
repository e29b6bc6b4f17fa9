# SPDX-License-Identifier: EUPL-1.2
"""Pages that are composed of several rooms: the desk, the books, finding, the bell, and where one lands."""
