# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.seeding`: the standing cast into the template that every test's database is cloned from.

Loading it in each test took more time than most tests do.
"""

from __future__ import annotations

import django


def main() -> None:
    """Load the bodies and the cast as of today."""
    django.setup()
    from mukatabat.directory.seed import load_directory
    from mukatabat.kernel import clock

    load_directory(clock.today())


if __name__ == "__main__":
    main()
