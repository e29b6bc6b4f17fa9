# SPDX-License-Identifier: EUPL-1.2
"""Many letters at once for the browser tests, sent by the form of the page without showing it each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.people import Office

WRITE = """async ({ subject, count, to, signer }) => {
    for (let number = 1; number <= count; number += 1) {
        const page = new DOMParser().parseFromString(await (await fetch("/letters/new/")).text(), "text/html");
        const form = page.querySelector("form#draft");
        const fields = new FormData(form);
        const pick = (id, part) => [...page.querySelectorAll(`#${id} option`)].find((one) => one.textContent.includes(part)).value;
        const found = await (await fetch(`/letters/options/?kind=letter&q=${encodeURIComponent(to)}`)).text();
        const body = found.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/)[0];
        fields.set("to", body);
        fields.set("subject", `${subject} (${number})`);
        fields.set("body", "يرجى التفضل بالإفادة.");
        fields.set("approver", "");
        fields.set("signer", pick("id_signer", signer));
        fields.set("act", "submit");
        const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
        if (!answer.url.includes("panel=track")) throw new Error(`${number}: ${answer.url}`);
    }
}"""


def letters_to_sign(office: Office, subject: str, count: int) -> None:
    """Let the ministry's adviser send letters to its signer; their subjects are numbered."""
    adviser = office.person("adviser.mof").go("/letters/new/")
    adviser.page.evaluate(WRITE, {"subject": subject, "count": count, "to": "الفتوى", "signer": "طلال النصف"})
