# SPDX-License-Identifier: EUPL-1.2
"""Every screen of the product: who looks at it, and how it is reached; and every route that is no screen, by reason.

`tests/web/test_routes.py` compares both lists with the URL table, so that a new screen is looked at or excused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Screen:
    """Who looks (log-in) at which address; ``then`` are the links that lead on from there, by their addresses."""

    login: str
    start: str
    then: tuple[str, ...] = ()

    def open(self, page: Page) -> None:
        """Go there; a link in a closed menu leads on as well as one in sight."""
        page.goto(self.start)
        for link in self.then:
            href = page.locator(link).first.get_attribute("href")
            assert href, f"{link} on {page.url} leads nowhere"
            page.goto(href)


def _act_in(folder: str) -> str:
    return f"main td a[href*='/{folder}/']"


ROW = "[data-row] a[data-open-row]"
LETTER = "letters/<uuid:letter_id>/"
PERSON = "directory/people/<uuid:person_id>/"


def _act(name: str) -> str:
    return f"main a[href*='/{name}/']"


SCREENS: dict[str, Screen] = {
    "work/": Screen("head.fl", "/work/"),
    "work/approval/": Screen("head.fl", "/work/approval/"),
    "work/following/": Screen("head.fl", "/work/following/"),
    "work/done/": Screen("head.fl", "/work/done/"),
    "work/times/": Screen("head.fl", "/work/times/"),
    "v/": Screen("clerk.fl", "/v/"),
    "find/": Screen("clerk.fl", "/find/?q=العقد"),
    "notices/": Screen("head.fl", "/notices/"),
    "notices/preferences/": Screen("head.fl", "/notices/preferences/"),
    "directory/webhooks/": Screen("admin.fl", "/directory/webhooks/"),
    "directory/webhooks/new/": Screen("admin.fl", "/directory/webhooks/new/"),
    "registers/incoming/": Screen("clerk.fl", "/registers/incoming/?all=1"),
    "registers/outgoing/": Screen("clerk.fl", "/registers/outgoing/?all=1"),
    "registers/memos/": Screen("clerk.fl", "/registers/memos/?all=1"),
    "registers/circulars/": Screen("clerk.mof", "/registers/circulars/"),
    "registers/confidential/": Screen("clerk.fl", "/registers/confidential/"),
    "registers/day/": Screen("clerk.fl", "/registers/day/"),
    "registers/tray/": Screen("clerk.fl", "/registers/tray/"),
    "registers/handover/": Screen("clerk.mof", "/registers/handover/"),
    "registers/handover/<uuid:consignment_id>/": Screen("clerk.mof", "/registers/handover/", (ROW,)),
    "registers/delivery/": Screen("clerk.mof", "/registers/delivery/"),
    "letters/new/": Screen("adviser.fl", "/letters/new/"),
    f"{LETTER}reply/": Screen("head.fl", "/work/", (ROW, _act("reply"))),
    f"{LETTER}edit/": Screen("adviser.fl", "/work/", ("[data-row] a[href$='/edit/']",)),
    f"{LETTER}versions/": Screen("adviser.fl", "/work/", ("[data-row] a[href$='/edit/']", _act("versions"))),
    f"{LETTER}discard/": Screen("adviser.fl", "/work/", ("[data-row] a[href$='/edit/']", _act("discard"))),
    f"{LETTER}review/": Screen("head.fl", "/work/approval/", ("[data-row] a[href$='/review/']",)),
    f"{LETTER}sign/": Screen("signer.fl", "/work/approval/", ("[data-row] a[href$='/sign/']",)),
    LETTER: Screen("clerk.fl", "/registers/outgoing/?all=1", (ROW,)),
    f"{LETTER}refer/": Screen("head.fl", "/work/", (ROW, _act("refer"))),
    f"{LETTER}complete/": Screen("head.fl", "/work/", (ROW, _act("complete"))),
    f"{LETTER}withdraw/<uuid:consignment_id>/": Screen(
        "clerk.mof", "/registers/handover/", ("[data-row] td.sub a", _act("withdraw"))
    ),
    "letters/signing/": Screen("signer.fl", "/letters/signing/"),
    "letters/arrivals/<uuid:arrival_id>/": Screen("clerk.fl", "/registers/tray/", (ROW,)),
    "letters/scans/": Screen("clerk.moh", "/letters/scans/"),
    "letters/scans/<uuid:scan_id>/": Screen("clerk.moh", "/letters/scans/", (ROW,)),
    "directory/": Screen("admin.fl", "/directory/"),
    "directory/<uuid:body_id>/": Screen("admin.fl", "/directory/", (".tree a",)),
    "directory/people/": Screen("admin.fl", "/directory/people/"),
    "directory/people/new/": Screen("admin.fl", "/directory/people/new/"),
    "directory/people/import/": Screen("admin.fl", "/directory/people/import/"),
    PERSON: Screen("admin.fl", "/directory/people/", (ROW,)),
    f"{PERSON}appoint/": Screen("admin.fl", "/directory/people/", (ROW, _act("appoint"))),
    f"{PERSON}mandate/": Screen("admin.fl", "/directory/people/", (ROW, _act("mandate"))),
    f"{PERSON}reader/": Screen("admin.fl", "/directory/people/", (ROW, _act("reader"))),
    f"{PERSON}leave/": Screen("admin.fl", "/directory/people/", (ROW, _act("leave"))),
    f"{PERSON}account/": Screen("admin.fl", "/directory/people/?q=أمل", (ROW, _act("account"))),
    "directory/appointments/<uuid:appointment_id>/end/": Screen("admin.fl", "/directory/people/", (ROW, _act("end"))),
    "directory/mandates/<uuid:mandate_id>/revoke/": Screen(
        "admin.fl", "/directory/people/?q=المطوع", (ROW, _act("revoke"))
    ),
    "directory/accounts/<uuid:account_id>/<slug:act>/": Screen(
        "admin.fl", "/directory/people/?q=الرشيد", (ROW, _act("sessions"))
    ),
    "directory/changes/": Screen("admin2.fl", "/directory/changes/"),
    "directory/changes/<uuid:change_id>/": Screen("admin2.fl", "/directory/changes/", (ROW,)),
    "directory/structure/": Screen("admin.fl", "/directory/structure/"),
    "directory/structure/unit/": Screen("admin.fl", "/directory/structure/unit/"),
    "directory/structure/post/": Screen("admin.fl", "/directory/structure/post/"),
    "directory/particulars/": Screen("admin.fl", "/directory/particulars/"),
    "directory/bodies/": Screen("operator.cait", "/directory/bodies/"),
    "directory/bodies/new/": Screen("operator.cait", "/directory/bodies/new/"),
    "directory/bodies/<uuid:body_id>/rename/": Screen("operator.cait", "/directory/bodies/", (_act("rename"),)),
    "directory/bodies/<uuid:body_id>/close/": Screen("operator.cait", "/directory/bodies/", (_act("close"),)),
    "directory/holidays/": Screen("operator.cait", "/directory/holidays/"),
    "directory/holidays/new/": Screen("operator.cait", "/directory/holidays/new/"),
    "directory/structure/units/<uuid:unit_id>/end/": Screen(
        "admin.fl", "/directory/structure/", ("main a[href*='/units/']",)
    ),
    "directory/structure/posts/<uuid:post_id>/end/": Screen(
        "admin.fl", "/directory/structure/", ("main a[href*='/posts/']",)
    ),
    "directory/leave/": Screen("head.fl", "/directory/leave/"),
    "directory/calendar/": Screen("operator.cait", "/directory/calendar/"),
    "directory/calendar/<int:year>/<int:month>/": Screen(
        "operator.cait", "/directory/calendar/", (_act_in("calendar"),)
    ),
    "letters/signature/": Screen("signer.fl", "/letters/signature/"),
    "account/passkeys/": Screen("signer.fl", "/account/passkeys/"),
    "audit/": Screen("auditor.fl", "/audit/"),
    "account/sessions/": Screen("adviser.fl", "/account/sessions/"),
    "account/password/": Screen("adviser.fl", "/account/password/"),
    "account/second-factor/": Screen("adviser.fl", "/account/second-factor/"),
    "account/second-factor/recovery-codes/": Screen("adviser.fl", "/account/second-factor/recovery-codes/"),
    "account/second-factor/remove/": Screen("adviser.fl", "/account/second-factor/remove/"),
}

ON_THE_WAY = {
    "sign-in/", "sign-in/code/", "sign-in/passkey/", "letters/signing/confirm/", "letters/signing/run/", f"{LETTER}signing/",
}  # fmt: skip
"""Screens that stand only in the middle of a story; the stories look at them as they pass."""

AS_OTHERS = {
    "sign-in/password/": "account/password/",
    "sign-in/enrolment/": "account/second-factor/",
    "account/second-factor/set-up/": "account/second-factor/",
    "letters/new/<uuid:draft_id>/": "letters/new/",
    f"{LETTER}reply/<uuid:draft_id>/": f"{LETTER}reply/",
    f"{LETTER}signing/give-up/": f"{LETTER}discard/",
    "directory/leave/<uuid:absence_id>/end/": "directory/bodies/<uuid:body_id>/close/",
    "directory/holidays/<uuid:holiday_id>/withdraw/": "directory/bodies/<uuid:body_id>/close/",
    f"{PERSON}signer/": f"{PERSON}reader/",
    f"{PERSON}signer/end/": "directory/bodies/<uuid:body_id>/close/",
    "work/refer/": f"{LETTER}refer/",
    "v/<str:code>": "v/",
    "directory/webhooks/<uuid:webhook_id>/": "directory/webhooks/",
    "directory/webhooks/<uuid:webhook_id>/<slug:act>/": "directory/bodies/<uuid:body_id>/close/",
    f"{LETTER}documents/<uuid:document_id>/original/": f"{LETTER}discard/",
    "letters/arrivals/<uuid:arrival_id>/documents/<uuid:document_id>/original/": f"{LETTER}discard/",
    "letters/scans/<uuid:scan_id>/documents/<uuid:document_id>/original/": f"{LETTER}discard/",
}
"""Screens made of the same template as another, in a state that no demonstration can be left in."""

NO_SCREENS = {
    # it leads on, or answers a program
    "", "health/", "health/ready/", "metrics", "log/checkpoint", "log/key", "log/tile/<path:path>",
    "sign-out/", "sign-in/identity/", "sign-in/identity/return/", "account/preferences/",
    # a form is sent there
    "work/act/", "work/act/<uuid:object_id>/", "work/undo/", "work/times/baseline/", "notices/seen/", "audit/check/",
    "registers/<book:shelf>/widths/", "registers/<book:shelf>/views/", "registers/<book:shelf>/views/<uuid:view_id>/delete/",
    "letters/arrivals/<uuid:arrival_id>/register/", "letters/arrivals/<uuid:arrival_id>/return/",
    "letters/arrivals/<uuid:arrival_id>/redirect/", "letters/signing/begin/", "letters/signing/next/",
    "letters/signature/<uuid:person_id>/take-away/",
    "letters/scans/<uuid:scan_id>/put-away/", f"{LETTER}correct/", f"{LETTER}approve/", f"{LETTER}send-back/",
    f"{LETTER}recall/", f"{LETTER}comments/", f"{LETTER}comments/<uuid:comment_id>/resolve/", f"{LETTER}refuse/",
    f"{LETTER}submit/", f"{LETTER}attachments/<uuid:attachment_id>/remove/",
    f"{LETTER}deliver/<uuid:consignment_id>/",
    f"{LETTER}documents/<uuid:document_id>/report/",
    "letters/arrivals/<uuid:arrival_id>/documents/<uuid:document_id>/report/",
    "letters/scans/<uuid:scan_id>/documents/<uuid:document_id>/report/",
    # the challenge for a device
    "sign-in/passkey/options/", "account/passkeys/options/", "account/passkeys/proof/",
    # a part of a screen, what a script asks for, or pages for the printer alone
    "work/peek/<uuid:object_id>/", "work/news/<str:tab>/", "find/options/", "letters/signing/<uuid:letter_id>/",
    "letters/uploads/", "letters/uploads/<uuid:upload_id>/", "letters/options/", "letters/citations/",
    "letters/phrases/", "letters/scans/suggestions/", "letters/new/<uuid:draft_id>/autosave/",
    f"{LETTER}reply/<uuid:draft_id>/autosave/", f"{LETTER}autosave/", f"{LETTER}presence/",
    *(
        f"{place}documents/<uuid:document_id>/{part}"
        for place in (LETTER, "letters/arrivals/<uuid:arrival_id>/", "letters/scans/<uuid:scan_id>/")
        for part in ("pages/<int:page>/<int:percent>/", "pages/<int:page>/words/", "find/", "print/")
    ),
    # a file
    "registers/incoming.csv", "registers/outgoing.csv", "registers/memos.csv", "registers/day.pdf",
    "registers/handover/slip.pdf", "audit/entries.csv", "audit/entries.pdf", "directory/people/import/table.csv",
    "letters/signature/picture.png", "letters/signature/specimen.png",
    "letters/scans/<uuid:scan_id>/document/", f"{LETTER}preview/", f"{LETTER}stamp/", f"{LETTER}stamp/copy/",
    f"{LETTER}notes/", f"{LETTER}proof/<uuid:consignment_id>/", "letters/arrivals/<uuid:arrival_id>/proof/",
    *(
        f"{place}documents/{part}"
        for place in (LETTER, "letters/arrivals/<uuid:arrival_id>/")
        for part in ("<uuid:document_id>/", "all/")
    ),
}  # fmt: skip
