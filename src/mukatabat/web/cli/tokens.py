# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the tokens with which linked bodies' systems call."""

from __future__ import annotations

from datetime import timedelta

import click

from mukatabat.access.errors import AccountNotFound
from mukatabat.access.rules import Capability
from mukatabat.directory.models import Person
from mukatabat.directory.queries import body_by_code
from mukatabat.kernel import clock
from mukatabat.portal.actions import tokens as care
from mukatabat.portal.models import Token
from mukatabat.portal.queries import tokens_of
from mukatabat.portal.rules import PER_MINUTE, Scope, TokenText
from mukatabat.tenancy.rules import Actor
from mukatabat.web.cli.answers import acting, answer, as_json_option

body_option = click.option("--body", "code", required=True, help="The body's code, such as MOF.")
days_option = click.option("--days", type=click.IntRange(1, 400), default=365, show_default=True, help="How long.")


@click.group()
def tokens() -> None:
    """Tokens of linked bodies: make, renew, revoke, list."""


@tokens.command("make")
@body_option
@click.option("--staff-number", required=True, help="The person who answers for the token.")
@click.option("--purpose", required=True, help="What it is for, in a few words.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([str(one) for one in Scope]))
@click.option("--per-minute", type=click.IntRange(1, 100_000), default=PER_MINUTE, show_default=True)
@days_option
@as_json_option
def make(
    code: str, *, staff_number: str, purpose: str, scopes: tuple[str, ...], per_minute: int, days: int, as_json: bool
) -> None:
    """Make a token and print it; it is shown this once."""
    actor = _operator(code)
    person = Person.objects.filter(body_id=actor.body_id, staff_number=staff_number).first()
    if person is None:
        raise AccountNotFound
    wanted = care.NewToken(
        person_id=person.id, purpose=purpose, scopes=frozenset(map(Scope, scopes)), per_minute=per_minute,
        expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    _show(*care.make_token(actor, wanted), as_json=as_json)


@tokens.command("renew")
@click.argument("handle")
@body_option
@days_option
@as_json_option
def renew(handle: str, *, code: str, days: int, as_json: bool) -> None:
    """Make the successor of the token HANDLE and print it; the former ends within a week."""
    made = care.renew_token(_operator(code), handle, expires_at=clock.now() + timedelta(days=days))
    _show(*made, as_json=as_json)


@tokens.command("revoke")
@click.argument("handle")
@body_option
def revoke(handle: str, *, code: str) -> None:
    """End the token HANDLE now."""
    care.revoke_token(_operator(code), handle)
    click.echo(f"{handle} is revoked")


@tokens.command("list")
@body_option
@as_json_option
def list_tokens(*, code: str, as_json: bool) -> None:
    """List a body's tokens; their secrets are known to nobody here."""
    found = [
        {
            "handle": one.handle, "purpose": one.purpose, "scopes": one.scopes, "person": one.person.staff_number,
            "expires_at": one.expires_at, "revoked_at": one.revoked_at, "last_used_on": one.last_used_on,
        }
        for one in tokens_of(body_by_code(code).id)
    ]  # fmt: skip
    lines = [
        f"{one['handle']}  until {one['expires_at']:%Y-%m-%d}  {'revoked' if one['revoked_at'] else 'usable':8}"
        f"  {','.join(one['scopes'])}  {one['purpose']}"
        for one in found
    ]
    answer(found, lines, as_json=as_json)


def _show(token: Token, text: TokenText, *, as_json: bool) -> None:
    shown = {"token": str(text), "handle": token.handle, "scopes": token.scopes, "expires_at": token.expires_at}
    lines = [f"token {text}", f"handle {token.handle}", f"until {token.expires_at:%Y-%m-%d}"]
    answer(shown, lines, as_json=as_json)


def _operator(code: str) -> Actor:
    return acting("tokens", body_by_code(code), Capability.ADMINISTER_ACCOUNTS)
