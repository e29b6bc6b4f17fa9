# SPDX-License-Identifier: EUPL-1.2
"""`visit.py HOST FOUNDED-AS-JSON [SECRET]`: signs in through the proxy with what `site found` printed.

The first visit changes the first password, sets the second factor up and prints its secret; a later one is given it.
"""

import json
import re
import ssl
import sys
import time

from mukatabat.access import rules
from mukatabat.kernel import clock
from mukatabat.web.demo.browser import Browser

PASSWORD = "a-password-of-my-own-1"
host, founded, secret = sys.argv[1], json.loads(sys.argv[2]), "".join(sys.argv[3:4])
trust = ssl.create_default_context(cafile="/etc/ssl/mukatabat/fullchain.pem")
browser = Browser(host, 443, trust=trust)
page = browser.get("/sign-in/")
known = PASSWORD if secret else founded["password"]
page = browser.send(page.form("sign-in").filled(login=founded["login"], password=known))
for _ in range(4):
    if "/sign-in/" not in page.url:
        break
    form = page.form()
    if "password" in page.url:
        form = form.filled(password1=PASSWORD, password2=PASSWORD)
    else:
        if "enrolment" in page.url:
            secret = page.find(r"\b([A-Z2-7]{32})\b")
            form = form.filled(enrolment_code=founded["enrolment_code"])
        form = form.filled(code=rules.one_time_code(secret, rules.step_at(clock.now())))
    page = browser.send(form)
    if "/sign-in/code" in page.url:
        time.sleep(31)  # the code of before a restore may be used up
if page.status != 200 or "/sign-in/" in page.url:
    sys.exit(f"the door stays shut: {page.status} {page.url}")
for path in ("/", "/directory/", "/directory/bodies/", "/directory/people/"):
    answer = browser.get(path)
    print(f"  {answer.status} {path} {re.sub('<[^>]+>', '', answer.find('<title>([^<]+)'))}", file=sys.stderr)
    if answer.status != 200:
        sys.exit(f"{path} answered {answer.status}")
print(secret)
