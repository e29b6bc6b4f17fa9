# SPDX-License-Identifier: EUPL-1.2
"""A very small browser: one person's cookies, pages, forms and uploads over real HTTP, standard library alone."""

from __future__ import annotations

import http.client
import io
import re
import ssl
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

REDIRECTS = {301, 302, 303}


class StoryError(RuntimeError):
    """The site answered otherwise than the story needs."""


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes and the named values that a browser would send, hidden secrets included."""

    action: str
    pairs: tuple[tuple[str, str], ...] = ()

    def filled(self, *more: tuple[str, str], **values: str) -> Form:
        """The form with single values set and ``more`` pairs added."""
        kept = tuple(pair for pair in self.pairs if pair[0] not in values)
        return Form(self.action, (*kept, *values.items(), *more))


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

    def form(self, action_part: str = "") -> Form:
        """The first form whose action contains ``action_part``."""
        parser = _Forms()
        parser.feed(self.text)
        for form in parser.forms:
            if action_part in form.action:
                return form if form.action else replace(form, action=urlsplit(self.url).path)
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
    """Collects every form with its values, also those of fields that stand outside and name their form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._text: list[str] | None = None
        self._name = ""
        self._options: list[tuple[str, bool]] | None = None
        self._target = ""
        self._ids: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, and each of its fields."""
        values = {name: value or "" for name, value in attrs}
        self._target = values.get("form", "") if tag in {"input", "textarea", "select"} else self._target
        if "disabled" in values and tag in {"input", "textarea", "select"}:
            return  # a script that is not here would have switched it on
        if tag == "form":
            self._ids[values.get("id", "")] = len(self.forms)
            self.forms.append(Form(values.get("action", "")))
        elif tag == "input" and values.get("name"):
            self._input(values)
        elif tag == "textarea":
            self._text, self._name = [], values.get("name", "")
        elif tag == "select":
            self._options, self._name = [], values.get("name", "")
        elif tag == "option" and self._options is not None:
            self._options.append((values.get("value", ""), "selected" in values))

    def handle_data(self, data: str) -> None:
        """Take the text of a textarea."""
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a textarea or select."""
        if tag == "textarea" and self._text is not None:
            self._add(self._name, "".join(self._text).removeprefix("\n"))
            self._text = None
        if tag == "select" and self._options is not None:
            chosen = [value for value, selected in self._options if selected] or [one for one, _ in self._options[:1]]
            for value in chosen:
                self._add(self._name, value)
            self._options = None

    def _input(self, values: dict[str, str]) -> None:
        kind = values.get("type", "text")
        if kind in {"submit", "file", "button", "image"}:
            return
        if kind not in {"radio", "checkbox"}:
            self._add(values["name"], values.get("value", ""))
        elif "checked" in values:
            self._add(values["name"], values.get("value", "on"))

    def _add(self, name: str, value: str) -> None:
        if self.forms and name:
            place = self._ids.get(self._target, -1) if self._target else -1
            form = self.forms[place]
            self.forms[place] = Form(form.action, (*form.pairs, (name, value)))


@dataclass
class Browser:
    """One person at one body's address; ``server`` is the machine that answers for it, within so many seconds.

    With ``trust`` the connection is encrypted, and the server must show a certificate that this context accepts.
    """

    host: str
    port: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    server: str = "127.0.0.1"
    patience: float = 60.0
    trust: ssl.SSLContext | None = None

    @property
    def place(self) -> str:
        """Host and port as an address names them."""
        usual = 443 if self.trust else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    def get(self, path: str) -> Page:
        """Open a page, following redirects."""
        return self._request("GET", path, b"", {})

    def send(self, form: Form, files: Iterable[Path] = (), *, files_name: str = "files") -> Page:
        """Send a form as a browser does, with files when there are some, following the redirect after it."""
        chosen = list(files)
        if not chosen:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return self._request("POST", form.action, urlencode(form.pairs).encode(), kind)
        boundary = uuid.uuid4().hex
        body = io.BytesIO()
        for key, value in form.pairs:
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
        for file in chosen:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{files_name}"; filename="{file.name}"\r\n'
            body.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode())
            body.write(file.read_bytes() + b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._request("POST", form.action, body.getvalue(), kind)

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
        origin = f"{'https' if self.trust else 'http'}://{self.place}"
        sent = {"Host": self.place, "Origin": origin, "Referer": origin + "/", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        connection = self._connection()
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(cookie)
            received = {name.lower(): value for name, value in answer.headers.items()}
            return Page(origin + path, answer.status, answer.read(), received)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self.trust is None:
            return http.client.HTTPConnection(self.server, self.port, timeout=self.patience)
        # Connected by name: it is the name that the certificate is for.
        return http.client.HTTPSConnection(self.host, self.port, timeout=self.patience, context=self.trust)
