# SPDX-License-Identifier: EUPL-1.2
"""`connect.py HOST TOKEN-AS-JSON`: what docs/api.md says first, through the proxy."""

import json
import ssl
import sys
import urllib.request

host, made = sys.argv[1], json.loads(sys.argv[2])
trust = ssl.create_default_context(cafile="/etc/ssl/mukatabat/fullchain.pem")


def ask(path: str, **headers: str) -> dict:
    request = urllib.request.Request(f"https://{host}/api/v1{path}", headers=headers)
    with urllib.request.urlopen(request, context=trust) as answer:
        return json.load(answer)


print("  openapi", ask("/openapi.json")["openapi"])
bearer = {"Authorization": f"Bearer {made['token']}"}
print("  me", ask("/me", **bearer))
print("  events", ask("/events", **bearer))
print("  arrivals", ask("/arrivals", **bearer))
