# SPDX-License-Identifier: EUPL-1.2
"""A very small browser: one person's cookies, pages, forms and uploads over real HTTP, standard library alone."""

from __future__ import annotations

import http.client
import io
import json
import re
import uuid
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

REDIRECTS = {301, 302, 303}


class StoryError(RuntimeError):
    """The site answered otherwise than the story needs."""


@dataclass(frozen=True)
class Page:
    """An answer: where it came from in the end, its status and its bytes."""

    url: str
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """The page as text."""
        return self.body.decode("utf-8", errors="replace")

    def fields(self, action_part: str = "") -> dict[str, str]:
        """The named values of the first form whose action contains ``action_part`` (hidden secrets included)."""
        parser = _Forms()
        parser.feed(self.text)
        for action, fields in parser.forms:
            if action_part in action:
                return fields
        message = f"no form «{action_part}» on {self.url}"
        raise StoryError(message)

    def find(self, pattern: str) -> str:
        """The first group of a pattern in the page."""
        found = re.search(pattern, self.text)
        if found is None:
            message = f"nothing like {pattern!r} on {self.url}"
            raise StoryError(message)
        return unescape(found.group(1))


class _Forms(HTMLParser):
    """Collects every form's action and the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, and each of its fields."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((values.get("action", ""), {}))
        if not self.forms or (tag != "option" and not values.get("name")):
            return
        fields = self.forms[-1][1]
        if tag == "input":
            kind = values.get("type", "text")
            ticked = "checked" in values
            if kind not in {"submit", "file"} and (kind not in {"radio", "checkbox"} or ticked):
                fields[values["name"]] = values.get("value", "on" if ticked else "")
        elif tag == "textarea":
            self._text = values["name"]
            fields[self._text] = ""
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and self._select and ("selected" in values or self._select not in fields):
            fields[self._select] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        """Take the text of a textarea."""
        if self._text is not None:
            self.forms[-1][1][self._text] += data

    def handle_endtag(self, tag: str) -> None:
        """Close a textarea or select."""
        if tag == "textarea":
            self._text = None
        if tag == "select":
            self._select = None


@dataclass
class Browser:
    """One person at one body's address."""

    host: str
    port: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def get(self, path: str) -> Page:
        """Open a page, following redirects."""
        return self._request("GET", path, b"", {})

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Page:
        """Send a form, following the redirect after it."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._request("POST", path, urlencode(fields).encode(), kind)

    def upload(self, path: str, fields: dict[str, str], file: Path, *, name: str) -> Page:
        """Send a form with one file."""
        boundary = uuid.uuid4().hex
        body = io.BytesIO()
        for key, value in fields.items():
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
        body.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode())
        body.write(file.read_bytes() + f"\r\n--{boundary}--\r\n".encode())
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._request("POST", path, body.getvalue(), kind)

    def json(self, path: str) -> dict[str, object]:
        """Open a page that answers in JSON."""
        return json.loads(self.get(path).text)  # type: ignore[no-any-return]

    def _request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        for _ in range(10):
            page = self._once(method, path, body, headers)
            if page.status not in REDIRECTS:
                return page
            target = urlsplit(urljoin(page.url, page.headers["location"]))
            path = target.path + (f"?{target.query}" if target.query else "")
            method, body, headers = "GET", b"", {}
        message = f"{path} redirects in a circle"
        raise StoryError(message)

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        origin = f"http://{self.host}:{self.port}"
        sent = {"Host": f"{self.host}:{self.port}", "Origin": origin, "Referer": origin + "/", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(cookie)
            received = {name.lower(): value for name, value in answer.headers.items()}
            return Page(origin + path, answer.status, answer.read(), received)
        finally:
            connection.close()
