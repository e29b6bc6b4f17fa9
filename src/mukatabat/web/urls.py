# SPDX-License-Identifier: EUPL-1.2
"""The URL table: each room's own routes, and the pages that are composed of several rooms."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from mukatabat.access.grants.rules import Shelf
from mukatabat.ledger import urls as ledger
from mukatabat.portal import checking
from mukatabat.portal import urls as portal
from mukatabat.registers import urls as registers
from mukatabat.web.views import acting, bell, books, delivery, desk, finding, home, notices, trail, watching
from mukatabat.web.views.directory import (
    absences,
    accounts,
    calendar,
    changes,
    ending,
    importing,
    operating,
    people,
    readers,
    reading,
    signers,
    structure,
    webhooks,
)
from mukatabat.web.views.shelves import BookConverter
from mukatabat.work import urls as work
from mukatabat.work.queries import Tab

register_converter(BookConverter, "book")

handler400 = "mukatabat.web.errors.bad_request"
handler404 = "mukatabat.web.errors.not_found"
handler500 = "mukatabat.web.errors.server_error"

work_routes = [
    path("", desk.queue, name="queue"),
    path("approval/", desk.queue, {"tab": Tab.APPROVAL}, name="approval"),
    path("following/", desk.queue, {"tab": Tab.FOLLOWING}, name="following"),
    path("done/", desk.queue, {"tab": Tab.DONE}, name="done"),
    path("peek/<uuid:object_id>/", desk.peek, name="peek"),
    path("news/<str:tab>/", desk.news, name="news"),
    path("act/", acting.act, name="act"),
    path("act/<uuid:object_id>/", acting.act_on, name="act_on"),
    path("refer/", acting.refer, name="refer"),
    *work.urlpatterns,
]
book_routes = [
    path("incoming/", books.book, {"shelf": Shelf.INCOMING}, name="incoming"),
    path("outgoing/", books.book, {"shelf": Shelf.OUTGOING}, name="outgoing"),
    path("memos/", books.book, {"shelf": Shelf.MEMO}, name="memos"),
    path("delivery/", delivery.delivery, name="delivery"),
    path("<book:shelf>/widths/", books.widths, name="widths"),
    path("<book:shelf>/views/", books.save_view, name="keep_view"),
    path("<book:shelf>/views/<uuid:view_id>/delete/", books.forget_view, name="drop_view"),
    path("incoming.csv", books.export, {"shelf": Shelf.INCOMING}, name="incoming_csv"),
    path("outgoing.csv", books.export, {"shelf": Shelf.OUTGOING}, name="outgoing_csv"),
    path("memos.csv", books.export, {"shelf": Shelf.MEMO}, name="memos_csv"),
]
notice_routes = [
    path("", bell.bell, name="bell"),
    path("seen/", bell.seen, name="seen"),
    path("preferences/", notices.preferences, name="preferences"),
]
directory_routes = [
    path("", reading.home, name="home"),
    path("<uuid:body_id>/", reading.body, name="body"),
    path("people/", people.people, name="people"),
    path("people/new/", people.add, name="add_person"),
    path("people/import/", importing.people, name="import"),
    path("people/import/table.csv", importing.template, name="import_template"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/appoint/", people.appoint, name="appoint"),
    path("people/<uuid:person_id>/mandate/", people.grant, name="grant"),
    path("people/<uuid:person_id>/reader/", readers.name, name="reader"),
    path("people/<uuid:person_id>/signer/", signers.propose, name="signer"),
    path("people/<uuid:person_id>/signer/end/", signers.end, name="end_signer"),
    path("people/<uuid:person_id>/leave/", absences.absence, name="absence"),
    path("leave/", absences.leave, name="leave"),
    path("leave/<uuid:absence_id>/end/", absences.end, name="end_absence"),
    path("people/<uuid:person_id>/account/", accounts.create, name="create_account"),
    path("appointments/<uuid:appointment_id>/end/", people.end_appointment, name="end_appointment"),
    path("mandates/<uuid:mandate_id>/revoke/", people.revoke, name="revoke"),
    path("accounts/<uuid:account_id>/<slug:act>/", accounts.care, name="care"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<uuid:change_id>/", changes.change, name="change"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/new/", webhooks.propose, name="propose_webhook"),
    path("webhooks/<uuid:webhook_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:webhook_id>/<slug:act>/", webhooks.care, name="care_for_webhook"),
    path("structure/", structure.structure, name="structure"),
    path("structure/unit/", structure.add_unit, name="add_unit"),
    path("structure/post/", structure.add_post, name="add_post"),
    path("structure/units/<uuid:unit_id>/end/", ending.unit, name="end_unit"),
    path("structure/posts/<uuid:post_id>/end/", ending.post, name="end_post"),
    path("particulars/", structure.particulars, name="particulars"),
    path("bodies/", operating.bodies, name="bodies"),
    path("bodies/new/", operating.add, name="add_body"),
    path("bodies/<uuid:body_id>/rename/", operating.rename, name="rename_body"),
    path("bodies/<uuid:body_id>/close/", operating.close, name="close_body"),
    path("calendar/", calendar.months, name="months"),
    path("calendar/<int:year>/<int:month>/", calendar.month, name="month"),
    path("holidays/", operating.holidays, name="holidays"),
    path("holidays/new/", operating.add_holiday, name="add_holiday"),
    path("holidays/<uuid:holiday_id>/withdraw/", operating.withdraw_holiday, name="withdraw_holiday"),
]
audit_routes = [
    path("", trail.log, name="log"),
    path("check/", trail.check, name="check"),
    path("entries.csv", trail.export, name="csv"),
    path("entries.pdf", trail.printed, name="pdf"),
]
verify_routes = [
    path("", checking.ask, name="ask"),
    path("<str:code>", checking.printed, name="printed"),
]
web_routes: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("health/", home.health, name="health"),
    path("health/ready/", watching.ready, name="ready"),
    path("metrics", watching.metrics, name="metrics"),
    path("find/", finding.find, name="find"),
    path("find/options/", finding.options, name="find_options"),
    path("registers/", include(book_routes)),
]

urlpatterns = [
    path("", include((web_routes, "web"))),
    path("", include("mukatabat.access.urls")),
    path("work/", include((work_routes, work.app_name))),
    path("registers/", include((registers.urlpatterns, registers.app_name))),
    path("letters/", include("mukatabat.letters.urls")),
    path("directory/", include((directory_routes, "directory"))),
    path("audit/", include((audit_routes, "audit"))),
    path("v/", include((verify_routes, "verify"))),
    path("notices/", include((notice_routes, "notify"))),
    path("log/", include((ledger.urlpatterns, ledger.app_name))),
    path("api/v1/", include((portal.urlpatterns, portal.app_name))),
]
