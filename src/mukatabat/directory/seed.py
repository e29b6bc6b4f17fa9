# SPDX-License-Identifier: EUPL-1.2
"""The bodies that come with the product, and a standing cast of invented people for demonstration and tests.

Every row has an identifier made from its place in the data, so that loading again adds what is new in the data, and
leaves alone what people changed since: a renamed body keeps its new name.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import models, transaction

from mukatabat.directory.models import (
    Absence,
    Appointment,
    Body,
    BodyName,
    Holiday,
    Mandate,
    Person,
    Post,
    Unit,
)
from mukatabat.directory.vocabulary import Channel, Honorific, LetterDigits, Level, PostRole, UnitKind
from mukatabat.kernel.vocabulary import Realm

DATA: Final = Path(__file__).resolve().parent / "data"
NAMESPACE: Final = UUID("5a0c4f1e-7b52-5d0a-9c3e-6d1f0b8a2e47")
TRAINING_BODIES: Final = ("FL", "MOF")
# Reached through its own system, which the demonstration runs beside (`examples/ministry`).
LINKED_BODIES: Final = ("PACI",)
# Not connected: what is written to it is printed, and the sender's registry hands it over (ADR 0013).
PAPER_BODIES: Final = ("KAC",)
# The holidays with a fixed Gregorian day; those of the Hijri calendar are announced, and an operator enters them.
FIXED_HOLIDAYS: Final = (
    (1, 1, "رأس السنة الميلادية", "New Year's Day"),
    (2, 25, "العيد الوطني", "National Day"),
    (2, 26, "يوم التحرير", "Liberation Day"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """One person of the standing cast; `role` is the stored value of a post's role."""

    login: str
    person_id: UUID
    body_code: str
    realm: str
    role: str
    ar: str
    en: str
    post_ar: str
    post_en: str

    @property
    def person(self) -> Person:
        """The person's row; raises `Person.DoesNotExist` before `load_directory` ran."""
        return Person.objects.get(pk=self.person_id)


def seed_id(*place: str) -> UUID:
    """Return the identifier of a seeded row from its place, such as ("body", "live", "FL") (RFC 9562 version 5)."""
    return uuid5(NAMESPACE, "/".join(place))


def body_id(code: str, realm: str = Realm.LIVE) -> UUID:
    """Return the identifier that a seeded body has in every installation."""
    return seed_id("body", realm, code)


def person_id(login: str) -> UUID:
    """Return the identifier of a member of the cast by log-in, such as "clerk.fl"."""
    return seed_id("person", login)


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _structure(code: str) -> dict[str, list[dict[str, Any]]]:
    """Return the units and posts of a body: its own file, or for all others a registry, an office and two posts."""
    path = DATA / "structure" / f"{code}.toml"
    if path.exists():
        return tomllib.loads(path.read_text(encoding="utf-8"))
    head = next(row for row in _rows("heads.csv") if row["code"] == code)
    common = _default_structure()
    lead = {
        "key": "head",
        "unit": "HEAD",
        "role": PostRole.SIGNATORY,
        "honorific": head["honorific"],
        "level": int(head["level"]),
        "receives": True,
        "ar": head["head_ar"],
        "en": head["head_en"],
    }
    return {"units": common["units"], "posts": [lead, *common["posts"]]}


@cache
def _default_structure() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((DATA / "structure" / "default.toml").read_text(encoding="utf-8"))


def _read_cast() -> Iterator[CastMember]:
    for row in _rows("cast.csv"):
        post = next(post for post in _structure(row["body"])["posts"] if post["key"] == row["post"])
        yield CastMember(
            login=row["login"],
            person_id=person_id(row["login"]),
            body_code=row["body"],
            realm=row["realm"],
            role=post["role"],
            ar=row["ar"],
            en=row["en"],
            post_ar=post["ar"],
            post_en=post["en"],
        )


CAST: Final[tuple[CastMember, ...]] = tuple(_read_cast())


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows to insert, in the order in which they refer to each other."""

    begin: date
    rows: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)

    def add(self, row: models.Model) -> None:
        self.rows.setdefault(type(row), []).append(row)


def load_directory(on: date) -> int:
    """Load bodies, names, units, posts, the cast with its mandates, and fixed holidays; returns the rows it looked at.

    Everything holds since 1 January of the year before `on`; a mandate's and a leave's own days count from `on`.
    One transaction, ten statements; idempotent. No audit entry: this is the state before the first act.
    """
    batch = _Batch(date(on.year - 1, 1, 1))
    names = {row["code"]: row for row in _rows("bodies.csv")}
    places = [(code, Realm.LIVE.value) for code in names]
    places += [(code, Realm.TRAINING.value) for code in TRAINING_BODIES]
    for code, realm in places:
        _add_body(batch, names[code], realm)
        _add_structure(batch, code, realm)
    _add_cast(batch)
    _add_mandates(batch, on)
    _add_absences(batch, on)
    _add_holidays(batch, on)
    order: Sequence[type[models.Model]] = (
        Body, BodyName, Unit, Post, Person, Appointment, Mandate, Absence, Holiday,
    )  # fmt: skip
    with transaction.atomic():
        for model in order:
            model._default_manager.bulk_create(batch.rows[model], ignore_conflicts=True)
    return sum(map(len, batch.rows.values()))


def _add_body(batch: _Batch, names: dict[str, str], realm: str) -> None:
    code = names["code"]
    head = next(row for row in _rows("heads.csv") if row["code"] == code)
    # The practice copy says what it is wherever its name stands, also on a printed letter.
    ar = names["name_ar"] if realm == Realm.LIVE else f"{names['name_ar']} (تدريب)"
    en = names["name_en"] if realm == Realm.LIVE else f"{names['name_en']} (training)"
    batch.add(
        Body(
            id=body_id(code, realm),
            code=code,
            realm=realm,
            kind=head["kind"],
            channel=_channel(code),
            letter_digits=LetterDigits.ARAB,
            letterhead_ar=f"دولة الكويت\n{ar}",
            letterhead_en=f"State of Kuwait\n{en}",
            valid_from=batch.begin,
        )
    )
    batch.add(
        BodyName(id=seed_id("name", realm, code), body_id=body_id(code, realm), ar=ar, en=en, valid_from=batch.begin)
    )


def _channel(code: str) -> Channel:
    if code in PAPER_BODIES:
        return Channel.PAPER
    return Channel.LINKED if code in LINKED_BODIES else Channel.LOCAL


def _add_structure(batch: _Batch, code: str, realm: str) -> None:
    structure = _structure(code)
    for unit in structure["units"]:
        batch.add(
            Unit(
                id=seed_id("unit", realm, code, unit["code"]),
                body_id=body_id(code, realm),
                parent_id=seed_id("unit", realm, code, unit["under"]) if "under" in unit else None,
                code=unit["code"],
                ar=unit["ar"],
                en=unit["en"],
                kind=UnitKind(unit["kind"]),
                is_registry=unit.get("registry", False),
                valid_from=batch.begin,
            )
        )
    for post in structure["posts"]:
        batch.add(
            Post(
                id=seed_id("post", realm, code, post["key"]),
                body_id=body_id(code, realm),
                unit_id=seed_id("unit", realm, code, post["unit"]),
                ar=post["ar"],
                en=post["en"],
                role=PostRole(post["role"]),
                honorific=Honorific(post.get("honorific", Honorific.SAYYID)),
                level=Level(post["level"]).value,
                receives_letters=post.get("receives", False),
                valid_from=batch.begin,
            )
        )


def _add_cast(batch: _Batch) -> None:
    for number, row in enumerate(_rows("cast.csv"), start=1):
        person = person_id(row["login"])
        batch.add(
            Person(
                id=person,
                body_id=body_id(row["body"], row["realm"]),
                ar=row["ar"],
                en=row["en"],
                staff_number=f"{100_000 + number}",
                # RFC 2606: nobody can own an address below .example, so an invented person never gets real mail.
                email=f"{row['login']}@mukatabat.example",
                valid_from=batch.begin,
            )
        )
        batch.add(
            Appointment(
                id=seed_id("appointment", row["login"]),
                person_id=person,
                post_id=seed_id("post", row["realm"], row["body"], row["post"]),
                is_primary=True,
                valid_from=batch.begin,
            )
        )


def _add_mandates(batch: _Batch, on: date) -> None:
    members = {row["login"]: row for row in _rows("cast.csv")}
    for row in _rows("mandates.csv"):
        member = members[row["login"]]
        # An instrument in force without counted days began with the post.
        begins = on + timedelta(days=int(row["from_day"])) if row["from_day"] else batch.begin
        batch.add(
            Mandate(
                id=seed_id("mandate", row["login"], row["post"], row["kind"]),
                person_id=person_id(row["login"]),
                body_id=body_id(member["body"], member["realm"]),
                post_id=seed_id("post", member["realm"], member["body"], row["post"]),
                kind=row["kind"],
                instrument_number=row["instrument"],
                instrument_date=begins,
                valid_from=begins,
                valid_to=on + timedelta(days=int(row["to_day"])) if row["to_day"] else None,
                letter_types=row["letter_types"].split(),
                highest_level=Level(int(row["highest_level"])).value,
                may_sign=row["sign"] == "yes",
                may_refer=row["refer"] == "yes",
                may_see_confidential=row["confidential"] == "yes",
            )
        )


def _add_absences(batch: _Batch, on: date) -> None:
    for row in _rows("absences.csv"):
        batch.add(
            Absence(
                id=seed_id("absence", row["login"]),
                person_id=person_id(row["login"]),
                deputy_id=person_id(row["deputy"]),
                starts=on + timedelta(days=int(row["from_day"])),
                ends=on + timedelta(days=int(row["to_day"])),
                reason=row["reason"],
            )
        )


def _add_holidays(batch: _Batch, on: date) -> None:
    for realm in Realm:
        for year in (on.year - 1, on.year, on.year + 1):
            for month, day, ar, en in FIXED_HOLIDAYS:
                when = date(year, month, day)
                batch.add(Holiday(id=seed_id("holiday", realm, str(when)), on=when, ar=ar, en=en, realm=realm))
