# SPDX-License-Identifier: EUPL-1.2
"""The small browser of the demonstration sends what a browser without scripts would send."""

from __future__ import annotations

from mukatabat.web.demo.browser import Page

PAGE = """
<form action="/letters/new/"><input name="subject" value="الموضوع"><input type="hidden" name="content" value="{}" disabled>
<textarea name="body">النص</textarea><textarea name="note" disabled>لا يرسل</textarea>
<select name="signer" disabled><option value="1" selected>خالد</option></select>
<select name="urgency"><option value="normal">عادي</option><option value="urgent" selected>عاجل</option></select></form>
"""


def test_fields_that_are_switched_off_are_not_sent() -> None:
    form = Page("http://mof.localhost/letters/new/", 200, PAGE.encode(), {}).form("/letters/")
    assert form.pairs == (("subject", "الموضوع"), ("body", "النص"), ("urgency", "urgent"))
