# SPDX-License-Identifier: EUPL-1.2
"""The list of recipients shows what was asked last: an answer that comes late opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import marked

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.people import Office

pytestmark = pytest.mark.browser
OPTIONS = "**/options/?**"


class Held:
    """Questions of the line of recipients whose answers are held back until they are let go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.evaluate("document.addEventListener('htmx:afterRequest', () => (document.body.dataset.answered = 'so'))")
        page.route(OPTIONS, self.hold)

    def hold(self, route: Route) -> None:
        """Keep an answer back."""
        self.routes.append(route)

    def wait_for_one(self) -> None:
        """Wait until something was asked."""
        while not self.routes:
            self.page.wait_for_timeout(20)

    def let_go(self) -> None:
        """Answer the first of them, and wait until the page has dealt with it."""
        self.page.evaluate("delete document.body.dataset.answered")  # that of a question from before
        self.routes.pop(0).continue_()
        expect(self.page.locator("body[data-answered]")).to_be_attached()


def test_an_answer_that_comes_after_a_recipient_was_picked_opens_the_list_no_more(office: Office) -> None:
    adviser = office.person("adviser.mof")
    adviser.begin_letter()
    page = adviser.page
    line, options = page.locator("#id_to"), page.locator("#to-options").get_by_role("option")
    line.focus()
    expect(options.first).to_be_visible()
    held = Held(page)
    line.press_sequentially("الصحة")
    held.wait_for_one()
    line.press("Enter")  # takes what stands first in the list that is still shown
    expect(page.locator(".combo[data-tokens=to] .tok")).to_have_count(1)
    held.let_go()
    expect(line).to_be_focused()
    expect(options).to_have_count(0)
    expect(line).to_have_attribute("aria-expanded", "false")
    page.unroute(OPTIONS)
    adviser.address("العدل", "العدل")


def test_a_circular_goes_to_all_ministries_by_keys_and_any_one_is_taken_out_again(office: Office) -> None:
    adviser = office.person("adviser.mof")
    adviser.go("/letters/new/?kind=circular")
    page, keys = adviser.page, adviser.page.keyboard
    line, tokens = page.locator("#id_to"), page.locator(".combo[data-tokens=to] .tok")
    line.focus()
    offered = page.locator("#to-options").get_by_role("option")
    ministries = offered.filter(has_text=adviser.word("Ministries"))
    expect(ministries).to_be_visible()
    expect(offered.first).to_contain_text(adviser.word("All bodies"))
    expect(offered.first).to_have_attribute("aria-selected", "false")  # one key too many does not pick all
    adviser.look("circular-groups")
    line.press_sequentially("الوزارات")
    expect(offered).to_have_count(1)
    count = ministries.locator("[data-member]").count()
    keys.press("Enter")
    expect(tokens).to_have_count(count)
    expect(line).to_be_focused()
    adviser.look("circular")
    keys.press("Backspace")
    expect(tokens).to_have_count(count - 1)
    tokens.filter(has_text="وزارة الصحة").get_by_role("button").click()
    expect(tokens).to_have_count(count - 2)
    adviser.fill(subject=marked("تعميم إلى الوزارات"), text="يرجى العلم.")
    adviser.wait_until_saved()
    page.reload()
    expect(tokens).to_have_count(count - 2)


def test_a_body_on_paper_is_marked_as_soon_as_it_is_picked_and_afterwards(office: Office) -> None:
    adviser = office.person("adviser.mof")
    adviser.begin_letter()
    page = adviser.page
    line, said = page.locator("#id_to"), adviser.word("not connected: your registry delivers it on paper")
    tokens = page.locator(".combo[data-tokens=to] .tok")
    for typed in ("KAC", "FL"):
        line.fill(typed)
        expect(page.locator("#to-options").get_by_role("option").first).to_contain_text(typed)
        line.press("Enter")
    adviser.look("addressed-on-paper")
    adviser.fill(subject=marked("كتاب إلى جهة غير مرتبطة"), text="يرجى العلم.")
    adviser.wait_until_saved()
    for _ in range(2):
        expect(tokens).to_have_count(2)
        expect(tokens.nth(0).get_by_label(said)).to_be_visible()
        expect(tokens.nth(1).get_by_label(said)).not_to_be_visible()
        page.reload()
