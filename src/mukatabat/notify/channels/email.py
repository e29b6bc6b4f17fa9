# SPDX-License-Identifier: EUPL-1.2
"""E-mail over SMTP (RFC 5321), as plain text and as HTML that states its direction."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from mukatabat.kernel import clock
from mukatabat.notify.ports import ChannelDown, Outgoing, Undeliverable

SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed over. ``encryption`` is "starttls", "tls" or "none", the last for this machine alone."""

    host: str
    port: int
    sender: str
    encryption: str = "starttls"
    user: str = ""
    password: str = ""


class Email:
    """Hands messages to one server; each in a connection of its own, so that a dead one is noticed at once."""

    def __init__(self, server: Server) -> None:
        """Take the server; raises ValueError where mail would leave this machine without encryption."""
        local = server.host in {"localhost", "127.0.0.1", "::1"}
        if server.encryption not in {"starttls", "tls"} and not (server.encryption == "none" and local):
            raise ValueError("mail leaves this machine encrypted: starttls or tls")
        self._server = server

    def send(self, message: Outgoing) -> None:
        """See :meth:`mukatabat.notify.ports.Channel.send`."""
        mail = composed(message, self._server.sender)
        try:
            with self._connected() as connection:
                if self._server.user:
                    connection.login(self._server.user, self._server.password)
                connection.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            raise (Undeliverable if _is_final(error) else ChannelDown)(type(error).__name__) from None
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.encryption == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            if server.encryption == "starttls":
                connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
        return connection


def composed(message: Outgoing, sender: str) -> EmailMessage:
    """The mail of a message; raises Undeliverable for an address that is none.

    A line break in whatever becomes a header is refused by the library itself (RFC 5322 §2.2), so that no text can add
    a header; here it is an address or a subject that cannot be sent.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = Address("Mukatabat", addr_spec=sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
    except (ValueError, MessageError, IndexError) as error:
        raise Undeliverable(type(error).__name__) from None
    mail["Message-ID"] = f"<{message.identifier}@{sender.partition('@')[2]}>"
    mail["Date"] = format_datetime(clock.now())
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content("\n".join(message.lines) + "\n")
    mail.add_alternative(_page(message), subtype="html")
    return mail


def _page(message: Outgoing) -> str:
    direction = "rtl" if message.language == "ar" else "ltr"
    lines = "".join(f"<p>{escape(line)}</p>" for line in message.lines)
    return (
        f'<!doctype html><html lang="{message.language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{escape(message.subject)}</title></head><body>{lines}</body></html>\n"
    )


def _is_final(error: smtplib.SMTPException) -> bool:
    """Whether the server said no for ever (5xx, RFC 5321 §4.2.1) and not only for now."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
