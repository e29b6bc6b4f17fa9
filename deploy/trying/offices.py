# SPDX-License-Identifier: EUPL-1.2
"""Bodies and their people, as docs/administration.md says: what the server begins, and what two administrators do.

offices.py HOST FILE begin FOUNDED [CODE …]    the operator signs in; three bodies, or these of them, get two
                                       administrators, posts and people, and their signer a key where there is a service
offices.py HOST FILE write FOLDER      a letter is written, approved, signed, issued, taken in; its bundle is kept
offices.py HOST FILE unnumbered FOLDER a letter whose seal was withdrawn takes no number, and its signer reads why
offices.py HOST FILE onward FOLDER     that letter is signed after all, and goes the whole way
offices.py HOST FILE acknowledged PROGRAM …    a letter to the linked body, whose own system takes it in and answers
offices.py HOST FILE read FOLDER       the letter opens again, and its bundle is accepted
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from people import House  # noqa: E402 - needs the settings

from mukatabat.kernel import clock  # noqa: E402
from mukatabat.web.demo import acts  # noqa: E402
from mukatabat.web.demo.browser import Form, Page, StoryError  # noqa: E402

EXCHANGED = Path("/var/lib/mukatabat/exchanged")
"""Where the service's user and we can both read and write: files that a command takes or gives."""
BODIES = {
    "MOF": ("ministry", "local", "وزارة المالية", "Ministry of Finance"),
    "FL": ("department", "local", "إدارة الفتوى والتشريع", "Department of Legal Advice and Legislation"),
    "PACI": ("authority", "linked", "الهيئة العامة للمعلومات المدنية", "Public Authority for Civil Information"),
}
POSTS = {
    "clerk": ("كاتب السجل", "Registry Clerk", "registry_clerk"),
    "adviser": ("مستشار", "Adviser", "adviser"),
    "head": ("رئيس القسم", "Head of Section", "head"),
    "signer": ("وكيل", "Undersecretary", "signatory"),
}
NAMES = {
    "clerk": ("هند العتيبي", "Hind Al-Otaibi"),
    "adviser": ("فاطمة الكندري", "Fatima Al-Kandari"),
    "head": ("خالد الرشيدي", "Khaled Al-Rashidi"),
    "signer": ("سعاد الصباح", "Suad Al-Sabah"),
}
NUMBERS = {"clerk": "101", "adviser": "102", "head": "103", "signer": "104"}
WITHDRAWN = r"(ألغت جهة التصديق شهادة ختم هذه الجهة[^<]*)"
TOLD = r"(لم تعد جهة التصديق تضمن ختم[^<]*)"
"""What a signer and an administrator read once an authority withdrew their body's seal."""
CONFLICT = 409
SUBJECT = "طلب الرأي بشأن فروق أسعار المواد"


def command(*words: str) -> Any:
    """Run the installation's command line and give what it answers."""
    # That these browsers run beside a program of ours in development is no setting of the installation.
    own = {name: value for name, value in os.environ.items() if name != "MUKATABAT_DEVELOPMENT"}
    done = subprocess.run(["mukatabat", *words], capture_output=True, text=True, check=False, env=own)
    if done.returncode:
        raise StoryError(f"mukatabat {' '.join(words)}: {done.stderr or done.stdout}")
    return json.loads(done.stdout) if "--json" in words else done.stdout


def exchanged(name: str) -> Path:
    """A place for a file where both reach it."""
    EXCHANGED.mkdir(exist_ok=True)
    shutil.chown(EXCHANGED, "mukatabat", "mukatabat")
    return EXCHANGED / name


def fill(house: House, login: str, path: str, **typed: str) -> Page:
    """Fill a form of the administration in, and send it."""
    browser = house.person(login)
    page = acts.sound(browser.get(path))
    return acts.sound(browser.send(page.form(path).filled(**typed)))


def begin(house: House, founded: dict[str, Any], *chosen: str) -> None:
    """The installation's first day, from an empty directory to bodies that can write to each other."""
    house.newcomer(founded)
    operator = founded["login"]
    for path in ("/", "/directory/", "/directory/bodies/", "/directory/people/"):
        acts.sound(house.person(operator).get(path))
    for code in chosen or BODIES:
        kind, channel, ar, en = BODIES[code]
        fill(house, operator, "/directory/bodies/new/", code=code, ar=ar, en=en, kind=kind, channel=channel)
        print(f"  {code} is in the directory")
        settle(house, code)


def settle(house: House, code: str) -> None:
    """Give a body its administrators from the server, and let these two give it posts, people, and a mandate."""
    one, other = (f"admin{number}.{code.lower()}" for number in (1, 2))
    for number, login in enumerate((one, other), 1):
        house.newcomer(command(
            "bodies", "administrator", login, "--body", code, "--staff-number", str(number),
            "--ar", f"مسؤول النظام {number}", "--en", f"Administrator {number}", "--json",
        ))  # fmt: skip
    page = house.person(one).get("/directory/structure/post/")
    unit = page.find(r'<option value="([0-9a-f-]{36})"')
    for ar, en, role in POSTS.values():
        leads = {"honorific": "saada", "level": "1", "receives_letters": "on"} if role == "signatory" else {}
        fill(house, one, "/directory/structure/post/", unit=unit, ar=ar, en=en, role=role, **leads)
    bring_people(code)
    give_power(house, code, one, other)
    for role in POSTS:
        house.newcomer(command(
            "accounts", "create", f"{role}.{code.lower()}", "--body", code, "--staff-number", NUMBERS[role], "--json"
        ))  # fmt: skip
    print(f"  {code} has {len(POSTS)} posts and as many people, and somebody who signs")


def bring_people(code: str) -> None:
    """Import those whose posts give no power from a table."""
    table = exchanged(f"people-{code}.csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["staff_number", "name_ar", "name_en", "unit", "post"])
        rows.writerows([NUMBERS[role], *NAMES[role], "REG", POSTS[role][0]] for role in ("clerk", "adviser", "head"))
    table.chmod(0o644)
    taken = command("people", "import", str(table), "--body", code, "--apply", "--json")
    if taken["written"] != 3:
        raise StoryError(f"three people were to be taken: {taken}")


def give_power(house: House, code: str, one: str, other: str) -> None:
    """Add the signer, and let two administrators stand behind the post and the instrument."""
    ar, en = NAMES["signer"]
    fill(house, one, "/directory/people/new/", ar=ar, en=en, staff_number=NUMBERS["signer"])
    rows = house.person(one).get(f"/directory/people/?q={NUMBERS['signer']}")
    person = rows.find(r"/directory/people/([0-9a-f-]{36})/")
    post = house.person(one).get(f"/directory/people/{person}/appoint/").find(
        rf'<option value="([0-9a-f-]{{36}})"[^>]*>[^<]*{POSTS["signer"][0]}'
    )  # fmt: skip
    fill(house, one, f"/directory/people/{person}/appoint/", post=post, is_primary="on", reason="قرار التعيين")
    confirm(house, other)
    fill(
        house, one, f"/directory/people/{person}/mandate/", kind="post", post=post, instrument_number=f"{code}/1",
        instrument_date=clock.today().isoformat(), highest_level="1", may_sign="on", reason="شغل المنصب",
    )  # fmt: skip
    confirm(house, other)
    key = f"/directory/people/{person}/signer/"
    if key in house.person(one).get(f"/directory/people/{person}/").text:  # persons sign by telephone here
        fill(house, one, key, user_id=f"signer.{code.lower()}", reason="قرار التعيين")
        confirm(house, other)
        print(f"  the key of {en} at the trust service provider is recorded by two persons")


def confirm(house: House, login: str) -> None:
    """Confirm what waits, as the second person."""
    browser = house.person(login)
    path = browser.get("/directory/changes/").find(r'href="(/directory/changes/[0-9a-f-]{36}/)"')
    page = acts.sound(browser.get(path))
    token = page.find(r'name="csrfmiddlewaretoken" value="([^"]+)"')
    code = (("code", house.code(login)),) if 'name="code"' in page.text else ()
    acts.sound(browser.send(Form(path, (("csrfmiddlewaretoken", token), ("act", "confirm"), *code))))


def choose(house: House, login: str, role: str) -> str:
    """The identifier of a post as the page for a new letter offers it."""
    return house.person(login).get("/letters/new/").find(
        rf'<option value="([0-9a-f-]{{36}})"[^>]*>[^<]*{POSTS[role][0]}'
    )  # fmt: skip


def issue(house: House, to: str, subject: str, text: str) -> tuple[UUID, str]:
    """A letter of the ministry to the body of this code, written, approved and signed; gives its id and reference."""
    letter = drafted(house, to, subject, text)
    return letter, acts.approve_and_sign(house, "head.mof", "signer.mof", letter)


def drafted(house: House, to: str, subject: str, text: str) -> UUID:
    """A letter of the ministry to the body of this code, written and sent along its route."""
    bodies = {one["code"]: one["id"] for one in command("bodies", "list", "--json")}
    return acts.write(house, "adviser.mof", acts.Draft(
        "/letters/new/", subject, text, "general", to=bodies[to],
        approver=choose(house, "adviser.mof", "head"), signer=choose(house, "adviser.mof", "signer"),
    ))  # fmt: skip


def write(house: House, folder: Path) -> None:
    """A letter from one hosted body to another, from the empty page to the receipt; its bundle of evidence is kept."""
    letter, reference = issue(house, "FL", SUBJECT, "يرجى التفضل بإبداء الرأي القانوني.")
    arrive(house, folder, letter, reference)


def arrive(house: House, folder: Path, letter: UUID, reference: str) -> None:
    """The letter lies in the other body's tray and is registered; the sender sees it, and the bundle is kept."""
    arrival = acts.waiting(house, "clerk.fl", "/registers/tray/", reference)
    number = acts.register(house, "clerk.fl", arrival)
    acts.until(
        lambda: number if number in house.person("adviser.mof").get(f"/letters/{letter}/?panel=track").text else None,
        f"the sender does not see {number}",
    )
    print(f"  {reference} is issued, delivered and registered as {number}")
    (folder / "written.json").write_text(json.dumps({"letter": str(letter), "reference": reference, "number": number}))
    read(house, folder)


def read(house: House, folder: Path) -> None:
    """The letter opens for its writer, its PDF is whole, and its bundle of evidence is accepted by the command line."""
    written = json.loads((folder / "written.json").read_text())
    browser, path = house.person("adviser.mof"), f"/letters/{written['letter']}/"
    page = acts.sound(browser.get(path))
    if written["reference"] not in page.text:
        raise StoryError(f"{path} does not show {written['reference']}")
    original = acts.sound(browser.get(page.find(rf'"({path}documents/[0-9a-f-]+/)[^"]*"')))
    track = acts.sound(browser.get(f"{path}?panel=track"))
    if written["number"] not in track.text:
        raise StoryError(f"the track does not show {written['number']}")
    bundle = exchanged(f"{written['reference']}.asice")
    bundle.write_bytes(acts.sound(browser.get(track.find(rf'"({path}proof/[0-9a-f-]+/)"'))).body)
    bundle.chmod(0o644)
    told = command("verify", str(bundle))
    size = len(original.body)
    print(f"  {written['reference']} opens ({size} bytes); its bundle is accepted: {told.splitlines()[0]}")


def unnumbered(house: House, folder: Path) -> None:
    """A letter whose body's seal the authority withdrew takes no number, and its signer reads why before and after."""
    letter = drafted(house, "FL", f"{SUBJECT} (2)", "يرجى التفضل بإبداء الرأي القانوني.")
    acts.approve(house, "head.mof", letter)
    signer, path = house.person("signer.mof"), f"/letters/{letter}/sign/"
    page = acts.sound(signer.get(path))
    page.find(WITHDRAWN)
    answer = signer.send(page.form("/sign/").filled(code=house.code("signer.mof"), read="yes"))
    if answer.status != CONFLICT:
        raise StoryError(f"{path} answered {answer.status} under a seal that was withdrawn")
    print(f"  it takes no number; its signer reads: {answer.find(WITHDRAWN)}")
    told = acts.sound(house.person("admin1.mof").get("/notices/")).find(TOLD)
    print(f"  its administrator is told: {told}")
    (folder / "unnumbered.json").write_text(json.dumps({"letter": str(letter)}))


def onward(house: House, folder: Path) -> None:
    """The letter that took no number is signed under the new seal, and goes the whole way."""
    letter = UUID(json.loads((folder / "unnumbered.json").read_text())["letter"])
    arrive(house, folder, letter, acts.sign(house, "signer.mof", letter))


def acknowledged(house: House, *system: str) -> None:
    """A letter to the body with a system of its own, which registers and acknowledges it without a person."""
    subject = f"طلب الإفادة ببيانات التسجيل ({len(house.known)})"
    _, reference = issue(house, "PACI", subject, "يرجى التفضل بالإفادة.")
    client = subprocess.Popen(system)
    try:
        arrival = acts.waiting(house, "clerk.mof", "/registers/tray/", subject)
    finally:
        client.terminate()
        client.wait()
    number = acts.register(house, "clerk.mof", arrival)
    print(f"  {reference} was registered by their system, and its acknowledgement by us as {number}")


def main() -> None:
    """Do one verb."""
    host, file, verb, *said = sys.argv[1:]
    house = House(443, host=host, file=Path(file))
    if verb == "begin":
        begin(house, json.loads(said[0]), *said[1:])
    elif verb == "acknowledged":
        acknowledged(house, *said)
    else:
        {"write": write, "read": read, "unnumbered": unnumbered, "onward": onward}[verb](house, Path(said[0]))


try:
    main()
except StoryError as error:
    sys.exit(f"  it stopped: {error}")
