# SPDX-License-Identifier: EUPL-1.2
"""Sign a person of the demonstration in, beside the proxy, and print the cookies; for whichever release runs this."""

import django

django.setup()

from mukatabat.web.demo.browser import Browser  # noqa: E402 - needs the settings
from mukatabat.web.demo.people import sign_in  # noqa: E402

browser = Browser("mof.localhost", 8601)
sign_in(browser, "adviser.mof")
print("; ".join(f"{name}={one.value}" for name, one in browser.cookies.items()))
