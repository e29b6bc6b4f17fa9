# SPDX-License-Identifier: EUPL-1.2
"""The channels against one contract: a real mail server in process, a real gateway, and the loud one of development."""

from __future__ import annotations

import json
import socket
import warnings
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from mukatabat.notify.channels.development import DevelopmentChannel, InsecureChannelWarning
from mukatabat.notify.channels.email import Email, Server, composed
from mukatabat.notify.channels.gateway import Gateway
from mukatabat.notify.outgoing.addresses import Policy
from mukatabat.notify.outgoing.signatures import secret_text
from mukatabat.notify.ports import Channel, ChannelDown, ChannelName, Outgoing, Undeliverable
from tests.portal.receiver import Receiver, example, receiving

SECRET = secret_text(b"g" * 32)
MESSAGE = Outgoing(
    identifier="0198-one", to="clerk@mof.example", language="ar", subject="وصل كتاب: \u2068MOF-I-2026-00001\u2069",
    lines=("وصل كتاب", "الموضوع: \u2068طلب الرأي\u2069"),
)  # fmt: skip


class Mailbox:
    """What a mail server took; ``answer`` refuses instead."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def _email(port: int) -> Email:
    return Email(Server(host="127.0.0.1", port=port, sender="mukatabat@fl.example", encryption="none"))


@pytest.fixture
def gateway() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def test_mail_arrives_as_it_was_said_in_both_forms(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    _email(port).send(MESSAGE)
    [(to, mail)] = box.got
    assert to == ["clerk@mof.example"]
    assert mail["Subject"] == MESSAGE.subject
    assert (mail["Auto-Submitted"], mail["Message-ID"]) == ("auto-generated", "<0198-one@fl.example>")
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "\u2068طلب الرأي\u2069" in plain
    assert '<html lang="ar" dir="rtl">' in page
    assert "\u2068طلب الرأي\u2069" in page


def test_what_a_letter_says_cannot_become_markup_or_a_header() -> None:
    lines = ("<script>alert(1)</script>", "Bcc: everybody@example")
    mail = composed(Outgoing(identifier="x", to="a@b.example", language="en", subject="x", lines=lines), "m@x.example")
    page = mail.get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "x\r\nBcc: everybody@example"}, {"subject": "x\nBcc: y@z.example"}, {"to": "a@b.example\r\nBcc: c@d.example"},
        {"to": "a@b.example, c@d.example"}, {"to": "nobody"}, {"to": ""}, {"to": "a b@c.example"},
    ],
)  # fmt: skip
def test_header_injection_is_impossible(mailbox: tuple[Mailbox, int], changes: dict[str, str]) -> None:
    box, port = mailbox
    fields = {"identifier": "x", "to": "a@b.example", "language": "en", "subject": "x", "lines": ("x",)}
    with pytest.raises(Undeliverable):
        _email(port).send(Outgoing(**{**fields, **changes}))  # type: ignore[arg-type]
    assert box.got == []


def test_a_refused_address_is_final_and_a_busy_server_is_not(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    box.answer = "550 no such user"
    with pytest.raises(Undeliverable):
        _email(port).send(MESSAGE)
    box.answer = "451 try again later"
    with pytest.raises(ChannelDown):
        _email(port).send(MESSAGE)


def test_a_dead_server_is_told_as_down() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(ChannelDown):
        _email(port).send(MESSAGE)


def test_a_server_without_encryption_elsewhere_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="encrypted"):
        Email(Server(host="mail.example", port=25, sender="m@x.example", encryption="none"))


def test_a_server_that_does_not_encrypt_gets_nothing(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    with pytest.raises(ChannelDown):
        Email(Server(host="127.0.0.1", port=port, sender="m@x.example")).send(MESSAGE)
    assert box.got == []


def test_a_gateway_is_called_signed(gateway: Receiver) -> None:
    Gateway(gateway.url, SECRET, policy=Policy(loopback=True)).send(MESSAGE)
    [call] = gateway.calls
    assert example().Verifier([SECRET]).check(call.headers, call.body)
    said = json.loads(call.body)
    assert said["to"] == MESSAGE.to
    assert "طلب الرأي" in said["text"]


@pytest.mark.parametrize(
    ("status", "error"), [(422, Undeliverable), (404, Undeliverable), (500, ChannelDown), (302, ChannelDown)]
)
def test_a_gateways_no_is_final_or_not(gateway: Receiver, status: int, error: type[Exception]) -> None:
    gateway.statuses = [status]
    with pytest.raises(error):
        Gateway(gateway.url, SECRET, policy=Policy(loopback=True)).send(MESSAGE)


def test_the_channel_of_development_announces_itself() -> None:
    with pytest.warns(InsecureChannelWarning, match="for development only"):
        DevelopmentChannel(ChannelName.SMS)


@pytest.fixture(params=["email", "gateway", "development"])
def channel(request: Any, mailbox: tuple[Mailbox, int], gateway: Receiver) -> tuple[Channel, Callable[[], int]]:
    """Each channel, and how many messages its other end has."""
    if request.param == "email":
        return _email(mailbox[1]), lambda: len(mailbox[0].got)
    if request.param == "gateway":
        return Gateway(gateway.url, SECRET, policy=Policy(loopback=True)), lambda: len(gateway.calls)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = DevelopmentChannel(ChannelName.SMS)
    return one, lambda: len(one.sent)


def test_every_channel_hands_each_message_over_once(channel: tuple[Channel, Callable[[], int]]) -> None:
    sending, count = channel
    for _ in range(2):
        sending.send(MESSAGE)
    assert count() == 2
