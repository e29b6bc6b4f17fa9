# SPDX-License-Identifier: EUPL-1.2
"""The frame around every page: who is here, where they may go, and what waits for them.

Everything is looked up when a template asks for it, so that a fragment by htmx costs no query. The counts are bounded
and read in one scope; while they cannot be read, as on the page of a fault, the frame stands without them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db import DatabaseError
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mukatabat.access import passkeys
from mukatabat.access.decisions import actor_of_request
from mukatabat.access.errors import NoAppointment
from mukatabat.access.models import Account
from mukatabat.access.oidc.providers import configured
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.directory.models import BodyName, effective
from mukatabat.exchange import queries as exchange
from mukatabat.kernel import clock
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web.shortcuts import SHORTCUTS
from mukatabat.web.templatetags.mk import initials
from mukatabat.web.templatetags.words import gregorian_month
from mukatabat.web.views.bell import unseen
from mukatabat.web.watching.site import SiteState, site_state
from mukatabat.work import queries as work

_C = Capability
_BOOKS = (_C.WORK_ITEMS, _C.SEE_REGISTERS)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail: who sees it, where it leads, its letter after G, and which count it carries."""

    label: str | Promise
    short: str | Promise
    icon: str
    route: str
    needs: tuple[Capability, ...] = ()
    go: str = ""
    counts: str = ""


RAIL: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    ("", (
        Place(_("My work"), _("Work"), "list-checks", "work:queue", (_C.WORK_ITEMS,), "Q", "required"),
        Place(
            _("Approval and signature"), _("Sign"), "pen-line", "work:approval", (_C.APPROVE, _C.SIGN), "S", "approval",
        ),
        Place(_("New letter"), _("Write"), "square-pen", "letters:new", (_C.DRAFT,)),
    )),
    (_("Books"), (
        Place(pgettext_lazy("list", "Incoming"), pgettext_lazy("short", "In"), "inbox", "web:incoming", _BOOKS, "I"),
        Place(pgettext_lazy("list", "Outgoing"), pgettext_lazy("short", "Out"), "send", "web:outgoing", _BOOKS, "O"),
        Place(_("Memos"), _("Memos"), "file-text", "web:memos", _BOOKS, "M"),
        Place(_("New arrivals"), _("Arrivals"), "stamp", "registers:tray", (_C.REGISTER_INCOMING,), "T", "tray"),
        Place(_("Register from paper"), _("Scan"), "scan-line", "letters:scans", (_C.REGISTER_INCOMING,), "P"),
        Place(_("Paper delivery"), _("Paper"), "printer", "registers:handover", (_C.DISPATCH,), "H"),
        Place(_("Delivery and evidence"), _("Proof"), "shield-check", "web:delivery", _BOOKS, "E"),
        Place(
            _("Day of the register"), pgettext_lazy("short", "Day"), "book-open", "registers:day",
            (_C.SEE_REGISTERS,), "D",
        ),
    )),
    (_("This body"), (
        Place(
            _("Cycle times"), _("Times"), "clock", "work:times",
            (_C.REVIEW, _C.APPROVE, _C.SEE_REGISTERS, _C.ADMINISTER_BODY),
        ),
        Place(_("Directory and administration"), _("Directory"), "landmark", "directory:home", go="B"),
        Place(
            _("Audit log"), _("Audit"), "history", "audit:log", (_C.READ_AUDIT, _C.ADMINISTER_BODY), "L",
        ),
        Place(_("My account"), _("Account"), "user", "usersessions_list"),
    )),
)  # fmt: skip


def context(request: HttpRequest) -> dict[str, Any]:
    """The template variable ``ui``, as base.html and web/door.html describe it."""
    user = getattr(request, "user", None)
    signed_in = isinstance(user, Account) or bool(getattr(user, "is_authenticated", False))
    return {"ui": Frame(request) if signed_in else Door(request)}


class Door:
    """What the pages before sign-in know."""

    theme = "auto"
    digits = "latn"
    realm = ""

    def __init__(self, request: HttpRequest) -> None:
        """Look at the request; nothing is read yet."""
        self._request = request

    @cached_property
    def body_name(self) -> str:
        """The body whose code begins the address that is visited (mof.example.gov.kw); empty where none does.

        It only greets: who signs in is of the body that the account says, whatever the address was.
        """
        code = self._request.get_host().partition(".")[0].upper()
        names = BodyName.objects.filter(effective(clock.today()), body__code=code, body__realm=Realm.LIVE)
        found = names.first()
        return spoken(found.ar, found.en) if found else ""

    @property
    def identity_name(self) -> str:
        """What the body's own directory is called, where one may be signed in through; else nothing."""
        provider = configured()
        return spoken(provider.name_ar, provider.name_en) if provider else ""

    @property
    def read_only(self) -> SiteState:
        """Whether the site takes changes."""
        return site_state()

    @property
    def language_url(self) -> str:
        """Where the language is chosen."""
        return reverse("access_preferences")


class Frame:
    """What the pages of a signed-in person know."""

    keys = SHORTCUTS

    def __init__(self, request: HttpRequest) -> None:
        """Look at the request; nothing is read yet."""
        self._request = request
        self._account = cast(Account, request.user)
        self.theme, self.digits = self._account.theme, self._account.digits
        self.shortcuts = self._account.shortcuts
        self.realm = self._account.person.body.realm
        self.person_name = spoken(self._account.person.ar, self._account.person.en)
        self.initials = initials(self.person_name)

    @property
    def read_only(self) -> SiteState:
        """Whether the site takes changes."""
        return site_state()

    @property
    def language(self) -> str:
        """The language of the screens."""
        return "ar" if reads_arabic() else "en"

    @property
    def dir(self) -> str:
        """The direction of the screens."""
        return "rtl" if reads_arabic() else "ltr"

    @cached_property
    def _actor(self) -> Actor | None:
        try:
            return actor_of_request(self._request)
        except (NoAppointment, DatabaseError):
            return None

    @cached_property
    def _names(self) -> tuple[str, str]:
        """The body's and the first post's names of today, in one query."""
        body_id = self._account.person.body_id
        posts = self._actor.post_ids if self._actor else ()
        try:
            found = (
                BodyName.objects.filter(effective(clock.today()), body_id=body_id, body__posts=posts[0])
                .values_list("ar", "en", F("body__posts__ar"), F("body__posts__en"))
                .first()
                if posts
                else None
            )
            if found is not None:
                return spoken(found[0], found[1]), spoken(found[2], found[3])
            label = directory.body_names([body_id]).get(body_id)
        except DatabaseError:
            label = None
        return (spoken(label.ar, label.en) if label else "", "")

    @property
    def body_name(self) -> str:
        """What the own body is called today."""
        return self._names[0]

    @property
    def post_name(self) -> str:
        """The first of the posts held today."""
        return self._names[1]

    @cached_property
    def _counts(self) -> dict[str, int]:
        """What waits, in three queries at most; nothing where it cannot be read."""
        actor = self._actor
        if actor is None:
            return {}
        try:
            with reading(actor):
                counts = {"unread": unseen(actor)}
                if actor.may(_C.WORK_ITEMS):
                    counts |= {str(tab): count for tab, count in work.load(actor).items()}
                if actor.may(_C.REGISTER_INCOMING):
                    counts["tray"] = exchange.waiting_count(actor)
        except DatabaseError:
            return {}
        return counts

    @property
    def unread(self) -> int:
        """How many notices were not seen yet."""
        return self._counts.get("unread", 0)

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        """The rail: groups with the places that the person may open, the present one marked."""
        present = self._present()
        groups = [
            {"title": title, "items": [self._item(one, present) for one in places if self._opens(one)]}
            for title, places in RAIL
        ]
        return [group for group in groups if group["items"]]

    def _opens(self, place: Place) -> bool:
        return not place.needs or (self._actor is not None and any(map(self._actor.may, place.needs)))

    def _present(self) -> str:
        """The longest address of the rail that the present one begins with."""
        path = self._request.path
        within: Iterable[str] = (reverse(one.route) for _title, places in RAIL for one in places)
        return max((url for url in within if path.startswith(url)), key=len, default="")

    def _item(self, place: Place, present: str) -> dict[str, Any]:
        url = reverse(place.route)
        return {
            "label": place.label, "short": place.short, "icon": place.icon, "url": url, "go": place.go,
            "current": url == present, "count": self._counts.get(place.counts, 0) if place.counts else 0,
        }  # fmt: skip

    @cached_property
    def watermark(self) -> str:
        """Name and time across every page of a reader of the trail; empty for everybody else."""
        if self._actor is None or not self._actor.may(_C.READ_AUDIT):
            return ""
        now = clock.now().astimezone(clock.KUWAIT)
        comma = "،" if reads_arabic() else ","
        return f"{self.person_name} — {now.day} {gregorian_month(now.month)} {now.year}{comma} {now:%H:%M}"

    @property
    def find_url(self) -> str:
        """Where the find box asks."""
        return reverse("web:find")

    @property
    def find_options_url(self) -> str:
        """Where the command palette asks for letters; empty for whoever may not find any."""
        return reverse("web:find_options") if self._actor is not None and any(map(self._actor.may, _BOOKS)) else ""

    @property
    def compose_url(self) -> str:
        """Where a letter is begun; empty for whoever does not draft."""
        return reverse("letters:new") if self._actor is not None and self._actor.may(_C.DRAFT) else ""

    @property
    def register_url(self) -> str:
        """Where arrivals are registered; empty for whoever does not keep the registry."""
        return reverse("registers:tray") if self._actor is not None and self._actor.may(_C.REGISTER_INCOMING) else ""

    @property
    def bell_url(self) -> str:
        """The notices."""
        return reverse("notify:bell")

    @property
    def preferences_url(self) -> str:
        """Where language, theme and digits are chosen."""
        return reverse("access_preferences")

    language_url = preferences_url

    @property
    def directory_url(self) -> str:
        """The directory of bodies."""
        return reverse("directory:home")

    @property
    def sessions_url(self) -> str:
        """The own sessions."""
        return reverse("usersessions_list")

    @property
    def signature_url(self) -> str:
        """The picture of the own signature, for who signs."""
        signs = self._actor is not None and self._actor.may(_C.SIGN)
        return reverse("letters:signature") if signs else ""

    @cached_property
    def has_passkeys(self) -> bool:
        """Whether a form that asks for a code may ask for a passkey instead."""
        return bool(passkeys.of_account(self._account))

    @property
    def security_url(self) -> str:
        """The own second factor."""
        return reverse("access_second_factor")
